"""Run episodes of the monkey, and check what each leaves behind."""

from __future__ import annotations

import asyncio
import os
import random
import threading
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from tests.monkey.episode import play
from tests.monkey.exports import confine_exports, find_half_files
from tests.monkey.hands import InvariantError, Tally
from tests.monkey.level import GROWTH, MemorySamples
from tests.monkey.strokes import draw_strokes

if TYPE_CHECKING:
    from collections.abc import Callable

ENDING: Final = 10.0
"""Seconds in which a thread has to end."""


def _list_open_files() -> set[str]:
    """Return the open sockets and databases of this process; empty without ``/proc``."""
    folder = Path("/proc/self/fd")
    targets = set()
    for entry in folder.iterdir() if folder.exists() else ():
        try:
            target = os.readlink(entry)
        except OSError:
            continue
        if target.startswith("socket:") or "sqlite" in target:
            targets.add(target)
    return targets


def run(
    seed: int, keys: int, *, episode: int = 2_000, report: Callable[[str], None] = lambda _: None
) -> tuple[Tally, MemorySamples]:
    """Type `keys` keys, in episodes of at most `episode`.

    Raises:
        InvariantError: with the seed and the last strokes, when something is wrong.

    """
    tally, samples = Tally(), MemorySamples()
    dice, strokes = random.Random(f"episodes/{seed}"), draw_strokes(seed)  # noqa: S311
    open_before = _list_open_files()
    with TemporaryDirectory() as folder, confine_exports(exports := Path(folder) / "exports"):
        while tally.strokes < keys:
            length = min(dice.randint(episode // 2, episode), keys - tally.strokes)
            journal = Path(folder) / str(tally.episodes) / "journal.sqlite3"
            try:
                asyncio.run(play(dice, strokes, length, journal, tally))
                _assert_nothing_is_left(open_before)
                if halves := find_half_files(exports):
                    raise InvariantError(f"half files: {halves}")
            except BaseException as error:
                last = "\n  ".join(tally.last)
                error.add_note(
                    f"python -m tests.monkey --seed {seed} --keys {keys} --episode {episode}\n"
                    f"after {tally.strokes} keys; the last of them:\n  {last}"
                )
                raise
            samples.add()
            report(
                f"{tally.strokes} keys, {tally.episodes} episodes, {samples.objects[-1]} objects,"
                f" {samples.resident[-1] // 1024 // 1024} MB"
            )
    for name, growth in samples.compute_growth().items():
        if growth > GROWTH:
            raise InvariantError(f"{name} grew {growth:.2f}-fold: {samples}")
    return tally, samples


def _assert_nothing_is_left(open_before: set[str]) -> None:
    threads = [t for t in threading.enumerate() if t is not threading.main_thread()]
    for thread in threads:
        thread.join(0 if thread.daemon else ENDING)  # stopped, but perhaps not scheduled yet
    if lasting := [t.name for t in threads if t.is_alive() and not t.daemon]:
        raise InvariantError(f"threads are left: {lasting}")
    if leaks := _list_open_files() - open_before:
        raise InvariantError(f"left open: {leaks}")
