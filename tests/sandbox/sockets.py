"""A sandbox on a real port, and a client that returns every byte of an answer."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import uvicorn

from capgo_tui.sandbox.app import create_app
from capgo_tui.sandbox.faults import Faults
from capgo_tui.sandbox.serve import make_server_config
from capgo_tui.sandbox.store import Store
from tests.sandbox.contract_app import fill
from tests.support.clock import NOON

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from starlette.types import ASGIApp


@dataclass(frozen=True)
class Bytes:
    """One answer, read until the connection ended."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class _AnnouncingServer(uvicorn.Server):
    """A server that sets an event when it accepts connections."""

    ready: threading.Event

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@dataclass
class SocketSandbox:
    """A sandbox on a local port, with its data and faults."""

    store: Store
    faults: Faults
    port: int
    key: str
    pauses: list[float] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def ask(self, *request: Any, **fields: Any) -> bytes:
        """Send a request and return every byte of the answer; b"" without one."""
        with self.connect() as connection:
            connection.sendall(self.request(*request, **fields))
            return b"".join(iter(lambda: connection.recv(65536), b""))

    def request(
        self,
        method: str,
        path: str,
        query: Mapping[str, object] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> bytes:
        target = f"{path}?{urlencode(query)}" if query else path
        content = b"" if body is None else json.dumps(body).encode()
        head = (
            f"{method} {target} HTTP/1.1\r\nhost: sandbox\r\nconnection: close\r\n"
            f"authorization: {self.key}\r\ncontent-length: {len(content)}\r\n\r\n"
        )
        return head.encode() + content

    def get(self, path: str, **query: object) -> Bytes:
        return parse_answer(self.ask("GET", path, query))

    def count(self, table: str) -> int:
        with self.store.open_for_reading() as db:
            row = db.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
            return int(row[0])


def parse_answer(raw: bytes) -> Bytes:
    """Parse an answer without chunks."""
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    assert "transfer-encoding" not in headers
    return Bytes(int(first.split()[1]), headers, body)


@contextmanager
def serve_sandbox(
    *, revision: str = "live", store: Store | None = None, key: str | None = None
) -> Iterator[SocketSandbox]:
    """Serve a sandbox that records pauses instead of waiting."""
    if store is None:
        store = Store()
        key = fill(store)
    faults = Faults()
    app = create_app(store, revision=revision, now=lambda: NOON, faults=faults)
    with serve_app(app) as port:
        sandbox = SocketSandbox(store, faults, port, key or "")

        async def note(seconds: float) -> None:
            sandbox.pauses.append(seconds)

        faults.sleep = note
        yield sandbox
    store.close()


@contextmanager
def serve_app(app: ASGIApp) -> Iterator[int]:
    """Serve an application in a thread and yield its port."""
    server = _AnnouncingServer(make_server_config(app))
    server.ready = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            assert server.ready.wait(20)
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()
