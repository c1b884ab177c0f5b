"""The row above the hints: what goes when there is no room, and what never goes."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult

from capgo_tui.tui.widgets.status_line import StatusLine
from tests.tui.driving import screen_text

STATE = "3 marked (1 hidden by filter) · /qa-01 · 6 of 5 000 loaded · end of list · as of 14:02:11"


class OneLine(App[None]):
    """A screen with nothing else on it."""

    def compose(self) -> ComposeResult:
        yield StatusLine()


async def shown(text: str, width: int, *, message: bool = False) -> str:
    """The line as it is drawn on a screen of some width."""
    app = OneLine()
    async with app.run_test(size=(width, 1)) as pilot:
        line = app.query_one(StatusLine)
        if message:
            line.say(text)
        else:
            line.show_state(text, keep_last=True)
        await pilot.pause()
        return screen_text(app).rstrip()


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (100, f" {STATE}"),
        (80, " 3 marked (1 hidden by filter) · /qa-01 · 6 of 5 000 loaded … as of 14:02:11"),
        (60, " 3 marked (1 hidden by filter) · /qa-01 … as of 14:02:11"),
        (40, " 3 marked (1 hidden by filter) · /qa-01…"),
    ],
)
async def test_the_age_of_the_rows_stays_when_the_line_is_long(width: int, line: str) -> None:
    assert await shown(STATE, width) == line


async def test_a_message_keeps_its_beginning() -> None:
    long = await shown(STATE, 60, message=True)
    assert long == " 3 marked (1 hidden by filter) · /qa-01 …"


async def test_an_old_message_never_returns_after_a_newer_one() -> None:
    app = OneLine()
    async with app.run_test(size=(80, 1)) as pilot:
        line = app.query_one(StatusLine)
        line.show_state("12 loaded")
        for newer in (line.say, line.tell):
            line.tell("✓ the first")
            await pilot.pause()
            assert screen_text(app).rstrip() == " ✓ the first"
            newer("the second")
            await pilot.pause()
            assert screen_text(app).rstrip() == " the second"
            line.dismiss()
            await pilot.pause()
            assert screen_text(app).rstrip() == " 12 loaded"


async def test_an_outcome_that_nobody_saw_is_counted() -> None:
    app = OneLine()
    async with app.run_test(size=(80, 1)) as pilot:
        line = app.query_one(StatusLine)
        line.tell("✓ the first")
        line.tell("✓ the second")
        line.say("the third")
        line.say("the fourth")
        await pilot.pause()
        assert screen_text(app).rstrip() == " the fourth (+2 before: Z lists)"
        line.dismiss()
        line.say("the fifth")
        await pilot.pause()
        assert screen_text(app).rstrip() == " the fifth"
