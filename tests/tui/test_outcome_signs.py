"""The signs of outcomes have one scheme of colours, wherever they are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rich.style import Style

from capgo_tui.tui.widgets.detail import Detail, Line
from capgo_tui.tui.widgets.outcome_signs import SIGN_TONES, split_at_signs, wrap_signed
from capgo_tui.tui.widgets.status_line import StatusLine
from capgo_tui.tui.widgets.text_line import TextLine
from capgo_tui.workspace.changes import history
from tests.tui.driving import on_devices, strips

if TYPE_CHECKING:
    from rich.color import Color

    from tests.support.server import Server

PLAIN = Style(bold=True)
STYLES = {tone: Style(color=f"color({n})") for n, tone in enumerate(set(SIGN_TONES.values()), 1)}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("✓ override is beta", ["✓", " override is beta"]),
        (" ✗ Not undone: x", [" ", "✗", " Not undone: x"]),
        ("3 of 3 · ✓ 2 · ? 1", ["3 of 3", " · ", "✓", " 2", " · ", "?", " 1"]),
        ("✓", ["✓"]),
        ("✓yes", ["✓yes"]),
        ("!important", ["!important"]),
        ("is it? yes", ["is it? yes"]),
        ("", []),
    ],
)
def test_a_sign_has_its_tone_where_it_leads_a_text_or_a_part(text: str, parts: list[str]) -> None:
    runs = [run for run in split_at_signs(text, PLAIN, STYLES.__getitem__) if run[0]]
    assert [part for part, _ in runs] == parts
    for part, style in runs:
        assert style == (STYLES[SIGN_TONES[part]] if part in SIGN_TONES else PLAIN)


def test_every_sign_of_the_journal_has_a_tone() -> None:
    assert set(history.MARKS.values()) | {"⟳", "↶"} <= SIGN_TONES.keys()


@pytest.mark.parametrize("theme", ["capgo-dark", "capgo-light", "textual-dark", "ansi-dark"])
async def test_all_that_draws_a_sign_draws_it_in_one_colour(server: Server, theme: str) -> None:
    async with on_devices(server) as driver:
        driver.app.theme = theme
        await driver.settle()
        main = driver.main
        title, detail, status = TextLine(), Detail(), main.query_one(StatusLine)
        await main.mount(title, detail)
        for sign, tone in SIGN_TONES.items():
            expected = main.table.get_component_rich_style(f"record-table--{tone}").color
            text = f"{sign} what became of it"
            title.show(text)
            detail.show_lines([Line("label", text)])
            status.tell(text)
            await driver.settle()
            found = find_colours(driver.app, sign)
            assert len(found) == 3, (sign, driver.text)
            assert set(found) == {expected}, sign


def find_colours(app: object, sign: str) -> list[Color | None]:
    """Return the colour of a sign in each line that says what became of it."""
    return [
        segment.style.color
        for strip in strips(app)  # type: ignore[arg-type]
        if "what became of it" in strip.text
        for segment in strip
        if sign in segment.text and segment.style
    ]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("! one two three", ["! one two", "  three"]),
        ("✗ one", ["✗ one"]),
        ("one two three", ["one two", "three"]),
        ("!one two three", ["!one two", "three"]),
        ("", [""]),
    ],
)
def test_nothing_stands_below_a_sign(text: str, lines: list[str]) -> None:
    assert wrap_signed(text, 10) == lines


async def test_a_remark_is_dim_in_a_confirmation(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type("1", "j", "D")
        await driver.wait_for_dialog()
        rows = {strip.text: strip for strip in strips(driver.app)}
        (text,) = [text for text in rows if "stays" in text]
        assert text.startswith("   its bundle")
        muted = driver.main.table.get_component_rich_style("record-table--muted").color
        assert muted in {part.style.color for part in rows[text] if part.style}
