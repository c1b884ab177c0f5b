"""Many sandboxes behind one port, each with its own data and faults."""

from __future__ import annotations

import threading
from asyncio import to_thread
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from capgo_tui.sandbox.app import create_app
from capgo_tui.sandbox.faults import Faults
from tests.sandbox.sockets import serve_app
from tests.support.clock import NOON
from tests.support.world import bundle, channel, device_id, state, store_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import ASGIApp, Receive, Scope, Send

    from capgo_tui.sandbox.store import Store

ROWS = 60
"""Channels, and bundles: more than a page."""
CHANNELS = [channel(number, f"c-{number:02d}") for number in range(1, ROWS + 1)]
BUNDLES = [bundle(number) for number in range(1, ROWS + 1)]
SHOP = state(channels=CHANNELS, bundles=BUNDLES, overrides={device_id(2): "c-07"})


@dataclass
class FaultySandbox:
    """One sandbox with its URL, its data and its faults."""

    url: str
    store: Store
    faults: Faults
    app: ASGIApp

    def contents(self) -> list[str]:
        """Return all of its data as SQL."""
        with self.store.open_for_reading() as db:
            return list(db.iterdump())

    def count_requests(self, operation: str) -> int:
        """Return the number of requests of an operation, by its name in the sandbox."""
        return sum(one.operation == operation for one in self.faults.request_log)

    @property
    def fault_count(self) -> int:
        """Number of requests that had a fault."""
        return sum(bool(one.faults) for one in self.faults.request_log)


@dataclass
class SandboxServer:
    """The ASGI app of all sandboxes; `strays` are requests for none of them."""

    port: int = 0
    sandboxes: dict[str, FaultySandbox] = field(default_factory=dict)
    strays: list[str] = field(default_factory=list)
    awake: threading.Event = field(default_factory=threading.Event)

    def open(self, *faults: str) -> FaultySandbox:
        """Add a sandbox with these faults."""
        name = f"room-{len(self.sandboxes)}"
        store = store_of(SHOP)
        active = Faults.of(*(fault.format(other_host=self.other_host) for fault in faults))
        active.sleep = self._sleep
        app = create_app(store, now=lambda: NOON, faults=active)
        sandbox = FaultySandbox(f"http://127.0.0.1:{self.port}/{name}", store, active, app)
        self.sandboxes[name] = sandbox
        return sandbox

    @property
    def other_host(self) -> str:
        """URL of another host name, whose requests are strays."""
        return f"http://localhost:{self.port}/elsewhere"

    async def _sleep(self, seconds: float) -> None:
        """Skip waits shorter than the client's timeouts, and never end longer ones."""
        if seconds >= 30:
            await to_thread(self.awake.wait)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name, _, path = scope["path"].lstrip("/").partition("/")
        sandbox = self.sandboxes.get(name)
        if sandbox is None:
            self.strays.append(name)
            return
        await sandbox.app({**scope, "path": f"/{path}"}, receive, send)


@contextmanager
def serve_sandboxes() -> Iterator[SandboxServer]:
    """Serve sandboxes until the block is left."""
    server = SandboxServer()
    with serve_app(server) as port:
        server.port = port
        try:
            yield server
        finally:
            server.awake.set()
    for sandbox in server.sandboxes.values():
        sandbox.store.close()
