"""Tests of compressed replies, small on the wire and large in memory."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING

import httpx
import pytest

from capgo_tui.api.errors import CapgoError, ErrorKind
from capgo_tui.api.transport import Transport
from capgo_tui.api.unpacking import PIECE, Unpacker, UnsupportedEncodingError
from tests.api.support import KEY
from tests.api.test_transport import READ, WRITE, raw, serving

if TYPE_CHECKING:
    from capgo_tui.api.requests import Request

TEXT = b'[{"id": 1, "name": "a"}]' * 200
MB = 1024 * 1024


def bare_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def reply(body: bytes, *encodings: str) -> bytes:
    lines = "".join(f"content-encoding: {each}\r\n" for each in encodings)
    return f"HTTP/1.1 200 OK\r\n{lines}content-length: {len(body)}\r\n\r\n".encode() + body


COMPRESSED_BODIES = [
    ((), TEXT),
    (("identity",), TEXT),
    (("gzip",), gzip.compress(TEXT, mtime=0)),
    (("X-GZip, identity",), gzip.compress(TEXT, mtime=0)),
    (("deflate",), zlib.compress(TEXT)),
    (("deflate",), bare_deflate(TEXT)),
]


@pytest.mark.parametrize(("encodings", "body"), COMPRESSED_BODIES)
async def test_what_was_asked_for_is_unpacked(encodings: tuple[str, ...], body: bytes) -> None:
    async with serving(raw(reply(body, *encodings))) as server:
        transport = Transport(server.url, KEY)
        assert await transport.send(READ) == TEXT
        await transport.aclose()
    assert b"accept-encoding: gzip, deflate\r\n" in server.received_bytes[0].lower()


@pytest.mark.parametrize(("encodings", "body"), COMPRESSED_BODIES[2:])
def test_it_is_unpacked_byte_by_byte(encodings: tuple[str, ...], body: bytes) -> None:
    unpacker = Unpacker([each for name in encodings for each in name.split(",")])
    pieces = [piece for byte in body for piece in unpacker.iterate_pieces(bytes([byte]))]
    unpacker.finish()
    assert b"".join(pieces) == TEXT


@pytest.mark.parametrize("request_", [READ, WRITE])
@pytest.mark.parametrize(
    "encodings", [("gzip, gzip",), ("gzip", "gzip"), ("gzip, deflate",), ("br",), ("zstd",)]
)
async def test_what_is_packed_twice_or_otherwise_is_not_unpacked(
    encodings: tuple[str, ...], request_: Request
) -> None:
    bomb = gzip.compress(gzip.compress(bytes(64 * MB)))
    async with serving(raw(reply(bomb, *encodings))) as server:
        sizes: list[int] = []
        transport = Transport(
            server.url, KEY, on_exchange=lambda exchange: sizes.append(exchange.reply_bytes)
        )
        with pytest.raises(CapgoError, match="packed in a way that was not asked for") as excinfo:
            await transport.send(request_)
        await transport.aclose()
    assert excinfo.value.kind is ErrorKind.SERVER_FAULT
    assert excinfo.value.maybe_sent is request_.writes
    assert sizes == [0]


async def test_a_small_reply_that_unpacks_to_a_large_one_is_left_at_the_bound() -> None:
    bomb = gzip.compress(bytes(64 * MB))
    async with serving(raw(reply(bomb, "gzip"))) as server:
        sizes: list[int] = []
        transport = Transport(
            server.url,
            KEY,
            max_reply_bytes=2 * MB,
            on_exchange=lambda exchange: sizes.append(exchange.reply_bytes),
        )
        with pytest.raises(CapgoError, match="larger than 2 MB"):
            await transport.send(READ)
        await transport.aclose()
    assert sizes[0] <= 2 * MB + PIECE


def test_no_piece_is_larger_than_the_bound() -> None:
    unpacker = Unpacker(["gzip"])
    pieces = [len(piece) for piece in unpacker.iterate_pieces(gzip.compress(bytes(9 * MB)))]
    unpacker.finish()
    assert sum(pieces) == 9 * MB
    assert max(pieces) <= PIECE


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(TEXT, mtime=0)[:-9]),
        ("gzip", TEXT),
        ("deflate", b"x"),
        ("deflate", zlib.compress(TEXT)[:-5]),
        ("deflate", b"\xff" * 40),
    ],
)
async def test_a_damaged_reply_is_told_as_such(encoding: str, body: bytes) -> None:
    async with serving(raw(reply(body, encoding))) as server:
        transport = Transport(server.url, KEY)
        with pytest.raises(CapgoError, match="is damaged: it cannot be decompressed"):
            await transport.send(READ)
        await transport.aclose()


def test_nothing_at_all_is_no_damage() -> None:
    Unpacker(["gzip"]).finish()


def test_the_reasons_are_errors_of_their_own() -> None:
    with pytest.raises(UnsupportedEncodingError):
        Unpacker(["gzip", "gzip"])
    with pytest.raises(httpx.DecodingError):
        list(Unpacker(["gzip"]).iterate_pieces(b"no gzip at all"))
