"""Scenes of what an operator opens and does: bars, pickers, questions and outcomes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from capgo_tui.api.key import ApiKey
from capgo_tui.profiles import Profile
from capgo_tui.tui.launch import Launch
from tests.snapshots.lists import devices
from tests.snapshots.shop import identity
from tests.support.retry_policy import Naps
from tests.support.server import FAULT, Gate, answering
from tests.support.world import ALL, READER

if TYPE_CHECKING:
    from tests.snapshots.stage import Stage
    from tests.support.server import Server
    from tests.tui.driving import Driver


async def on_device(stage: Stage, number: int, server: Server | None = None, **more: Any) -> Driver:
    """Put the cursor on one device, in the middle of the list."""
    driver = await devices(stage, server, **more)
    driver.main.table.move_to_key(identity(number))
    await driver.settle()
    return driver


async def detail(stage: Stage) -> Driver:
    driver = await on_device(stage, 2)
    await driver.type("enter")
    await driver.until("What it is")
    return driver


async def detail_of_a_channel(stage: Stage) -> Driver:
    driver = await stage.open()
    await driver.type("j", "enter")
    await driver.until("Who it serves")
    return driver


async def raw_json(stage: Stage) -> Driver:
    driver = await on_device(stage, 2)
    await driver.type("J")
    await driver.until('"device_id"')
    return driver


async def help_page(stage: Stage) -> Driver:
    driver = await devices(stage)
    await driver.type("question_mark")
    await driver.until("Keys on devices")
    return driver


async def filter_row(stage: Stage) -> Driver:
    driver = await devices(stage)
    await driver.type("slash", *"qa !android")
    await driver.until("of 150 loaded")
    return driver


async def filter_stands(stage: Stage) -> Driver:
    driver = await filter_row(stage)
    await driver.type("enter")
    await driver.settle()
    return driver


async def filter_row_with_error(stage: Stage) -> Driver:
    driver = await devices(stage)
    await driver.type("slash", *"/qa-0[1")
    await driver.until("pattern")
    return driver


async def sort_row(stage: Stage) -> Driver:
    driver = await devices(stage)
    await driver.type("s", "right", "right", "right")
    await driver.settle()
    return driver


async def palette(stage: Stage) -> Driver:
    driver = await devices(stage)
    await driver.type("colon", *"over", "down")
    await driver.until("override  ")
    return driver


async def copy_row(stage: Stage) -> Driver:
    driver = await devices(stage)
    await driver.type("y", "right")
    await driver.until("s command line")
    return driver


async def export_rows(stage: Stage) -> Driver:
    driver = await devices(stage)
    await driver.type("E")
    await driver.until("to file ›")
    return driver


async def sorted_rows(stage: Stage) -> Driver:
    driver = await devices(stage)
    await driver.type("s", "right", "right", "right", "right", "enter")
    await driver.until(lambda: "↓" in driver.line(1) or "↑" in driver.line(1), "sorted")
    return driver


async def marks(stage: Stage) -> Driver:
    driver = await devices(stage)
    await driver.type("space", "space", "j", "space", "g")
    await driver.until("3 marked")
    return driver


async def marks_hidden_by_filter(stage: Stage) -> Driver:
    driver = await marks(stage)
    await driver.type("slash", *f"!{identity(1)[:4]}", "enter")
    await driver.until("3 marked (1 hidden by filter)")
    return driver


async def changed_cells(stage: Stage) -> Driver:
    server = stage.serve()
    driver = await devices(stage, server)
    near = [driver.main.rows.view.get_key_at(at) for at in (1, 3, 4)]
    server.change("UPDATE devices SET custom_id = 'renamed' WHERE device_id = ?", near[0])
    server.change("UPDATE devices SET version_name = '2.4.24' WHERE device_id = ?", near[1])
    server.override(near[2], "internal")
    stage.clock.advance(60)
    await driver.type("r")
    await driver.until("renamed")
    return driver


async def wide_columns(stage: Stage) -> Driver:
    driver = await devices(stage)
    await driver.type("w")
    await driver.until("slide")
    return driver


async def wide_columns_slid(stage: Stage) -> Driver:
    driver = await wide_columns(stage)
    await driver.type("right", "right", "right")
    await driver.until("‹")
    return driver


async def link_form(stage: Stage) -> Driver:
    driver = await on_device(stage, 2)
    await driver.type("o")
    await driver.until("6 of 6 channels")
    return driver


async def bundle_picker(stage: Stage) -> Driver:
    driver = await stage.open()
    await driver.type("l")
    await driver.until("24 of 24 bundles · devices: the 150")
    return driver


async def promotion_question(stage: Stage) -> Driver:
    """Most devices are held back by the channel's policy."""
    server = stage.serve()
    server.change("UPDATE channels SET disable_auto_update = 'patch' WHERE name = 'production'")
    driver = await stage.open(server)
    await driver.type("l", *"2.4.24", "enter")
    await driver.wait_for_dialog()
    await driver.until("117 of 147 loaded devices run native")
    return driver


async def rollout_form(stage: Stage) -> Driver:
    """A rollout that runs is about to be raised."""
    driver = await stage.open()
    await driver.type("j", "R", "right")
    await driver.until("25 % → 50 %")
    await driver.until("about 1 of 2 loaded devices")
    return driver


async def rollout_paused(stage: Stage) -> Driver:
    server = stage.serve()
    server.change(
        "UPDATE channels SET rollout_paused_at = '2026-11-21T11:00:00+00:00',"
        " rollout_pause_reason = 'crashes on start' WHERE name = 'beta'"
    )
    driver = await stage.open(server)
    await driver.type("j", "R")
    await driver.until("paused 3h: crashes on start")
    await driver.until("about 1 of 2 loaded devices")
    return driver


async def link_form_refuses(stage: Stage) -> Driver:
    driver = await link_form(stage)
    await driver.type(*"prod", "enter")
    await driver.until("takes no overrides")
    return driver


async def link_form_no_match(stage: Stage) -> Driver:
    driver = await link_form(stage)
    await driver.type(*"zzz")
    await driver.until("no channel matches")
    return driver


async def question(stage: Stage) -> Driver:
    driver = await link_form(stage)
    await driver.type(*"hotfix", "enter")
    await driver.wait_for_question("beta → hotfix-login?")
    return driver


async def question_to_clear(stage: Stage) -> Driver:
    driver = await on_device(stage, 2)
    await driver.type("x")
    await driver.wait_for_question("beta → none?")
    return driver


async def question_on_production(stage: Stage) -> Driver:
    driver = await on_device(stage, 2, profile=Profile("prod", production=True))
    await driver.type("x")
    await driver.until("type ")
    return driver


async def question_asked_again(stage: Stage) -> Driver:
    server = stage.serve()
    driver = await on_device(stage, 2, server)
    await driver.type("x")
    await driver.wait_for_question("beta → none?")
    server.override(identity(2), "internal")
    workspace = driver.main.workspace
    assert workspace is not None
    # By the app itself, as whatever it draws then names its keys.
    driver.app.call_later(workspace.look_up_device, identity(2))
    await driver.until("▲ internal")
    await driver.type("y")
    await driver.wait_for_question("Changed!")
    return driver


async def nothing_changed(stage: Stage) -> Driver:
    driver = await question(stage)
    await driver.type("enter")
    await driver.until("Nothing was changed")
    return driver


async def writing(stage: Stage) -> Driver:
    server, gate = stage.serve(), Gate()
    server.on("POST", "/device", gate.before)
    driver = await _write(stage, server, "⟳")
    # Before the app ends, which waits for the write.
    stage.stack.callback(gate.open.set)
    return driver


async def reading_back_waits(stage: Stage) -> Driver:
    server = stage.serve()
    driver = await on_device(stage, 2, server, retry_policy=Naps(stage.clock).retry_policy)
    server.on("GET", "/device", FAULT)
    return await agree_to_override(driver, "try 2 of 4 in 1 s")


async def written(stage: Stage, server: Server | None = None, **more: Any) -> Driver:
    return await _write(stage, server or stage.serve(), "read back", **more)


async def overview(stage: Stage) -> Driver:
    """All sections: a running rollout, a default that takes emulators, and a change of ours."""
    server = stage.serve()
    with server.store.open_for_writing() as db:
        db.execute(
            "UPDATE channels SET rollout_version = 22, rollout_percentage_bps = 2500,"
            " rollout_enabled = 1, allow_emulator = 1 WHERE name = 'production'"
        )
    driver = await _write(stage, server, "read back")
    await driver.type("0")
    await driver.until("last 14 days")
    await driver.until("you")
    return driver


async def overridden_devices(stage: Stage) -> Driver:
    driver = await _write(stage, stage.serve(), "read back")
    await driver.type("F")
    await driver.until("STALE")
    return driver


async def links_of_a_channel(stage: Stage) -> Driver:
    driver = await stage.open()
    await driver.until("RUN ")
    await driver.type("enter")
    await driver.until("Leads to")
    await driver.type("j", "enter")
    await driver.until("production › 2.4.21")
    await driver.type("j")
    return driver


async def write_not_allowed(stage: Stage) -> Driver:
    return await _write(stage, stage.serve(), "✗", key=READER)


async def write_failed(stage: Stage) -> Driver:
    server = stage.serve()
    refusal = b'{"error":"cannot_find_channel","message":"Cannot find channel"}'
    server.on("POST", "/device", answering(404, refusal))
    return await _write(stage, server, "✗")


async def write_unknown(stage: Stage) -> Driver:
    server = stage.serve()
    driver = await on_device(stage, 2, server)
    server.on("POST", "/device", FAULT)
    server.on("GET", "/device", server.after_first_write(FAULT))
    return await agree_to_override(driver, "is no clear answer")


async def _write(stage: Stage, server: Server, text: str, **more: Any) -> Driver:
    return await agree_to_override(await on_device(stage, 2, server, **more), text)


async def agree_to_override(driver: Driver, text: str) -> Driver:
    """Override the device under the cursor and wait for a text."""
    await driver.type("o", *"hotfix", "enter")
    await driver.wait_for_question()
    await driver.type("y")
    await driver.until(text)
    return driver


async def nothing_to_clear(stage: Stage) -> Driver:
    driver = await on_device(stage, 3)
    await driver.type("x")
    await driver.until("has no override to clear")
    return driver


async def not_a_device(stage: Stage) -> Driver:
    driver = await stage.open()
    await driver.type("o")
    await driver.until("2 shows the devices")
    return driver


async def interrupted(stage: Stage) -> Driver:
    driver = await devices(stage)
    await driver.type("ctrl+c")
    await driver.until("again quits")
    return driver


async def setup(stage: Stage) -> Driver:
    return await stage.open(launch=Launch(), wait_for="To be asked only once")


async def setup_app_missing(stage: Stage) -> Driver:
    server = stage.serve()
    launch = Launch(ApiKey(ALL), asgi_app=lambda: server)
    return await stage.open(launch=launch, wait_for="Apps of this key")


async def setup_server_named_by_a_file(stage: Stage) -> Driver:
    launch = Launch(
        ApiKey(ALL),
        "com.acme.shop",
        server="https://ota.acme.example",
        server_named_by="capacitor.config.json",
    )
    return await stage.open(launch=launch, wait_for="The server")


async def setup_after_a_refused_key(stage: Stage) -> Driver:
    server = stage.serve()
    driver = await stage.open(server, wait_for="Bundles 24")
    await driver.until("Devices 150+")
    server.change("UPDATE keys SET expired = 1")
    await driver.type("r")
    await driver.until("key refused")
    await driver.type("r")
    await driver.until("give another one")
    return driver
