"""Proxies on loopback and a server with TLS behind them, in the event loop of a test."""

from __future__ import annotations

import asyncio
import ssl
import struct
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import trustme

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

HOST = "api.example.test"
"""A name that no resolver knows: only a proxy finds it."""


@dataclass
class Proxy:
    """A proxy that leads every connection to one port of this machine."""

    upstream_port: int
    port: int = 0
    targets: list[str] = field(default_factory=list)
    """The host and port of each connection that was asked for."""
    users: list[str] = field(default_factory=list)
    """What each client sent as its user and password."""
    refusal: bytes = b""
    """The answer in place of a connection."""

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one CONNECT."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        method, target, _ = head.split(" ", 2)
        assert method == "CONNECT"
        self.targets.append(target)
        for line in head.splitlines():
            name, _, value = line.partition(": ")
            if name.lower() == "proxy-authorization":
                self.users.append(value)
        if self.refusal:
            writer.write(self.refusal)
            return
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await self._relay(reader, writer)

    async def socks(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection by SOCKS5, with or without a user."""
        _, count = await reader.readexactly(2)
        methods = await reader.readexactly(count)
        writer.write(bytes((5, methods[0])))
        if methods[0] == 2:
            _, length = await reader.readexactly(2)
            user = await reader.readexactly(length)
            (length,) = await reader.readexactly(1)
            self.users.append(f"{user.decode()}:{(await reader.readexactly(length)).decode()}")
            writer.write(b"\x01\x00")
        _, _, _, kind, length = await reader.readexactly(5)
        assert kind == 3, "the proxy resolves the name"
        host = (await reader.readexactly(length)).decode()
        (port,) = struct.unpack("!H", await reader.readexactly(2))
        self.targets.append(f"{host}:{port}")
        code = self.refusal or b"\x00"
        writer.write(b"\x05" + code + b"\x00\x01\x7f\x00\x00\x01\x00\x00")
        if not self.refusal:
            await self._relay(reader, writer)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self.upstream_port)
        await asyncio.gather(_copy(reader, back), _copy(there, writer))


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


@asynccontextmanager
async def listening(
    handler: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[int]:
    """Call a handler for every connection to a port of this machine; yield the port."""
    tasks: list[asyncio.Task[None]] = []

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.append(task)
        with suppress(asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            await handler(reader, writer)
        writer.close()
        with suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()

    server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()
        await asyncio.gather(*tasks)


def make_tls(file: Path, *names: str) -> tuple[ssl.SSLContext, Path]:
    """Return the context of a server with some names, and the file of its CA, which is made."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(file)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(tls)
    return tls, file


@asynccontextmanager
async def tls_server(folder: Path, *names: str) -> AsyncIterator[tuple[int, Path]]:
    """Serve ``[]`` with a certificate for some names; yield the port and the file of its CA."""
    tls, file = make_tls(folder / "ca.pem", *names)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n[]")
        await writer.drain()

    async with listening(answer, tls) as port:
        yield port, file
