"""Every state looks as in its picture: the text, and the style of each cell."""

from __future__ import annotations

from difflib import unified_diff

import pytest

from tests.snapshots.picture import FOLDER, file_of
from tests.snapshots.scenes import SCENES
from tests.snapshots.stage import Scene, playing

LOOKS = 200
"""Looks at a screen before it counts as different from the picture."""


@pytest.mark.parametrize("scene", [pytest.param(scene, id=scene.names[0]) for scene in SCENES])
async def test_the_screen_is_as_in_the_picture(scene: Scene) -> None:
    async with playing(scene) as (driver, draw):
        for look in scene.looks:
            name = scene.name(look)
            picture = file_of(name).read_text(encoding="utf-8")
            await look.take(driver)
            for _ in range(LOOKS):
                if draw() == picture:
                    break
                await driver.pilot.pause(0.005)
            await driver.settle()
            difference = "\n".join(
                unified_diff(
                    picture.splitlines(), draw().splitlines(), name, "screen", n=1, lineterm=""
                )
            )
            assert not difference, f"{difference}\nIf meant so: python -m tests.snapshots {name}"


def test_every_picture_is_of_a_scene_and_no_two_scenes_share_one() -> None:
    names = [name for scene in SCENES for name in scene.names]
    assert sorted(path.stem for path in FOLDER.iterdir()) == sorted(names)
