"""``:app`` and ``:profile``: other apps, each of which keeps its lists while the program runs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from capgo_tui.profiles import Profile
from tests.support.world import APP, OTHER_APP, device_id
from tests.tui.driving import on_devices

if TYPE_CHECKING:
    from capgo_tui.tui.launch import Launch
    from tests.support.server import Server
    from tests.tui.driving import Driver


async def open_other(driver: Driver) -> None:
    """Show the other app of the key by its name."""
    await driver.type("colon", *"app till")
    await driver.until(f"app {OTHER_APP}")
    await driver.type("enter")
    await driver.until(lambda: driver.main.target.app_id == OTHER_APP, "the other app")
    await driver.until("as of")


async def test_the_apps_of_the_key_are_offered_and_each_keeps_its_lists(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type("slash", *"ios", "enter", "j", "j", "space")
        await driver.until("1 marked")
        first, cursor = driver.main, driver.cursor
        await open_other(driver)
        assert driver.main is not first
        assert OTHER_APP in driver.line(0)
        count = len(server.requests)
        await driver.type("colon", *f"app {APP}")
        await driver.until("Acme")
        await driver.type("enter")
        await driver.until("1 marked")
        assert driver.main is first
        assert driver.cursor == cursor
        # The other app may still be loading its lists; of this one nothing is read again.
        again = [one for one in server.requests[count:] if APP in str(one.query)]
        assert again == []
        await open_other(driver)
        assert len(driver.app.switcher.opened) == 2
        assert driver.app.bug is None
        await driver.type("q")
        await driver.wait_until_closed()


async def test_a_write_goes_to_the_app_in_view(server: Server) -> None:
    async with on_devices(server) as driver:
        await open_other(driver)
        await driver.type("colon", *f"app {APP}")
        await driver.until("Acme")
        await driver.type("enter")
        await driver.until(lambda: driver.main.target.app_id == APP, "the first app")
        await driver.type("o", *"beta-two", "enter")
        await driver.wait_for_question("Override tester-01")
        await driver.type("y")
        await driver.until("override is beta-two, read back")
        assert server.overrides() == {device_id(1): "beta-two"}


async def test_the_app_in_view_is_not_opened_twice(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type("colon", *f"app {APP}")
        await driver.until("Acme")
        await driver.type("enter")
        await driver.until(f"This is {APP}.")
        assert len(driver.app.switcher.opened) == 1


async def test_a_profile_is_opened_with_its_own_protection(server: Server) -> None:
    def launch_profile(launch: Launch, name: str) -> Launch:
        if name == "broken":
            raise ValueError("config.toml:3: profiles.broken.app: it holds no app id")
        return replace(launch, app_id=OTHER_APP, profile=Profile(name, read_only=True))

    names = ("broken", "look")
    async with on_devices(server, profile_names=names, launch_profile=launch_profile) as driver:
        await driver.type("colon", *"profile br", "enter")
        await driver.until("✗ config.toml:3: profiles.broken.app")
        await driver.type("colon", *"profile look", "enter")
        await driver.until(lambda: driver.main.target.app_id == OTHER_APP, "its app")
        await driver.until("as of")
        assert "look" in driver.line(0)
        await driver.type("n")
        await driver.until("✗ Read-only: profile look")
        assert server.writes == 0
