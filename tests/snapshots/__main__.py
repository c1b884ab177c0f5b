"""``python -m tests.snapshots [name…]``: take the pictures anew, to be read in the diff.

A name picks the pictures that begin with it. With ``PICTURES=folder`` in the environment each
is also written there as an SVG, for a look at it as a person sees it.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from tests.snapshots.picture import FOLDER, file_of
from tests.snapshots.scenes import SCENES
from tests.snapshots.stage import Scene, Size, playing

QUIET_LOOKS = 8


async def take(scene: Scene, size: Size) -> tuple[str, str]:
    """Play a scene and draw it once it stands still; the picture and its SVG."""
    async with playing(scene, size) as (driver, draw):
        before, quiet = draw(), 0
        while quiet < QUIET_LOOKS:
            await driver.pilot.pause(0.02)
            now = draw()
            before, quiet = now, quiet + 1 if now == before else 0
        return before, driver.app.export_screenshot()


def main() -> None:
    """Write what differs, and take away what no scene makes."""
    wanted = tuple(sys.argv[1:])
    folder = os.environ.get("PICTURES")
    FOLDER.mkdir(exist_ok=True)
    names = set()
    for scene in SCENES:
        for size in scene.sizes:
            name = scene.name(size)
            names.add(file_of(name))
            if wanted and not name.startswith(wanted):
                continue
            picture, svg = asyncio.run(take(scene, size))
            if folder:
                (Path(folder) / f"{name}.svg").write_text(svg, encoding="utf-8")
            file = file_of(name)
            if not file.exists() or file.read_text(encoding="utf-8") != picture:
                file.write_text(picture, encoding="utf-8")
                sys.stdout.write(f"{name}\n")
    for stray in set(FOLDER.iterdir()) - names:
        stray.unlink()


if __name__ == "__main__":
    main()
