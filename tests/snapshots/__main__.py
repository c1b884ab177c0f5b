"""``python -m tests.snapshots [name…]``: take the pictures anew, to be read in the diff.

A name picks the scenes with a picture that begins with it. With ``PICTURES=folder`` in the
environment each is also written there as an SVG, for a look at it as a person sees it.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from tests.snapshots.picture import FOLDER, file_of
from tests.snapshots.scenes import SCENES
from tests.snapshots.stage import Scene, playing

QUIET_LOOKS = 8


async def take(scene: Scene) -> dict[str, tuple[str, str]]:
    """Play a scene and return its picture and SVG at each size, once it no longer changes."""
    pictures: dict[str, tuple[str, str]] = {}
    async with playing(scene) as (driver, draw):
        for size in scene.sizes:
            await driver.pilot.resize_terminal(*size)
            before, quiet = draw(), 0
            while quiet < QUIET_LOOKS:
                await driver.pilot.pause(0.02)
                now = draw()
                before, quiet = now, quiet + 1 if now == before else 0
            pictures[scene.name(size)] = (before, driver.app.export_screenshot())
    return pictures


def main() -> None:
    """Write the pictures that differ and delete those without a scene."""
    prefixes = tuple(sys.argv[1:])
    folder = os.environ.get("PICTURES")
    FOLDER.mkdir(exist_ok=True)
    files = {file_of(scene.name(size)): scene for scene in SCENES for size in scene.sizes}
    for scene in SCENES:
        if prefixes and not any(scene.name(size).startswith(prefixes) for size in scene.sizes):
            continue
        for name, (picture, svg) in asyncio.run(take(scene)).items():
            if folder:
                (Path(folder) / f"{name}.svg").write_text(svg, encoding="utf-8")
            file = file_of(name)
            if not file.exists() or file.read_text(encoding="utf-8") != picture:
                file.write_text(picture, encoding="utf-8")
                sys.stdout.write(f"{name}\n")
    for stray in set(FOLDER.iterdir()) - files.keys():
        stray.unlink()


if __name__ == "__main__":
    main()
