"""The keys below a page: whole ones, in the look of the main screen's, with the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rich.style import Style

from capgo_tui.cells import measure_width
from capgo_tui.tui.screens.main import MainScreen
from capgo_tui.tui.widgets.hint_bar import Hint, HintBar
from capgo_tui.tui.widgets.key_line import KeyLine, draw_keys
from tests.tui.driving import on_devices, strips

if TYPE_CHECKING:
    from tests.support.server import Server
    from tests.tui.driving import Driver

KEY, LABEL = Style(bold=True), Style()
HINTS = [
    Hint("⏎", "compare with now"),
    Hint("z", "undo: read-only", off=True),
    Hint("r", "read again"),
    Hint("esc", "close"),
]


def draw(width: int) -> str:
    return "".join(text for text, _ in draw_keys(HINTS, width, KEY, LABEL))


@pytest.mark.parametrize(
    ("width", "text"),
    [
        (80, " ⏎ compare with now  (z undo: read-only)  r read again  esc close"),
        (64, " ⏎ compare with now  (z undo: read-only)  …  esc close"),
        (50, " ⏎ compare with now  …  esc close"),
        (20, "  … esc close"),
    ],
)
def test_keys_that_do_not_fit_are_left_out_whole_but_never_the_way_out(
    width: int, text: str
) -> None:
    assert draw(width) == text


@pytest.mark.parametrize("width", range(14, 90))
def test_what_fits_is_used(width: int) -> None:
    assert measure_width(draw(width)) <= width
    assert draw(width).endswith("esc close")


def test_a_key_stands_out_unless_it_does_nothing() -> None:
    runs = draw_keys(HINTS, 80, KEY, LABEL)
    assert [text for text, style in runs if style == KEY] == ["⏎", "r", "esc"]


@pytest.mark.parametrize("theme", ["capgo-dark", "capgo-light", "ansi-dark"])
async def test_keys_look_the_same_on_pages_and_on_the_main_screen(
    server: Server, theme: str
) -> None:
    async with on_devices(server) as driver:
        driver.app.theme = theme
        bar = driver.main.query_one(HintBar)
        await driver.type("question_mark")
        await driver.until("Help ·")
        line = driver.app.screen.query_one(KeyLine)
        for part in ("key", "label"):
            look = line.get_component_rich_style(f"key-line--{part}")
            other = bar.get_component_rich_style(f"hint-bar--{part}")
            assert (look.color, look.bold) == (other.color, other.bold)


async def wait_for_way_out(driver: Driver) -> None:
    """Wait until a page says last how to leave it."""
    await driver.until(lambda: driver.line(-1).rstrip().endswith("esc close"), "the way out")


@pytest.mark.parametrize("width", [60, 80, 140])
async def test_a_page_says_at_every_width_how_to_leave_it(server: Server, width: int) -> None:
    async with on_devices(server, size=(width, 24)) as driver:
        for keys in (("question_mark",), ("i",), ("Z",), ("at",), ("1", "H")):
            await driver.type(*keys)
            await driver.until(lambda: not isinstance(driver.app.screen, MainScreen))
            await wait_for_way_out(driver)
            await driver.type("escape")
            await driver.until(lambda: isinstance(driver.app.screen, MainScreen))


@pytest.mark.parametrize("keys", [("question_mark",), ("i",), ("Z",), ("at",), ("1", "H")])
async def test_the_title_of_a_page_lies_on_the_ground_of_the_main_title(
    server: Server, keys: tuple[str, ...]
) -> None:
    async with on_devices(server) as driver:
        (ground,) = {part.style.bgcolor for part in list(strips(driver.app)[0])[:1] if part.style}
        await driver.type(*keys)
        await wait_for_way_out(driver)
        title, below = strips(driver.app)[:2]
        assert {part.style.bgcolor for part in title if part.style} == {ground}
        assert ground not in {part.style.bgcolor for part in below if part.style}


async def test_the_title_of_a_form_lies_on_the_same_ground(server: Server) -> None:
    async with on_devices(server) as driver:
        (ground,) = {part.style.bgcolor for part in list(strips(driver.app)[0])[:1] if part.style}
        await driver.type("1", "e")
        await driver.until("Edit production")
        await driver.settle()
        title, below = strips(driver.app)[:2]
        assert {part.style.bgcolor for part in title if part.style} == {ground}
        assert ground not in {part.style.bgcolor for part in below if part.style}
