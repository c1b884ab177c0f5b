"""Scenes of the states of a list: loading, age, and failures."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from capgo_tui.api.key import ApiKey
from capgo_tui.tui.launch import Launch
from tests.snapshots.shop import identity
from tests.support.retry_policy import Naps
from tests.support.server import FAULT, Gate, Wire, answering
from tests.support.world import ALL, APP, OTHER_APP, OUTSIDER, WRONG

if TYPE_CHECKING:
    from tests.snapshots.stage import Stage
    from tests.support.server import Server
    from tests.tui.driving import Driver

WAIT_43 = answering(
    429,
    json.dumps(
        {
            "error": "too_many_requests",
            "message": "Too many requests",
            "moreInfo": {"retryAfterSeconds": 43},
        }
    ).encode(),
)
NOBODY = "http://127.0.0.1:9"
"""An address at which no server listens."""


async def devices(stage: Stage, server: Server | None = None, **more: Any) -> Driver:
    """A list with more pages; at the larger size the detail is beside it."""
    driver = await stage.open(server, **more)
    await driver.type("2")
    await driver.until("150 loaded · more ↓")
    return driver


async def devices_at_the_end(stage: Stage) -> Driver:
    driver = await devices(stage)
    await driver.type("L")
    await driver.until("210 loaded · end of list")
    await driver.type("G")
    return driver


async def channels(stage: Stage) -> Driver:
    return await stage.open()


async def bundles(stage: Stage) -> Driver:
    driver = await stage.open()
    await driver.type("3")
    await driver.until("24 loaded")
    return driver


async def first_load(stage: Stage) -> Driver:
    server, gate = stage.serve(), Gate()
    server.on("GET", "/channel", gate.before)
    driver = await stage.open(server, wait_for="loading…")
    await driver.until("2 Devices 50+  3 Bundles 24")
    stage.stack.callback(gate.open.set)
    return driver


async def empty(stage: Stage) -> Driver:
    driver = await stage.open(app_id=OTHER_APP)
    await driver.type("2")
    await driver.until("has no devices")
    return driver


async def filter_matches_nothing_loaded(stage: Stage) -> Driver:
    driver = await devices(stage)
    await driver.type("slash", *"tester zzz", "enter")
    await driver.until("0 of 150 loaded")
    return driver


async def filter_matches_nothing_at_all(stage: Stage) -> Driver:
    driver = await devices_at_the_end(stage)
    await driver.type("slash", *"tester zzz", "enter")
    await driver.until("0 of 210 loaded")
    return driver


async def filter_is_an_id_not_loaded(stage: Stage) -> Driver:
    driver = await devices(stage)
    await driver.type("slash", *"bbbbbbbb-0000-4000-8000-000000000009")
    await driver.until("0 of 150 loaded")
    return driver


async def device_unknown(stage: Stage) -> Driver:
    driver = await filter_is_an_id_not_loaded(stage)
    await driver.type("enter")
    await driver.until("No device has the id")
    return driver


async def not_allowed(stage: Stage) -> Driver:
    return await stage.open(key=OUTSIDER, wait_for="may not read the channels")


async def key_refused(stage: Stage) -> Driver:
    return await stage.open(key=WRONG, wait_for="The key was refused")


async def address_locked(stage: Stage) -> Driver:
    server = stage.serve()
    body = {
        "error": "too_many_requests",
        "message": "Too many requests",
        "moreInfo": {"reason": "too_many_failed_auth_attempts", "retryAfterSeconds": 874},
    }
    for path in ("/channel", "/device", "/bundle"):
        server.on("GET", path, answering(429, json.dumps(body).encode()))
    return await stage.open(server, wait_for="locked for 15 minutes")


async def unreachable(stage: Stage) -> Driver:
    launch = Launch(ApiKey(ALL), APP, server=NOBODY)
    driver = await stage.open(launch=launch, wait_for="r tries again")
    await driver.until(lambda: "…" not in driver.line(0), "all three")
    return driver


async def server_fault(stage: Stage) -> Driver:
    server = stage.serve()
    server.on("GET", "/channel", FAULT)
    return await stage.open(server, wait_for="Out to lunch")


async def offline_with_old_rows(stage: Stage) -> Driver:
    wire = await stage.stack.enter_async_context(Wire(stage.serve()))
    stage.substitutes[wire.url.rpartition(":")[2]] = "50000"
    driver = await stage.open(launch=Launch(ApiKey(ALL), APP, server=wire.url))
    await driver.type("2")
    await driver.until("150 loaded · more ↓")
    await wire.shut()
    stage.clock.advance(190)
    await driver.type("r")
    await driver.until("STALE 3m")
    return driver


async def waiting_to_try_again(stage: Stage) -> Driver:
    server, naps = stage.serve(), Naps(stage.clock)
    for path in ("/channel", "/device", "/bundle"):
        server.on("GET", path, FAULT)
    driver = await stage.open(server, retry_policy=naps.retry_policy, wait_for="Try 2 of 4 in 1 s.")
    await driver.until(lambda: naps.began == 3, "all three waits")
    naps.pass_seconds(1)
    await driver.until("Try 3 of 4 in 2 s.")
    await driver.until(lambda: naps.began == 6, "all three waits again")
    return driver


async def waiting_with_old_rows(stage: Stage) -> Driver:
    server, naps = stage.serve(), Naps(stage.clock)
    driver = await stage.open(server, retry_policy=naps.retry_policy)
    await driver.type("2")
    await driver.until("150 loaded · more ↓")
    server.on("GET", "/device", WAIT_43)
    await driver.type("r")
    await driver.until("try 2 of 4 in 43 s")
    stage.clock.advance(12)
    await driver.until("try 2 of 4 in 31 s")
    return driver


async def rate_limited(stage: Stage) -> Driver:
    server = stage.serve()
    server.on("GET", "/channel", WAIT_43)
    driver = await stage.open(server, wait_for="Wait 43 s")
    await driver.until("2 Devices 50+  3 Bundles 24")
    stage.clock.advance(12)
    await driver.until("Wait 31 s")
    return driver


async def rate_limited_with_old_rows(stage: Stage) -> Driver:
    server = stage.serve()
    driver = await devices(stage, server)
    server.on("GET", "/device", WAIT_43)
    await driver.type("r")
    await driver.until("wait 43 s")
    stage.clock.advance(12)
    await driver.until("wait 31 s")
    return driver


async def loading_more(stage: Stage) -> Driver:
    server, gate = stage.serve(), Gate()
    driver = await devices(stage, server)
    server.on("GET", "/device", gate.before)
    stage.stack.callback(gate.open.set)
    await driver.type("G")
    await driver.until("loading more…")
    return driver


async def loading_all(stage: Stage) -> Driver:
    server, gate = stage.serve(), Gate()
    driver = await devices(stage, server)
    server.on("GET", "/device", gate.before)
    stage.stack.callback(gate.open.set)
    await driver.type("L")
    await driver.until("esc stops")
    return driver


async def refreshing(stage: Stage) -> Driver:
    server, gate = stage.serve(), Gate()
    driver = await devices(stage, server)
    server.on("GET", "/device", gate.before)
    stage.stack.callback(gate.open.set)
    await driver.type("r")
    await driver.until("refreshing…")
    return driver


async def part_of_a_list_failed(stage: Stage) -> Driver:
    server = stage.serve()
    driver = await devices(stage, server)
    server.on("GET", "/device", FAULT)
    await driver.type("L")
    await driver.until("150!")
    return driver


async def more_that_cannot_be_reached(stage: Stage) -> Driver:
    server = stage.serve()
    row = {"device_id": identity(1), "updated_at": "2026-11-21T13:50:00Z", "platform": "ios"}
    page = {"data": [row], "hasMore": True}
    server.on("GET", "/device", answering(200, json.dumps(page).encode()))
    driver = await stage.open(server)
    await driver.type("2")
    await driver.until("gives no way to it")
    return driver


async def rows_that_cannot_be_read(stage: Stage) -> Driver:
    server = stage.serve()
    server.on("GET", "/channel", answering(200, b'[{"nonsense": 1}, {"nonsense": 2}]'))
    return await stage.open(server, wait_for="no channels this program can read")
