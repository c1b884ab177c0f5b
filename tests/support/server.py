"""The real sandbox behind an ASGI app that records requests and can misbehave."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from capgo_tui.sandbox.app import create_app
from capgo_tui.sandbox.live.override_lookup import DEFAULT_URL_LIMIT
from tests.support.world import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from capgo_tui.sandbox.store import Store

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


class Wire:
    """The server on a loopback socket whose connections can be cut during an exchange."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._server: asyncio.Server | None = None
        self.cut: dict[tuple[str, str], str] = {}
        """What is cut: ``before`` or ``after`` the request is carried out, by method and path."""

    async def __aenter__(self) -> Wire:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.shut()

    async def shut(self) -> None:
        """Stop listening; further connections are refused."""
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        """The address of the server."""
        assert self._server is not None
        host, port = self._server.sockets[0].getsockname()[:2]
        return f"http://{host}:{port}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._exchange(reader, writer)
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve the one request of a connection."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ")
        headers = [
            (name.lower().encode(), value.strip().encode())
            for name, _, value in (line.partition(":") for line in head[1:] if line)
        ]
        length = int(dict(headers).get(b"content-length", b"0"))
        body = await reader.readexactly(length)
        path, _, query = target.partition("?")
        cut = self.cut.get((method, path))
        if cut == "before":
            return
        scope: Scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "scheme": "http",
            "query_string": query.encode(),
            "headers": headers,
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 2),
        }
        answer: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            answer.append(message)

        await self._app(scope, receive, send)
        if cut == "after":
            return
        content = b"".join(message.get("body", b"") for message in answer[1:])
        writer.write(f"HTTP/1.1 {answer[0]['status']} OK\r\nconnection: close\r\n".encode())
        for name, value in answer[0]["headers"]:
            if name.lower() not in {b"content-length", b"connection"}:
                writer.write(name + b": " + value + b"\r\n")
        writer.write(f"content-length: {len(content)}\r\n\r\n".encode() + content)
        await writer.drain()
