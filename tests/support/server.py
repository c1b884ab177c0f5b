"""The real sandbox behind an ASGI app that records requests and can misbehave."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from capgo_tui.sandbox.app import create_app
from capgo_tui.sandbox.live.override_lookup import DEFAULT_URL_LIMIT
from tests.support.front_door import ConnectionCut, FrontDoor, on_a_socket
from tests.support.world import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from capgo_tui.sandbox.store import Store
    from tests.support.front_door import ReceivedRequest, Reply

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Behaviour = Callable[[App, Scope, Receive, Send], Awaitable[None]]
WRITES = {"POST", "PUT", "PATCH", "DELETE"}
_stores: list[Store] = []


@contextmanager
def closing_stores() -> Iterator[None]:
    """Close the stores of all servers created in the block on exit."""
    before = len(_stores)
    try:
        yield
    finally:
        while len(_stores) > before:
            _stores.pop().close()


@dataclass(frozen=True)
class Request:
    """One request as received."""

    method: str
    path: str
    query: dict[str, str]


class Server:
    """A sandbox that records every request; `on` makes a route misbehave until `off`."""

    def __init__(
        self,
        store: Store,
        *,
        limits: str = "device",
        revision: str = "live",
        url_limit: int = DEFAULT_URL_LIMIT,
    ) -> None:
        self.store = store
        _stores.append(store)
        self.requests: list[Request] = []
        self.time: datetime = NOW
        self.revision = revision
        self.on_writes: Behaviour | None = None
        """The behaviour of every request that can change something, where its route has none."""
        self._behaviours: dict[tuple[str, str], Behaviour] = {}
        self._app: App = create_app(
            store, limits=limits, revision=revision, now=lambda: self.time, url_limit=url_limit
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method, path = scope["method"], scope["path"]
        query = dict(parse_qsl(scope["query_string"].decode()))
        self.requests.append(Request(method, path, query))
        behaviour = self._behaviours.get((method, path))
        if behaviour is None and method in WRITES:
            behaviour = self.on_writes
        if behaviour is None:
            await self._app(scope, receive, send)
        else:
            await behaviour(self._app, scope, receive, send)

    def on(self, method: str, path: str, behaviour: Behaviour) -> None:
        """Replace the behaviour of a route."""
        self._behaviours[method, path] = behaviour

    def off(self, method: str, path: str) -> None:
        """Restore the sandbox's behaviour of a route."""
        self._behaviours.pop((method, path), None)

    def pass_time(self, seconds: float) -> None:
        """Advance the server's clock, past its rate limits."""
        self.time += timedelta(seconds=seconds)

    def count(self, method: str, path: str) -> int:
        """Return the number of requests of a route."""
        return sum((one.method, one.path) == (method, path) for one in self.requests)

    @property
    def writes(self) -> int:
        """Number of requests that can change something."""
        return sum(one.method in WRITES for one in self.requests)

    def after_first_write(self, behaviour: Behaviour) -> Behaviour:
        """Behave as the sandbox until the first write, and differently from then on."""

        async def behave(app: App, scope: Scope, receive: Receive, send: Send) -> None:
            if self.writes:
                await behaviour(app, scope, receive, send)
            else:
                await app(scope, receive, send)

        return behave

    def overrides(self) -> dict[str, str]:
        """Return the override of each device from the database."""
        with self.store.open_for_reading() as db:
            rows = db.execute(
                "SELECT o.device_id, c.name FROM overrides o JOIN channels c ON c.id = o.channel_id"
            ).fetchall()
        return {row["device_id"]: row["name"] for row in rows}

    def change(self, statement: str, *values: object) -> None:
        """Change the database without the interface, as another user would."""
        with self.store.open_for_writing() as db:
            db.execute(statement, values)

    def override(self, device_id: str, channel: str) -> None:
        """Set an override without the interface."""
        self.change(
            "INSERT OR REPLACE INTO overrides (app_id, device_id, channel_id)"
            " SELECT app_id, ?, id FROM channels WHERE name = ?",
            device_id,
            channel,
        )


@dataclass
class Gate:
    """A route that waits: `arrival` is set by a request, `open` lets it pass."""

    arrival: asyncio.Event = field(default_factory=asyncio.Event)
    open: asyncio.Event = field(default_factory=asyncio.Event)

    async def before(self, app: App, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait, then carry the request out."""
        self.arrival.set()
        await self.open.wait()
        await app(scope, receive, send)

    async def after(self, app: App, scope: Scope, receive: Receive, send: Send) -> None:
        """Carry the request out at once and delay the reply."""
        messages: list[Message] = []

        async def collect(message: Message) -> None:
            messages.append(message)

        await app(scope, receive, collect)
        self.arrival.set()
        await self.open.wait()
        for message in messages:
            await send(message)


def answering(
    status: int,
    body: bytes,
    *,
    media: str = "application/json",
    first: bool = False,
    more: Sequence[tuple[bytes, bytes]] = (),
) -> Behaviour:
    """Return a fixed reply; with `first` the request is carried out before."""

    async def behave(app: App, scope: Scope, receive: Receive, send: Send) -> None:
        if first:
            await app(scope, receive, _discard)
        headers = [(b"content-type", media.encode()), *more]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return behave


def rewriting(change: Callable[[Any], Any]) -> Behaviour:
    """Carry the request out and replace the JSON of the reply."""

    async def behave(app: App, scope: Scope, receive: Receive, send: Send) -> None:
        messages: list[Message] = []

        async def collect(message: Message) -> None:
            messages.append(message)

        await app(scope, receive, collect)
        answer = json.loads(b"".join(message.get("body", b"") for message in messages[1:]))
        await answering(messages[0]["status"], json.dumps(change(answer)).encode())(
            app, scope, receive, send
        )

    return behave


HTML = answering(200, b"<html><title>Gateway</title></html>", media="text/html")
FAULT = answering(503, b'{"error":"unknown_error","message":"Out to lunch"}')


async def _discard(message: Message) -> None:
    """Discard a reply."""


class Wire(FrontDoor):
    """The server on a loopback socket whose connections can be cut during an exchange."""

    def __init__(self, app: App) -> None:
        super().__init__(app)
        self.cut: dict[tuple[str, str], str] = {}
        """What is cut: ``before`` or ``after`` the request is carried out, by method and path."""
        self.url = ""
        self._socket = AsyncExitStack()

    async def __aenter__(self) -> Wire:
        self.url = await self._socket.enter_async_context(on_a_socket(self))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.shut()

    async def shut(self) -> None:
        """Stop listening; further connections are refused."""
        await self._socket.aclose()

    async def reply(self, request: ReceivedRequest) -> Reply:
        """Answer one request, unless it is cut."""
        cut = self.cut.get((request.method, request.path))
        if cut == "before":
            raise ConnectionCut
        reply = await super().reply(request)
        if cut == "after":
            raise ConnectionCut
        return reply
