"""A server named only by a file of the folder gets no request before a yes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from capgo_tui.api.key import ApiKey
from capgo_tui.api.servers import DEFAULT_SERVER
from capgo_tui.tui.launch import Launch
from capgo_tui.tui.screens.setup import SetupScreen
from tests.support.world import ALL, APP, EXPIRED, OTHER_APP, SECRETS
from tests.tui.driving import assert_secret, assert_sound, open_app

if TYPE_CHECKING:
    from capgo_tui.workspace.target import ASGIApp
    from tests.support.server import Server

EVIL = "https://evil.example"
FILE = "capacitor.config.ts"
QUESTION = "⏎ sends the key to this server"


class Launcher:
    """A launch that counts how often its server is opened and remembered."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.open_count = 0
        self.save_count = 0

    def remember(self) -> None:
        self.save_count += 1

    def __call__(self) -> ASGIApp:
        self.open_count += 1
        return self.server

    @property
    def is_untouched(self) -> bool:
        return self.open_count == self.save_count == 0 and self.server.requests == []

    def launch(self, key: str | None = ALL, app_id: str | None = APP, server: str = EVIL) -> Launch:
        return Launch(
            ApiKey(key) if key else None,
            app_id,
            server=server,
            asgi_app=self,
            server_named_by=FILE,
            remember_server=self.remember,
        )


@pytest.fixture
def launcher(server: Server) -> Launcher:
    return Launcher(server)


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (200, 60)])
async def test_the_server_and_the_file_that_names_it_are_shown_and_nothing_is_sent(
    launcher: Launcher, size: tuple[int, int]
) -> None:
    async with open_app(
        launcher.server, launch=launcher.launch(), wait_for=QUESTION, size=size
    ) as driver:
        assert isinstance(driver.app.screen, SetupScreen)
        assert EVIL in driver.text
        assert f"{FILE} of this folder" in driver.text
        assert_secret(driver, SECRETS)
        assert_sound(driver.app, size)
        await driver.settle()
        for key in ("tab", "shift+tab", "tab", "x", "y", "space", "backspace", "escape", "up"):
            await driver.type(key)
            await driver.settle()
            assert isinstance(driver.app.screen, SetupScreen), key
            assert launcher.is_untouched, key
            assert QUESTION in driver.text, key


async def test_a_doubtful_server_is_shown_as_such_and_gets_nothing_before_a_yes(
    launcher: Launcher,
) -> None:
    doubt = f"{FILE}:3: plugins: it may be set by what is spread here"
    launch = replace(launcher.launch(server=DEFAULT_SERVER), server_doubt=doubt)
    async with open_app(launcher.server, launch=launch, wait_for=QUESTION) as driver:
        assert DEFAULT_SERVER in driver.text
        assert doubt in " ".join(driver.text.split())
        assert "named by" not in driver.text
        await driver.settle()
        assert launcher.is_untouched
        await driver.type("enter")
        await driver.until("6 loaded · end of list")
        assert launcher.save_count == 1


async def test_enter_sends_the_key_and_opens_the_lists(launcher: Launcher) -> None:
    async with open_app(launcher.server, launch=launcher.launch(), wait_for=QUESTION) as driver:
        await driver.settle()
        assert launcher.is_untouched
        await driver.type("enter")
        await driver.until("6 loaded · end of list")
        assert APP in driver.line(0)
        assert launcher.server.requests
        assert launcher.server.writes == 0
        assert launcher.save_count == 1
        assert_secret(driver, SECRETS)


async def test_enter_on_the_key_says_yes_as_well(launcher: Launcher) -> None:
    async with open_app(launcher.server, launch=launcher.launch(), wait_for=QUESTION) as driver:
        await driver.type("shift+tab")
        await driver.settle()
        assert launcher.is_untouched
        await driver.type("enter")
        await driver.until("6 loaded · end of list")


async def test_the_apps_of_the_key_are_listed_only_after_a_yes(launcher: Launcher) -> None:
    launch = launcher.launch(app_id=None)
    async with open_app(launcher.server, launch=launch, wait_for=QUESTION) as driver:
        await driver.settle()
        assert launcher.is_untouched, "not even a look at the apps"
        assert OTHER_APP not in driver.text
        await driver.type("enter")
        await driver.until("Apps of this key")
        assert OTHER_APP in driver.text
        assert launcher.open_count == 1


async def test_a_key_that_is_typed_stays_here_until_enter(launcher: Launcher) -> None:
    launch = launcher.launch(key=None)
    async with open_app(launcher.server, launch=launch, wait_for=QUESTION) as driver:
        await driver.type(*ALL)
        await driver.settle()
        assert launcher.is_untouched
        assert QUESTION in driver.text
        await driver.type("enter")
        await driver.until("6 loaded · end of list")
        assert_secret(driver, SECRETS)


async def test_an_unusable_key_is_no_yes(launcher: Launcher) -> None:
    launch = launcher.launch(key=None)
    async with open_app(launcher.server, launch=launch, wait_for=QUESTION) as driver:
        await driver.type("enter")
        await driver.until("the API key is empty")
        await driver.type(*"two words", "enter")
        await driver.until("holds a space")
        await driver.settle()
        assert launcher.is_untouched


async def test_leaving_sends_nothing(launcher: Launcher) -> None:
    async with open_app(launcher.server, launch=launcher.launch(), wait_for=QUESTION) as driver:
        await driver.type("ctrl+c", "ctrl+c")
        await driver.wait_until_closed()
    assert driver.app.return_code == 0
    assert launcher.is_untouched


async def test_a_server_that_somebody_named_is_opened_at_once(launcher: Launcher) -> None:
    launch = Launch(ApiKey(ALL), APP, server=EVIL, asgi_app=launcher)
    async with open_app(launcher.server, launch=launch, wait_for="6 loaded · end of list"):
        assert launcher.open_count == 1


async def test_a_refused_key_is_told_though_the_server_was_asked_about(launcher: Launcher) -> None:
    launch = launcher.launch(key=EXPIRED)
    async with open_app(launcher.server, launch=launch, wait_for=QUESTION) as driver:
        await driver.type("enter")
        await driver.until("The key was refused (401)")
        await driver.type("r")
        await driver.until("App id")
        await driver.settle()
        assert "The key was refused" in driver.text
        count = len(launcher.server.requests)
        await driver.type(*ALL)
        await driver.settle()
        assert len(launcher.server.requests) == count
        await driver.type("enter")
        await driver.until("6 loaded · end of list")


async def test_a_narrow_screen_says_what_enter_does_as_well(launcher: Launcher) -> None:
    size = (60, 20)
    async with open_app(
        launcher.server, launch=launcher.launch(), wait_for=QUESTION, size=size
    ) as driver:
        assert EVIL in driver.text
        assert FILE in driver.text


async def test_a_long_address_cannot_hide_its_end(launcher: Launcher) -> None:
    address = f"https://api.capgo.app.{'a' * 50}.{'b' * 50}.evil.example"
    async with open_app(
        launcher.server, launch=launcher.launch(server=address), wait_for=QUESTION
    ) as driver:
        assert "evil.example" in "".join(driver.text.split())
