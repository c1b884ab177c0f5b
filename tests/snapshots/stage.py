"""What a scene is played on, and how a picture is held still."""

from __future__ import annotations

import os
import time
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from textual.widgets import Input

from tests.snapshots import world
from tests.snapshots.picture import draw_picture
from tests.support.clock import Clock
from tests.tui.driving import Driver, open_app
from tests.tui.world import NOW

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

    from tests.tui.server import Server

Size = tuple[int, int]
SMALL: Size = (80, 24)
LARGE: Size = (140, 40)
FOREIGN = ("NO_COLOR", "TEXTUAL_THEME", "TEXTUAL_ANIMATIONS", "SSH_CONNECTION")
"""What of the environment of whoever runs this could be seen in a picture."""


@dataclass
class Stage:
    """One clock, and whatever was opened for the scene."""

    stack: AsyncExitStack
    clock: Clock = field(default_factory=lambda: Clock(NOW))
    substitutes: dict[str, str] = field(default_factory=dict)
    """What is of this run alone, such as a port, and what stands for it in the picture."""

    def serve(self, other: Server | None = None) -> Server:
        """The shop's server, or another one, until the scene is over."""
        server = other or world.server()
        self.stack.callback(server.store.close)
        return server

    async def open(self, server: Server | None = None, **more: Any) -> Driver:
        """The app on the shop, or on another server, with all three lists asked for."""
        lists = "wait_for" not in more
        driver: Driver = await self.stack.enter_async_context(
            open_app(server or self.serve(), size=SMALL, now=self.clock, **more)
        )
        if lists:
            await driver.until(lambda: "…" not in driver.line(0), "all three counts")
        return driver


@dataclass(frozen=True)
class Scene:
    """One state, the sizes at which it looks different, and what leads to it."""

    play: Callable[[Stage], Awaitable[Driver]]
    sizes: tuple[Size, ...] = (SMALL,)
    kind: str = ""
    """Sets it apart where the same is played in another environment."""
    environ: Mapping[str, str] = field(default_factory=dict)

    def name(self, size: Size) -> str:
        """What its picture at a size is called."""
        words = (self.play.__name__.replace("_", "-"), self.kind, f"{size[0]}x{size[1]}")
        return "-".join(word for word in words if word)


@asynccontextmanager
async def playing(scene: Scene) -> AsyncIterator[tuple[Driver, Callable[[], str]]]:
    """A scene once it is reached, with nothing in it that moves by itself, and how to draw it.

    It is reached at the smaller size; for a larger picture the terminal grows.
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
                yield driver, partial(draw_picture, driver.app, stage.substitutes)
    finally:
        time.tzset()
