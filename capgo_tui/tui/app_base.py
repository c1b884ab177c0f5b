"""The app as screens and controllers know it: finishes writes, quits, reports bugs."""

from __future__ import annotations

import asyncio
import traceback
from abc import abstractmethod
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

from capgo_tui.memory import Memory
from capgo_tui.tui.terminal.key_queue import KeyQueueApp
from capgo_tui.tui.tone_colours import make_tones
from capgo_tui.tui.workers import start_worker

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from pathlib import Path

    from capgo_tui.api.key import ApiKey

T = TypeVar("T")


class Switcher(Protocol):
    """Shows one app of Capgo after another."""

    @property
    def profile_names(self) -> Sequence[str]:
        """The profiles that can be opened."""

    def open_app(self, app_id: str) -> None:
        """Show another app of the API key in use; its lists are kept while this runs."""

    def open_profile(self, name: str) -> None:
        """Show the app of another profile."""

    def ask_for_key(self) -> None:
        """Ask for another API key in place of a refused one."""


class AppBase(KeyQueueApp):
    """An app that finishes every write before it exits."""

    switcher: Switcher

    def __init__(self, *, ansi_color: bool | None = None, memory: Path | None = None) -> None:
        super().__init__(ansi_color=ansi_color)
        self.memory = Memory(memory)
        """What is remembered between runs."""
        self.theme_place: str | None = None
        """What names the theme of each run, such as ``--theme``; None for none."""
        self.bug: str | None = None
        """The type and place of a bug, without values; printed after the exit."""
        self.last_words: list[str] = []
        """The outcomes of writes that ended while the app was quitting."""
        self._writes: dict[asyncio.Task[object], Callable[[], None] | None] = {}
        self.is_leaving = False

    def get_css_variables(self) -> dict[str, str]:
        """Return the theme's variables, with the tones of texts that can be read and told apart."""
        theme, variables = self.current_theme, super().get_css_variables()
        variables |= make_tones(variables, is_dark=theme.dark, is_ansi=theme.ansi)
        self.theme_variables = variables
        return variables

    @property
    def is_writing(self) -> bool:
        """Whether a write is under way."""
        return bool(self._writes)

    async def see_through(self, work: Awaitable[T], stop: Callable[[], None] | None = None) -> T:
        """Await a write, shielded from the cancellation of the caller.

        Args:
            work: the write.
            stop: for a batch, stops it after the change under way; called when the app quits.

        """
        task = asyncio.ensure_future(work)
        self._writes[task] = stop
        task.add_done_callback(self._writes.pop)
        return await asyncio.shield(task)

    def remember_line(self, kind: str, line: str, key: ApiKey) -> None:
        """Remember a line that was typed, unless the API key is in it."""
        if line and key.hide_in(line) == line:
            self.memory.add_line(kind, line)
            self.save_memory()

    def save_memory(self) -> None:
        """Write what is remembered into its file, in a thread."""
        start_worker(self, partial(asyncio.to_thread, self.memory.save))

    def note_outcome(self, outcome: str) -> None:
        """Keep the outcome of a write for printing after the exit, if the app is quitting."""
        if self.is_leaving:
            self.last_words.append(outcome)

    def leave(self) -> None:
        """Quit, after the writes under way if there are any."""
        if not self.is_leaving:
            self.is_leaving = True
            start_worker(self, self._leave)

    @abstractmethod
    async def _leave(self) -> None:
        """Wait for the writes under way and quit."""

    def report_bug(self, error: Exception) -> None:
        """Record where a bug is, without values: one may be the API key."""
        frames = traceback.extract_tb(error.__traceback__)
        places = [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames[-6:]]
        self.bug = "\n".join([type(error).__name__, *places])
