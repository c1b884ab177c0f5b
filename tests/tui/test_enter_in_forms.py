"""Enter in every form: it goes on, and nothing is written by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from capgo_tui.api.key import ApiKey
from capgo_tui.tui.launch import Launch
from capgo_tui.tui.overlays.overlay import AskingOverlay
from tests.support.world import ALL, APP
from tests.tui.driving import assert_sound, on_devices, open_app, post_paste

if TYPE_CHECKING:
    from tests.support.server import Server
    from tests.tui.driving import Driver


class Opening(NamedTuple):
    """How a form is opened, what it shows then, and what is changed in it."""

    keys: tuple[str, ...]
    title: str
    change: tuple[str, ...]
    question: str
    """What the last Enter leads to."""


FORMS = {
    "edit a channel": Opening(("1", "j", "e"), "Edit ", ("down", "space"), "Sure?"),
    "new channel": Opening(("1", "n"), "New channel", tuple("fresh"), "Create"),
    "edit a bundle": Opening(("3", "e"), "Edit bundle", tuple("new"), "Edit"),
    "register a bundle": Opening(("3", "n"), "Register", (), "Register"),
    "clean up": Opening(("3", "C"), "Clean up", ("1",), "type "),
    "override": Opening(("2", "o"), "Override ", tuple("qa"), "?"),
    "promote": Opening(("1", "j", "l"), "now", tuple("1.0.5"), "?"),
    "put on a channel": Opening(("3", "l"), "channel ›", tuple("qa"), "?"),
    "rollout": Opening(("1", "R"), "Rollout ", ("right",), "choose"),
    "list of ids": Opening(("2", "O"), "Device ids", (), ""),
}
"""Every form that leads to a write."""
MOST_ROWS = 40


def test_every_overlay_that_is_answered_with_more_than_a_yes_is_among_them() -> None:
    forms = {each.__name__ for each in subclasses(AskingOverlay)}
    others = {"Confirmation", "Prompt", "BatchDialog", "FormView", "ChoiceBar", "CopyBar"}
    assert forms - others <= {"Form", "LinkForm", "RolloutForm", "IdsForm", "ExportBar"}, forms


def subclasses(kind: type) -> set[type]:
    """Return all classes below a class."""
    below: set[type] = set(kind.__subclasses__())
    return below.union(*(subclasses(each) for each in below))


async def open_form(driver: Driver, form: Opening) -> None:
    """Open a form and change something in it."""
    await driver.type(*form.keys)
    await driver.until(form.title)
    await driver.settle()
    await driver.type(*form.change)
    await driver.settle()


@pytest.mark.parametrize("size", [(60, 20), (140, 40)], ids=["60", "140"])
@pytest.mark.parametrize("name", FORMS)
async def test_enter_alone_never_writes(server: Server, name: str, size: tuple[int, int]) -> None:
    """Not on any row, and not in the question that it leads to, where it means no."""
    async with on_devices(server, size=size) as driver:
        await open_form(driver, FORMS[name])
        if name == "list of ids":
            post_paste(driver.app, "00000001-0000-4000-8000-000000000001")
            await driver.type("enter", "tab")
        for count in (1, 1, MOST_ROWS):
            await driver.type(*["enter"] * count)
            await driver.settle()
            assert_sound(driver.app, size)
        assert server.writes == 0
        assert driver.app.bug is None


@pytest.mark.parametrize("name", ["edit a channel", "new channel", "edit a bundle", "clean up"])
async def test_enter_goes_through_the_fields_to_the_review_and_changes_none(
    server: Server, name: str
) -> None:
    async with on_devices(server, size=(140, 40)) as driver:
        await open_form(driver, FORMS[name]._replace(change=()))
        before = driver.text
        rows = []
        for _ in range(MOST_ROWS):
            current = next(line for line in driver.text.split("\n") if line.startswith(" ›"))
            rows.append(current)
            if "Review and send" in current:
                break
            await driver.type("enter")
            await driver.settle()
        assert "Review and send" in rows[-1]
        assert len(set(rows)) == len(rows), "each row once"
        assert " → " not in driver.text, "nothing is changed"
        assert before.split("\n")[0] == driver.text.split("\n")[0]


async def test_enter_in_a_rollout_asks_about_what_was_chosen(server: Server) -> None:
    server.change(
        "UPDATE channels SET rollout_version = 3, rollout_enabled = 1,"
        " rollout_percentage_bps = 1000 WHERE name = 'beta'"
    )
    async with open_app(server) as driver:
        driver.main.table.move_to_key(
            next(key for key, each in driver.main.rows.view.collection.records.items()
                 if each.wire_id == "beta")
        )  # fmt: skip
        await driver.type("R")
        await driver.until("Rollout beta")
        await driver.type("enter")
        await driver.until("Nothing is changed: choose a share")
        await driver.type("right", "enter")
        await driver.wait_for_question()
        assert server.writes == 0
        await driver.type("enter")
        await driver.settle()
        assert server.writes == 0


async def test_enter_in_a_list_of_ids_begins_a_line_and_then_says_what_goes_on(
    server: Server,
) -> None:
    async with on_devices(server) as driver:
        await driver.type("O")
        await driver.until("⏎ new line")
        await driver.type("a", "enter", "b")
        await driver.until("2 devices")
        await driver.type("tab", "enter")
        await driver.until("o overrides them, x clears them")
        assert server.writes == 0


async def test_enter_on_the_first_screen_goes_to_the_next_field_and_opens_the_app(
    server: Server,
) -> None:
    launch = Launch(asgi_app=lambda: server)
    async with open_app(server, launch=launch, wait_for="To be asked only once") as driver:
        await driver.type(*ApiKey(ALL).reveal(), "enter")
        await driver.until(lambda: getattr(driver.app.screen.focused, "id", "") == "app")
        await driver.until("Apps of this key")
        assert server.writes == 0
        await driver.type(*APP, "enter")
        await driver.until("6 loaded")
        assert server.writes == 0
