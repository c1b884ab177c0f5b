"""Terminal lines from runs of text, measured in cells."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style

from capgo_tui.text import clean
from capgo_tui.tui.widgets.lines import break_up, measure_width, pad, pad_middle, strip, wrap

# What `clean` lets through is what the screen has to draw: wide, combining and emoji as well.
AWKWARD = st.text("ab -漢字한🙂👍🏽e\u0301\u0308नि🇫🇷ﬃ\t\x1b\u200b\u200d\u202e", max_size=40)
TEXTS = (st.text(max_size=40) | AWKWARD).map(clean)
WIDTHS = st.integers(0, 30)
STYLES = st.sampled_from([Style(bold=True), Style(color="red"), Style()])
RUNS = st.lists(st.tuples(TEXTS, STYLES), max_size=6)


@given(TEXTS, WIDTHS)
def test_padded_text_has_exactly_the_width_and_begins_as_the_text_does(
    text: str, width: int
) -> None:
    padded_text = pad(text, width)
    assert cell_len(padded_text) == width
    if not width:
        assert padded_text == ""
    elif measure_width(text) <= width:
        assert padded_text.startswith(text)
        assert not padded_text[len(text) :].strip()
    else:
        assert padded_text.endswith("…")
        assert text.startswith(padded_text[:-1].rstrip(" "))


@given(TEXTS, WIDTHS)
def test_text_cut_in_the_middle_has_exactly_the_width_and_keeps_both_ends(
    text: str, width: int
) -> None:
    padded_text = pad_middle(text, width)
    assert cell_len(padded_text) == width
    if width >= 5 and measure_width(text) > width:
        head, _, tail = padded_text.partition("…")
        assert text.startswith(head.rstrip(" "))
        assert text.rstrip(" ").endswith(tail.rstrip(" "))


def test_ids_that_differ_at_either_end_stay_apart() -> None:
    ids = ["3f2a91bc-0000-9c10", "3f2a91bc-0000-9c11", "4f2a91bc-0000-9c10"]
    assert [pad_middle(one, 9) for one in ids] == ["3f2a…9c10", "3f2a…9c11", "4f2a…9c10"]
    assert [pad(one, 9) for one in ids[:2]] == ["3f2a91bc…"] * 2


@given(RUNS, WIDTHS)
def test_a_line_is_exactly_as_wide_as_asked_and_has_one_segment_for_each_run_of_a_style(
    runs: list[tuple[str, Style]], width: int
) -> None:
    line = strip(runs, width, Style())
    segments = list(line)
    assert sum(cell_len(segment.text) for segment in segments) == line.cell_length == width
    styles = [segment.style for segment in segments]
    assert all(one != other for one, other in itertools.pairwise(styles))
    assert all(segment.text for segment in segments)
    whole = "".join(text for text, _ in runs)
    if measure_width(whole) <= width:
        assert line.text.startswith(whole)
        assert not line.text[len(whole) :].strip()


@given(TEXTS, st.integers(2, 30))
def test_broken_text_loses_no_character_and_no_piece_is_too_wide(text: str, width: int) -> None:
    pieces = break_up(text, width)
    assert "".join(pieces) == text
    assert all(cell_len(piece) <= width for piece in pieces)
    assert all(pieces) or text == ""


@given(TEXTS, st.integers(2, 30))
def test_wrapped_text_keeps_every_letter_in_order_and_every_line_fits(
    text: str, width: int
) -> None:
    lines = wrap(text, width)
    assert lines, "an empty text is one empty line"
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(cell_len(line) <= width for line in lines)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 10, [""]),
        ("one two three", 7, ["one two", "three"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("a abcdefgh b", 4, ["a", "abcd", "efgh", "b"]),
        ("漢字漢字", 5, ["漢字", "漢字"]),
    ],
)
def test_words_are_wrapped_where_they_end(text: str, width: int, lines: list[str]) -> None:
    assert wrap(text, width) == lines


RED, BLUE, ON_BLUE = Style(color="red"), Style(color="blue"), Style(bgcolor="blue")
UNDERLINED = Style(color="red", underline=True)


@pytest.mark.parametrize(
    ("runs", "segments"),
    [
        ([("a", RED), ("  ", BLUE), ("b", RED)], [("a  b  ", RED)]),
        ([("  ", BLUE), ("a", RED)], [("  a   ", RED)]),
        ([("a", RED), (" ", ON_BLUE)], [("a", RED), (" ", ON_BLUE), ("    ", BLUE)]),
        ([("a", UNDERLINED)], [("a", UNDERLINED), ("     ", BLUE)]),
        ([("a", ON_BLUE), ("  ", BLUE)], [("a", ON_BLUE), ("     ", BLUE)]),
        ([], [("      ", BLUE)]),
        ([("  ", RED)], [("      ", BLUE)]),
    ],
)
def test_blank_cells_join_their_neighbours_where_that_looks_the_same(
    runs: list[tuple[str, Style]], segments: list[tuple[str, Style]]
) -> None:
    line = strip(runs, 6, BLUE)
    assert [(segment.text, segment.style) for segment in line] == segments
