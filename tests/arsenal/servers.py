"""Servers that answer with any bytes, on loopback and outside the event loop."""

from __future__ import annotations

import re
import socket
import threading
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECONDS = 20
"""The timeout of a silent connection."""
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass
class RawServer:
    """A server that gives each request to a function and sends back the bytes it returns."""

    answer: Callable[[bytes], bytes]
    requests: list[bytes] = field(default_factory=list)
    url: str = ""

    @property
    def writes(self) -> int:
        """The number of requests that are writes."""
        return sum(not request.startswith(b"GET ") for request in self.requests)

    def serve_one(self, connection: socket.socket) -> None:
        """Read a request, answer it, and close the connection."""
        with closing(connection), suppress(OSError):
            connection.settimeout(SECONDS)
            if request := read_request(connection):
                self.requests.append(request)
                connection.sendall(self.answer(request))


@contextmanager
def raw_server(answer: Callable[[bytes], bytes]) -> Iterator[RawServer]:
    """Serve on a free port until the block is left."""
    server = RawServer(answer)

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=server.serve_one, args=[connection], daemon=True).start()

    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        server.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            yield server
        finally:
            listener.shutdown(socket.SHUT_RDWR)
    thread.join(SECONDS)


def read_request(connection: socket.socket) -> bytes:
    """Return a request with its body, or b"" when none comes."""
    data = b""
    while b"\r\n\r\n" not in data:
        if not (more := connection.recv(65536)):
            return b""
        data += more
    length = _LENGTH.search(data)
    end = data.index(b"\r\n\r\n") + 4 + (int(length[1]) if length else 0)
    while len(data) < end and (more := connection.recv(65536)):
        data += more
    return data


def forward(request: bytes, upstream: str) -> bytes:
    """Send a request to another server on loopback and return the bytes of its answer."""
    host, port = upstream.removeprefix("http://").rstrip("/").split(":")
    head, _, body = request.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    with closing(socket.create_connection((host, int(port)), timeout=SECONDS)) as connection:
        connection.sendall(b"\r\n".join([*lines, b"connection: close", b"", body]))
        return b"".join(iter(lambda: connection.recv(65536), b""))


@contextmanager
def spoiling_proxy(upstream: str, spoil: Callable[[bytes, bytes], bytes]) -> Iterator[RawServer]:
    """Forward each request, and answer with what `spoil` returns for it and its answer."""
    with raw_server(lambda request: spoil(request, forward(request, upstream))) as server:
        yield server


def make_answer(status: str, body: bytes = b"", *headers: str) -> bytes:
    """Return an answer with a status, its length and some headers."""
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", "connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body
