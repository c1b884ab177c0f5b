"""Run the real app, type into it, and read its screen."""

from __future__ import annotations

import asyncio
import itertools
import re
import unicodedata
from contextlib import asynccontextmanager
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from rich.cells import cell_len
from textual import events
from textual.keys import _character_to_key

from capgo_tui.api.key import ApiKey
from capgo_tui.tui.app import CapgoApp
from capgo_tui.tui.controllers import loading
from capgo_tui.tui.launch import Launch
from capgo_tui.tui.overlays.confirmation import Yes
from capgo_tui.tui.screens.main import MainScreen
from capgo_tui.tui.widgets.status_line import StatusLine
from capgo_tui.workspace.prefetch import Prefetch
from tests.support.cheap_pilot import make_pilot_cheap
from tests.support.retry_policy import one_try
from tests.support.world import ALL, APP

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from textual.app import App
    from textual.pilot import Pilot
    from textual.strip import Strip
    from textual.widget import Widget

    from capgo_tui.tui.overlays.overlays import Overlays
    from tests.support.server import Server
make_pilot_cheap()

ROUNDS = 800
"""Looks at the screen before a wait fails."""
QUICK_LOOKS = 25
PATIENCE = 20.0
"""Seconds before a wait fails: on a busy machine a thread of the app may need them."""


POSITION = re.compile(r"\s+\d{1,3}( \d{3})*/\d{1,3}( \d{3})*\+?$")
"""Which of how many records the cursor is on, at the end of the status line."""


class Driver:
    """A running app: types keys and reads the screen."""

    def __init__(self, app: CapgoApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def main(self) -> MainScreen:
        """The main screen, which must be the active one."""
        assert isinstance(self.app.screen, MainScreen)
        return self.app.screen

    @property
    def overlays(self) -> Overlays:
        """The overlays of the main screen."""
        return self.main.overlays

    @property
    def text(self) -> str:
        """The text of the screen, one line a row."""
        return screen_text(self.app)

    def line(self, number: int) -> str:
        """Return one row of the screen; negative numbers count from the bottom."""
        return self.text.split("\n")[number]

    @property
    def status(self) -> str:
        """The status line, which may take several rows, as one line, without the position."""
        rows = self.app.screen.query_one(StatusLine).size.height
        text = " ".join(self.line(row).rstrip() for row in range(-1 - rows, -1))
        return POSITION.sub("", text)

    @property
    def cursor(self) -> str | None:
        """The row key of the record under the cursor."""
        return self.main.table.cursor_key

    async def until(self, condition: str | Callable[[], object], why: str = "") -> None:
        """Wait until the screen shows a text or a condition holds."""
        await until(self.pilot, condition, why)

    async def wait_until_gone(self, text: str) -> None:
        """Wait until the screen no longer shows a text."""
        await self.until(lambda: text not in self.text, f"{text!r} gone")

    async def press(self, *keys: str) -> None:
        """Press keys one by one, each after the one before has been handled."""
        await self.pilot.press(*keys)

    async def type(self, *keys: str) -> None:
        """Post all keys at once, as from a slow connection, and wait until they are handled."""
        post_keys(self.app, keys)
        await self.pilot.pause()

    async def wait_for_question(self, question: str = "") -> None:
        """Wait until a question is on the screen and can be answered."""
        keys = ("y yes  n no", " y/n ")
        await self.until(lambda: any(each in self.text for each in keys), "the keys of a question")
        await self.until(question)
        await self.until(lambda: self.overlays.prompt.is_drawn, "the question drawn")
        await self.pilot.pause()

    async def wait_for_dialog(self) -> None:
        """Wait until the dialog that lists changes has drawn its question."""
        yes = self.overlays.confirmation.query_one(Yes)
        await self.until(lambda: yes.is_drawn, "the question drawn")
        await self.pilot.pause()

    async def wait_for_keys(self) -> None:
        """Wait until each key that was typed is handled, whatever it began."""
        app = self.app
        await self.until(
            lambda: not app.waiting_key_count and not app.is_handling_key, "each key handled"
        )

    async def settle(self) -> None:
        """Wait until nothing is in progress except what a gate blocks."""
        for _ in range(3):
            await self.pilot.pause()

    async def wait_until_closed(self) -> None:
        """Wait until the app has ended."""
        for _ in looks():
            if not self.app.is_running:
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"the app never ended:\n{self.text}")


def screen_text(app: App[Any]) -> str:
    """Return the text of the screen, one line a row."""
    return "\n".join(strip.text for strip in strips(app))


def strips(app: App[Any]) -> list[Strip]:
    """Return the strips of the screen, one a row."""
    return app.screen._compositor.render_strips()


def looks() -> Iterator[None]:
    """Count looks at the app: many, and on a busy machine as many as its threads need."""
    deadline = monotonic() + PATIENCE
    for count in itertools.count():
        if count >= ROUNDS and monotonic() > deadline:
            return
        yield


async def until(pilot: Pilot[None], condition: str | Callable[[], object], why: str = "") -> None:
    """Wait until the screen shows a text or a condition holds; fail with the screen's text."""
    for count, _ in enumerate(looks()):
        if condition in screen_text(pilot.app) if isinstance(condition, str) else condition():
            return
        # Most conditions hold soon; a look costs as much as the shorter pause.
        await pilot.pause(0.002 if count < QUICK_LOOKS else 0.02)
    raise AssertionError(
        f"never came: {why or condition!r}; the screen is\n{screen_text(pilot.app)}"
    )


def make_key(key: str) -> events.Key:
    """Return the event of a key, which is a character or Textual's name of one."""
    name = _character_to_key(key) if len(key) == 1 and not key.isalnum() else key
    return events.Key(name, " " if key == "space" else key if len(key) == 1 else None)


def post_keys(app: App[Any], keys: Iterable[str]) -> None:
    """Post key events, all of them before the app handles the first."""
    for key in keys:
        event = make_key(key)
        event.set_sender(app)
        app.post_message(event)


async def turn_wheel(
    pilot: Pilot[Any], widget: Widget, offset: tuple[int, int], *, down: bool = True
) -> None:
    """Turn the wheel of the mouse over a widget, which Textual's pilot has no name for."""
    kind = events.MouseScrollDown if down else events.MouseScrollUp
    await pilot._post_mouse_events([kind], widget, offset)


def post_paste(app: App[Any], text: str) -> None:
    """Post a paste event."""
    event = events.Paste(text)
    event.set_sender(app)
    app.post_message(event)


LIST_LOADED = "as of"
AN_HOUR = 3600.0


@asynccontextmanager
async def open_app(
    server: Server,
    *,
    size: tuple[int, int] = (80, 24),
    wait_for: str = LIST_LOADED,
    launch: Launch | None = None,
    key: str = ALL,
    now: Callable[[], datetime] | None = None,
    prefetch: bool = False,
    **more: Any,
) -> AsyncIterator[Driver]:
    """Run the app on a server and wait until it shows `wait_for`.

    With `prefetch` its first list is asked for before, as the command does.

    If the list in view gets a reply, the other lists wait for it, also on a busy machine: the
    size of their first page depends on the revision that the reply reveals.
    """
    if launch is None:
        launch = Launch(ApiKey(key), APP, asgi_app=lambda: server)
    if launch.retry_policy is None:
        launch = replace(launch, retry_policy=one_try())
    clock = now or (lambda: server.time)
    launch = replace(launch, **more)
    early = None
    if prefetch:
        assert launch.target is not None
        early = Prefetch(launch.target, launch.first_tab, clock)
        await early.begin()
    app = CapgoApp(launch, now=clock, prefetch=early)
    head_start = AN_HOUR if wait_for == LIST_LOADED else loading.HEAD_START
    with patch.object(loading, "HEAD_START", head_start):
        async with app.run_test(size=size) as pilot:
            driver = Driver(app, pilot)
            if wait_for:
                await driver.until(wait_for)
            yield driver


@asynccontextmanager
async def on_devices(
    server: Server, *, size: tuple[int, int] = (80, 24), key: str = ALL, rows: int = 12, **more: Any
) -> AsyncIterator[Driver]:
    """Run the app with the devices in view and all three lists loaded."""
    async with open_app(server, size=size, key=key, **more) as driver:
        await driver.type("2")
        await driver.until(lambda: driver.main.table.row_count == rows, f"{rows} devices")
        await driver.until(
            lambda: driver.main.workspace and driver.main.workspace.bundles.has_answer
        )
        await driver.pilot.pause()
        yield driver


def assert_sound(app: App[Any], size: tuple[int, int]) -> None:
    """Assert that no control character is on the screen and every row has the screen's width."""
    rows = strips(app)
    assert len(rows) == size[1]
    for row in rows:
        bad = [char for char in row.text if unsafe(char)]
        assert not bad, f"{bad!r} in {row.text!r}"
        assert cell_len(row.text) == row.cell_length == size[0], row.text
        assert not any(segment.control for segment in row)


def unsafe(char: str) -> bool:
    """Whether a character could control a terminal or is invisible."""
    return unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}


def list_unsafe(text: str) -> list[str]:
    """Return the unsafe characters of a text for other programs, of one or more lines.

    A joiner between two emoji belongs to it: it makes them one.
    """
    return [
        char
        for at, char in enumerate(text)
        if unsafe(char) and char != "\n" and not _joins_emoji(text, at)
    ]


def _joins_emoji(text: str, at: int) -> bool:
    before, char, after = text[at - 1 : at], text[at], text[at + 1 : at + 2]
    is_between = bool(before and after) and unicodedata.category(after) == "So"
    # What stands before it may be a skin tone or a variation selector.
    return char == "\u200d" and is_between and unicodedata.category(before) in {"So", "Sk", "Mn"}


def assert_secret(driver: Driver, secrets: Sequence[str]) -> None:
    """Assert that no API key is on the screen, in a screenshot or in a repr of the app."""
    app = driver.app
    texts = [
        driver.text,
        app.export_screenshot(),
        repr(app),
        str(app.bug),
        repr(app.switcher.launch),
    ]
    for screen in app.screen_stack:
        texts += [repr(screen), *(repr(node) for node in screen.query("*"))]
        texts.append(repr(getattr(screen, "target", "")))
    for secret in secrets:
        assert not any(secret in text for text in texts)
