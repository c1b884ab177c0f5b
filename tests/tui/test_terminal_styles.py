"""Output with short styles shows the same on a screen."""

from __future__ import annotations

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.style import Style
from textual.strip import Strip

from capgo_tui.tui.terminal.styles import shorten_styles

COLOURS = st.sampled_from(
    ["default", "red", "bright_blue", "#10161d", "#d7dfe7", "color(208)", "bright_white"]
)
RUNS = st.lists(
    st.tuples(
        st.builds(
            Style,
            color=st.none() | COLOURS,
            bgcolor=st.none() | COLOURS,
            bold=st.booleans(),
            reverse=st.booleans(),
            underline=st.booleans(),
        ),
        st.text("ab ●", max_size=4),
    )
)


def screen_of(output: str) -> tuple[object, ...]:
    """Return the cells, their styles, and the style of what comes next."""
    screen = pyte.Screen(80, 5)
    pyte.Stream(screen).feed(output)
    cells = tuple(screen.buffer[y][x] for y in range(5) for x in range(80))
    return (*cells, screen.cursor.attrs, screen.cursor.x, screen.cursor.y)


@given(RUNS)
def test_the_screen_is_the_same_and_the_bytes_are_not_more(runs: list[tuple[Style, str]]) -> None:
    output = "".join(
        Strip.render_style(style, text, color_system=ColorSystem.TRUECOLOR) for style, text in runs
    )
    short = shorten_styles(f"\x1b[2;3H{output}\x1b[1;2H")
    assert screen_of(short) == screen_of(f"\x1b[2;3H{output}\x1b[1;2H")
    assert len(short) <= len(output) + 12


@pytest.mark.parametrize(
    ("output", "short"),
    [
        ("plain", "plain"),
        ("\x1b[1ma\x1b[0m\x1b[1mb\x1b[0m", "\x1b[1mab\x1b[m"),
        ("\x1b[1;31ma\x1b[0m\x1b[31mb\x1b[0mc", "\x1b[1;31ma\x1b[0;31mb\x1b[mc"),
        (
            "\x1b[38;2;1;2;3;48;2;4;5;6ma\x1b[0m\x1b[38;5;7;48;2;4;5;6mb\x1b[0m",
            "\x1b[38;2;1;2;3;48;2;4;5;6ma\x1b[38;5;7mb\x1b[m",
        ),
        ("\x1b[39;49ma\x1b[0m", "a"),
        ("\x1b[53ma\x1b[0m\x1b[1mb\x1b[0m", "\x1b[53ma\x1b[0m\x1b[1mb\x1b[0m"),  # unknown: kept
        ("\x1b[38;2;1m", "\x1b[38;2;1m"),
        ("\x1b[>4;1m\x1b[?25l", "\x1b[>4;1m\x1b[?25l"),
    ],
)
def test_only_differences_are_written(output: str, short: str) -> None:
    assert shorten_styles(output) == short
