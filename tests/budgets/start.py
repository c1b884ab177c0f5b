"""The time from the command to the first row, compared with a bare Textual app."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from typing import TYPE_CHECKING, Final

from tests.budgets import bare
from tests.budgets.sandbox import sandbox
from tests.support.pseudo_terminal import COMMAND, PseudoTerminal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.budgets.figures import Figures
    from tests.budgets.sandbox import Sandbox

BARE = Path(bare.__file__)
ROW: Final = "production"
HEAVY: Final = (
    "capgo_tui.sandbox",
    "capgo_tui.tui.overlays.overlays",
    "capgo_tui.tui.screens.help",
    "capgo_tui.tui.screens.setup",
    "capgo_tui.workspace.changes.change",
    "capgo_tui.workspace.journal",
    "csv",
    "html",
    "importlib.metadata",
    "pydantic",
    "shlex",
    "sqlite3",
    "starlette",
    "truststore",
    "uvicorn",
)
"""Modules of which a first row needs none."""
HTTP: Final = frozenset(
    {"httpx", "httpcore", "h11", "anyio", "socksio", "idna", "certifi", "http", "email"}
)
"""What speaks HTTP, and what that brings."""
_IMPORT = re.compile(rb"import time:\s+(\d+) \|\s+\d+ \| *([\w.]+)")


def measure(folder: Path, runs: int = 5) -> Figures:
    """Return the medians of alternating runs, after one warm-up run of each.

    The elapsed time is what a user notices, but it includes other work on the machine; the
    processor time, which does so less, is judged.
    """
    names = ("ours", "bare", "version", "completion", "get")
    wall_times: dict[str, list[float]] = {name: [] for name in names}
    processor_times: dict[str, list[float]] = {name: [] for name in names}
    with sandbox(150) as world:
        commands = _commands(world)
        for _ in range(runs + 1):
            for name, command, row in (
                ("ours", [str(COMMAND)], ROW.encode()),
                ("bare", [sys.executable, str(BARE)], bare.FIRST_ROW.encode()),
            ):
                with PseudoTerminal(command, environ=world.environ, folder=folder) as terminal:
                    wall_times[name].append(terminal.wait_for_bytes(row) * 1000)
                    processor_times[name].append(terminal.processor_seconds)
            for name, (command, environ) in commands.items():
                elapsed, work = _run(command, environ, folder)
                wall_times[name].append(elapsed * 1000)
                processor_times[name].append(work)
        modules = _modules(world, folder)
        import_times = _import_times(world, folder)
    wall = {name: median(times[1:]) for name, times in wall_times.items()}
    works = {name: median(times[1:]) for name, times in processor_times.items()}
    return {
        "start.ours": wall["ours"],
        "start.bare": wall["bare"],
        "start": wall["ours"] / wall["bare"],
        "start.work": works["ours"] / works["bare"],
        **{f"start.{name}": wall[name] / wall["ours"] for name in commands},
        **{f"start.{name}.work": works[name] / works["ours"] for name in commands},
        "start.modules": sum(name.split(".")[0] == "capgo_tui" for name in modules),
        "start.heavy": len(modules.intersection(HEAVY)),
        **{f"import.{name}": milliseconds for name, milliseconds in import_times.items()},
    }


def _commands(world: Sandbox) -> dict[str, tuple[list[str], Mapping[str, str]]]:
    """Return commands that end by themselves, with their environment variables."""
    (device, *_) = world.devices(1)
    completing = {
        "_CAPGO_TUI_COMPLETE": "bash_complete",
        "COMP_WORDS": "capgo-tui device ",
        "COMP_CWORD": "2",
    }
    return {
        "version": ([str(COMMAND), "--version"], world.environ),
        "completion": ([str(COMMAND)], {**world.environ, **completing}),
        "get": ([str(COMMAND), "device", "get", device["device_id"]], world.environ),
    }


def _run(command: Sequence[str], environ: Mapping[str, str], folder: Path) -> tuple[float, float]:
    """Run a command; return its elapsed and its processor seconds."""
    before, start = getrusage(RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(
        command,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", **environ},
        cwd=folder,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    elapsed, after = time.monotonic() - start, getrusage(RUSAGE_CHILDREN)
    return elapsed, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def _modules(world: Sandbox, folder: Path) -> set[str]:
    """Return the names of the modules that are imported until the first row."""
    reader, writer = os.pipe()
    command = [sys.executable, "-m", "tests.budgets.start_modules", str(writer), ROW]
    with (
        open(reader, encoding="utf-8") as report,
        PseudoTerminal(
            command, environ=world.environ, folder=folder, pass_fds=[writer]
        ) as terminal,
    ):
        os.close(writer)
        terminal.wait_for_bytes(ROW.encode())
        return set(json.loads(report.readline()))


def _import_times(world: Sandbox, folder: Path, runs: int = 3) -> dict[str, float]:
    """Return the milliseconds of the imports until the first row, by what is imported."""
    ours = _module_times(["-m", "capgo_tui"], ROW, world, folder, runs)
    theirs = _module_times([str(BARE)], bare.FIRST_ROW, world, folder, runs)
    times = dict.fromkeys(("shared", "own", "http", "pydantic", "click", "other"), 0.0)
    for module, elapsed in ours.items():
        package = module.split(".")[0]
        if module in theirs:
            times["shared"] += elapsed
        elif package == "capgo_tui":
            times["own"] += elapsed
        elif package in HTTP:
            times["http"] += elapsed
        elif package in ("pydantic_core", "click"):
            times[package.removesuffix("_core")] += elapsed
        else:
            times["other"] += elapsed
    return times


def _module_times(
    arguments: Sequence[str], row: str, world: Sandbox, folder: Path, runs: int
) -> dict[str, float]:
    """Return the least milliseconds of each module that Python imports until a row."""
    times: dict[str, float] = {}
    command = [sys.executable, "-X", "importtime", *arguments]
    for _ in range(runs):
        with PseudoTerminal(command, environ=world.environ, folder=folder) as terminal:
            terminal.wait_for_bytes(row.encode())
            for microseconds, name in _IMPORT.findall(bytes(terminal.output)):
                module, elapsed = name.decode(), int(microseconds) / 1000
                times[module] = min(elapsed, times.get(module, elapsed))
    return times
