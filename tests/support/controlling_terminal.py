"""Programs that have their terminal as the controlling one, as in a login shell."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_START = """
import fcntl, os, signal, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
if sys.argv[1] == "nohup":
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
os.execvp(sys.argv[2], sys.argv[2:])
"""


def in_login_shell(command: Sequence[str], *, nohup: bool = False) -> list[str]:
    """Return a command that gets the signals of its terminal: ctrl+c, resizes and hang-ups.

    With `nohup` it ignores the latter.
    """
    return [sys.executable, "-c", _START, "nohup" if nohup else "", *command]
