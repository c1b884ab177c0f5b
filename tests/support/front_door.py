"""A front door before the sandbox: it keeps every request, and breaks what a test tells it to."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping

    Message: TypeAlias = MutableMapping[str, Any]
    Receive: TypeAlias = Callable[[], Awaitable[Message]]
    Send: TypeAlias = Callable[[Message], Awaitable[None]]
    App: TypeAlias = Callable[[Message, Receive, Send], Awaitable[None]]


class ConnectionCut(Exception):  # noqa: N818 - it names what the client sees
    """The connection ends before an answer."""


@dataclass(frozen=True)
class ReceivedRequest:
    """One request as the server saw it."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes = b""
    raw_query: str = ""

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Reply:
    """One answer, before it leaves."""

    status: int
    body: bytes
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    raw: bytes | None = None
    """All bytes that go over a socket in its place; the connection then ends."""

    @classmethod
    def of(cls, status: int, document: object) -> Reply:
        body = json.dumps(document).encode()
        return cls(status, body, [(b"content-type", b"application/json")])

    def document(self) -> Any:
        return json.loads(self.body)

    def with_document(self, document: object) -> Reply:
        headers = [(name, value) for name, value in self.headers if name != b"content-length"]
        return replace(self, body=json.dumps(document).encode(), headers=headers)


class Fault:
    """What to do instead of, before or after the real answer to one request."""

    def __init__(
        self, name: str, run: Callable[[Callable[[], Awaitable[Reply]]], Awaitable[Reply]]
    ) -> None:
        self.name = name
        self.run = run
        self.skip = 0
        self.times = 1


@dataclass
class FrontDoor:
    """The sandbox as the client meets it."""

    app: App
    requests: list[ReceivedRequest] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    under_way: int = 0
    most_inside: int = 0

    def count(self, name: str) -> int:
        """How often a method and path were asked for."""
        return sum(request.name == name for request in self.requests)

    @property
    def writes(self) -> int:
        """How many requests there were that change something."""
        return sum(request.method != "GET" for request in self.requests)

    # The faults

    def on(
        self,
        name: str,
        run: Callable[[Callable[[], Awaitable[Reply]]], Awaitable[Reply]],
        *,
        skip: int = 0,
        times: int = 1,
    ) -> None:
        """Let `run` answer the next `times` requests of that name, after `skip` good ones."""
        fault = Fault(name, run)
        fault.skip, fault.times = skip, times
        self.faults.append(fault)

    def fail(self, name: str, status: int = 503, *, skip: int = 0, times: int = 1) -> None:
        """Answer with a failure, before anything has happened."""

        async def run(_: Callable[[], Awaitable[Reply]]) -> Reply:
            return Reply.of(status, {"error": "unknown_error", "message": "Unknown error"})

        self.on(name, run, skip=skip, times=times)

    def answer(self, name: str, document: object, status: int = 200) -> None:
        """Answer with this and do nothing."""

        async def run(_: Callable[[], Awaitable[Reply]]) -> Reply:
            return Reply.of(status, document)

        self.on(name, run)

    def cut_before(self, name: str, *, skip: int = 0, times: int = 1) -> None:
        """Take the request and cut the connection; nothing has happened."""

        async def run(_: Callable[[], Awaitable[Reply]]) -> Reply:
            raise ConnectionCut

        self.on(name, run, skip=skip, times=times)

    def cut_after(self, name: str) -> None:
        """Carry the request out, and cut the connection in place of the answer."""

        async def run(forward: Callable[[], Awaitable[Reply]]) -> Reply:
            await forward()
            raise ConnectionCut

        self.on(name, run)

    def answer_raw(self, name: str, raw: bytes, *, first: bool, times: int = 1) -> None:
        """Answer with these bytes, on a socket; `first` carries the request out before."""

        async def run(forward: Callable[[], Awaitable[Reply]]) -> Reply:
            if first:
                await forward()
            return Reply(0, b"", raw=raw)

        self.on(name, run, times=times)

    def rewrite(self, name: str, change: Callable[[Any], object], *, skip: int = 0) -> None:
        """Answer with what `change` makes of the real answer's JSON."""

        async def run(forward: Callable[[], Awaitable[Reply]]) -> Reply:
            reply = await forward()
            return reply.with_document(change(reply.document()))

        self.on(name, run, skip=skip)

    def before(self, name: str, do: Callable[[], None], *, skip: int = 0) -> None:
        """Do something to the data just before the real answer is made."""

        async def run(forward: Callable[[], Awaitable[Reply]]) -> Reply:
            do()
            return await forward()

        self.on(name, run, skip=skip)

    def after(self, name: str, do: Callable[[], None]) -> None:
        """Do something to the data just after the real answer was made."""

        async def run(forward: Callable[[], Awaitable[Reply]]) -> Reply:
            reply = await forward()
            do()
            return reply

        self.on(name, run)

    def hold(self, name: str, *, skip: int = 0) -> Pause:
        """Make the real answer, then keep it back until it is let go."""
        pause = Pause()

        async def run(forward: Callable[[], Awaitable[Reply]]) -> Reply:
            reply = await forward()
            pause.ready.set()
            await pause.release.wait()
            return reply

        self.on(name, run, skip=skip)
        return pause

    # The answering

    async def reply(self, request: ReceivedRequest) -> Reply:
        """Answer one request."""
        self.requests.append(request)
        self.under_way += 1
        self.most_inside = max(self.most_inside, self.under_way)

        async def forward() -> Reply:
            return await _call(self.app, request)

        try:
            for fault in self.faults:
                if fault.name != request.name:
                    continue
                if fault.skip:
                    fault.skip -= 1
                elif fault.times:
                    fault.times -= 1
                    return await fault.run(forward)
            return await forward()
        finally:
            self.under_way -= 1

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        raw_query = scope["query_string"].decode()
        request = ReceivedRequest(
            scope["method"],
            scope["path"],
            dict(parse_qsl(raw_query, keep_blank_values=True)),
            {name.decode(): value.decode() for name, value in scope["headers"]},
            (await receive()).get("body", b""),
            raw_query,
        )
        reply = await self.reply(request)
        await send(
            {"type": "http.response.start", "status": reply.status, "headers": reply.headers}
        )
        await send({"type": "http.response.body", "body": reply.body})


@dataclass
class Pause:
    """An answer that is made and kept back."""

    ready: asyncio.Event = field(default_factory=asyncio.Event)
    release: asyncio.Event = field(default_factory=asyncio.Event)

    def let_go(self) -> None:
        self.release.set()


async def _call(app: App, request: ReceivedRequest) -> Reply:
    """Ask the sandbox itself."""
    scope: Message = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": request.path,
        "raw_path": request.path.encode(),
        "query_string": request.raw_query.encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in request.headers.items()],
        "client": ("192.0.2.1", 1234),
        "server": ("sandbox", 80),
    }
    messages: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": request.body, "more_body": False}

    async def send(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in messages[1:])
    return Reply(messages[0]["status"], body, list(messages[0]["headers"]))


@asynccontextmanager
async def on_a_socket(door: FrontDoor) -> AsyncIterator[str]:
    """Serve a front door on this machine, where a cut connection is really cut."""
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            tasks.add(task)
        try:
            await _serve_one(door, reader, writer)
        except (ConnectionCut, ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await server.wait_closed()
        await asyncio.gather(*tasks)


async def _serve_one(
    door: FrontDoor, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    method, target, _ = head[0].split(" ")
    headers = {}
    for line in filter(None, head[1:]):
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    url = urlsplit(target)
    query = dict(parse_qsl(url.query, keep_blank_values=True))
    reply = await door.reply(ReceivedRequest(method, url.path, query, headers, body, url.query))
    if reply.raw is not None:
        writer.write(reply.raw)
        await writer.drain()
        return
    lines = [f"HTTP/1.1 {reply.status} ."]
    lines += [
        f"{name.decode()}: {value.decode()}"
        for name, value in reply.headers
        if name.lower() not in {b"content-length", b"connection"}
    ]
    lines += [f"content-length: {len(reply.body)}", "connection: close", "", ""]
    writer.write("\r\n".join(lines).encode() + reply.body)
    await writer.drain()
