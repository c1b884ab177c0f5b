"""Why an action does nothing now: by its key, in the hints, in the help and in the palette."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from capgo_tui.api.key import ApiKey
from capgo_tui.api.revisions import DOCUMENTED, LEGACY, LIVE, NEXT
from capgo_tui.tui.actions import Action, ActionContext, Takes
from capgo_tui.tui.controllers.context import action_context
from capgo_tui.tui.screens.controllers import ACTIONS
from capgo_tui.tui.screens.help import help_lines
from capgo_tui.tui.tabs import EVERYWHERE, TABS
from capgo_tui.workspace.changes import kinds  # noqa: F401 - makes the subclasses of Change
from capgo_tui.workspace.changes.change import Change
from capgo_tui.workspace.missing_rights import MissingRight
from capgo_tui.workspace.target import Target
from tests.support.server import Gate, Server
from tests.support.world import ALL, APP, READER, state, store_of
from tests.tui.bundles import on_bundles
from tests.tui.channels import on_channels, put_cursor, wait_for_outcome
from tests.tui.driving import on_devices, open_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from capgo_tui.api.revisions import Traits

TARGET = Target(app_id=APP, api_key=ApiKey(ALL))
READY = ActionContext(TARGET, "channels", traits=LIVE)
REFUSED = "this key may not promote bundles (channel qa), said the server"


def action(action_id: str) -> Action:
    return next(each for each in ACTIONS if each.id == action_id)


def context_of(each: Action) -> ActionContext:
    """Return a context in which an action does something."""
    return replace(READY, tab=min(each.tabs), mark_count=2)


def kinds_of_change(kind: type[Change] = Change) -> Iterator[type[Change]]:
    for each in kind.__subclasses__():
        yield each
        yield from kinds_of_change(each)


# By itself


@pytest.mark.parametrize("each", ACTIONS, ids=lambda each: each.id)
def test_an_action_is_disabled_by_what_it_needs_and_by_nothing_else(each: Action) -> None:
    ready = context_of(each)
    assert each.disabled_reason(ready) is None
    read_only = replace(ready, target=replace(TARGET, read_only=True))
    assert (each.disabled_reason(read_only) is not None) is each.writes
    offline = replace(ready, is_connected=False)
    assert (each.disabled_reason(offline) is None) is each.is_offline
    for tab in EVERYWHERE - each.tabs:
        reason = each.disabled_reason(replace(ready, tab=tab))
        assert reason is not None
        digits = {tab.key for tab in TABS if tab.name in each.tabs}
        assert any(f"{digit} shows" in reason.message for digit in digits), reason.message
    empty = replace(ready, has_cursor=False)
    assert (each.disabled_reason(empty) is None) is (each.takes in {Takes.NOTHING, Takes.TWO})
    marked = replace(empty, has_marks=True)
    assert (each.disabled_reason(marked) is None) is (each.takes is not Takes.RECORD)
    for count in range(5):
        some = replace(ready, mark_count=count)
        needs_two = each.takes is Takes.TWO
        assert (each.disabled_reason(some) is None) is (count == 2 or not needs_two)
    lack = MissingRight(each.right or "do something else")
    reason = each.disabled_reason(replace(ready, missing_rights=[lack]))
    assert (reason is not None) is bool(each.right)


def test_the_rights_of_actions_are_those_of_changes() -> None:
    rights = {kind.right for kind in kinds_of_change() if hasattr(kind, "right")}
    assert {each.right for each in ACTIONS} - {""} <= rights


@pytest.mark.parametrize(
    ("action_id", "traits", "reason"),
    [
        ("bundle.edit", LIVE, ""),
        ("bundle.edit", NEXT, ""),
        ("bundle.edit", DOCUMENTED, "this server's API (documented) has no comment or link"),
        ("bundle.new", LEGACY, "this server's API (legacy) has no registration of external"),
        ("bundle.delete", LEGACY, "the legacy API cannot delete one bundle, only all: C"),
        ("bundle.delete", DOCUMENTED, ""),
        ("channel.clear", LEGACY, "this server has no way to take the bundle off a channel"),
        ("channel.clear", LIVE, ""),
        ("bundle.edit", None, ""),
    ],
)
def test_what_the_server_cannot_do_is_known_once_its_revision_is(
    action_id: str, traits: Traits | None, reason: str
) -> None:
    each = action(action_id)
    found = each.disabled_reason(replace(context_of(each), traits=traits))
    assert str(found or "").startswith(reason)
    assert bool(found) is bool(reason)


def test_a_right_that_is_missing_for_one_channel_says_nothing_of_the_others() -> None:
    context = replace(READY, missing_rights=[MissingRight("promote bundles", "qa")])
    promote = action("channel.promote")
    assert promote.disabled_reason(replace(context, channel="beta")) is None
    reason = promote.disabled_reason(replace(context, channel="qa"))
    assert reason is not None
    assert reason.message == f"✗ {REFUSED[:1].upper()}{REFUSED[1:]}. r asks again."


# On the screen


async def test_without_a_connection_keys_say_so_and_the_hints_stay() -> None:
    server = Server(store_of(state()))
    gate = Gate()
    server.on("GET", "/channel", gate.before)
    async with open_app(server, wait_for="Loading channels") as driver:
        hints = driver.line(-1)
        await driver.until(lambda: driver.main.workspace is not None, "the workspace")
        await driver.type("l")
        await driver.until("✗ There is no channel under the cursor. The list is loading.")
        assert driver.line(-1) == hints, "what may work in a moment is no news"
        gate.open.set()
        await driver.until("production")
        assert driver.line(-1) == hints


async def test_a_filter_that_matches_nothing_greys_what_needs_a_record(server: Server) -> None:
    async with on_channels(server, size=(140, 40)) as driver:
        assert "(l promote)" not in driver.line(-1)
        await driver.type("slash", *"nothing", "enter")
        await driver.until("(l promote)")
        assert "(⏎ open)" in driver.line(-1)
        assert "(r refresh)" not in driver.line(-1)
        assert "(n new)" not in driver.line(-1)
        await driver.type("l")
        await driver.until("✗ There is no channel under the cursor. Esc clears the filter.")
        await driver.type("escape", "escape")
        await driver.wait_until_gone("(l promote)")


async def test_moving_the_cursor_leaves_the_hints_alone(server: Server) -> None:
    async with on_devices(server) as driver:
        hints = driver.main.hints.hints
        await driver.type("j", "j", "G")
        await driver.settle()
        assert driver.main.hints.hints is hints


async def test_a_refused_right_greys_the_action_until_it_is_asked_for_anew(
    server: Server,
) -> None:
    async with on_channels(server, "qa", key=READER, size=(200, 40)) as driver:
        await driver.type("l", *"1.0.5", "enter")
        await driver.wait_for_question()
        await driver.type("y")
        await wait_for_outcome(driver, "✗")
        await driver.until("(l promote)")
        await driver.type("escape", "l")
        await driver.until(f"✗ T{REFUSED[1:]}. r asks again.")
        assert not driver.overlays.link_form.visible
        lines = help_lines(ACTIONS, action_context(driver.main))
        assert any(REFUSED in line.text for line in lines)
        await driver.type("colon", *"promote")
        await driver.until(f"✗ {REFUSED}")
        await driver.type("enter")
        await driver.until(f"✗ T{REFUSED[1:]}. r asks again.")
        put_cursor(driver, "beta")
        await driver.wait_until_gone("(l promote)")
        put_cursor(driver, "qa")
        await driver.type("r")
        await driver.wait_until_gone("(l promote)")
        await driver.type("l")
        await driver.until(lambda: driver.overlays.link_form.visible, "the bundles")


async def test_what_the_server_cannot_do_is_told_by_key_help_and_palette() -> None:
    server = Server(store_of(state()), revision="documented")
    async with on_bundles(server, "1.0.3") as driver:
        await driver.type("n")
        await driver.until("✗ Nothing was sent: this server's API (documented) has no registration")
        lines = help_lines(ACTIONS, action_context(driver.main))
        assert any("not now: this server's API (documented)" in line.text for line in lines)
        await driver.type("colon", *"register")
        await driver.until("✗ this server's API (documented) has no")
        assert server.writes == 0
