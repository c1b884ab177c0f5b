"""The keys of every form: a field with a value, Enter, and scrolling."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input

from capgo_tui.api.key import ApiKey
from capgo_tui.tui.launch import Launch
from capgo_tui.tui.overlays.form_view import REVIEW_LABEL
from capgo_tui.tui.overlays.ids_form import IdsText
from capgo_tui.tui.widgets.line_input import LineInput
from capgo_tui.workspace.channel_draft import ChannelDraft
from tests.support.world import ALL, APP, READER, device_id
from tests.tui.bundles import on_bundles
from tests.tui.channels import go_to, on_channels
from tests.tui.driving import assert_sound, on_devices, open_app, post_paste

if TYPE_CHECKING:
    from capgo_tui.tui.overlays.form import Form
    from tests.support.server import Server
    from tests.tui.driving import Driver

FORMS = {
    "edit a channel": ("1", "e"),
    "new channel": ("1", "n"),
    "edit a bundle": ("3", "e"),
    "register a bundle": ("3", "n"),
    "clean up": ("3", "C"),
}
SIZES = [(30, 6), (40, 12), (60, 12), (80, 24), (140, 40)]
LAST = f"› ▸ {REVIEW_LABEL}"


def box(driver: Driver) -> LineInput:
    """Return the focused field."""
    widget = driver.app.screen.focused
    assert isinstance(widget, LineInput)
    return widget


def form(driver: Driver) -> Form:
    """Return the open form."""
    main = driver.main
    return (
        main.overlays.channel_form
        if main.overlays.channel_form.is_open
        else main.overlays.fields_form
    )


async def open_form(driver: Driver, name: str) -> None:
    """Open one of the forms."""
    tab, key = FORMS[name]
    await driver.type(tab, key)
    await driver.until(REVIEW_LABEL)
    await driver.settle()


# Fields with a value


async def test_the_first_character_replaces_what_a_field_holds(server: Server) -> None:
    server.change("UPDATE channels SET rollout_percentage_bps = 1000 WHERE name = 'beta'")
    async with on_channels(server) as driver:
        await driver.type("e")
        await go_to(driver, "rollout share")
        assert box(driver).selected_text == "10", "it is to be seen that it will be replaced"
        await driver.type(*"50")
        await driver.until("rollout share: 10 % → 50 %")
        await driver.type("down", "up", *"25")
        await driver.until("rollout share: 10 % → 25 %")


@pytest.mark.parametrize(
    ("key", "after"),
    [
        ("left", "build !5"),
        ("right", "build 5!"),
        ("end", "build 5!"),
        ("home", "!build 5"),
        ("ctrl+left", "build !5"),
    ],
)
async def test_a_cursor_key_keeps_what_a_field_holds(server: Server, key: str, after: str) -> None:
    async with on_bundles(server, "1.0.5") as driver:
        await open_form(driver, "edit a bundle")
        await driver.type(key, "!")
        await driver.settle()
        assert box(driver).value == after


async def test_a_paste_replaces_what_a_field_holds(server: Server) -> None:
    async with on_bundles(server, "1.0.5") as driver:
        await open_form(driver, "edit a bundle")
        post_paste(driver.app, "from the ticket")
        await driver.settle()
        assert box(driver).value == "from the ticket"
        post_paste(driver.app, ", all of it")
        await driver.settle()
        assert box(driver).value == "from the ticket, all of it"


async def test_backspace_takes_away_all_that_is_selected(server: Server) -> None:
    async with on_bundles(server, "1.0.5") as driver:
        await open_form(driver, "clean up")
        await driver.type("backspace")
        await driver.until("✗ a number is needed")


async def test_a_bundle_that_is_kept_is_not_taken_for_the_start_of_another(server: Server) -> None:
    async with on_channels(server) as driver:
        await driver.type("e", "right", "right")
        await driver.settle()
        assert "→ takes" not in driver.text
        assert box(driver).value == "1.0.1"
        await driver.type("backspace")
        await driver.until("→ takes")


async def test_what_is_being_typed_is_not_selected_when_the_channel_changes(
    server: Server,
) -> None:
    async with on_channels(server) as driver:
        await driver.type("e", *"1.0")
        await driver.settle()
        draft = driver.overlays.channel_form.draft
        assert isinstance(draft, ChannelDraft)
        draft._steps.clear()
        driver.overlays.channel_form.show_again()
        await driver.type(*".5")
        await driver.settle()
        assert box(driver).value == "1.0.5"


async def test_a_refused_question_goes_on_where_it_was_asked(server: Server) -> None:
    async with on_bundles(server, "1.0.5") as driver:
        await open_form(driver, "edit a bundle")
        await driver.type(*"half", "escape")
        await driver.wait_for_question("Leave and lose 1 change?")
        await driver.type("n")
        await driver.until(lambda: not driver.overlays.prompt.asking)
        await driver.type(*" done")
        await driver.settle()
        assert box(driver).value == "half done"


async def test_the_name_of_an_export_is_replaced_or_kept(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type("E")
        await driver.until("to file ›")
        assert box(driver).is_filled
        await driver.type("tab")
        await driver.settle()
        assert box(driver).is_filled, "another format is another name that came with the form"
        await driver.type(*"mine.json")
        await driver.settle()
        assert box(driver).value == "mine.json"


async def test_the_answers_of_the_first_screen_are_replaced_or_kept(server: Server) -> None:
    launch = Launch(None, "com.wrong.app", asgi_app=lambda: server)
    async with open_app(server, launch=launch, wait_for="API key") as driver:
        await driver.type(*ALL, "tab")
        await driver.settle()
        assert box(driver).selected_text == "com.wrong.app"
        await driver.type(*APP, "enter")
        await driver.until("6 loaded · end of list")
        assert APP in driver.line(0)


async def test_the_only_app_of_a_key_is_replaced_by_another(server: Server) -> None:
    launch = Launch(ApiKey(READER), asgi_app=lambda: server)
    async with open_app(server, launch=launch, wait_for="Apps of this key") as driver:
        field = driver.app.screen.query_one("#app", Input)
        await driver.until(lambda: field.value == APP)
        await driver.type("x")
        await driver.settle()
        assert field.value == "x"


@pytest.mark.parametrize("is_paste", [False, True])
async def test_a_list_that_was_given_is_replaced(server: Server, is_paste: bool) -> None:
    async with on_devices(server) as driver:
        post_paste(driver.app, f"{device_id(1)}\n{device_id(2)}")
        await driver.until("2 devices · 2 loaded")
        await driver.type("shift+tab")
        await driver.settle()
        if is_paste:
            post_paste(driver.app, device_id(3))
        else:
            await driver.type(*device_id(3))
        await driver.until("1 device · 1 loaded")
        assert driver.app.screen.query_one(IdsText).text == device_id(3)
        await driver.type("tab", "shift+tab", "enter", *device_id(4))
        await driver.until("2 devices · 2 loaded")


async def test_a_cursor_key_keeps_a_list_that_was_given(server: Server) -> None:
    async with on_devices(server) as driver:
        post_paste(driver.app, f"{device_id(1)}\n{device_id(2)}")
        await driver.until("2 devices · 2 loaded")
        await driver.type("shift+tab", "end", "enter")
        post_paste(driver.app, device_id(3))
        await driver.until("3 devices · 3 loaded")


# Enter and ctrl+s


@pytest.mark.parametrize("name", FORMS)
async def test_enter_moves_on_and_changes_nothing(server: Server, name: str) -> None:
    async with on_bundles(server, "1.0.5") as driver:
        await open_form(driver, name)
        fields_form = form(driver)
        positions = []
        while fields_form.cursor_row < fields_form.row_count - 1:
            positions.append(fields_form.cursor_row)
            assert len(positions) < fields_form.row_count
            await driver.type("enter")
            await driver.settle()
            assert fields_form.draft is not None
            assert not fields_form.draft.dirty
            assert not driver.overlays.prompt.asking
        assert positions == sorted(set(positions))
        assert LAST in driver.text
        assert server.writes == 0


async def test_space_and_arrows_change_a_choice(server: Server) -> None:
    async with on_bundles(server, "1.0.5") as driver:
        await open_form(driver, "clean up")
        await driver.type("enter")
        for key, value in (("space", "no"), ("left", "yes"), ("right", "no")):
            await driver.type(key)
            await driver.until(f"› keep what devices run   {value}")


@pytest.mark.sampled
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", FORMS)
async def test_the_review_is_in_sight_and_ctrl_s_goes_there(
    server: Server, name: str, size: tuple[int, int]
) -> None:
    async with on_bundles(server, "1.0.5", size=size, wait_for="production") as driver:
        await open_form(driver, name)
        fields_form = form(driver)
        for _ in range(fields_form.row_count + 1):
            assert f"▸ {REVIEW_LABEL}" in driver.line(-2)
            assert " › " in driver.text, "so is the row under the cursor"
            assert_sound(driver.app, size)
            await driver.type("down")
            await driver.settle()
        await driver.type("up", "ctrl+s")
        await driver.until(LAST)
        assert not driver.overlays.prompt.asking, "it only goes there"
        assert server.writes == 0


@pytest.mark.parametrize("size", SIZES)
async def test_the_edge_says_where_more_rows_are(server: Server, size: tuple[int, int]) -> None:
    async with on_channels(server, size=size, wait_for="production") as driver:
        await open_form(driver, "edit a channel")
        fields_form = form(driver)
        assert fields_form.scroll_count > fields_form.visible_count, "there are more rows than fit"
        for _ in range(fields_form.row_count):
            first, last = driver.line(1)[-2:], driver.line(fields_form.visible_count)[-2:]
            assert (first[-1] in "↑↕") is (fields_form.scroll_top > 0)
            assert (last[-1] in "↓↕") is (
                fields_form.scroll_top + fields_form.visible_count < fields_form.scroll_count
            )
            await driver.type("down")
            await driver.settle()
