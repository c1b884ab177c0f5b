"""Lets the monkey type: episode after episode, and a look at what each leaves behind."""

from __future__ import annotations

import asyncio
import os
import random
import threading
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from tests.monkey.episode import play
from tests.monkey.exports import confined, half_files
from tests.monkey.hands import Found, Tally
from tests.monkey.level import GROWTH, Level
from tests.monkey.strokes import strokes

if TYPE_CHECKING:
    from collections.abc import Callable

ENDING: Final = 10.0
"""Seconds that a thread may take to end."""


def _open_files() -> set[str]:
    """What this process has open that could be left behind; empty where that cannot be told."""
    folder = Path("/proc/self/fd")
    found = set()
    for entry in folder.iterdir() if folder.exists() else ():
        try:
            target = os.readlink(entry)
        except OSError:
            continue
        if target.startswith("socket:") or "sqlite" in target:
            found.add(target)
    return found


def run(
    seed: int, keys: int, *, episode: int = 2_000, told: Callable[[str], None] = lambda _: None
) -> tuple[Tally, Level]:
    """Type that many keys.

    Raises:
        Found: with the seed and the last strokes, when something is wrong.

    """
    tally, level = Tally(), Level()
    dice, more = random.Random(f"episodes/{seed}"), strokes(seed)  # noqa: S311
    open_before = _open_files()
    with TemporaryDirectory() as folder, confined(exports := Path(folder) / "exports"):
        while tally.strokes < keys:
            length = min(dice.randint(episode // 2, episode), keys - tally.strokes)
            journal = Path(folder) / str(tally.episodes) / "journal.sqlite3"
            try:
                asyncio.run(play(dice, more, length, journal, tally))
                _assert_nothing_is_left(open_before)
                if halves := half_files(exports):
                    raise Found(f"half files: {halves}")
            except BaseException as error:
                last = "\n  ".join(tally.last)
                error.add_note(
                    f"python -m tests.monkey --seed {seed} --keys {keys} --episode {episode}\n"
                    f"after {tally.strokes} keys; the last of them:\n  {last}"
                )
                raise
            level.sample()
            told(
                f"{tally.strokes} keys, {tally.episodes} episodes, {level.objects[-1]} objects,"
                f" {level.resident[-1] // 1024 // 1024} MB"
            )
    for name, growth in level.growth().items():
        if growth > GROWTH:
            raise Found(f"{name} grew {growth:.2f}-fold: {level}")
    return tally, level


def _assert_nothing_is_left(open_before: set[str]) -> None:
    threads = [t for t in threading.enumerate() if t is not threading.main_thread()]
    for thread in threads:
        thread.join(0 if thread.daemon else ENDING)  # told to end, it may not have had its turn
    if lasting := [t.name for t in threads if t.is_alive() and not t.daemon]:
        raise Found(f"threads are left: {lasting}")
    if left := _open_files() - open_before:
        raise Found(f"left open: {left}")
