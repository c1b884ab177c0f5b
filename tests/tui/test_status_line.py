"""The status line: which parts are cut when there is no room."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.widgets import ListView

from capgo_tui.tui.widgets.status_line import StatusLine
from tests.tui.driving import screen_text

STATE = "3 marked (1 hidden by filter) · /qa-01 · 6 of 5 000 loaded · end of list · as of 14:02:11"


class OneLine(App[None]):
    """An app of one status line."""

    def compose(self) -> ComposeResult:
        yield StatusLine()


async def draw_line(text: str, width: int, *, message: bool = False) -> str:
    """Return the line as drawn on a screen of a width."""
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
    assert await draw_line(STATE, width) == line


async def test_a_message_keeps_its_beginning() -> None:
    long = await draw_line(STATE, 60, message=True)
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


class List(App[None]):
    """A list above the line that gives up rows for a message."""

    CSS = "ListView { height: 1fr; }"

    def compose(self) -> ComposeResult:
        yield ListView()
        yield StatusLine()


REASON = (
    "✗ 1.0.5 cannot be deleted: it is linked to production (stable), beta (rollout), internal and"
    " 14 more channels. Put another bundle on them first, then delete it again."
)


@pytest.mark.parametrize(("size", "rows"), [((80, 24), 3), ((60, 18), 3), ((100, 12), 2)])
async def test_no_word_of_a_long_message_is_lost(size: tuple[int, int], rows: int) -> None:
    app = List()
    async with app.run_test(size=size) as pilot:
        line = app.query_one(StatusLine)
        line.show_state("12 loaded")
        line.tell(REASON)
        await pilot.pause()
        rows_drawn = screen_text(app).split("\n")[-rows:]
        assert " ".join(row.strip() for row in rows_drawn) == REASON
        line.dismiss()
        await pilot.pause()
        assert [row.strip() for row in screen_text(app).split("\n")[-2:]] == ["", "12 loaded"]


async def test_a_message_is_broken_anew_when_the_screen_changes() -> None:
    app = List()
    async with app.run_test(size=(200, 24)) as pilot:
        app.query_one(StatusLine).tell(REASON)
        await pilot.pause()
        await pilot.resize_terminal(70, 24)
        await pilot.pause()
        rows_drawn = screen_text(app).split("\n")[-3:]
        assert " ".join(row.strip() for row in rows_drawn) == REASON


async def test_what_three_rows_do_not_hold_ends_in_a_sign() -> None:
    app = List()
    async with app.run_test(size=(60, 24)) as pilot:
        app.query_one(StatusLine).tell(REASON + REASON)
        await pilot.pause()
        rows = screen_text(app).split("\n")[-4:]
        assert not rows[0].strip()
        assert rows[-1].rstrip().endswith("…")
