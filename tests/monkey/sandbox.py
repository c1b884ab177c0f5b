"""The sandbox on a socket in the same event loop, with random faults and counted requests."""

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
from tests.support.server import WRITES

if TYPE_CHECKING:
    import random
    from collections.abc import AsyncIterator, Callable, Iterator
    from datetime import datetime

    from starlette.types import ASGIApp, Receive, Scope, Send

FAULT_MENU: Final = (
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
BASE_FAULTS: Final = (
    "jitter=900:30%",
    "late=900:8%",
    "slow-drip=20:4%",
    "insert-rows=2:6%",
    "delete-rows=2:6%",
)
MOST_AT_ONCE: Final = 5


@dataclass
class Traffic:
    """What has reached the sandbox: the requests under way, their number, and every write."""

    under_way: int = 0
    requests: int = 0
    writes: list[str] = field(default_factory=list)
    on_write: Callable[[str], None] | None = None


class TrafficCounter:
    """Middleware that counts requests; as the outermost layer it precedes every fault."""

    def __init__(self, app: ASGIApp, traffic: Traffic) -> None:
        self._app, self._traffic = app, traffic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        traffic = self._traffic
        traffic.requests += 1
        if scope["method"] in WRITES:
            name = f"{scope['method']} {scope['path']}"
            traffic.writes.append(name)
            if traffic.on_write is not None:
                traffic.on_write(name)
        traffic.under_way += 1
        try:
            await self._app(scope, receive, send)
        finally:
            traffic.under_way -= 1


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox: its address, app and key, and its traffic."""

    url: str
    app_id: str
    key: str
    traffic: Traffic
    faults: Faults
    server: uvicorn.Server


class _QuietServer(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave ctrl+c to whoever runs the monkey."""
        yield


async def _pass_turns(seconds: float) -> None:
    """Yield to the event loop, more often for a longer wait, in place of waiting."""
    for _ in range(1 + int(seconds * 60)):
        await asyncio.sleep(0)


def draw_faults(dice: random.Random) -> list[str]:
    """Draw the faults of an episode; in one of four the key expires after some requests."""
    faults = dice.sample(FAULT_MENU, dice.randint(1, MOST_AT_ONCE))
    if dice.random() < 0.25:
        faults.append(f"expired-key:{dice.randint(20, 400)}")
    return [*BASE_FAULTS, *faults]


@asynccontextmanager
async def serve_sandbox(
    dice: random.Random, revision: str, now: Callable[[], datetime]
) -> AsyncIterator[Sandbox]:
    """Serve a sandbox until the block is left."""
    store = Store()
    world = generate(store, channels=60, devices=260, bundles=70, seed=1, now=now())
    faults = Faults(seed=dice.getrandbits(32), sleep=_pass_turns)
    faults.set(*draw_faults(dice))
    traffic = Traffic()
    app = create_app(store, revision=revision, limits="device", now=now, faults=faults)
    app.add_middleware(TrafficCounter, traffic=traffic)
    server = _QuietServer(make_server_config(app))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        task = asyncio.ensure_future(server.serve(sockets=[listener]))
        while not server.started:  # noqa: ASYNC110 - uvicorn tells no other way
            await asyncio.sleep(0)
        port = listener.getsockname()[1]
        try:
            yield Sandbox(
                f"http://127.0.0.1:{port}", world.app_id, world.key, traffic, faults, server
            )
        finally:
            server.should_exit = True
            await task
            store.close()
