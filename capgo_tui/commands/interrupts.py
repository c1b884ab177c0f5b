"""What ctrl+c does while a verb waits for the server."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NoReturn

from capgo_tui.commands.exit_codes import Exit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType


@contextmanager
def end_on_interrupt(report: Callable[[], None] | None = None) -> Iterator[None]:
    """Let ctrl+c end the program at once, after calling `report`.

    asyncio would first wait for its threads, and one that looks up the server's name can take as
    long as the resolver likes. Nothing is lost: output is flushed, and the journal is on the disk.
    """
    previous_handler = signal.getsignal(signal.SIGINT)
    if previous_handler is not signal.default_int_handler:  # ignored, as in the background
        yield
        return

    def end(_number: int, _frame: FrameType | None) -> NoReturn:
        if report is not None:
            with suppress(Exception):  # such as of an output that is being written just now
                report()
        os._exit(Exit.INTERRUPTED)

    signal.signal(signal.SIGINT, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous_handler)
