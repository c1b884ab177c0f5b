"""Exit codes; scripts depend on them, so they never change."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from capgo_tui.api.errors import ErrorKind

if TYPE_CHECKING:
    from capgo_tui.api.errors import CapgoError


class Exit(IntEnum):
    """Exit code of a command."""

    OK = 0
    FAILED = 1
    USAGE = 2
    """The command cannot be run like this: an argument or a setting is missing or wrong."""
    NOT_FOUND = 3
    NOT_ALLOWED = 4
    """The key is refused, or may not do this."""
    RATE_LIMITED = 5
    IN_PART = 6
    """The output is correct but not complete, or only some of the changes were made."""
    REFUSED = 7
    """A guard of this program, a rule of the server or an answer of no stood in the way."""
    INTERRUPTED = 130
    """Ctrl+c was typed; shells use the same code."""


_OF_KINDS = {
    ErrorKind.NOT_FOUND: Exit.NOT_FOUND,
    ErrorKind.KEY_REFUSED: Exit.NOT_ALLOWED,
    ErrorKind.NOT_ALLOWED: Exit.NOT_ALLOWED,
    ErrorKind.RATE_LIMITED: Exit.RATE_LIMITED,
    ErrorKind.RULE: Exit.REFUSED,
}


def exit_of(error: CapgoError) -> Exit:
    """Return the exit code for an error before any output."""
    return _OF_KINDS.get(error.kind, Exit.FAILED)


class CommandError(Exception):
    """A command cannot be carried out; its message is printed, and its code is the exit code."""

    def __init__(self, code: Exit, message: str) -> None:
        super().__init__(message)
        self.exit_code = code
