"""Server text comes through one door, and leaves it as one printable line."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capgo_tui.text import MAX_LENGTH, REPLACEMENT, clean, clean_lines

REFUSED_CATEGORIES = {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("qa-07", "qa-07"),
        ("", ""),
        ("Café über 日本", "Café über 日本"),
        ("evil\x1b]0;owned\x07", f"evil{REPLACEMENT}]0;owned{REPLACEMENT}"),
        ("c1\x9b2J", f"c1{REPLACEMENT}2J"),
        ("two\nlines\tand\r\nmore", "two lines and more"),
        ("abc\u202egnp.exe", f"abc{REPLACEMENT}gnp.exe"),
        ("zero\u200bwidth", f"zero{REPLACEMENT}width"),
        ("heart\u2764\ufe0f", "heart\u2764"),
        ("half \ud800 pair", f"half {REPLACEMENT} pair"),
        ("no\u00a0break", "no break"),
        ("filler\u3164", f"filler{REPLACEMENT}"),
        ("[red]markup[/red] [/]", "[red]markup[/red] [/]"),
    ],
)
def test_clean_makes_one_harmless_line(hostile: str, shown: str) -> None:
    assert clean(hostile) == shown


def test_a_megabyte_is_cut_and_says_so() -> None:
    shown = clean("x" * 1_000_000)
    assert len(shown) == MAX_LENGTH
    assert shown.endswith("x…")


@given(st.text(st.characters(), max_size=200))
def test_nothing_that_could_steer_a_terminal_passes(text: str) -> None:
    shown = clean(text)
    assert shown.isprintable()
    assert not {unicodedata.category(char) for char in shown} & REFUSED_CATEGORIES
    assert clean(shown) == shown


@given(st.text(st.characters(), max_size=200))
def test_lines_stay_lines(text: str) -> None:
    lines = clean_lines(text)
    assert len(lines) == text.count("\n") + 1
    assert all(line.isprintable() for line in lines)
