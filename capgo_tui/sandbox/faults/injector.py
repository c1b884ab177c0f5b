"""The ASGI middleware that applies faults; other requests pass unchanged."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from capgo_tui.sandbox.call import read_query
from capgo_tui.sandbox.faults.operations import identify_request
from capgo_tui.sandbox.faults.wire import ConnectionDrop, Forward, Scene, Wire

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from capgo_tui.sandbox.faults.faults import Active, Faults
    from capgo_tui.sandbox.faults.wire import Request
    from capgo_tui.sandbox.revisions import Revision
    from capgo_tui.sandbox.store import Store

#: The ASGI extension with the function that ends the connection of a request.
DROP = "capgo_tui.drop"
PIECES = 64


class FaultInjector:
    """Middleware that applies the active faults to each request."""

    def __init__(
        self,
        app: ASGIApp,
        faults: Faults,
        store: Store,
        revision: Revision,
        now: Callable[[], datetime],
    ) -> None:
        self._app = app
        self._faults = faults
        self._store = store
        self._revision = revision
        self._now = now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or drop it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = await _read_body(receive)
        pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        request = identify_request(scope["method"], scope["path"], read_query(pairs), body)
        active_faults = self._faults.choose(request)
        if not active_faults:
            await self._app(scope, _replay_body(body, receive), send)
            return
        forward: Forward = partial(self._carry_out, scope, request, receive)
        for active in reversed(active_faults):
            forward = partial(self._strike, active, forward)
        try:
            wire = await forward(request)
            await self._put_on_wire(wire, send)
        except ConnectionDrop:
            await self._drop(scope, receive)

    async def _strike(self, active: Active, forward: Forward, request: Request) -> Wire:
        scene = Scene(self._store, self._revision, self._now, active.rng, self._faults.sleep)
        return await active.fault.effect(request, forward, scene)

    async def _carry_out(
        self, scope: Scope, original: Request, receive: Receive, request: Request
    ) -> Wire:
        """Run the application and return its answer."""
        if request.query is not original.query:
            scope = {**scope, "query_string": urlencode(request.query).encode()}
        start_messages: list[Message] = []
        parts: list[bytes] = []

        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                start_messages.append(message)
            else:
                parts.append(message.get("body", b""))

        await self._app(scope, _replay_body(request.body, receive), keep)
        headers = [
            (n.decode("latin-1"), v.decode("latin-1")) for n, v in start_messages[0]["headers"]
        ]
        return Wire(start_messages[0]["status"], tuple(headers), b"".join(parts))

    async def _put_on_wire(self, wire: Wire, send: Send) -> None:
        headers = [(n.encode("latin-1"), v.encode("latin-1")) for n, v in wire.headers]
        await send({"type": "http.response.start", "status": wire.status, "headers": headers})
        if wire.cut:
            half = wire.body[: len(wire.body) // 2]
            await send({"type": "http.response.body", "body": half, "more_body": True})
            raise ConnectionDrop
        pieces = [wire.body]
        if wire.pause:
            size = -(-len(wire.body) // PIECES) or 1
            pieces = [wire.body[at : at + size] for at in range(0, len(wire.body), size)]
        for piece in pieces:
            if wire.pause:
                await self._faults.sleep(wire.pause)
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def _drop(self, scope: Scope, receive: Receive) -> None:
        drop = scope.get("extensions", {}).get(DROP)
        if drop is None:
            raise self._faults.drop_error()
        drop()
        # The request ends only after the connection: ending it first would answer it.
        while (await receive())["type"] != "http.disconnect":
            pass


async def _read_body(receive: Receive) -> bytes:
    parts = []
    more = True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


def _replay_body(body: bytes, receive: Receive) -> Receive:
    """Return a ``receive`` that gives the body again, then what follows it."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    return replay
