"""The ASGI application: HTTP around plain functions over the store."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import Route

from capgo_tui.sandbox.answers import Crash, Refusal
from capgo_tui.sandbox.body_limit import BodyLimit
from capgo_tui.sandbox.call import Backend, Call, read_query
from capgo_tui.sandbox.faults import Faults
from capgo_tui.sandbox.faults.injector import FaultInjector
from capgo_tui.sandbox.limits import LIMIT_SETS, Limits
from capgo_tui.sandbox.live.override_lookup import DEFAULT_URL_LIMIT
from capgo_tui.sandbox.revisions import REVISIONS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from starlette.requests import Request

    from capgo_tui.sandbox.answers import Answer
    from capgo_tui.sandbox.revisions import Handler, Revision
    from capgo_tui.sandbox.store import Store

_log = logging.getLogger(__name__)


def _read_clock() -> datetime:
    return datetime.now(UTC)


def create_app(
    store: Store,
    *,
    revision: str = "live",
    limits: str = "none",
    now: Callable[[], datetime] = _read_clock,
    faults: Faults | Sequence[str] = (),
    url_limit: int = DEFAULT_URL_LIMIT,
) -> Starlette:
    """Build the sandbox over a store; ``now`` is the clock of its limits and timestamps.

    ``faults`` are texts, or a ``Faults`` that can be changed while the sandbox runs.
    A device list whose ids do not fit into a URL of ``url_limit`` bytes comes without overrides.
    """
    if revision not in REVISIONS:
        raise ValueError(f"no revision {revision!r}; there are {', '.join(REVISIONS)}")
    if limits not in LIMIT_SETS:
        raise ValueError(f"no limits {limits!r}; there are {', '.join(LIMIT_SETS)}")
    definition = REVISIONS[revision]
    limiter = Limits(limits, now, definition.too_many, definition.rules.same_set_seconds)
    backend = Backend(store, limiter, now, url_limit, definition.rules)
    routes = [
        # The real router takes both spellings as one route; a redirect would drop the key.
        Route(path + slash, _make_endpoint(definition, backend, methods), methods=list(methods))
        for path, methods in definition.routes.items()
        for slash in ("", "/")
    ]

    async def answer_not_found(request: Request, error: Exception) -> Response:
        return _make_response(request, definition.not_found, definition.not_found.render())

    middleware = [Middleware(BodyLimit)]
    if faults or isinstance(faults, Faults):
        active = faults if isinstance(faults, Faults) else Faults.of(*faults)
        middleware.append(Middleware(FaultInjector, active, store, definition, now))
    app = Starlette(
        routes=routes, middleware=middleware, exception_handlers={HTTPException: answer_not_found}
    )
    app.router.redirect_slashes = False
    return app


def _make_endpoint(
    revision: Revision, backend: Backend, methods: Mapping[str, Handler]
) -> Callable[[Request], Awaitable[Response]]:
    async def answer_request(request: Request) -> Response:
        # HEAD runs as GET and loses its body.
        handler = methods["GET" if request.method == "HEAD" else request.method]
        call = Call(
            method=request.method,
            query=read_query(request.query_params.multi_items()),
            headers=request.headers,
            body=await request.body(),
            address=request.client.host if request.client else "unknown",
            path=request.path_params,
        )
        # SQLite is used in a thread only: the event loop may be the interface's.
        answer, body = await run_in_threadpool(_answer, revision, backend, handler, call)
        return _make_response(request, answer, body)

    return answer_request


def _answer(
    revision: Revision, backend: Backend, handler: Handler, call: Call
) -> tuple[Answer, bytes]:
    try:
        answer = handler(backend, call)
    except Refusal as refusal:
        answer = refusal.answer
    except Crash:
        answer = revision.server_error
    except Exception:  # noqa: BLE001 - as the real backend answers any fault
        _log.exception("the sandbox failed on %s", call.method)
        answer = revision.server_error
    return answer, answer.render()


def _make_response(request: Request, answer: Answer, body: bytes) -> Response:
    content = b"" if request.method == "HEAD" else body
    return Response(content, answer.status, dict(answer.headers), answer.media_type)
