"""The HTTP protocol of the server, which drops connections for faults and closes idle ones."""

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
    """uvicorn's HTTP protocol; each request has a function that ends its connection.

    A connection without data is closed, also before its first request.
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
        # The same application; uvicorn and Starlette have different types for it.
        self._application = cast("ASGIApp", self.app)
        self.app = cast("ASGI3Application", self._run_droppable)
        self._idle: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the idle timer."""
        super().connection_made(transport)
        self._wait_for_bytes()

    def data_received(self, data: bytes) -> None:
        """Restart the idle timer and handle the data."""
        self._wait_for_bytes()
        super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the idle timer."""
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
            self._wait_for_bytes()  # the client waits for a delayed answer
        else:
            self.transport.close()

    async def _run_droppable(self, scope: Scope, receive: Receive, send: Send) -> None:
        extensions = {**(scope.get("extensions") or {}), DROP: self.transport.close}
        try:
            await self._application({**scope, "extensions": extensions}, receive, send)
        except asyncio.CancelledError:
            # The server stops while a fault holds the answer back: end without a traceback.
            self.cycle.disconnected = True
            self.transport.close()
