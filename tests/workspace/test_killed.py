"""Killed at any step of a write, the program finds a journal that tells the truth."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.front_door import Pause, Reply, on_a_socket
from tests.support.world import World, open_world
from tests.workspace.writer import environ

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

WRITE, READ = "POST /device", "GET /device"


@dataclass
class Scene:
    """A sandbox on a socket, the programs that write to it, and their journal."""

    world: World
    url: str
    journal: Path
    device: str

    async def start(self, verb: str, **more: str) -> asyncio.subprocess.Process:
        key = self.world.keys["org_super_admin"]
        environment = environ(self.url, self.world.app_id, key, self.journal, self.device)
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.workspace.writer", verb),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**environment, **more},
        )

    async def write_and_die(self, pause: Pause) -> None:
        """Write, and be killed once a request stands at the server."""
        async with killing(await self.start("write")):
            await pause.ready.wait()
        pause.let_go()

    async def look(self) -> dict[str, Any]:
        """What a new program makes of the journal."""
        process = await self.start("resolve")
        report: dict[str, Any] = json.loads((await process.communicate())[0])
        return report

    def hold_back(self, name: str, *, skip: int = 0) -> Pause:
        """Take a request and do nothing with it, not even when it is let go."""
        pause = Pause()

        async def run(_: Callable[[], Awaitable[Reply]]) -> Reply:
            pause.ready.set()
            await pause.release.wait()
            return Reply.of(503, {})

        self.world.door.on(name, run, skip=skip)
        return pause


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with open_world(devices=10) as world, on_a_socket(world.door) as url:
        yield Scene(world, url, tmp_path / "state" / "journal.sqlite3", world.free_devices()[0])


@asynccontextmanager
async def killing(process: asyncio.subprocess.Process) -> AsyncIterator[None]:
    """Kill a program when it has come as far as is waited for here, and wait for its end."""
    try:
        yield
    finally:
        process.kill()
        await process.communicate()
    assert process.returncode == -9, "it was killed, and had not ended before"


async def expect_lines(process: asyncio.subprocess.Process, *lines: str) -> None:
    assert process.stdout is not None
    for line in lines:
        assert (await process.stdout.readline()).decode().strip() == line


async def test_before_anything_is_written_down(scene: Scene) -> None:
    pause = scene.hold_back(READ)
    await scene.write_and_die(pause)
    assert await scene.look() == {"before": [], "told": "", "now": []}
    assert scene.world.door.writes == 0


async def test_written_down_and_not_sent(scene: Scene) -> None:
    process = await scene.start("write", WRITER_STOPS="1")
    async with killing(process):
        await expect_lines(process, "intended")
        assert (await scene.look())["before"] == [[False, True]], "under way as long as it lives"
    report = await scene.look()
    assert report["before"] == [[True, False]], "and not known once it is dead"
    assert report["told"].startswith("! A write was cut off")
    assert report["now"] == [
        {"id": 1, "fate": "unknown", "found": {"channel": None}, "cut_off": False}
    ]
    assert scene.world.door.writes == 0, "looking sends nothing"
    assert scene.world.override_of(scene.device) is None


async def test_sent_and_lost(scene: Scene) -> None:
    pause = scene.hold_back(WRITE)
    await scene.write_and_die(pause)
    report = await scene.look()
    assert report["before"] == [[True, False]]
    assert [entry["fate"] for entry in report["now"]] == ["unknown"]
    assert report["now"][0]["found"] == {"channel": scene.world.override_of(scene.device)}
    assert scene.world.door.writes == 1, "it is not sent a second time"


async def test_carried_out_and_not_answered(scene: Scene) -> None:
    pause = scene.world.door.hold(WRITE)
    await scene.write_and_die(pause)
    await assert_found_out(scene)


async def test_answered_and_not_read_back(scene: Scene) -> None:
    # The first read finds out which revision the server speaks.
    pause = scene.hold_back(READ, skip=2)
    process = await scene.start("write")
    async with killing(process):
        await pause.ready.wait()
        assert scene.world.override_of(scene.device) == "beta"
    pause.let_go()
    await assert_found_out(scene)


async def assert_found_out(scene: Scene) -> None:
    report = await scene.look()
    assert report["before"] == [[True, False]]
    assert [entry["fate"] for entry in report["now"]] == ["verified"]
    assert report["now"][0]["found"] == {"channel": scene.world.override_of(scene.device)}
    assert "1 as intended" in report["told"]
    assert scene.world.override_of(scene.device) == "beta"
    assert scene.world.door.writes == 1


async def test_settled(scene: Scene) -> None:
    process = await scene.start("write")
    async with killing(process):
        await expect_lines(process, "intended", "settled")
    report = await scene.look()
    assert report["before"] == [[False, False]]
    assert report["told"] == "", "there is nothing left to find out"
    assert report["now"] == [
        {"id": 1, "fate": "verified", "found": {"channel": "beta"}, "cut_off": False}
    ]
    assert scene.world.override_of(scene.device) == "beta"
    assert scene.world.door.writes == 1


async def test_a_server_that_cannot_be_read_leaves_it_for_the_next_start(scene: Scene) -> None:
    pause = scene.world.door.hold(WRITE)
    await scene.write_and_die(pause)
    scene.world.door.fail(READ)
    report = await scene.look()
    assert "1 cannot be read" in report["told"]
    assert report["now"][0]["cut_off"]
    await assert_found_out(scene)


async def test_what_another_running_copy_does_is_left_to_it(scene: Scene) -> None:
    pause = scene.world.door.hold(WRITE)
    process = await scene.start("write")
    async with killing(process):
        await pause.ready.wait()
        reads = scene.world.door.count(READ)
        report = await scene.look()
        assert report["before"] == [[False, True]]
        assert report["told"] == ""
        assert scene.world.door.count(READ) == reads
        pause.let_go()
        await expect_lines(process, "intended", "settled")
    assert [entry["fate"] for entry in (await scene.look())["now"]] == ["verified"]
