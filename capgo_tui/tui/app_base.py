"""What screens and controllers may ask of the app: to finish writes, to leave, to report a bug."""

from __future__ import annotations

import asyncio
import traceback
from abc import abstractmethod
from typing import TYPE_CHECKING, TypeVar

from capgo_tui.tui.terminal.key_queue import KeyQueueApp

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

T = TypeVar("T")


class AppBase(KeyQueueApp):
    """An app in which every write that was begun comes to its end before the program does."""

    def __init__(self, *, ansi_color: bool | None = None) -> None:
        super().__init__(ansi_color=ansi_color)
        self.bug: str | None = None
        """What a bug left behind, with no value in it; printed after the end."""
        self.last_words: list[str] = []
        """What became of writes that ended while the program was being left."""
        self._writes: dict[asyncio.Task[object], Callable[[], None] | None] = {}
        self._leaving = False

    async def see_through(self, work: Awaitable[T], stop: Callable[[], None] | None = None) -> T:
        """Await a write that goes on even if whoever asked for it is gone.

        Args:
            work: the write.
            stop: where there are many, ends them after the one under way; for leaving.

        """
        task = asyncio.ensure_future(work)
        self._writes[task] = stop
        task.add_done_callback(self._writes.pop)
        return await asyncio.shield(task)

    def note_outcome(self, outcome: str) -> None:
        """Keep what became of a write for after the end, if the end is near."""
        if self._leaving:
            self.last_words.append(outcome)

    def leave(self) -> None:
        """Quit, after the writes under way if there are any."""
        if not self._leaving:
            self._leaving = True
            self.run_worker(self._leave(), exit_on_error=False)

    @abstractmethod
    async def _leave(self) -> None:
        """Wait for the writes under way and quit."""

    def report_bug(self, error: Exception) -> None:
        """Keep where a bug is for the end of the run; values stay out, one may be the key."""
        frames = traceback.extract_tb(error.__traceback__)
        places = [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames[-6:]]
        self.bug = "\n".join([type(error).__name__, *places])
