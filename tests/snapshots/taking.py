"""Take the pictures of scenes anew, several scenes at a time."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from traceback import format_exception
from typing import TYPE_CHECKING

from tests.snapshots.picture import FOLDER, file_of
from tests.snapshots.scenes import SCENES
from tests.snapshots.stage import Scene, playing

if TYPE_CHECKING:
    from collections.abc import Iterator

QUIET_LOOKS = 8


async def take(scene: Scene) -> dict[str, str]:
    """Play a scene and return its picture by each look, once it no longer changes."""
    pictures: dict[str, str] = {}
    async with playing(scene) as (driver, draw):
        for look in scene.looks:
            await look.take(driver)
            before, quiet = draw(), 0
            while quiet < QUIET_LOOKS:
                await driver.pilot.pause(0.02)
                now = draw()
                before, quiet = now, quiet + 1 if now == before else 0
            pictures[scene.name(look)] = before
    return pictures


def take_by_number(number: int) -> dict[str, str]:
    """Take the pictures of a scene by its place among all.

    Raises:
        AssertionError: with the text of any other error, as not every one passes to a process.

    """
    try:
        return asyncio.run(take(SCENES[number]))
    except Exception as error:  # noqa: BLE001 - any error of a scene is reported by its name
        raise AssertionError("".join(format_exception(error))) from None


def retake(prefixes: tuple[str, ...] = ("",)) -> Iterator[str]:
    """Write the pictures that differ and yield their names; delete those without a scene.

    A prefix picks the scenes with a picture whose name begins with it.

    Raises:
        SystemExit: when some scenes are not reached; the pictures of the others are written.

    """
    FOLDER.mkdir(exist_ok=True)
    numbers = [
        number
        for number, scene in enumerate(SCENES)
        if any(name.startswith(prefixes) for name in scene.names)
    ]
    failures: list[str] = []
    # They wait more than they compute.
    workers = (os.cpu_count() or 1) + 2
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        futures = [pool.submit(take_by_number, number) for number in numbers]
        for number, future in zip(numbers, futures, strict=True):
            try:
                pictures = future.result()
            except AssertionError as error:
                failures.append(f"{SCENES[number].names[0]}: {error}")
                continue
            for name, picture in pictures.items():
                file = file_of(name)
                if not file.exists() or file.read_text(encoding="utf-8") != picture:
                    file.write_text(picture, encoding="utf-8")
                    yield name
    for stray in set(FOLDER.iterdir()) - {file_of(name) for each in SCENES for name in each.names}:
        stray.unlink()
    if failures:
        raise SystemExit("\n".join([*failures, f"{len(failures)} scenes were not reached"]))
