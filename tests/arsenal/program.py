"""A run of the installed program in a folder, with its output, memory and time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.support.pseudo_terminal import COMMAND

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SECONDS = 120
"""The time after which a program is ended; a sound one needs less than a tenth of it."""
HANG_CODE = -1
"""The exit code of a program that had to be ended."""
# A process inherits the peak memory of its parent, so a small one starts it.
_MEASURE = """
import json, os, sys
child = os.fork()
if child == 0:
    os.execv(sys.argv[2], sys.argv[2:])
_, status, usage = os.wait4(child, 0)
report = [os.waitstatus_to_exitcode(status), usage.ru_maxrss, usage.ru_utime + usage.ru_stime]
with open(sys.argv[1], "w") as file:
    json.dump(report, file)
"""


@dataclass(frozen=True, slots=True)
class ProgramResult:
    """The output and the cost of a program that has ended."""

    code: int
    stdout: bytes
    stderr: bytes
    megabytes: int
    """The peak memory."""
    processor_seconds: float


def run_program(
    folder: Path, *words: str, environ: Mapping[str, str] | None = None
) -> ProgramResult:
    """Run ``capgo-tui`` in `folder`, which also holds its home and state."""
    project, report = folder / "project", folder / "report.json"
    project.mkdir(exist_ok=True)
    report.unlink(missing_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-ISc", _MEASURE, str(report), str(COMMAND), *words],
        cwd=project,
        env=make_environment(folder) | dict(environ or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        stdout, stderr = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        stdout, stderr = process.communicate()
        return ProgramResult(HANG_CODE, stdout, stderr, 0, 0.0)
    code, kilobytes, seconds = json.loads(report.read_text())
    return ProgramResult(code, stdout, stderr, kilobytes // 1024, seconds)


def make_environment(folder: Path) -> dict[str, str]:
    """Return the variables of a user without any settings, with a home of its own."""
    python_path = {name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}
    home = folder / "home"
    home.mkdir(exist_ok=True)
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "XDG_STATE_HOME": str(folder / "state"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "LANG": "C.UTF-8",
        **python_path,
    }
