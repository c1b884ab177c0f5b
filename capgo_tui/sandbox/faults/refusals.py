"""Faults that answer with a refusal, or with somebody else's page."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from capgo_tui.sandbox.faults.wire import Wire, answer_of, page
from capgo_tui.sandbox.live.errors import UNAVAILABLE

if TYPE_CHECKING:
    from capgo_tui.sandbox.faults.wire import Asked, Effect, Forward, Scene

_GATEWAY_PAGE = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    b"<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n"
    b"</body>\r\n</html>\r\n"
)


def rate_limit(seconds: int | None) -> Effect:
    """Refuse as a limiter does; without seconds no field or header tells when to come again."""

    async def effect(asked: Asked, forward: Forward, scene: Scene) -> Wire:
        if seconds is None:
            return answer_of(scene.revision.too_many({}, {}))
        reset = (scene.now() + timedelta(seconds=seconds)).timestamp()
        more = {"rateLimitResetAt": math.floor(reset * 1000), "retryAfterSeconds": seconds}
        headers = {"Retry-After": str(seconds), "X-RateLimit-Reset": str(math.ceil(reset))}
        return answer_of(scene.revision.too_many(more, headers))

    return effect


def crash(*, carried_out: bool) -> Effect:
    """Answer 500 in the revision's own words."""

    async def effect(asked: Asked, forward: Forward, scene: Scene) -> Wire:
        if carried_out:
            await forward(asked)
        return answer_of(scene.revision.crashed)

    return effect


def bad_gateway(*, carried_out: bool) -> Effect:
    """Answer 502 with the HTML page of a proxy in between."""

    async def effect(asked: Asked, forward: Forward, scene: Scene) -> Wire:
        if carried_out:
            await forward(asked)
        return page(502, "text/html", _GATEWAY_PAGE)

    return effect


def unavailable(*, carried_out: bool) -> Effect:
    """Answer 503 as next does when its database does not (§18.9)."""

    async def effect(asked: Asked, forward: Forward, scene: Scene) -> Wire:
        if carried_out:
            await forward(asked)
        return answer_of(UNAVAILABLE)

    return effect


def expired_key() -> Effect:
    """Refuse the key, which looks no other than a wrong one (§1)."""

    async def effect(asked: Asked, forward: Forward, scene: Scene) -> Wire:
        return answer_of(scene.revision.wrong_key)

    return effect


def error_in_200() -> Effect:
    """Answer 200 with the body of an error; nothing was carried out."""

    async def effect(asked: Asked, forward: Forward, scene: Scene) -> Wire:
        return page(200, "application/json", scene.revision.crashed.render())

    return effect


def redirect(host: str) -> Effect:
    """Send the client elsewhere, to the same path there."""

    async def effect(asked: Asked, forward: Forward, scene: Scene) -> Wire:
        query = f"?{urlencode(asked.query)}" if asked.query else ""
        there = f"{host.rstrip('/')}{quote(asked.path)}{query}"
        return page(307, "text/plain", b"").with_header("location", there)

    return effect
