"""Every state looks as it was agreed to: each word of it, and the style of each cell."""

from __future__ import annotations

from difflib import unified_diff

import pytest

from tests.snapshots.picture import FOLDER, file_of
from tests.snapshots.scenes import SCENES
from tests.snapshots.stage import Scene, Size, playing

ALL = [(scene, size) for scene in SCENES for size in scene.sizes]
LOOKS = 200
"""How often a screen is looked at before it counts as another one than the picture."""


@pytest.mark.parametrize(
    ("scene", "size"), [pytest.param(scene, size, id=scene.name(size)) for scene, size in ALL]
)
async def test_the_screen_is_as_in_the_picture(scene: Scene, size: Size) -> None:
    name = scene.name(size)
    expected = file_of(name).read_text(encoding="utf-8")
    async with playing(scene, size) as (driver, draw):
        for _ in range(LOOKS):
            if draw() == expected:
                break
            await driver.pilot.pause(0.005)
        await driver.settle()
        lines = unified_diff(
            expected.splitlines(), draw().splitlines(), "picture", "screen", n=1, lineterm=""
        )
        difference = "\n".join(lines)
    assert not difference, f"{difference}\nIf that is meant: python -m tests.snapshots {name}"


def test_every_picture_is_of_a_scene_and_no_two_scenes_share_one() -> None:
    names = [scene.name(size) for scene, size in ALL]
    assert sorted(path.stem for path in FOLDER.iterdir()) == sorted(names)
