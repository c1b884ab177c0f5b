"""The HTTP server's side of a dropped connection: the application gets the means to end it."""

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
    """HTTP as uvicorn speaks it; each request carries a function that ends its connection."""

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

    async def _droppable(self, scope: Scope, receive: Receive, send: Send) -> None:
        extensions = {**(scope.get("extensions") or {}), DROP: self.transport.close}
        try:
            await self._undroppable({**scope, "extensions": extensions}, receive, send)
        except asyncio.CancelledError:
            # The server stops while a fault holds the answer back: end without a traceback.
            self.cycle.disconnected = True
            self.transport.close()
