"""``python -m tests.snapshots [name…]``: take the pictures anew, to be read in the diff.

A name picks the scenes with a picture that begins with it. ``python -m screenshots`` draws those
of them that are worth showing, for a look at them as a person sees them.
"""

from __future__ import annotations

import asyncio
import sys

from tests.snapshots.picture import FOLDER, file_of
from tests.snapshots.scenes import SCENES
from tests.snapshots.stage import Scene, playing

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


def main() -> None:
    """Write the pictures that differ and delete those without a scene."""
    prefixes = tuple(sys.argv[1:])
    FOLDER.mkdir(exist_ok=True)
    files = {file_of(name) for scene in SCENES for name in scene.names}
    for scene in SCENES:
        if prefixes and not any(name.startswith(prefixes) for name in scene.names):
            continue
        for name, picture in asyncio.run(take(scene)).items():
            file = file_of(name)
            if not file.exists() or file.read_text(encoding="utf-8") != picture:
                file.write_text(picture, encoding="utf-8")
                sys.stdout.write(f"{name}\n")
    for stray in set(FOLDER.iterdir()) - files:
        stray.unlink()


if __name__ == "__main__":
    main()
