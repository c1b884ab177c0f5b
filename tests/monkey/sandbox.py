"""The real sandbox on a real socket in the same event loop, full of faults, and listened to."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import uvicorn

from capgo_tui.sandbox.app import create_app
from capgo_tui.sandbox.faults import Faults
from capgo_tui.sandbox.generate import generate
from capgo_tui.sandbox.serve import make_server_config
from capgo_tui.sandbox.store import Store
from tests.tui.server import WRITES

if TYPE_CHECKING:
    import random
    from collections.abc import AsyncIterator, Callable, Iterator
    from datetime import datetime

    from starlette.types import ASGIApp, Receive, Scope, Send

MENU: Final = (
    "500:3%",
    "500=after@write:6%",
    "502:3%",
    "502=after@write:6%",
    "drop:3%",
    "drop=after@write:8%",
    "drop=midway:3%",
    "truncated:3%",
    "empty:3%",
    "429=1:2%",
    "429=bare:2%",
    "wrong-type:2%",
    "bad-utf8:2%",
    "error-in-200:3%",
    "redirect:2%",
    "same-cursor:8%",
)
ALWAYS: Final = (
    "jitter=900:30%",
    "late=900:8%",
    "slow-drip=20:4%",
    "insert-rows=2:6%",
    "delete-rows=2:6%",
)
MOST_AT_ONCE: Final = 5


@dataclass
class Listening:
    """What the sandbox was asked: how much is under way, and every write."""

    under_way: int = 0
    requests: int = 0
    writes: list[str] = field(default_factory=list)
    on_write: Callable[[str], None] | None = None


class Listener:
    """The outermost layer: it sees a request before any fault does."""

    def __init__(self, app: ASGIApp, heard: Listening) -> None:
        self._app, self._heard = app, heard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        heard = self._heard
        heard.requests += 1
        if scope["method"] in WRITES:
            name = f"{scope['method']} {scope['path']}"
            heard.writes.append(name)
            if heard.on_write is not None:
                heard.on_write(name)
        heard.under_way += 1
        try:
            await self._app(scope, receive, send)
        finally:
            heard.under_way -= 1


@dataclass(frozen=True)
class Sandbox:
    """Where it is, what opens it, and what it heard."""

    url: str
    app_id: str
    key: str
    heard: Listening
    faults: Faults
    server: uvicorn.Server


class _Quiet(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave ctrl+c to whoever runs the monkey."""
        yield


async def _pass_turns(seconds: float) -> None:
    """Let others go first, the more often the longer it would take: nothing is waited for."""
    for _ in range(1 + int(seconds * 60)):
        await asyncio.sleep(0)


def chosen_faults(dice: random.Random) -> list[str]:
    """Draw what goes wrong; now and then the key expires in the midst of it."""
    drawn = dice.sample(MENU, dice.randint(1, MOST_AT_ONCE))
    if dice.random() < 0.25:
        drawn.append(f"expired-key:{dice.randint(20, 400)}")
    return [*ALWAYS, *drawn]


@asynccontextmanager
async def served(
    dice: random.Random, revision: str, now: Callable[[], datetime]
) -> AsyncIterator[Sandbox]:
    """Serve one until the block is left."""
    store = Store()
    world = generate(store, channels=60, devices=260, bundles=70, seed=1, now=now())
    faults = Faults(seed=dice.getrandbits(32), sleep=_pass_turns)
    faults.set(*chosen_faults(dice))
    heard = Listening()
    app = create_app(store, revision=revision, limits="device", now=now, faults=faults)
    app.add_middleware(Listener, heard=heard)
    server = _Quiet(make_server_config(app))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = asyncio.ensure_future(server.serve(sockets=[listening]))
        while not server.started:  # noqa: ASYNC110 - uvicorn tells no other way
            await asyncio.sleep(0)
        port = listening.getsockname()[1]
        try:
            yield Sandbox(
                f"http://127.0.0.1:{port}", world.app_id, world.key, heard, faults, server
            )
        finally:
            server.should_exit = True
            await serving
            store.close()
