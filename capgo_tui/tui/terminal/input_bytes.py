"""Decoding the bytes of the terminal, none of which is an error.

Textual decodes input as strict UTF-8, where one Latin-1 letter ends the program.
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Final

from capgo_tui.text import REPLACEMENT

if TYPE_CHECKING:
    from collections.abc import Callable

ERRORS: Final = "capgo-terminal-input"


class TerminalDecoder(codecs.BufferedIncrementalDecoder):
    """Decodes UTF-8; a byte that is none becomes ``�``, or the eight-bit control that it is.

    The controls are kept, for the tail of an eight-bit reply must not become keys.
    """

    def __init__(self, errors: str = ERRORS) -> None:
        super().__init__(errors)

    def decode(self, data: bytes, final: bool = False) -> str:  # type: ignore[override]
        """Decode what was read.

        Raises:
            EOFError: when nothing was read though something was to be: the terminal is gone.

        """
        if not data and not final:
            raise EOFError("the terminal is gone")
        return super().decode(data, final)

    def _buffer_decode(self, data: bytes, errors: str, final: bool) -> tuple[str, int]:  # type: ignore[override]
        return codecs.utf_8_decode(data, errors, final)


def find_decoder(encoding: str) -> Callable[[], codecs.IncrementalDecoder]:
    """Return a decoder factory, as `codecs.getincrementaldecoder` does; for UTF-8, ours."""
    is_utf8 = codecs.lookup(encoding).name == "utf-8"
    return TerminalDecoder if is_utf8 else codecs.getincrementaldecoder(encoding)


def _make_substitutes(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    chars = (chr(byte) if 0x80 <= byte <= 0x9F else REPLACEMENT for byte in wrong)
    return "".join(chars), error.end


codecs.register_error(ERRORS, _make_substitutes)
