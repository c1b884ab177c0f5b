"""Programs that fill the clipboard of this machine, or the buffer of tmux.

A program gets the text by standard input, without a shell, and of the environment only the
variables it needs: one of the others may hold the API key.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import field
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Final

from capgo_tui.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

SECONDS: Final = 2.0
"""Seconds after which a tool that has not ended is killed."""
VARIABLES: Final = (
    *("PATH", "HOME", "USER", "TMPDIR", "LANG", "LC_ALL", "LC_CTYPE"),
    *("DISPLAY", "XAUTHORITY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR"),
    *("TMUX", "TMUX_PANE", "TMUX_TMPDIR", "WSL_INTEROP", "WSL_DISTRO_NAME"),
)
"""The environment variables that a tool gets."""


@dataclass(frozen=True, slots=True)
class ClipboardTool:
    """A program that takes a text for the clipboard by standard input."""

    name: str
    command: tuple[str, ...]
    place: str
    """Where the text is afterwards, such as «in tmux's buffer»."""
    encoding: str = "utf-8"
    reaches_terminal: bool = False
    """Whether it passes the text on to the terminal as well."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Environment variables that it needs beside those of this process."""


def find_tool(environ: Mapping[str, str]) -> ClipboardTool | None:
    """Return the tool that reaches the operator's clipboard, or None.

    Over SSH the clipboard of this machine is not the operator's; in tmux the variables of a
    display may be those of an earlier session.
    """
    path = environ.get("PATH")
    if environ.get("TMUX"):
        program = which("tmux", path=path)
        socket = environ["TMUX"].rsplit(",", 2)[0]
        if program is None or not Path(socket).is_socket():
            return None
        command = (program, "-S", socket, "load-buffer", "-w", "-")
        return ClipboardTool("tmux", command, "in tmux's buffer", reaches_terminal=True)
    if environ.get("STY") or any(environ.get(f"SSH_{name}") for name in ("CONNECTION", "TTY")):
        return None
    for variables, name, arguments in _DESKTOP_TOOLS:
        if all(environ.get(variable) for variable in variables):
            program = which(name, path=path)
            if program is not None:
                return _find_desktop_tool(name, (program, *arguments))
    return None


_DESKTOP_TOOLS: Final[tuple[tuple[tuple[str, ...], str, tuple[str, ...]], ...]] = (
    ((), "pbcopy", ()),
    (("WAYLAND_DISPLAY",), "wl-copy", ()),
    (("DISPLAY",), "xclip", ("-selection", "clipboard", "-in")),
    (("DISPLAY",), "xsel", ("--clipboard", "--input")),
    (("WSL_DISTRO_NAME",), "clip.exe", ()),
)
"""The variables that say a tool would work, its name and its arguments; the best first."""


def _find_desktop_tool(name: str, command: tuple[str, ...]) -> ClipboardTool:
    place = f"in the clipboard by {name}"
    match name:
        case "pbcopy":  # which takes its input for MacRoman where no locale is set
            return ClipboardTool(name, command, place, variables={"LC_ALL": "en_US.UTF-8"})
        case "clip.exe":  # which takes UTF-8 for the code page, and keeps a byte order mark
            return ClipboardTool(name, command, place, encoding="utf-16-le")
        case _:
            return ClipboardTool(name, command, place)


def run_tool(tool: ClipboardTool, text: str, environ: Mapping[str, str]) -> str:
    """Give a text to a tool and return why that failed, or "".

    Takes up to `SECONDS`: call it in a thread. A child that serves the clipboard later, as
    xclip's does, is not waited for and outlives this terminal.
    """
    variables = {name: environ[name] for name in VARIABLES if name in environ}
    try:
        process = subprocess.Popen(  # noqa: S603 - no shell, and nothing of the text in it
            tool.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**variables, **tool.variables},
            cwd="/" if sys.platform != "win32" else None,
            start_new_session=True,
        )
    except OSError as error:
        return f"cannot be run: {error.strerror or type(error).__name__}"
    try:
        process.communicate(text.encode(tool.encoding), SECONDS)
    except subprocess.TimeoutExpired:
        _kill(process)
        return f"did not end within {SECONDS:g} s"
    code = process.returncode
    if code < 0:
        return f"was ended by signal {-code}"
    return f"failed with exit code {code}" if code else ""


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process with its children."""
    with suppress(OSError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdin is not None:
        with suppress(OSError):  # what it did not read is flushed
            process.stdin.close()
