"""Careless and hostile clients on the sandbox's port."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

import pytest

from capgo_tui.sandbox.body_limit import MAX_BYTES
from capgo_tui.sandbox.faults.protocol import DroppingProtocol
from tests.sandbox.sockets import serve_app, serve_sandbox

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

HEAD = b"POST /channel HTTP/1.1\r\nhost: x\r\n"


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=60)


@pytest.mark.parametrize("faulty", [False, True])
@pytest.mark.parametrize(
    "data",
    [
        HEAD + b"content-length: %d\r\n\r\n" % (MAX_BYTES + 1),
        HEAD + b"content-length: 999999999999999999\r\n\r\n",
        HEAD
        + b"transfer-encoding: chunked\r\n\r\n"
        + (b"%x\r\n" % (MAX_BYTES + 1))
        + b"x" * (MAX_BYTES + 1),
    ],
    ids=["told", "told to be endless", "in chunks"],
)
def test_a_body_that_is_too_large_is_refused_before_it_is_all_there(
    data: bytes, *, faulty: bool
) -> None:
    with serve_sandbox() as sandbox:
        if faulty:
            sandbox.faults.add("latency=1")
        with connect(sandbox.port) as connection:
            connection.sendall(data)
            assert connection.recv(100).startswith(b"HTTP/1.1 413 ")


def test_a_body_of_just_the_limit_is_read() -> None:
    with serve_sandbox() as sandbox, connect(sandbox.port) as connection:
        head = HEAD + b"connection: close\r\ncontent-length: %d\r\n\r\n" % MAX_BYTES
        connection.sendall(head + b" " * MAX_BYTES)
        assert not connection.recv(100).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("data", [b"", b"POST /chan", HEAD + b"content-length: 9\r\n\r\n{"])
def test_a_connection_over_which_nothing_comes_is_closed(
    data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DroppingProtocol, "IDLE_SECONDS", 0.05)
    with serve_sandbox() as sandbox, connect(sandbox.port) as connection:
        connection.sendall(data)
        assert connection.recv(100) == b""


def test_a_client_that_waits_for_an_answer_is_not_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DroppingProtocol, "IDLE_SECONDS", 0.01)

    async def slow(_scope: Scope, _receive: Receive, send: Send) -> None:
        await asyncio.sleep(0.1)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"at last"})

    with serve_app(slow) as port, connect(port) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 200 ")
