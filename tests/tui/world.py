"""A small company's app, loaded into the real sandbox."""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from capgo_tui.sandbox.generate import generate
from capgo_tui.sandbox.state_file import load_state
from capgo_tui.sandbox.store import Store

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

APP = "com.acme.shop"
OTHER_APP = "com.acme.till"
NOW = datetime(2026, 11, 21, 14, 2, 11, tzinfo=UTC)
STATE = Path(__file__).parents[1] / "data" / "state.json"

ALL = "11111111-aaaa-4aaa-8aaa-111111111111"
READER = "22222222-bbbb-4bbb-8bbb-222222222222"
OUTSIDER = "33333333-cccc-4ccc-8ccc-333333333333"
EXPIRED = "44444444-dddd-4ddd-8ddd-444444444444"
WRONG = "99999999-eeee-4eee-8eee-999999999999"
SECRETS = (ALL, READER, OUTSIDER, EXPIRED, WRONG)

CHANNELS = ("production", "alpha-beta", "beta", "beta-two", "internal", "qa")
Row = dict[str, object]


def device_id(number: int) -> str:
    """Return the id of the device with a number."""
    return f"{number:08d}-0000-4000-8000-{number:012d}"


def moment(hours_ago: float) -> str:
    """Return a time before `NOW` in the server's format."""
    return (NOW - timedelta(hours=hours_ago)).isoformat()


def device(number: int, **more: object) -> Row:
    """Return a device of a state file."""
    row: Row = {
        "device_id": device_id(number),
        "updated_at": moment(number),
        "custom_id": f"tester-{number:02d}",
        "platform": "ios" if number % 2 else "android",
        "plugin_version": "7.1.0",
        "os_version": "18.1",
        "version_build": "2.4.0",
        "version_name": "1.0.1",
        "is_prod": True,
        "is_emulator": False,
    }
    return {**row, **more}


def channel(number: int, name: str, **more: object) -> Row:
    """Return a channel of a state file; its bundle has the same number by default."""
    timestamp = moment(1000 - number)
    row: Row = {
        "id": number,
        "name": name,
        "created_at": timestamp,
        "updated_at": timestamp,
        "created_by": "u1",
        "version": 1,
        "public": name == "production",
    }
    return {**row, **more}


def bundle(number: int, **more: object) -> Row:
    """Return a bundle of a state file."""
    timestamp = moment(2000 - number)
    row: Row = {
        "id": number,
        "name": f"1.0.{number}",
        "created_at": timestamp,
        "updated_at": timestamp,
        "comment": f"build {number}",
    }
    return {**row, **more}


def state(
    *,
    devices: Sequence[Row] | None = None,
    channels: Sequence[Row] | None = None,
    bundles: Sequence[Row] | None = None,
    overrides: Mapping[str, str] | None = None,
) -> Row:
    """Return a state file; the default is six channels, twelve devices and five bundles."""
    if bundles is None:
        bundles = [bundle(number) for number in range(1, 6)]
    if channels is None:
        channels = [channel(number, name) for number, name in enumerate(CHANNELS, 1)]
    if devices is None:
        devices = [device(number) for number in range(1, 13)]
    app: Row = {
        "app_id": APP,
        "name": "Acme Shop",
        "owner_org": "org-1",
        "channels": channels,
        "bundles": bundles,
        "devices": devices,
        "overrides": [{"device_id": d, "channel": c} for d, c in (overrides or {}).items()],
    }
    other: Row = {"app_id": OTHER_APP, "name": "Acme Till", "owner_org": "org-1"}
    mine: Row = {"role": "org_super_admin", "apps": [APP, OTHER_APP], "user": "u1"}
    keys: list[Row] = [
        {**mine, "label": "all", "key": ALL},
        {**mine, "label": "read", "key": READER, "role": "app_reader", "apps": [APP]},
        {**mine, "label": "outsider", "key": OUTSIDER, "apps": [], "user": "u2"},
        {**mine, "label": "expired", "key": EXPIRED, "state": "expired"},
    ]
    return {"keys": keys, "apps": [app, other]}


def store_of(content: Row) -> Store:
    """Return a store with a state loaded."""
    store = Store()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "state.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        load_state(store, path)
    return store


def recorded_store() -> tuple[Store, str, str]:
    """Return the recorded state (134 channels, 235 devices), its app and its full-rights key."""
    store = Store()
    load_state(store, STATE)
    keys = json.loads(STATE.read_text(encoding="utf-8"))["keys"]
    return store, "com.demo.app", next(key["key"] for key in keys if key["label"] == "all")


def generated_store(**amounts: int) -> tuple[Store, str, str]:
    """Return a generated app, its id and its full-rights key."""
    store = Store()
    world = generate(store, now=NOW, **amounts)
    return store, world.app_id, world.key
