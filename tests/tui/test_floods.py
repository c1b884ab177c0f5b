"""Floods of keys at every write: only a ``y`` to a question that was drawn writes."""

from __future__ import annotations

import random
import string
from contextlib import asynccontextmanager
from time import monotonic
from typing import TYPE_CHECKING, TypeAlias

import pytest

from capgo_tui.tui.screens.main import MainScreen
from capgo_tui.tui.widgets.answer import REPEAT_SECONDS
from tests.support.server import Server
from tests.support.world import device, device_id, store_of
from tests.tui.channels import wait_for_dialog
from tests.tui.driving import post_keys
from tests.tui.make_writes import answer, on_tab, prepare, type_keys
from tests.tui.writes import WRITES, Write, list_ways, shop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from tests.tui.driving import Driver

    Flood: TypeAlias = Callable[[Driver, Write, random.Random], Awaitable[None]]

FLOODED = [(tab, write) for tab in WRITES for write in list_ways(tab)]
FORMS = {(tab, write.opening): (tab, write) for tab, write in FLOODED if write.has_form}
"""One write for each form that comes before a question."""
DEVICE_WRITES = [write for _, write in FLOODED if write.devices]
LISTED = {device_id(number) for number in range(1, 13)}
"""The ids of the devices in the list."""
NOT_Y = [
    *(letter for letter in string.ascii_letters + string.digits if letter not in "yq"),
    *["enter", "escape"] * 12,
    *["tab", "shift+tab", "up", "down", "left", "right", "space", "backspace", "delete"] * 3,
    *("pageup", "pagedown", "home", "end", "slash", "question_mark", "asterisk", "colon"),
]


def name_case(value: object) -> str | None:
    """Return the id of a case."""
    if isinstance(value, Write):
        return f"{value.name} {value.revisions[0]}"
    return f"tab {value}" if isinstance(value, str) else None


@asynccontextmanager
async def before_write(tab: str, write: Write) -> AsyncIterator[tuple[Driver, Server]]:
    """Run the app in a revision that has the write, with the cursor on its record."""
    server = Server(store_of(shop()), revision=write.revisions[0])
    async with on_tab(server, tab) as driver:
        await prepare(driver, server, write)
        yield driver, server
        assert driver.app.bug is None
        assert driver.app.is_running


async def wait_to_answer(driver: Driver, write: Write) -> None:
    """Wait until the question of a write can be answered."""
    if write.ask:
        await wait_for_dialog(driver)
    else:
        await driver.wait_for_question()


async def ask(driver: Driver, write: Write) -> None:
    """Type the keys of a write up to its question."""
    await type_keys(driver, write.keys_to_question)
    await wait_to_answer(driver, write)


async def post_without_y(driver: Driver, chance: random.Random) -> None:
    """Post many keys that mean anything but yes."""
    for _ in range(6):
        post_keys(driver.app, chance.choices(NOT_Y, k=20))
        await driver.pilot.pause()
    await driver.settle()


async def flood_question(driver: Driver, write: Write, chance: random.Random) -> None:
    await ask(driver, write)
    await post_without_y(driver, chance)


async def type_ahead(driver: Driver, write: Write, chance: random.Random) -> None:
    """Type the last keys to the question and many ``y``, all before anything of it is drawn."""
    first, last = write.split_at_last_wait()
    await type_keys(driver, first)
    flood = chance.choices(["y", "enter", "y", "tab", "y", "n", "y", "down"], k=30)
    post_keys(driver.app, [*last, *["y"] * 20, *flood])
    await driver.settle()


async def hold_y_down(driver: Driver, write: Write, chance: random.Random) -> None:
    """Hold ``y`` down from before the question is drawn."""
    del chance  # this flood has no choice
    first, last = write.split_at_last_wait()
    await type_keys(driver, first)
    post_keys(driver.app, [*last, "y"])
    previous = monotonic()
    for _ in range(60):
        if monotonic() - previous > REPEAT_SECONDS / 2:
            break  # this machine is so busy that the key would count as let go
        previous = monotonic()
        post_keys(driver.app, ["y"])
        await driver.pilot.pause()


@pytest.mark.sampled
@pytest.mark.parametrize("flood", [flood_question, type_ahead, hold_y_down])
@pytest.mark.parametrize(("tab", "write"), FLOODED, ids=name_case)
async def test_no_flood_at_a_question_writes(tab: str, write: Write, flood: Flood) -> None:
    chance = random.Random(f"{tab} {write.name}")  # noqa: S311 - a walk that can be repeated
    async with before_write(tab, write) as (driver, server):
        await flood(driver, write, chance)
        assert server.writes == 0


@pytest.mark.parametrize(("tab", "write"), FORMS.values(), ids=name_case)
async def test_no_flood_at_a_form_writes(tab: str, write: Write) -> None:
    chance = random.Random(f"{tab} {write.opening}")  # noqa: S311
    async with before_write(tab, write) as (driver, server):
        await driver.type(*write.opening)
        await driver.until(lambda: has_left_the_list(driver), "a form or a page")
        await driver.settle()
        await post_without_y(driver, chance)
        assert server.writes == 0


def has_left_the_list(driver: Driver) -> bool:
    """Return whether a form has the keyboard, or a page lies over the main screen."""
    screen = driver.app.screen
    return not isinstance(screen, MainScreen) or screen.is_taken


@pytest.mark.parametrize("key", ["z", "Z"])
async def test_no_flood_at_an_undo_writes(key: str) -> None:
    write = DEVICE_WRITES[0]
    async with before_write("2", write) as (driver, server):
        await type_keys(driver, write.keys)
        await answer(driver, write.ask)
        count = server.writes
        await driver.type(key)
        await driver.until(
            "Undo: Clear the override of tester-01" if key == "z" else "Override tester-01"
        )
        await driver.settle()
        await post_without_y(driver, random.Random(key))  # noqa: S311
        assert server.writes == count


@pytest.mark.parametrize("write", DEVICE_WRITES, ids=name_case)
async def test_a_target_that_moves_is_still_the_one(write: Write) -> None:
    async with before_write("2", write) as (driver, server):
        await ask(driver, write)
        before = server.overrides()
        # New devices are inserted before all others, and the order is reversed.
        for number in range(90, 96):
            row = device(number)
            server.change(
                "INSERT INTO devices (app_id, device_id, updated_at, custom_id, platform,"
                " plugin_version, version_name) SELECT app_id, ?, ?, ?, 'ios', '7', '1.0.1'"
                " FROM devices LIMIT 1",
                f"0000000-{number}", row["updated_at"], row["custom_id"],
            )  # fmt: skip
        await refresh(driver)
        driver.main.rows.view.sort_by(None)
        driver.main.table.rows_replaced()
        await driver.settle()
        await answer(driver, write.ask)
        assert set(find_changed_ids(before, server.overrides())) == set(write.devices)


@pytest.mark.parametrize(
    "write",
    [each for each in DEVICE_WRITES if each.devices[0] in LISTED and "live" in each.revisions],
    ids=name_case,
)
async def test_a_target_that_changed_is_asked_about_again(write: Write) -> None:
    async with before_write("2", write) as (driver, server):
        await ask(driver, write)
        server.override(write.devices[0], "internal")
        await refresh(driver)
        before = server.overrides()
        await driver.type("y")
        await driver.until("Changed!")
        assert server.writes == 0
        await driver.settle()
        await answer(driver, write.ask)
        assert set(find_changed_ids(before, server.overrides())) == set(write.devices)


@pytest.mark.parametrize(
    "write", [each for each in DEVICE_WRITES if each.devices[0] in LISTED], ids=name_case
)
async def test_a_target_that_vanished_is_not_written_nor_is_its_neighbour(write: Write) -> None:
    first = write.devices[0]
    async with before_write("2", write) as (driver, server):
        await ask(driver, write)
        server.change("DELETE FROM devices WHERE device_id = ?", first)
        await refresh(driver)
        before = server.overrides()
        await driver.type("y")
        if write.ask:
            await driver.until("Changed!")
            await driver.settle()
            await answer(driver, write.ask)
        else:
            await driver.until("no longer in the list")
        assert set(find_changed_ids(before, server.overrides())) == set(write.devices) - {first}


async def refresh(driver: Driver) -> None:
    """Refresh the devices behind the question, as a timer would."""
    assert driver.main.workspace is not None
    await driver.main.workspace.devices.refresh()
    await driver.settle()


def find_changed_ids(before: dict[str, str], after: dict[str, str]) -> Iterator[str]:
    """Yield the ids whose override changed, also of devices unknown to the server."""
    for key in before.keys() | after.keys():
        if before.get(key) != after.get(key):
            yield key
