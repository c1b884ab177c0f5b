"""Many sandboxes behind one real port, each with data and faults of its own."""

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
from tests.tui.world import bundle, channel, device_id, state, store_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import ASGIApp, Receive, Scope, Send

    from capgo_tui.sandbox.store import Store

ROWS = 60
"""More than a page of channels and of bundles."""
CHANNELS = [channel(number, f"c-{number:02d}") for number in range(1, ROWS + 1)]
BUNDLES = [bundle(number) for number in range(1, ROWS + 1)]
SHOP = state(channels=CHANNELS, bundles=BUNDLES, overrides={device_id(2): "c-07"})


@dataclass
class Room:
    """One sandbox, where it is, and what was asked of it."""

    url: str
    store: Store
    faults: Faults
    app: ASGIApp

    def contents(self) -> list[str]:
        """All of its data."""
        with self.store.reading() as db:
            return list(db.iterdump())

    def asked(self, operation: str) -> int:
        """How many requests came for an operation, by the sandbox's own name for it."""
        return sum(one.operation == operation for one in self.faults.request_log)

    @property
    def struck(self) -> int:
        """How many requests met a fault."""
        return sum(bool(one.faults) for one in self.faults.request_log)


@dataclass
class House:
    """The port, and whoever asked for what is behind none of its doors."""

    port: int = 0
    rooms: dict[str, Room] = field(default_factory=dict)
    strays: list[str] = field(default_factory=list)
    awake: threading.Event = field(default_factory=threading.Event)

    def open(self, *faults: str) -> Room:
        """Furnish a room."""
        name = f"room-{len(self.rooms)}"
        store = store_of(SHOP)
        active = Faults.of(*(fault.format(elsewhere=self.elsewhere) for fault in faults))
        active.sleep = self._sleep
        app = create_app(store, now=lambda: NOON, faults=active)
        room = Room(f"http://127.0.0.1:{self.port}/{name}", store, active, app)
        self.rooms[name] = room
        return room

    @property
    def elsewhere(self) -> str:
        """Another host by name; whoever asks it is a stray."""
        return f"http://localhost:{self.port}/elsewhere"

    async def _sleep(self, seconds: float) -> None:
        """Nobody waits here for what the client is patient enough for; the rest never ends."""
        if seconds >= 30:
            await to_thread(self.awake.wait)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name, _, path = scope["path"].lstrip("/").partition("/")
        room = self.rooms.get(name)
        if room is None:
            self.strays.append(name)
            return
        await room.app({**scope, "path": f"/{path}"}, receive, send)


@contextmanager
def house() -> Iterator[House]:
    """A house that is served until it is left."""
    made = House()
    with serve_app(made) as port:
        made.port = port
        try:
            yield made
        finally:
            made.awake.set()
    for room in made.rooms.values():
        room.store.close()
