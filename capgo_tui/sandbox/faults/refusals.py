"""Faults that answer with a refusal, or with the page of a proxy."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from capgo_tui.sandbox.faults.wire import Wire, answer_of, make_page
from capgo_tui.sandbox.live.errors import UNAVAILABLE

if TYPE_CHECKING:
    from capgo_tui.sandbox.faults.wire import Effect, Forward, Request, Scene

_GATEWAY_PAGE = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    b"<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n"
    b"</body>\r\n</html>\r\n"
)


def refuse_as_limiter(seconds: int | None) -> Effect:
    """Refuse as a rate limiter; without seconds no field or header says when to retry."""

    async def apply_fault(request: Request, forward: Forward, scene: Scene) -> Wire:
        if seconds is None:
            return answer_of(scene.revision.too_many({}, {}))
        reset = (scene.now() + timedelta(seconds=seconds)).timestamp()
        more = {"rateLimitResetAt": math.floor(reset * 1000), "retryAfterSeconds": seconds}
        headers = {"Retry-After": str(seconds), "X-RateLimit-Reset": str(math.ceil(reset))}
        return answer_of(scene.revision.too_many(more, headers))

    return apply_fault


def crash(*, carried_out: bool) -> Effect:
    """Answer 500 in the revision's own words."""

    async def apply_fault(request: Request, forward: Forward, scene: Scene) -> Wire:
        if carried_out:
            await forward(request)
        return answer_of(scene.revision.server_error)

    return apply_fault


def answer_bad_gateway(*, carried_out: bool) -> Effect:
    """Answer 502 with the HTML page of a proxy in between."""

    async def apply_fault(request: Request, forward: Forward, scene: Scene) -> Wire:
        if carried_out:
            await forward(request)
        return make_page(502, "text/html", _GATEWAY_PAGE)

    return apply_fault


def answer_unavailable(*, carried_out: bool) -> Effect:
    """Answer 503 as next does when its database does not (§18.9)."""

    async def apply_fault(request: Request, forward: Forward, scene: Scene) -> Wire:
        if carried_out:
            await forward(request)
        return answer_of(UNAVAILABLE)

    return apply_fault


def refuse_key() -> Effect:
    """Refuse the key; an expired one is refused like a wrong one (§1)."""

    async def apply_fault(request: Request, forward: Forward, scene: Scene) -> Wire:
        return answer_of(scene.revision.wrong_key)

    return apply_fault


def answer_error_in_200() -> Effect:
    """Answer 200 with the body of an error; nothing was carried out."""

    async def apply_fault(request: Request, forward: Forward, scene: Scene) -> Wire:
        return make_page(200, "application/json", scene.revision.server_error.render())

    return apply_fault


def redirect(host: str) -> Effect:
    """Send the client elsewhere, to the same path there."""

    async def apply_fault(request: Request, forward: Forward, scene: Scene) -> Wire:
        query = f"?{urlencode(request.query)}" if request.query else ""
        location = f"{host.rstrip('/')}{quote(request.path)}{query}"
        return make_page(307, "text/plain", b"").with_header("location", location)

    return apply_fault
