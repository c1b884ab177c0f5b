"""ASCII counterparts of the interface's glyphs, for a terminal that cannot show them.

They are put in where text leaves the program: by the error handler of the stream, which is asked
for what its encoding lacks. Each takes the cells of what it stands for, so columns stay aligned.
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Final, TextIO

from capgo_tui.cells import measure_width

if TYPE_CHECKING:
    from collections.abc import Mapping

ERRORS: Final = "capgo-glyphs"
"""The error handler that replaces what an encoding lacks."""
ASCII: Final = "capgo_ascii"
"""ASCII under a name of its own: click takes a stream in «ascii» for misconfigured UTF-8."""
UNKNOWN: Final = "?"
"""What stands for one cell of anything else, such as a letter of another script."""

GLYPHS: Final[Mapping[str, str]] = {
    # Records
    "●": "*", "○": "o", "◌": ".", "◆": "#", "◇": "o", "◈": "%", "■": "#", "□": "o",
    "▲": "^", "△": "A", "▼": "v", "✓": "v", "✗": "x", "⟳": "%", "↶": "<", "≠": "/", "🔒": "##",
    # Text
    "…": "~", "·": "|", "•": "*", "–": "-", "—": "-", "−": "-", "×": "x", "≤": "<", "≥": ">",
    "‘": "'", "’": "'", "“": '"', "”": '"', "«": '"', "»": '"', "␠": "_", "␣": "_", "�": "?",
    # Places and keys
    "→": ">", "←": "<", "↑": "^", "↓": "v", "↕": ":", "›": ">", "‹": "<", "▸": ">", "▾": "v",
    "⏎": "$", "⇥": ">", "⇧": "^", "⌫": "<",
    # Bars
    "▓": "#", "▒": "=", "░": ".", "█": "#", "▇": "#", "▆": "#", "▅": "=", "▄": "=", "▃": "-",
    "▂": "-", "▁": "_", "▉": "#", "▊": "#", "▋": "#", "▌": "|", "▍": "|", "▎": "|", "▏": "|",
    "▐": "|", "▕": "|", "▔": "-", "▀": "-",
    # Lines and corners
    "─": "-", "━": "-", "═": "=", "│": "|", "┃": "|", "║": "|", "╴": "-", "╶": "-", "╵": "|",
    "╷": "|", "╸": "-", "╺": "-", "╹": "|", "╻": "|",
    **dict.fromkeys("┌┐└┘├┤┬┴┼╭╮╯╰╔╗╚╝╠╣╦╩╬┏┓┗┛┣┫┳┻╋", "+"),
}  # fmt: skip
"""Each glyph with its counterpart of the same width."""
_TABLE: Final = str.maketrans(dict(GLYPHS))


def to_ascii(text: str) -> str:
    """Return a text in ASCII, in the same number of cells."""
    if text.isascii():
        return text
    return "".join(char if char.isascii() else _find_counterpart(char) for char in text)


def replace_glyphs(text: str) -> str:
    """Return a text with counterparts for the glyphs alone; it keeps its letters."""
    return text if text.isascii() else text.translate(_TABLE)


def can_show_glyphs(encoding: str, environ: Mapping[str, str]) -> bool:
    """Return whether a terminal takes UTF-8, by the encoding of a stream and by the locale.

    Python writes UTF-8 in a locale that is not installed, and in C: where the user chose one of
    them by name, the terminal is taken at its word. Where no locale is named, as in most
    containers, UTF-8 is the better guess.
    """
    if codecs.lookup(encoding).name != "utf-8":
        return False
    if environ.get("PYTHONUTF8") == "1" or environ.get("PYTHONIOENCODING"):
        return True
    if environ.get("LC_ALL") in ("C", "POSIX"):
        return False
    locale = environ.get("LC_ALL") or environ.get("LC_CTYPE") or environ.get("LANG") or ""
    charset = locale.partition("@")[0].partition(".")[2]
    return not charset or charset.lower().replace("-", "") == "utf8"


def substitute_glyphs(stream: TextIO | None, environ: Mapping[str, str]) -> None:
    """Let a stream write the counterpart of each character that it lacks."""
    reconfigure = getattr(stream, "reconfigure", None)
    if stream is None or reconfigure is None or can_show_glyphs(stream.encoding, environ):
        return
    is_narrow = codecs.lookup(stream.encoding).name in ("utf-8", "ascii")
    reconfigure(encoding=ASCII if is_narrow else stream.encoding, errors=ERRORS)


def _find_counterpart(char: str) -> str:
    return GLYPHS.get(char, UNKNOWN * measure_width(char))


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return to_ascii(error.object[error.start : error.end]), error.end


def _find_codec(name: str) -> codecs.CodecInfo | None:
    if name != ASCII:
        return None
    ascii_codec = codecs.lookup("ascii")
    return codecs.CodecInfo(
        ascii_codec.encode,
        ascii_codec.decode,
        ascii_codec.streamreader,
        ascii_codec.streamwriter,
        ascii_codec.incrementalencoder,
        ascii_codec.incrementaldecoder,
        ASCII,
    )


codecs.register_error(ERRORS, _replace)
codecs.register(_find_codec)
