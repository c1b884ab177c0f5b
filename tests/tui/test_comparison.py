"""``=``: two marked channels or bundles side by side, in every revision."""

from __future__ import annotations

import pytest

from capgo_tui.tui.screens.comparison import ComparisonScreen
from tests.support.hostile import TEXTS, spoiled_page
from tests.support.server import Server, rewriting
from tests.support.world import bundle, channel, state, store_of
from tests.tui.driving import assert_sound, on_devices, open_app
from tests.tui.writes import ALL as REVISIONS

SIZES = pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=lambda size: str(size[0]))
PACKAGES = (
    [{"name": "@capacitor/app", "version": "6.0.0"}, {"name": "old-plugin", "version": "1.0.0"}],
    [{"name": "@capacitor/app", "version": "7.0.0"}, {"name": "new-plugin", "version": "2.0.0"}],
)


def shop(revision: str) -> Server:
    bundles = [
        bundle(1, native_packages=PACKAGES[0], min_update_version="2.0.0"),
        bundle(2, native_packages=PACKAGES[1], min_update_version="2.4.0", comment="build 1"),
    ]
    channels = [channel(1, "production"), channel(2, "beta", version=2, allow_emulator=False)]
    return Server(store_of(state(bundles=bundles, channels=channels)), revision=revision)


def rows_of(text: str) -> list[list[str]]:
    """Return the cells of the rows on the screen, the mark first."""
    lines = [line.rstrip("▕ ") for line in text.split("\n") if line.strip()[:1] in ("≠", "=")]
    return [[line.strip()[0], *line.strip()[1:].split()] for line in lines]


@pytest.mark.parametrize("revision", REVISIONS)
async def test_two_bundles_differ_in_what_a_revision_tells(revision: str) -> None:
    async with on_devices(shop(revision)) as driver:
        await driver.type("3", "asterisk", "equals_sign")
        await driver.until("Compared ·")
        rows = rows_of(driver.text)
        assert driver.line(1).split() == ["1.0.1", "1.0.2"]
        marks = [row[0] for row in rows]
        assert marks == sorted(marks, reverse=True)  # those that differ are first
        has_packages = revision != "legacy"
        packages = [row for row in rows if "plugin" in row[1]]
        assert packages == (
            [["≠", "new-plugin", "none", "2.0.0"], ["≠", "old-plugin", "1.0.0", "none"]]
            if has_packages
            else []
        )
        assert (["≠", "@capacitor/app", "6.0.0", "7.0.0"] in rows) is has_packages
        if not has_packages:
            assert ["=", "native", "packages", "unknown", "unknown"] in rows
        assert (["≠", "needs", "native", "2.0.0", "2.4.0"] in rows) is (revision != "legacy")
        assert_sound(driver.app, (80, 24))
        await driver.type("escape")
        await driver.settle()
        assert len(driver.main.rows.marks) == 2
        assert driver.app.bug is None


@pytest.mark.parametrize("revision", REVISIONS)
async def test_two_channels_differ_in_what_a_revision_tells(revision: str) -> None:
    async with on_devices(shop(revision)) as driver:
        await driver.type("1", "asterisk", "equals_sign")
        await driver.until("Compared ·")
        rows = rows_of(driver.text)
        assert ["≠", "bundle", "1.0.1", "1.0.2"] in rows
        assert ["≠", "default", "channel", "yes", "no"] in rows
        assert (["≠", "emulators", "yes", "no"] in rows) is (revision != "legacy")


async def test_enter_shows_a_line_in_full_and_esc_comes_back() -> None:
    long = "x" * 300
    bundles = [bundle(1, comment=long), bundle(2, comment=f"{long}y")]
    async with on_devices(Server(store_of(state(bundles=bundles)))) as driver:
        await driver.type("3", "asterisk", "equals_sign")
        await driver.until("Compared ·")
        await driver.type("j", "enter")  # below the channels that carry them
        await driver.until("xy")
        assert isinstance(driver.app.screen, ComparisonScreen)
        await driver.type("escape")
        await driver.until("≠")
        await driver.type("equals_sign")
        await driver.settle()
        assert driver.main.is_current


@pytest.mark.parametrize(
    ("marks", "reason"),
    [
        ([], "It takes two marked channels, and none are marked"),
        (["space"], "It takes two marked channels, and 1 is marked"),
        (["space", "space", "space"], "It takes two marked channels, and 3 are marked"),
    ],
)
async def test_other_than_two_marks_are_refused_with_the_reason(
    server: Server, marks: list[str], reason: str
) -> None:
    async with open_app(server) as driver:
        await driver.type(*marks, "equals_sign")
        await driver.until(reason)


@SIZES
async def test_no_text_of_the_server_steers_the_page(server: Server, size: tuple[int, int]) -> None:
    for path in ("/channel", "/device", "/bundle"):
        server.on("GET", path, rewriting(spoiled_page))
    async with on_devices(server, size=size, rows=len(TEXTS) + 1) as driver:
        for tab in "13":
            await driver.type(tab, "g")
            for _ in range(len(TEXTS) // 2):
                await driver.type("u", "space", "space", "equals_sign")
                await driver.until("Compared ·")
                assert_sound(driver.app, size)
                await driver.type("enter")
                assert_sound(driver.app, size)
                await driver.type("escape", "escape")
        assert driver.app.bug is None


@pytest.mark.parametrize("width", [60, 80, 140, 200])
async def test_both_records_have_the_same_width(width: int) -> None:
    async with on_devices(shop("live"), size=(width, 24)) as driver:
        await driver.type("1", "asterisk", "equals_sign")
        await driver.until("Compared ·")
        await driver.settle()
        title = driver.line(1)
        left, right = title.index("production"), title.index("beta")
        assert width - right >= right - left - 3, driver.text
        times = [line for line in driver.text.split("\n") if " created " in line]
        assert len(times) == 1
        # A time is whole beside the other, without its age.
        assert times[0].count(":") == 4, times
        assert "ago" not in times[0]


async def test_a_resize_lays_both_records_out_again_and_keeps_the_cursor() -> None:
    async with on_devices(shop("live"), size=(50, 24)) as driver:
        await driver.type("1", "asterisk", "equals_sign")
        await driver.until("Compared ·")
        await driver.type("j", "j")
        screen = driver.app.screen
        assert isinstance(screen, ComparisonScreen)
        assert screen.index == 2
        assert "…" in driver.text
        await driver.pilot.resize_terminal(140, 40)
        await driver.until(lambda: "…" not in driver.text, "all of it")
        assert screen.index == 2
