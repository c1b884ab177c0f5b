"""The setup screen: API key, app, or both."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from textual.widgets import Input

from capgo_tui.api.key import ApiKey
from capgo_tui.tui.launch import Launch
from capgo_tui.tui.screens.setup import SetupScreen
from tests.support.world import ALL, APP, OTHER_APP, READER, SECRETS, WRONG
from tests.tui.driving import assert_secret, open_app, post_keys

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.server import Server


async def test_the_key_and_then_the_app_open_the_lists(server: Server) -> None:
    launch = Launch(asgi_app=lambda: server)
    async with open_app(server, launch=launch, wait_for="API key") as driver:
        assert server.requests == []
        await driver.type("enter")
        await driver.until("the API key is empty")
        await driver.type(*"two words", "enter")
        await driver.until("holds a space")
        await driver.type("escape", *ALL, "enter")
        await driver.until("Apps of this key")
        assert APP in driver.text
        assert OTHER_APP in driver.text
        assert ALL not in driver.text
        assert "•" * 20 in driver.text
        assert_secret(driver, SECRETS)
        await driver.type("escape", "escape", "ctrl+c")
        await driver.settle()
        assert driver.app.is_running, "Esc never quits"
        await driver.type(*APP, "enter")
        await driver.until("6 loaded · end of list")
        assert APP in driver.line(0)
        assert_secret(driver, SECRETS)


async def test_the_only_app_of_a_key_is_filled_in(server: Server) -> None:
    launch = Launch(ApiKey(READER), asgi_app=lambda: server)
    async with open_app(server, launch=launch, wait_for="Apps of this key") as driver:
        box = driver.app.screen.query_one("#app", Input)
        await driver.until(lambda: box.value == APP)
        assert driver.app.screen.focused is box
        await driver.type("enter")
        await driver.until("6 loaded · end of list")


async def test_a_refused_key_is_told_before_an_app_is_chosen(server: Server) -> None:
    launch = Launch(asgi_app=lambda: server)
    async with open_app(server, launch=launch, wait_for="API key") as driver:
        await driver.type(*WRONG, "enter")
        await driver.until("The key was refused")
        assert isinstance(driver.app.screen, SetupScreen)
        await driver.type("shift+tab", "escape", *ALL, "enter")
        await driver.until("Apps of this key")
        await driver.until(lambda: "The key was refused" not in driver.text)


async def test_everything_typed_in_one_go_opens_the_app(server: Server) -> None:
    launch = Launch(asgi_app=lambda: server)
    async with open_app(server, launch=launch, wait_for="API key") as driver:
        post_keys(driver.app, [*ALL, "enter", *APP, "enter", "2"])
        await driver.until("12 loaded · end of list")
        assert_secret(driver, SECRETS)


async def test_it_says_why_the_app_is_asked_for(server: Server) -> None:
    doubt = "capacitor.config.ts:3: appId: the \x1b[31mvalue is computed"
    launch = Launch(ApiKey(ALL), app_doubt=doubt, asgi_app=lambda: server)
    async with open_app(server, launch=launch, wait_for="Apps of this key") as driver:
        assert "The app" in driver.text
        assert "uncertain" in driver.text
        assert "capacitor.config.ts:3: appId: the " in driver.text
        assert "value is computed" in driver.text
        assert OTHER_APP in driver.text


async def test_ctrl_c_twice_leaves_the_questions(server: Server) -> None:
    async with open_app(server, launch=Launch(), wait_for="API key") as driver:
        await driver.type("ctrl+c", "ctrl+c")
        await driver.wait_until_closed()
    assert driver.app.return_code == 0


async def test_a_server_that_would_get_the_key_in_the_clear_is_refused_in_words(
    server: Server,
) -> None:
    launch = Launch(ApiKey(ALL), APP, server="http://capgo.example.com")
    async with open_app(server, launch=launch, wait_for="This server cannot be used.") as driver:
        assert "unencrypted" in driver.text
        await driver.type("r", "o", "2", "x", "enter", "slash", "tab")
        await driver.settle()
        assert driver.app.bug is None
        await driver.type("q")
        await driver.wait_until_closed()


async def test_the_apps_of_the_key_are_chosen_with_the_arrows(server: Server) -> None:
    launch = Launch(ApiKey(ALL), asgi_app=lambda: server)
    async with open_app(server, launch=launch, wait_for="Apps of this key") as driver:
        box = driver.app.screen.query_one("#app", Input)
        seen = []
        for key in ("down", "down", "down", "up"):
            await driver.type(key)
            seen.append(box.value)
        assert seen == [seen[0], seen[1], seen[0], seen[1]]
        assert set(seen) == {APP, OTHER_APP}
        while box.value != APP:
            await driver.type("down")
        await driver.type("enter")
        await driver.until("6 loaded · end of list")


async def test_an_app_that_the_key_does_not_have_is_doubted_once(server: Server) -> None:
    launch = Launch(ApiKey(ALL), asgi_app=lambda: server)
    async with open_app(server, launch=launch, wait_for="Apps of this key") as driver:
        count = len(server.requests)
        await driver.type(*"com.acme.shp", "enter")
        await driver.until(f"This key has no app com.acme.shp: {APP} is near.")
        assert len(server.requests) == count
        await driver.type("enter")
        await driver.until(lambda: not isinstance(driver.app.screen, SetupScreen), "the lists")


async def test_the_key_is_saved_for_its_owner_and_never_over_another(
    server: Server, tmp_path: Path
) -> None:
    file = tmp_path / ".capgo"
    launch = Launch(asgi_app=lambda: server, key_file=file)
    async with open_app(server, launch=launch, wait_for="ctrl+s save the key") as driver:
        await driver.type("ctrl+s")
        await driver.until("There is no key to save")
        await driver.type(*"two words", "ctrl+s")
        await driver.until("Not saved: the API key holds a space")
        assert not file.exists()
        await driver.type("escape", *ALL, "ctrl+s")
        await driver.until("for you alone to read")
        assert file.read_text() == f"{ALL}\n"
        if sys.platform != "win32":
            assert file.stat().st_mode & 0o777 == 0o600
        assert_secret(driver, SECRETS)
        await driver.type("escape", *READER, "ctrl+s")
        await driver.until("is there already, and was left as it is")
        assert file.read_text() == f"{ALL}\n"


async def test_the_key_is_not_saved_through_a_link(server: Server, tmp_path: Path) -> None:
    file, target = tmp_path / ".capgo", tmp_path / "target"
    file.symlink_to(target)
    launch = Launch(asgi_app=lambda: server, key_file=file)
    async with open_app(server, launch=launch, wait_for="API key") as driver:
        await driver.type(*ALL, "ctrl+s")
        await driver.until("is there already")
        assert not target.exists()


async def test_the_questions_and_the_advice_begin_on_one_cell_and_no_command_is_broken(
    server: Server,
) -> None:
    launch = Launch(asgi_app=lambda: server)
    async with open_app(server, launch=launch, wait_for="API key") as driver:
        await driver.settle()
        lines = driver.text.split("\n")
        starts = {
            len(line) - len(line.lstrip())
            for line in lines
            if line.strip().startswith(("API key", "App id", "key ", "app ", "a look first"))
        }
        assert len(starts) == 1, driver.text
        for name in ("CAPGO_TOKEN=…", "CAPGO_APP_ID=…"):
            assert any(f"export {name}" in line for line in lines)
