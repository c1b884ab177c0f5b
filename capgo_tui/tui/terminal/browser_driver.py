"""Textual's driver for a browser, made safe against a server that goes away.

`textual serve` starts the program with pipes in place of a terminal, and passes on what the
browser types and shows.
"""

from __future__ import annotations

import asyncio
import os
from functools import partial
from typing import TYPE_CHECKING

from textual.drivers.web_driver import WebDriver
from textual.messages import ExitApp

if TYPE_CHECKING:
    from textual.app import App, ReturnType


class BrowserDriver(WebDriver):
    """A driver that ends the program, after the writes under way, when the server is gone."""

    def __init__(
        self,
        app: App[ReturnType],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._write = partial(self._write_bytes)
        self._is_broken = False
        """Whether a write failed; nothing is written from then on."""

    def run_input_thread(self) -> None:
        """Read what the server sends until the app ends or the server is gone."""
        super().run_input_thread()
        if not self.exit_event.is_set():
            self._leave()

    def _write_bytes(self, data: bytes) -> int:
        """Write all of a packet."""
        view = memoryview(data)
        try:
            while view and not self._is_broken:
                view = view[os.write(self.fileno, view) :]
        except OSError:
            self._is_broken = True
            self._leave()
        return len(data)

    def _leave(self) -> None:
        """Leave as when the browser's window is closed."""
        asyncio.run_coroutine_threadsafe(self._app._post_message(ExitApp()), self._loop)
