"""The stage of a scene: server, clock and environment, and nothing that blinks."""

from __future__ import annotations

import os
import time
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from textual.widgets import Input

from capgo_tui.tui.controllers.survey import SHOWING
from capgo_tui.tui.screens.main import MainScreen
from capgo_tui.tui.theme import CAPGO_LIGHT
from tests.snapshots import shop
from tests.snapshots.picture import draw_picture
from tests.support.clock import Clock
from tests.support.world import NOW
from tests.tui.driving import Driver, open_app

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

    from tests.support.server import Server

Size = tuple[int, int]
SMALL: Size = (80, 24)
LARGE: Size = (140, 40)
FOREIGN = ("NO_COLOR", "TEXTUAL_THEME", "TEXTUAL_ANIMATIONS", "SSH_CONNECTION")
"""Environment variables that could change a picture."""


@dataclass
class Stage:
    """The clock of a scene, and the servers and apps to close after it."""

    stack: AsyncExitStack
    clock: Clock = field(default_factory=lambda: Clock(NOW))
    substitutes: dict[str, str] = field(default_factory=dict)
    """Texts of one run, such as a port, and their substitutes in the picture."""

    def serve(self, other: Server | None = None) -> Server:
        """Return the shop's server, or another one, to be closed after the scene."""
        server = other or shop.server()
        self.stack.callback(server.store.close)
        return server

    async def open(self, server: Server | None = None, **more: Any) -> Driver:
        """Run the app on the shop or another server, and wait for all three lists."""
        lists = "wait_for" not in more
        driver: Driver = await self.stack.enter_async_context(
            open_app(server or self.serve(), size=SMALL, now=self.clock, **more)
        )
        if lists:
            await driver.until(lambda: "…" not in driver.line(0), "all three counts")
            # The list of channels has more columns once the devices are counted.
            has_rows = driver.line(1).startswith("   CHANNEL ") and "no channels" not in driver.text
            await driver.until(lambda: not has_rows or "RUN " in driver.line(1), "the devices")
        return driver


@dataclass(frozen=True)
class Look:
    """What a scene is looked at with: a size, and a theme if not the one it began with."""

    size: Size
    theme: str | None = None

    async def take(self, driver: Driver) -> None:
        """Give the app this size and theme."""
        if self.theme is not None:
            driver.app.theme = self.theme
        await driver.pilot.resize_terminal(*self.size)


@dataclass(frozen=True)
class Scene:
    """One state, the sizes at which it looks different, and the function that leads to it."""

    play: Callable[[Stage], Awaitable[Driver]]
    sizes: tuple[Size, ...] = (SMALL,)
    kind: str = ""
    """Suffix of the name, for the same scene in another environment."""
    environ: Mapping[str, str] = field(default_factory=dict)
    light: bool = False
    """Whether it is looked at in the light theme as well."""

    @property
    def looks(self) -> tuple[Look, ...]:
        """What it is looked at with, in this order."""
        themes = (None, CAPGO_LIGHT.name) if self.light else (None,)
        return tuple(Look(size, theme) for theme in themes for size in self.sizes)

    @property
    def names(self) -> list[str]:
        """The names of its pictures."""
        return [self.name(look) for look in self.looks]

    def name(self, look: Look) -> str:
        """Return the name of its picture by a look."""
        kind = "light" if look.theme else self.kind
        words = (self.play.__name__.replace("_", "-"), kind, f"{look.size[0]}x{look.size[1]}")
        return "-".join(word for word in words if word)


@asynccontextmanager
async def playing(scene: Scene) -> AsyncIterator[tuple[Driver, Callable[[], str]]]:
    """Play a scene; yield its driver and a function that draws it, with no blinking cursor.

    It is played at the smaller size; for a larger picture the terminal is resized.
    """
    environment = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    try:
        with patch.dict(os.environ, {**environment, **scene.environ, "TZ": "UTC"}, clear=True):
            time.tzset()
            async with AsyncExitStack() as stack:
                stage = Stage(stack)
                driver = await scene.play(stage)
                for box in driver.app.screen.query(Input):
                    box.cursor_blink = False
                await driver.settle()
                await driver.until(lambda: not _is_survey_due(driver), "the devices counted")
                await driver.settle()
                yield driver, partial(draw_picture, driver.app, stage.substitutes)
    finally:
        time.tzset()


def _is_survey_due(driver: Driver) -> bool:
    """Return whether the lists in view will soon show another survey of the devices."""
    screen = driver.app.screen_stack[1]
    if not isinstance(screen, MainScreen) or screen.workspace is None:
        return False
    return screen.tab in SHOWING and screen.workspace.is_survey_due
