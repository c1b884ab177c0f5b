"""The installed program run once in a folder, with its output and what it took to run."""

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
"""Until a program that hangs is ended; none that is sound needs a tenth of it."""
HUNG = -1
"""The exit code of a program that had to be ended."""
# A process starts with the peak memory of the one that it was made from: a small one is between.
_MEASURE = """
import json, os, sys
child = os.fork()
if child == 0:
    os.execv(sys.argv[2], sys.argv[2:])
_, status, usage = os.wait4(child, 0)
told = [os.waitstatus_to_exitcode(status), usage.ru_maxrss, usage.ru_utime + usage.ru_stime]
with open(sys.argv[1], "w") as file:
    json.dump(told, file)
"""


@dataclass(frozen=True, slots=True)
class Finished:
    """A program that has ended."""

    code: int
    stdout: bytes
    stderr: bytes
    megabytes: int
    """The most memory it held at a time."""
    processor_seconds: float

    @property
    def is_plain(self) -> bool:
        """Whether all it said is a few lines of talk, and no traceback."""
        lines = self.stderr.decode(errors="replace").strip().splitlines()
        return len(lines) <= 2 and all(line.isprintable() for line in lines)


def run_program(folder: Path, *words: str, environ: Mapping[str, str] | None = None) -> Finished:
    """Run ``capgo-tui`` in `folder`, which holds its home and state as well."""
    project, report = folder / "project", folder / "report.json"
    project.mkdir(exist_ok=True)
    report.unlink(missing_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-ISc", _MEASURE, str(report), str(COMMAND), *words],
        cwd=project,
        env=environment(folder) | dict(environ or {}),
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
        return Finished(HUNG, stdout, stderr, 0, 0.0)
    code, kilobytes, seconds = json.loads(report.read_text())
    return Finished(code, stdout, stderr, kilobytes // 1024, seconds)


def environment(folder: Path) -> dict[str, str]:
    """The variables of somebody who has set nothing up, in a home of its own."""
    named = {name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}
    home = folder / "home"
    home.mkdir(exist_ok=True)
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "XDG_STATE_HOME": str(folder / "state"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "LANG": "C.UTF-8",
        **named,
    }
