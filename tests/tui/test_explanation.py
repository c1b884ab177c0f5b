"""``i`` and ``:why``: the page that explains a device, in every revision."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from capgo_tui.tui.screens.report import ReportScreen
from tests.support.hostile import TEXTS, spoiled_page
from tests.support.server import FAULT, Server, answering, rewriting
from tests.support.world import READER, device, device_id, state, store_of
from tests.tui.driving import assert_sound, on_devices
from tests.tui.writes import ALL as REVISIONS

if TYPE_CHECKING:
    from tests.support.sampling import Sampling
    from tests.tui.driving import Driver

LARGE = (140, 40)
SIZES = pytest.mark.parametrize("size", [(80, 24), LARGE], ids=lambda size: str(size[0]))


async def explain(driver: Driver) -> str:
    await driver.type("i")
    await driver.until("What the API does not report")
    return driver.text


def shop(revision: str) -> Server:
    return Server(store_of(state(overrides={device_id(2): "beta"})), revision=revision)


@pytest.mark.parametrize("revision", REVISIONS)
async def test_each_revision_explains_and_says_what_it_cannot_tell(revision: str) -> None:
    async with on_devices(shop(revision)) as driver:
        text = await explain(driver)
        assert isinstance(driver.app.screen, ReportScreen)
        name = device_id(1) if revision == "legacy" else "tester-01"  # it tells no custom ids
        assert f"What {name} should get, and why" in driver.line(0)
        assert "runs" in text
        assert "1.0.1" in text
        if revision in ("live", "next"):
            assert "✓ override" in text
            assert "none: the default channel decides" in text
        else:
            assert "? override" in text
            assert "not known: it may be forced to a channel" in text
        assert "production" in text
        assert_sound(driver.app, (80, 24))
        await driver.type("escape")
        await driver.settle()
        assert driver.cursor == device_id(1)
        assert driver.app.bug is None


async def test_a_forced_device_goes_by_its_channel() -> None:
    async with on_devices(shop("live")) as driver:
        await driver.type("j")
        text = await explain(driver)
        assert "forced to beta" in text
        assert "Could not be read" not in text


async def test_platforms_that_no_row_tells_are_read_from_the_audit_once() -> None:
    server = shop("live")
    async with on_devices(server) as driver:
        server.requests.clear()
        await explain(driver)
        await driver.type("escape", "j")
        await explain(driver)
        paths = [request.path for request in server.requests]
        assert paths.count("/organization/audit") == 1
        assert paths.count("/app/com.acme.shop") <= 1


CHANGE = (
    "INSERT INTO audit_logs (created_at, table_name, record_id, operation, org_id, old_record,"
    " new_record) SELECT '2026-11-20T09:00:00+00:00', 'channels', '1', 'UPDATE', 'org-1',"
    " json_object('id', 1, 'app_id', app_id), json_object('id', 1, 'app_id', app_id, {told})"
    " FROM channels WHERE id = 1"
)


SETTINGS = "UPDATE channels SET allow_prod = {}, disable_auto_update = 'none' WHERE name = 'beta'"


@pytest.mark.parametrize(
    ("allows", "told", "heading", "rule"),
    [
        (1, "true", "✓ Up to date: beta gives 1.0.1, which it runs.", "✓ build"),
        (0, "true", "✗ Runs 1.0.1, and gets nothing of beta: build: production build", "✗ build"),
        (1, "false", "✗ Runs 1.0.1, and gets nothing of beta: platform", "✗ platform"),
        (1, None, "? Runs 1.0.1, which beta carries: not all rules are known.", "? platform"),
    ],
)
async def test_a_device_that_runs_what_its_channel_now_forbids_is_not_up_to_date(
    allows: int, told: str | None, heading: str, rule: str
) -> None:
    runs_it = device(2, version=1, version_name="1.0.1", version_build="1.0.0")
    whole = state(devices=[device(1), runs_it], overrides={device_id(2): "beta"})
    server = Server(store_of(whole), revision="live")
    server.change(SETTINGS.format(allows))
    if told is not None:
        change = CHANGE.replace("'1', 'UPDATE'", "'3', 'UPDATE'").replace("id = 1", "id = 3")
        change = change.replace("'id', 1", "'id', 3")
        server.change(change.format(told=f"'android', json('{told}')"))
    async with on_devices(server, rows=2) as driver:
        await driver.type("j")
        text = await explain(driver)
        assert heading in text
        rules = text.split("looks at them")[1].split("What the API")[0]
        assert rule in rules
        signs = {line.strip()[:1] for line in rules.splitlines()} & {*"✓✗?"}
        assert signs == {"✓", rule[0]}


@pytest.mark.parametrize(
    ("told", "text", "is_named"),
    [
        ("'ios', json('true')", "✓ default channel", True),
        ("'ios', json('false')", "✗ default channel", True),
        ("'android', json('true')", "? default channel", False),
    ],
)
async def test_platforms_of_the_audit_are_used_and_named(
    told: str, text: str, *, is_named: bool
) -> None:
    server = shop("live")
    server.change(CHANGE.format(told=told))
    async with on_devices(server) as driver:
        page = await explain(driver)
        assert text in page
        assert ("from the audit history" in page) is is_named


async def test_a_key_that_may_not_read_the_audit_is_told_that_it_is_not_known() -> None:
    server = shop("live")
    async with on_devices(server, key=READER) as driver:
        text = await explain(driver)
        assert "? default channel" in text
        assert "not known: production is the only default" in text
        server.requests.clear()
        await driver.type("escape", "j")
        await explain(driver)
        assert [each.path for each in server.requests if "audit" in each.path] == []


async def test_lists_that_cannot_be_read_are_named() -> None:
    server = shop("live")
    server.on("GET", "/bundle", FAULT)
    async with on_devices(server, wait_for="as of") as driver:
        await driver.type("i")
        await driver.until("What the API does not report")
        await driver.type("G")
        await driver.until("The bundles: Out to lunch")
        server.off("GET", "/bundle")
        await driver.type("r")
        await driver.wait_until_gone("Out to lunch")
        assert "encryption" in driver.text


async def test_reading_again_sees_an_override_set_meanwhile() -> None:
    server = shop("live")
    async with on_devices(server) as driver:
        await explain(driver)
        with server.store.open_for_writing() as db:
            db.execute(
                "INSERT INTO overrides (app_id, device_id, channel_id)"
                " SELECT app_id, ?, id FROM channels WHERE name = 'qa'",
                [device_id(1)],
            )
        await driver.type("r")
        await driver.until("forced to qa")


async def test_why_explains_a_loaded_device_by_a_part_of_its_custom_id() -> None:
    async with on_devices(shop("live")) as driver:
        await driver.type("colon", *"why tester-02")
        await driver.until("why tester-02")
        await driver.until(lambda: len(driver.overlays.palette_bar.matches.entries) == 2)
        await driver.type("down", "enter")
        await driver.until("forced to beta")
        assert "What tester-02 should get" in driver.line(0)


async def test_why_looks_an_id_up_and_says_when_there_is_none() -> None:
    server = shop("live")
    async with on_devices(server) as driver:
        await driver.type("1", "colon", *"why nowhere", "enter")
        await driver.until("The server knows no device nowhere")
        await driver.type("colon", *f"why {device_id(3)}", "enter")
        await driver.until("What tester-03 should get")
        await driver.until("What the API does not report")


async def test_a_refusal_while_looking_up_is_said() -> None:
    server = shop("live")
    async with on_devices(server) as driver:
        server.on("GET", "/device", answering(500, b'{"error":"broken","message":"Broken"}'))
        await driver.type("colon", *"why nowhere", "enter")
        await driver.until("Broken")


@SIZES
async def test_no_text_of_the_server_steers_the_page(
    size: tuple[int, int], sampling: Sampling
) -> None:
    server = shop("live")
    count = len(TEXTS) + 1
    rows = range(count)
    if not sampling.whole:
        # Every other text at one size, and those between at the other.
        rows = range(int(size == LARGE), count, 2)
        sampling.note(len(rows), count)
    for path in ("/channel", "/device", "/bundle"):
        server.on("GET", path, rewriting(spoiled_page))
    async with on_devices(server, size=size, rows=count) as driver:
        for row in range(count):
            if row in rows:
                await driver.type("i")
                await driver.until("Rules, in the order")
                assert_sound(driver.app, size)
                await driver.type("G")
                assert_sound(driver.app, size)
                await driver.type("escape")
            await driver.type("j")
        assert driver.app.bug is None


async def test_the_device_stands_beside_the_rules_where_there_is_room() -> None:
    async with on_devices(shop("live"), size=LARGE) as driver:
        await explain(driver)
        await driver.settle()
        beside = [line for line in driver.text.split("\n") if "│ device " in line]
        assert len(beside) == 1
        assert "Runs 1.0.1" in beside[0]
        (about,) = [line for line in driver.text.split("\n") if "What the API does not" in line]
        assert "│" in about
        for size in ((80, 24), (140, 9)):  # too narrow, and too low for the second column
            await driver.pilot.resize_terminal(*size)
            await driver.until(lambda: "│" not in driver.text, "one column")
            await driver.until(" device ")
        await driver.pilot.resize_terminal(*LARGE)
        await driver.until("│ device ")


async def test_parts_are_set_apart_where_all_of_them_fit() -> None:
    async with on_devices(shop("live")) as driver:
        await explain(driver)

        def read_line_above_rules() -> str | None:
            lines = [line.strip() for line in driver.text.split("\n")]
            return next(
                (above for above, line in pairwise(lines) if line.startswith("Rules")), None
            )

        await driver.until(lambda: read_line_above_rules() == "", "a line between")
        await driver.pilot.resize_terminal(80, 16)
        await driver.until(read_line_above_rules, "no line between")
