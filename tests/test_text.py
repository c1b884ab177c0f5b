"""Cleaning of server text into one printable line."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from capgo_tui.cells import measure_width
from capgo_tui.combining_marks import limit_marks
from capgo_tui.text import MAX_LENGTH, REPLACEMENT, clean, clean_for_file, clean_lines

REFUSED_CATEGORIES = {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("hostile", "line"),
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
        ("👍🏽👍🏿!", "👍👍!"),
        ("🏽", "🏽"),
        ("half \ud800 pair", f"half {REPLACEMENT} pair"),
        ("no\u00a0break\u3000wide", "no␣break␣wide"),
        ("production ", "production␠"),
        ("  both\n", "␠␠both␠"),
        ("\u00a0edge", "␣edge"),
        (" ", "␠"),
        ("a  b", "a  b"),
        ("👩\u200d💻 dev", "👩 dev"),
        ("👩🏽\u200d❤\ufe0f\u200d👨🏿", "👩"),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "🏴"),
        ("🇩🇪🇫🇷", "🇩🇪🇫🇷"),
        ("a\u200db", f"a{REPLACEMENT}b"),
        ("👩\u200db", f"👩{REPLACEMENT}b"),
        ("filler\u3164", f"filler{REPLACEMENT}"),
        ("[red]markup[/red] [/]", "[red]markup[/red] [/]"),
    ],
)
def test_clean_makes_one_harmless_line(hostile: str, line: str) -> None:
    assert clean(hostile) == line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" 👩🏽\u200d💻\u00a0", " 👩🏽\u200d💻\u00a0"),
        ("🏴\U000e0067\U000e0062\U000e007f", "🏴\U000e0067\U000e0062\U000e007f"),
        ("x" * 5_000, "x" * 5_000),
        (
            "a\u200db \x1b[2J\u202e \ud800",
            f"a{REPLACEMENT}b {REPLACEMENT}[2J{REPLACEMENT} {REPLACEMENT}",
        ),
        ("👩\u200d\x9b💻", f"👩{REPLACEMENT}{REPLACEMENT}💻"),
    ],
)
def test_a_file_gets_all_but_what_could_steer_a_terminal(text: str, expected: str) -> None:
    assert clean_for_file(text) == expected


def test_a_megabyte_is_cut_and_says_so() -> None:
    line = clean("x" * 1_000_000)
    assert len(line) == MAX_LENGTH
    assert line.endswith("x…")


@given(st.text(st.characters(), max_size=200))
def test_nothing_that_could_steer_a_terminal_passes(text: str) -> None:
    line = clean(text)
    assert line.isprintable()
    assert not {unicodedata.category(char) for char in line} & REFUSED_CATEGORIES
    assert clean(line) == line


@given(st.text(st.characters(), max_size=200))
def test_lines_stay_lines(text: str) -> None:
    lines = clean_lines(text)
    assert len(lines) == text.count("\n") + 1
    assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("", 0),
        ("qa-07", 5),
        ("über", 4),
        ("u\u0308ber", 4),
        ("東京", 4),
        ("ｶﾀｶﾅ", 4),
        ("ＡＢ", 4),
        ("▲ beta …", 8),
        ("שלום", 4),
        ("🙂", 2),
        (REPLACEMENT, 1),
    ],
)
def test_a_text_is_as_wide_as_a_terminal_draws_it(text: str, cells: int) -> None:
    assert measure_width(text) == cells


TEXTS = st.text("abc-…▲é\u0308東京한글ｶＡ🙂ש", max_size=40)


def test_each_character_is_as_wide_as_the_screen_draws_it() -> None:
    characters = filter(str.isprintable, map(chr, range(0x20, 0x20000)))
    assert not [char for char in characters if measure_width(char) != cell_len(char)]


@given(TEXTS, TEXTS)
def test_widths_add_up(one: str, other: str) -> None:
    assert measure_width(one + other) == measure_width(one) + measure_width(other)


def test_a_mark_without_a_letter_gets_one_and_stays_off_what_is_left_of_it() -> None:
    assert clean("\u0301a") == "\u25cc\u0301a"
    assert clean("\ufe0f\u0301") == "\u25cc\u0301"
    assert clean("e\u0301") == "e\u0301"
    assert clean("\ufe0f") == ""


MARKS = [
    char
    for char in map(chr, range(0x300, 0xE0200))
    if unicodedata.category(char) in ("Mn", "Me", "Mc") or "\u1160" <= char <= "\u11ff"
]


def test_at_most_eight_marks_are_drawn_on_a_letter() -> None:
    heap = [char for char in MARKS if limit_marks(f"a{char * 200}b") != f"a{char * 8}b"]
    selectors = [char for char in heap if clean(f"a{char}") != "a" + char]
    assert heap == selectors, "what does not get through `clean` is not drawn either"
    assert limit_marks("e\u0301" * 100) == "e\u0301" * 100
    assert limit_marks("\u1112\u1161\u11ab" * 100) == "\u1112\u1161\u11ab" * 100
    assert limit_marks("".join(MARKS[:200])) == "".join(MARKS[:8])
    for text in ("Ж" * 100, "漢字" * 100, "नमस्ते" * 50, "🙂" * 100):
        assert limit_marks(text) == text


@pytest.mark.parametrize(
    "text",
    ["Z" + "\u0301" * 200, "\u1112" + "\u1161" * 200, "\u1112\ud7b0\ud7cb", "\u1161", "\u0903"],
)
def test_marks_take_no_cell_however_many_there_are(text: str) -> None:
    assert measure_width(clean(text)) == cell_len(clean(text)) == cell_len(limit_marks(clean(text)))
    assert limit_marks(clean(text))[0] == clean(text)[0]
    assert not is_mark_first(clean(text))


def is_mark_first(text: str) -> bool:
    """Return whether a text begins with a combining character."""
    return measure_width(text[0]) == 0
