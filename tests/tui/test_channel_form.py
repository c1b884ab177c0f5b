"""The channel form: cursor, choices, completion, and drawing at every size."""

from __future__ import annotations

import pytest

from tests.support.server import Server
from tests.support.world import bundle, state, store_of
from tests.tui.channels import go_to, on_channels
from tests.tui.driving import assert_sound, open_app


@pytest.mark.parametrize("size", [(60, 20), (140, 40), (30, 9)])
async def test_it_is_sound_at_every_size(server: Server, size: tuple[int, int]) -> None:
    async with open_app(server, size=size, wait_for="production") as driver:
        await driver.type("n", *"a name with spaces")
        await driver.until("spaces")
        assert_sound(driver.app, size)
        for _ in range(4):
            await driver.type("pagedown")
            await driver.settle()
            assert_sound(driver.app, size)
        assert "›" in driver.text, "the row under the cursor is in sight"
        await driver.type("escape")
        await driver.wait_for_question()
        assert_sound(driver.app, size)


async def test_both_ends_lead_to_the_other(server: Server) -> None:
    async with on_channels(server) as driver:
        await driver.type("e", "up")
        await driver.until("› ▸ Review and send")
        await driver.type("tab")
        await driver.until("› bundle")
        await driver.type("shift+tab", "enter")
        await driver.until("Nothing is changed, so there is nothing to send.")
        assert server.writes == 0


async def test_space_is_a_letter_in_a_text_and_a_choice_elsewhere(server: Server) -> None:
    server.change("UPDATE channels SET rollout_paused_at = '2026-11-01T00:00:00+00:00'")
    async with on_channels(server) as driver:
        await driver.type("e")
        await go_to(driver, "reason of the pause")
        await driver.type(*"too", "space", *"slow", "up")
        await driver.until("none → too slow")
        await driver.type("space")
        await driver.until("rollout paused: yes → no")
        await driver.type("left")
        await driver.wait_until_gone("yes → no")


async def test_what_nobody_tells_is_kept_or_set(server: Server) -> None:
    async with on_channels(server) as driver:
        await driver.type("e")
        await go_to(driver, "iOS")
        for effect in ("unknown → yes", "unknown → no"):
            await driver.type("space")
            await driver.until(effect)
        await driver.type("space")
        await driver.wait_until_gone("unknown →")
        await driver.until("nothing to send yet")


async def test_arrow_completes_the_first_name_that_fits(server: Server) -> None:
    bundles = [bundle(1), bundle(2, name="2.0.0-beta.1"), bundle(3, name="2.0.0-beta.2")]
    store = store_of(state(bundles=bundles))
    async with on_channels(Server(store)) as driver:
        await driver.type("e", *["backspace"] * 5, "2")
        await driver.until("→ takes 2.0.0-beta.2 · 2.0.0-beta.1")
        await driver.type("right")
        await driver.until("bundle: 1.0.1 → 2.0.0-beta.2")
        await driver.type("left", "backspace", "right", "right", "down")
        await driver.until("1.0.1 → 2.0.0-beta2")
    store.close()


async def test_typing_in_the_middle_keeps_the_place(server: Server) -> None:
    async with on_channels(server) as driver:
        await driver.type("n", *"ac", "left", "b")
        await driver.until('"channel": "abc"')
        await driver.type("x")
        await driver.until('"channel": "abxc"')
