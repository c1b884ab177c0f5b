"""The HTTP server's side of connections that end: dropped by the application, or idle."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

from uvicorn.protocols.http.h11_impl import H11Protocol

from capgo_tui.sandbox.faults.injector import DROP

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send
    from uvicorn import Config
    from uvicorn._types import ASGI3Application
    from uvicorn.server import ServerState


class DroppingProtocol(H11Protocol):
    """HTTP as uvicorn speaks it; each request carries a function that ends its connection.

    A connection over which nothing comes is closed, also before its first request.
    """

    IDLE_SECONDS = 30.0

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        # The same application, typed by the one as it is by the other.
        self._undroppable = cast("ASGIApp", self.app)
        self.app = cast("ASGI3Application", self._droppable)
        self._idle: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._wait_for_bytes()

    def data_received(self, data: bytes) -> None:
        """Take what came, and begin to wait anew."""
        self._wait_for_bytes()
        super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        if self._idle is not None:
            self._idle.cancel()
        super().connection_lost(exc)

    def _wait_for_bytes(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        self._idle = self.loop.call_later(self.IDLE_SECONDS, self._close_if_idle)

    def _close_if_idle(self) -> None:
        cycle = getattr(self, "cycle", None)  # None before the first request
        if cycle is not None and not cycle.response_complete and not cycle.more_body:
            self._wait_for_bytes()  # it is the client that waits, for an answer held back
        else:
            self.transport.close()

    async def _droppable(self, scope: Scope, receive: Receive, send: Send) -> None:
        extensions = {**(scope.get("extensions") or {}), DROP: self.transport.close}
        try:
            await self._undroppable({**scope, "extensions": extensions}, receive, send)
        except asyncio.CancelledError:
            # The server stops while a fault holds the answer back: end without a traceback.
            self.cycle.disconnected = True
            self.transport.close()
