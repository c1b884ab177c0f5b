"""Each glyph of the interface has a counterpart in ASCII that takes the same cells."""

from __future__ import annotations

import ast
import io
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from capgo_tui.cells import measure_width
from capgo_tui.glyphs import GLYPHS, can_show_glyphs, substitute_glyphs, to_ascii
from capgo_tui.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(__file__).parents[1] / "capgo_tui"
PATTERNS = {"text.py", "combining_marks.py", "glyphs.py", "api/hiding.py", "api/requests.py"}
"""Modules whose characters are patterns to look for, which are never drawn."""
NOT_DRAWN = set("\uff1d\uff0b\uff0d\uff20")
"""What begins a formula of a spreadsheet."""


def drawn_texts(source: str) -> Iterator[str]:
    """Yield the string literals of a module without its docstrings."""
    tree = ast.parse(source)
    docstrings = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if id(node) not in docstrings:
                yield text


def test_each_character_of_the_interface_has_a_counterpart() -> None:
    missing: dict[str, set[str]] = {}
    count = 0
    for path in PACKAGE.rglob("*.py"):
        name = path.relative_to(PACKAGE).as_posix()
        if name in PATTERNS or name.startswith("sandbox/"):
            continue
        for text in drawn_texts(path.read_text(encoding="utf-8")):
            for char in text:
                if not char.isascii() and char.isprintable() and char not in NOT_DRAWN:
                    count += 1
                    if char not in GLYPHS:
                        missing.setdefault(char, set()).add(name)
    assert not missing
    assert count > 200, "the search finds them"


def test_what_stands_for_an_unseen_space_has_a_counterpart() -> None:
    assert to_ascii(clean("no\u00a0break ")) == "no_break_"


@pytest.mark.parametrize("glyph", GLYPHS)
def test_a_counterpart_is_ascii_of_the_same_width(glyph: str) -> None:
    assert len(glyph) == 1
    assert GLYPHS[glyph].isascii()
    assert GLYPHS[glyph].isprintable()
    assert len(GLYPHS[glyph]) == measure_width(glyph)


def test_glyphs_that_tell_records_apart_still_do() -> None:
    for alternatives in ("●○▲", "◆◇◈", "■□", "✓✗⟳", "↑↓←→"):
        assert len({GLYPHS[glyph] for glyph in alternatives}) == len(alternatives)


@pytest.mark.parametrize(
    ("text", "ascii_text"),
    [
        ("plain", "plain"),
        ("● qa · 2…", "* qa | 2~"),
        ("日本 x", "???? x"),
        ("e\u0301a", "ea"),
        ("é", "?"),
        ("prod 🔒", "prod ##"),
    ],
)
def test_text_keeps_its_cells(text: str, ascii_text: str) -> None:
    assert to_ascii(text) == ascii_text
    assert measure_width(ascii_text) == measure_width(text)


@pytest.mark.parametrize(
    ("encoding", "written"),
    [("ascii", b"* ? ?? ## |"), ("latin-1", b"* \xe9 ?? ## \xb7"), ("utf-8", None)],
)
def test_a_stream_writes_what_it_lacks_in_ascii(encoding: str, written: bytes | None) -> None:
    text = "● é 日 🔒 ·"
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    substitute_glyphs(stream, {})
    stream.write(text)
    stream.flush()
    assert raw.getvalue() == (text.encode() if written is None else written)


@pytest.mark.parametrize(
    ("encoding", "environ", "can_show"),
    [
        ("utf-8", {}, True),
        ("UTF8", {"LANG": "de_DE.UTF-8"}, True),
        ("utf-8", {"LC_ALL": "C.utf8"}, True),
        ("utf-8", {"LC_CTYPE": "C.UTF-8", "LANG": "C"}, True),  # as Python sets it
        ("utf-8", {"LANG": "en_US"}, True),
        ("utf-8", {"LC_ALL": "C"}, False),
        ("utf-8", {"LC_ALL": "POSIX", "LANG": "en_US.UTF-8"}, False),
        ("utf-8", {"LC_ALL": "C", "PYTHONUTF8": "1"}, True),
        ("utf-8", {"LC_ALL": "C", "PYTHONIOENCODING": "utf-8"}, True),
        ("utf-8", {"LANG": "de_DE.ISO-8859-15@euro"}, False),
        ("latin-1", {"LANG": "de_DE.UTF-8"}, False),
        ("ascii", {}, False),
    ],
)
def test_a_terminal_is_taken_at_its_word(
    encoding: str, environ: dict[str, str], can_show: bool
) -> None:
    assert can_show_glyphs(encoding, environ) is can_show
