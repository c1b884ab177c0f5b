"""Textual's driver for Linux and macOS, made safe against signals and a lost terminal."""

from __future__ import annotations

import errno
import os
import resource
import signal
import sys
from typing import TYPE_CHECKING, Final, TextIO, cast

from textual.drivers.linux_driver import LinuxDriver

from capgo_tui.glyphs import replace_glyphs
from capgo_tui.tui.terminal.background import QUERY
from capgo_tui.tui.terminal.output_failure import OutputFailure
from capgo_tui.tui.terminal.styles import shorten_styles
from capgo_tui.workspace.export.file import remove_unfinished

if sys.platform != "win32":
    from capgo_tui.tui.terminal.restore import restore_terminal

if TYPE_CHECKING:
    from collections.abc import Callable
    from io import TextIOWrapper
    from types import FrameType

    from textual.app import App, ReturnType

assert sys.platform != "win32"  # noqa: S101 - tells mypy that there is no Windows here

ENDING_SIGNALS: Final = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM)
"""The signals that end the program from outside; ctrl+c in the interface is a key."""


class TerminalOutput:
    """The file Textual's writer thread writes to; it discards output after an error.

    Otherwise the thread would end, and the event loop block as soon as its queue is full.
    """

    def __init__(self, stream: TextIO, report: Callable[[Exception], None]) -> None:
        self._stream = stream
        self._report = report
        self.is_broken = False

    def fileno(self) -> int:
        """Return the file descriptor of the terminal."""
        return self._stream.fileno()

    def write(self, text: str) -> int:
        """Write text."""
        self._attempt(lambda: self._stream.write(text))
        return len(text)

    def flush(self) -> None:
        """Flush the stream."""
        self._attempt(self._stream.flush)

    def _attempt(self, action: Callable[[], object]) -> None:
        if self.is_broken:
            return
        try:
            action()
        except Exception as error:  # noqa: BLE001 - whatever it is, the app is told and ends
            self.is_broken = True
            self._report(error)


class TerminalDriver(LinuxDriver):
    """A driver that ends the program by a signal, or when the terminal is gone, at once.

    A write in flight then has no end in the journal, which shows it as unknown and lets the next
    start read it again: waiting for it could take as long as the server likes.
    """

    def __init__(
        self,
        app: App[ReturnType],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        stderr, stdout = sys.__stderr__, sys.__stdout__
        has_stderr = stderr is not None and stderr.isatty()
        self._output = TerminalOutput(
            cast("TextIO", stderr if has_stderr else stdout), self._report_output_error
        )
        self._file = cast("TextIOWrapper", self._output)
        # The console of Linux takes UTF-8, but its font has no ✓, ⏎ or lock.
        self._has_few_glyphs = os.environ.get("TERM") == "linux"
        self._previous_handlers: dict[signal.Signals, signal._HANDLER] = {}

    def _get_terminal_size(self) -> tuple[int, int]:
        """Return the terminal's own size; COLUMNS and LINES count only where it has none."""
        try:
            columns, lines = os.get_terminal_size(self._output.fileno())
        except OSError:
            columns, lines = 0, 0
        return (columns, lines) if columns and lines else super()._get_terminal_size()

    def write(self, data: str) -> None:
        """Write output, with its styles in the fewest bytes."""
        output = shorten_styles(data)
        super().write(replace_glyphs(output) if self._has_few_glyphs else output)

    def start_application_mode(self) -> None:
        """Start application mode; from now on a signal restores the terminal first."""
        for number in ENDING_SIGNALS:
            handler = signal.getsignal(number)
            if handler is not signal.SIG_IGN and handler != self._end:  # as under nohup
                self._previous_handlers[number] = handler
                signal.signal(number, self._end)
        # Another program may have left `O_NONBLOCK` on the terminal, which all of them share.
        os.set_blocking(self._output.fileno(), True)
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def stop_application_mode(self) -> None:
        """Stop application mode, whether or not Textual's writer thread can still write."""
        super().stop_application_mode()
        self._restore_if_broken()

    def close(self) -> None:
        """Stop the writer thread; all is on the terminal by then, and signals end as before."""
        super().close()
        self._restore_if_broken()  # the last sequences may be what failed
        for number, handler in self._previous_handlers.items():
            signal.signal(number, handler)
        self._previous_handlers.clear()

    def run_input_thread(self) -> None:
        """Read the terminal until the app ends or the terminal is gone."""
        try:
            super().run_input_thread()
        except EOFError:
            _end_without_terminal()
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            _end_without_terminal()

    def _report_output_error(self, error: Exception) -> None:
        if isinstance(error, OSError) and error.errno == errno.EIO:
            _end_without_terminal()
        else:
            self.send_message(OutputFailure(type(error).__name__))

    def _restore_if_broken(self) -> None:
        if self._output.is_broken:
            self._restore(is_last=False)

    def _restore(self, *, is_last: bool) -> None:
        restore_terminal(self.fileno, self._output.fileno(), self.attrs_before, is_last=is_last)

    def _end(self, number: int, _frame: FrameType | None) -> None:
        """Handle a signal: restore the terminal and end by it.

        Python calls this in the main thread even while that waits for a lock, such as for a place
        in the queue of a writer thread whose terminal takes nothing.
        """
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDING_SIGNALS)
        self._restore(is_last=True)
        remove_unfinished()
        _forbid_core_dump()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})


class ColourQueryDriver(TerminalDriver):
    """A driver that also asks the terminal for its background."""

    def start_application_mode(self) -> None:
        """Start application mode and ask; the answer, if any, comes among the input."""
        super().start_application_mode()
        if self._writer_thread is not None:  # it is not there in a job in the background
            self.write(QUERY)


def _end_without_terminal() -> None:
    """End the program from any thread: nobody can see it or type any more."""
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        remove_unfinished()
        os._exit(1)
    os.kill(os.getpid(), signal.SIGHUP)


def _forbid_core_dump() -> None:
    """Let SIGQUIT leave no core file: the API key would stand in it."""
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    # 1 rather than 0: a limit of 0 does not keep Linux from piping the dump to a program.
    limit = 0 if hard == 0 else 1
    resource.setrlimit(resource.RLIMIT_CORE, (limit, hard))
