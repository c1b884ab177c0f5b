"""Decompress a reply in pieces of bounded size.

httpx decompresses every layer that a header names, and each chunk at once, before its size can be
checked: a few hundred bytes compressed twice became gigabytes.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ACCEPT_ENCODING: Final = "gzip, deflate"
PIECE: Final = 1024 * 1024
"""Most bytes decompressed at once, which takes a few milliseconds."""
_GZIP = 16 + zlib.MAX_WBITS
_WITHOUT_HEADER = -zlib.MAX_WBITS
_DEFLATE_HEADER = 2
"""Bytes of zlib's header, which some servers leave out of what they call deflate."""


class UnsupportedEncodingError(ValueError):
    """The reply is compressed twice, or by an encoding that was not requested."""


class Unpacker:
    """Decompresses one reply by its content encodings."""

    def __init__(self, encodings: Iterable[str]) -> None:
        layers = [name for each in encodings if (name := each.strip().lower()) not in _PLAIN]
        if len(layers) > 1 or not {*layers} <= _ENCODINGS:
            raise UnsupportedEncodingError
        self._is_packed = bool(layers)
        self._stream = zlib.decompressobj(_GZIP) if layers and layers != ["deflate"] else None
        self._head = b""
        self._has_begun = False

    def iterate_pieces(self, data: bytes) -> Iterator[bytes]:
        """Decompress a chunk in pieces of at most `PIECE` bytes; raises httpx.DecodingError."""
        if not self._is_packed:
            yield data
            return
        self._has_begun = self._has_begun or bool(data)
        self._head += data
        if self._stream is None:
            if len(self._head) < _DEFLATE_HEADER:
                return
            self._stream = zlib.decompressobj(_find_window(self._head))
        data, self._head = self._head, b""
        more = True
        while more and not self._stream.eof:
            try:
                piece = self._stream.decompress(data, PIECE)
            except zlib.error as error:
                raise httpx.DecodingError(str(error)) from None
            if piece:
                yield piece
            data = self._stream.unconsumed_tail
            more = bool(data) or len(piece) == PIECE  # the decompressor may hold some back

    def finish(self) -> None:
        """Raise httpx.DecodingError when the end is missing; an empty body is valid."""
        if self._has_begun and (self._stream is None or not self._stream.eof):
            raise httpx.DecodingError("the end is missing")


_PLAIN = {"", "identity"}
_ENCODINGS = {"gzip", "x-gzip", "deflate"}


def _find_window(head: bytes) -> int:
    """Return the window bits of zlib, by whether its header is there (RFC 1950)."""
    has_header = head[0] & 0x0F == zlib.DEFLATED and int.from_bytes(head[:2], "big") % 31 == 0
    return zlib.MAX_WBITS if has_header else _WITHOUT_HEADER
