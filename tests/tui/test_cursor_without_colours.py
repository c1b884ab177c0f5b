"""What is under the cursor is reversed where a terminal has its own colours, or none."""

from __future__ import annotations

import pkgutil
import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from textual.widget import Widget

import capgo_tui.tui
from tests.tui.driving import open_app, strips

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.server import Server

STYLESHEET = Path(capgo_tui.tui.__file__).with_name("app.tcss")
REVERSED_EVERYWHERE = {"check-row--cursor"}
"""What needs no rule for a terminal's own colours."""


def list_widgets(kind: type[Widget] = Widget) -> Iterator[type[Widget]]:
    """Yield all kinds of widget of the app."""
    for each in kind.__subclasses__():
        yield each
        yield from list_widgets(each)


def test_every_cursor_is_reversed_among_a_terminals_own_colours() -> None:
    for module in pkgutil.walk_packages(capgo_tui.tui.__path__, "capgo_tui.tui."):
        import_module(module.name)
    cursors = {
        name
        for widget in list_widgets()
        if widget.__module__.startswith("capgo_tui.")
        for name in vars(widget).get("COMPONENT_CLASSES", ())
        if name.endswith("--cursor")
    }
    listed = re.findall(r"^App:ansi \.([\w-]+--cursor)", STYLESHEET.read_text(), re.MULTILINE)
    assert sorted(listed) == sorted(cursors - REVERSED_EVERYWHERE)


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        (("question_mark",), "Force this device"),
        (("1", "e"), "› bundle"),
        (("3", "C"), "› keep the newest"),
        (("colon", *"clear"), "Clear the override"),
        (("1", "l"), "build 5"),
        (("0",), "iOS"),
    ],
    ids=["help", "form", "low-form", "palette", "picker", "overview"],
)
async def test_the_cursor_is_seen_without_colours(
    server: Server, monkeypatch: pytest.MonkeyPatch, keys: tuple[str, ...], text: str
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with open_app(server) as driver:
        await driver.type("2")
        await driver.until("loaded")
        await driver.type(*keys)
        await driver.until(text)
        await driver.settle()
        line = next(each for each in strips(driver.app) if text in each.text)
        assert any(part.style and part.style.reverse for part in line), driver.text
