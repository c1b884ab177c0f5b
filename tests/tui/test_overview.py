"""The overview: what it shows on each server, what it asks for, and where its lines lead."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from capgo_tui.tui.widgets.overview import OverviewPage
from tests.support.server import FAULT, Gate, Server
from tests.support.world import (
    APP,
    CHANNELS,
    READER,
    bundle,
    channel,
    device,
    device_id,
    state,
    store_of,
)
from tests.tui.driving import open_app, strips

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager
    from typing import Any

    from textual.strip import Strip

    from tests.tui.driving import Driver

WIDE = (140, 40)
OWN_REQUESTS = 5
"""Most requests besides those of the lists."""
NEWER = ("live", "next")
"""The revisions with statistics, an audit history and rollouts."""
HEADINGS = ("ROUTING", "ADOPTION", "FLEET", "LATELY", "WARNINGS")
LISTS = ("/channel", "/device", "/bundle", "/versions")


def fleet(revision: str = "live", **more: Any) -> Server:
    """Return a server with a rollout, overrides and a channel that takes development builds."""
    channels = [
        channel(1, "production", version=4, allow_dev=True, allow_emulator=False,
                rollout_version=5, rollout_percentage_bps=2500, rollout_enabled=True),
        *(channel(number, name) for number, name in enumerate(CHANNELS[1:], 2)),
    ]  # fmt: skip
    devices = [
        device(number, version_name=f"1.0.{4 if number < 9 else 3}") for number in range(1, 13)
    ]
    overrides = {device_id(1): "beta", device_id(2): "beta-two", device_id(3): "beta"}
    content = state(
        channels=channels,
        devices=devices,
        bundles=[bundle(number) for number in range(1, 6)],
        overrides=overrides,
        **more,
    )
    return Server(store_of(content), revision=revision)


def on_overview(
    server: Server, *, size: tuple[int, int] = (80, 24), **more: Any
) -> AbstractAsyncContextManager[Driver]:
    return open_app(server, size=size, start="overview", wait_for="ROUTING", **more)


def page_of(driver: Driver) -> OverviewPage:
    page = driver.main.page
    assert isinstance(page, OverviewPage)
    return page


async def choose(driver: Driver, title: str) -> None:
    """Move the cursor to the line that leads to a place with a title."""
    await driver.press("g")
    for _ in range(60):
        if chosen_title(driver) == title:
            return
        await driver.press("j")
    raise AssertionError(f"no line leads to {title!r}:\n{driver.text}")


def chosen_title(driver: Driver) -> str:
    place = page_of(driver).place
    return "" if place is None else place.title


def own_requests(server: Server) -> list[str]:
    return [each.path for each in server.requests if each.path not in LISTS]


@pytest.mark.parametrize("size", [(80, 24), WIDE])
@pytest.mark.parametrize("revision", ["live", "next", "documented", "legacy"])
async def test_it_shows_what_each_server_tells(revision: str, size: tuple[int, int]) -> None:
    server = fleet(revision)
    async with on_overview(server, size=size) as driver:
        await driver.until("all 12")
        await driver.until("67 %")
        text = driver.text
        for heading in HEADINGS:
            assert heading in text
        await driver.until("platforms unknown")
        await driver.until("1.0.4  ")
        if revision in NEWER:
            await driver.until("last 14 days")
            await driver.until("25 % → 1.0.5")
            await driver.until("overrides  ")
            await driver.until("production is a default and takes development builds")
            await driver.until("e edit")
        else:
            await driver.until("all 12 loaded devices")
            assert "→" not in driver.text
            await driver.until("overrides  not reported by this server")
        await driver.settle()
        assert not driver.app.bug


@pytest.mark.parametrize("revision", ["live", "next", "documented", "legacy"])
async def test_it_asks_once_for_what_the_lists_do_not_tell(revision: str) -> None:
    server = fleet(revision)
    async with on_overview(server) as driver:
        await driver.until("all 12")
        await driver.until("last 14 days" if revision in NEWER else "all 12 loaded devices")
        await driver.settle()
        before = len(server.requests)
        await driver.type("1", "0", "3", "0")
        await driver.until("ROUTING")
        await driver.settle()
        assert len(server.requests) == before
        count = len(own_requests(server))
        assert count <= OWN_REQUESTS
        assert max(Counter(own_requests(server)).values(), default=1) == 1
        assert (count > 0) is (revision in NEWER), own_requests(server)


async def test_r_reads_everything_again(server: Server) -> None:
    async with on_overview(server) as driver:
        await driver.until("last 14 days")
        before = Counter(each.path for each in server.requests)
        await driver.type("r")
        await driver.until(
            lambda: all(
                Counter(each.path for each in server.requests)[path] > before[path]
                for path in (*LISTS[:3], f"/statistics/app/{APP}/bundle_usage")
            ),
            "each requested again",
        )


async def test_what_the_key_may_not_read_is_absent_without_fuss() -> None:
    async with on_overview(fleet(), key=READER) as driver:
        await driver.until("yours; others' are unknown")
        await driver.until("last 14 days")
        assert "✗" not in driver.status


async def test_without_statistics_the_loaded_devices_stand_for_them() -> None:
    server = fleet()
    server.on("GET", f"/statistics/app/{APP}/bundle_usage", FAULT)
    async with on_overview(server) as driver:
        await driver.until("ADOPTION  all 12 loaded devices")
        await driver.until("67 %")
        await driver.until("33 %")
        assert "✗" not in driver.status


async def test_what_is_not_known_is_a_word() -> None:
    server = fleet()
    for path in LISTS:
        server.on("GET", path, FAULT)
    async with on_overview(server) as driver:
        for text in ("the channels are not known", "the devices are not known"):
            await driver.until(text)
        assert "0 %" not in driver.text
        assert "▇" not in driver.text


@pytest.mark.parametrize("size", [(80, 24), WIDE])
async def test_a_line_leads_to_what_it_is_about_and_esc_comes_back(size: tuple[int, int]) -> None:
    async with on_overview(fleet(), size=size) as driver:
        await driver.until("all 12")
        await driver.until("last 14 days")
        await driver.type("2")
        await driver.until("DEVICE")
        await driver.type("slash", *"tester-1", "enter", "j", "0")
        before = driver.cursor
        for title, there, status in (
            ("production", "◆ production", "6 loaded"),
            ("run 1.0.4", device_id(1)[:8], "/bundle:=1.0.4 · 8 of 12"),
            ("iOS", device_id(1)[:8], "/platform:=ios · 6 of 12"),
        ):
            if title == "iOS" and size != WIDE:
                continue  # in one column all platforms share a line
            await choose(driver, title)
            await driver.press("enter")
            await driver.until(status)
            await driver.until(there)
            await driver.press("escape")
            await driver.until("ROUTING")
            assert chosen_title(driver) == title
        await driver.type("2")
        await driver.until("/tester-1 · 3 of 12")
        assert driver.cursor == before


async def test_a_trip_leads_along_links_and_back() -> None:
    async with open_app(fleet()) as driver:
        await driver.until(lambda: "…" not in driver.line(0), "all three lists")
        await driver.until("67%")
        await driver.press("enter")
        await driver.until("Leads to")
        await driver.press("j", "enter")
        await driver.until("production › 1.0.4")
        await driver.until("→ 8 of 12 devices")
        await driver.press("j", "j", "enter")
        await driver.until("/bundle:=1.0.4 · 8 of 12 loaded")
        await driver.until("run 1.0.4")
        assert driver.cursor == device_id(1)
        await driver.press("enter")
        await driver.until("→ beta")
        await driver.press("j", "enter")
        await driver.until("› beta")
        await driver.until("→ 2 of 12 devices")
        await driver.press("backspace")
        await driver.until("→ beta")
        await driver.press("escape")  # the detail was opened by hand
        await driver.until("/bundle:=1.0.4")
        await driver.press("escape")
        await driver.until("→ 8 of 12 devices")
        await driver.press("escape")
        await driver.until("forced to it")
        await driver.press("escape")
        await driver.until("6 loaded")
        assert driver.cursor == "1"
        assert "›" not in driver.line(0)
        await driver.type("2")
        await driver.until("12 loaded")
        assert "/bundle" not in driver.text


async def test_another_tab_ends_a_trip() -> None:
    async with on_overview(fleet()) as driver:
        await driver.until("all 12")
        await choose(driver, "production")
        await driver.press("enter")
        await driver.until("Overview › production")
        await driver.type("3", "1", "backspace")
        await driver.until("There is no link to return from.")
        await driver.type("escape", "escape")
        assert driver.main.tab == "channels"


@pytest.mark.parametrize("way", ["F", ":overrides", "the overview"])
async def test_the_overrides_are_listed_by_channel_and_cleared_together(way: str) -> None:
    server = fleet()
    async with open_app(server, size=(100, 24)) as driver:
        await driver.until(lambda: "…" not in driver.line(0), "all three lists")
        if way == "the overview":
            await driver.type("0")
            await driver.until("all 12")
            await choose(driver, "overrides")
            await driver.press("enter")
        elif way == "F":
            await driver.type("F")
        else:
            await driver.type("colon", *"overrides", "enter")
        await driver.until("/is:override · 3 of 12 loaded")
        await driver.until("STALE")
        shown = [line.split("▲")[-1].split()[0] for line in driver.text.split("\n") if "▲ " in line]
        assert shown == ["beta", "beta", "beta-two"]
        await driver.type("asterisk", "x")
        await driver.until("Clear the override of 3 devices")
        await driver.wait_for_dialog()
        await driver.press("y")
        await driver.until("✓ 3")
        await driver.press("escape")
        await driver.until("0 of 12 loaded devices match")
        assert sum(each.method == "DELETE" for each in server.requests) == 3
        await driver.type("escape", "escape")
        await driver.wait_until_gone("STALE")


async def test_when_we_set_an_override_stands_beside_it() -> None:
    server = fleet()
    async with open_app(server, size=(100, 24)) as driver:
        await driver.type("2")
        await driver.until("12 loaded")
        await driver.type("slash", *"tester-05", "enter", "o")
        await driver.until("Override")
        await driver.type(*"beta", "enter")
        await driver.wait_for_question("none → beta")
        await driver.press("y")
        await driver.until("read back")
        await driver.type("F")
        await driver.until(" OURS ")
        line = next(each for each in driver.text.split("\n") if "tester-05" in each)
        assert "now" in line
        assert "now" not in next(each for each in driver.text.split("\n") if "tester-01" in each)


async def test_unused_bundles_are_found_once_all_devices_are_counted() -> None:
    async with open_app(fleet()) as driver:
        await driver.type("3")
        await driver.until("5 loaded")
        await driver.type("slash", *"is:unused", "enter")
        # On channels are 1 (by five of them), 4 and, as a target, 5; devices run 3 and 4.
        await driver.until("1 of 5 loaded")
        await driver.until("1.0.2")


async def test_bundles_and_channels_tell_their_share_of_devices() -> None:
    async with open_app(fleet(), size=WIDE) as driver:
        await driver.until("FORCED")
        await driver.until("67%")
        await driver.type("3")
        await driver.until("▇▇▇    67%")
        await driver.type("slash", *"devices:>50%", "enter")
        await driver.until("1 of 5 loaded")


async def test_channels_are_filtered_by_the_number_of_their_overrides() -> None:
    async with open_app(fleet(), size=WIDE) as driver:
        await driver.until("FORCED")
        await driver.until("67%")
        await driver.type("slash", *"forced:>0", "enter")
        await driver.until("2 of 6 loaded")
        await driver.type("slash", "backspace", "x")
        await driver.until("«x» is no number: forced takes a whole number")


async def test_it_is_drawn_again_only_where_its_data_changed() -> None:
    async with on_overview(fleet()) as driver:
        await driver.until("last 14 days")
        await driver.settle()
        page = page_of(driver)
        drawn: list[int] = []
        render = page.render_line

        def note(y: int) -> Strip:
            drawn.append(y)
            return render(y)

        page.render_line = note  # type: ignore[method-assign]
        driver.main.chrome.show()
        await driver.until(lambda: not page.is_outdated, "made anew")
        await driver.settle()
        assert drawn == []


async def test_nothing_is_claimed_before_the_first_answers() -> None:
    server, gate = fleet(), Gate()
    for path in LISTS:
        server.on("GET", path, gate.before)
    async with on_overview(server) as driver:
        for heading in HEADINGS:
            assert f"{heading}  not read yet" in driver.text
        assert not any(claim in driver.text for claim in ("WARNINGS  0", "no change yet", "0 %"))
        gate.open.set()
        await driver.until("last 14 days")
        assert "not read yet" not in driver.text


async def test_the_sign_of_a_warning_has_the_tone_of_warnings() -> None:
    async with on_overview(fleet()) as driver:
        await driver.until("WARNINGS")
        await driver.settle()
        (line,) = [each for each in strips(driver.app) if each.text.startswith(" ! ")][:1]
        sign = next(part for part in line if "!" in part.text)
        tone = page_of(driver).get_component_rich_style("overview--warn")
        assert sign.style is not None
        assert sign.style.color == tone.color
