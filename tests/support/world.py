"""The apps of the tests: a small company's, written out, and a generated one with workspaces on it.

`state` returns the small company's, which a test changes by its arguments and `store_of` loads into
the sandbox. `open_world` runs a sandbox on a generated app.
"""

from __future__ import annotations

import json
import tempfile
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from capgo_tui.api.key import ApiKey
from capgo_tui.sandbox.app import create_app
from capgo_tui.sandbox.generate import generate
from capgo_tui.sandbox.state_file import load_state
from capgo_tui.sandbox.store import Store
from capgo_tui.workspace.session import open_workspace
from capgo_tui.workspace.target import Target
from tests.support.clock import Clock
from tests.support.front_door import FrontDoor, on_a_socket
from tests.support.retry_policy import one_try

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from capgo_tui.api.retry_policy import RetryPolicy
    from capgo_tui.api.revisions import Revision
    from capgo_tui.workspace.log_file import LogFile
    from capgo_tui.workspace.session import Workspace

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
ALL_REVISIONS = ("live", "documented", "legacy")
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


def load_content(store: Store, content: Mapping[str, object]) -> None:
    """Load the content of a state file into a store."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "state.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        load_state(store, path)


def store_of(content: Mapping[str, object]) -> Store:
    """Return a store with a state loaded."""
    store = Store()
    load_content(store, content)
    return store


def recorded_store() -> tuple[Store, str, str]:
    """Return the recorded state (134 channels, 235 devices), its app and its full-rights key."""
    store = Store()
    load_state(store, STATE)
    keys = json.loads(STATE.read_text(encoding="utf-8"))["keys"]
    return store, "com.demo.app", next(key["key"] for key in keys if key["label"] == "all")


@dataclass
class World:
    """One sandbox, its data, its clock, and who may do what."""

    store: Store
    clock: Clock
    door: FrontDoor
    app_id: str
    keys: Mapping[str, str]
    retry_policy: RetryPolicy = field(default_factory=one_try)
    workspaces: list[Workspace] = field(default_factory=list)

    def target(self, key: str = "org_super_admin", server: str = "https://api.capgo.app") -> Target:
        return Target(
            ApiKey(self.keys.get(key, key)), self.app_id, server, retry_policy=self.retry_policy
        )

    def open(
        self,
        key: str = "org_super_admin",
        *,
        app_id: str | None = None,
        server: str | None = None,
        revision: Revision | None = None,
        journal: Path | None = None,
        read_only: bool = False,
        log_file: LogFile | None = None,
    ) -> Workspace:
        """Open a workspace by a role's key (or any text as key); `server` means a socket."""
        target = Target(
            ApiKey(self.keys.get(key, key)),
            app_id or self.app_id,
            server or "https://api.capgo.app",
            revision,
            None if server else lambda: self.door,
            journal,
            read_only,
            self.retry_policy,
            log_file,
        )
        workspace = open_workspace(target, self.clock)
        self.workspaces.append(workspace)
        return workspace

    @asynccontextmanager
    async def on_a_socket(self) -> AsyncIterator[Workspace]:
        """Open a workspace over a real connection, which can really be cut."""
        async with on_a_socket(self.door) as url:
            workspace = self.open(server=url)
            try:
                yield workspace
            finally:
                await workspace.aclose()

    # The data behind the server's back

    def run(self, sql: str, *values: object) -> None:
        with self.store.open_for_writing() as db:
            db.execute(sql, values)

    def column(self, sql: str, *values: object) -> list[str]:
        with self.store.open_for_reading() as db:
            return [str(row[0]) for row in db.execute(sql, values)]

    def device_ids(self) -> list[str]:
        return self.column(
            "SELECT device_id FROM devices WHERE app_id = ? ORDER BY device_id", self.app_id
        )

    def free_devices(self) -> list[str]:
        """The devices without an override."""
        return self.column(
            "SELECT device_id FROM devices WHERE app_id = ? AND device_id NOT IN"
            " (SELECT device_id FROM overrides) ORDER BY device_id",
            self.app_id,
        )

    def override_of(self, device_id: str) -> str | None:
        names = self.column(
            "SELECT c.name FROM overrides o JOIN channels c ON c.id = o.channel_id"
            " WHERE o.app_id = ? AND o.device_id = ?",
            self.app_id,
            device_id,
        )
        return names[0] if names else None

    def set_override(self, device_id: str, channel: str) -> None:
        self.run(
            "INSERT OR REPLACE INTO overrides (app_id, device_id, channel_id)"
            " SELECT app_id, ?, id FROM channels WHERE app_id = ? AND name = ?",
            device_id,
            self.app_id,
            channel,
        )

    def drop_device(self, device_id: str) -> None:
        self.run("DELETE FROM devices WHERE device_id = ?", device_id)

    def rename(self, device_id: str, custom_id: str) -> None:
        self.run("UPDATE devices SET custom_id = ? WHERE device_id = ?", custom_id, device_id)

    def add_device(self, device_id: str, custom_id: str = "") -> None:
        self.run(
            "INSERT INTO devices (app_id, device_id, updated_at, custom_id, platform,"
            " plugin_version, version_name)"
            " VALUES (?, ?, '2026-11-01T00:00:00.000000+00:00', ?, 'ios', '7.0.0', 'builtin')",
            self.app_id,
            device_id,
            custom_id,
        )


@asynccontextmanager
async def open_world(
    revision: str = "live",
    limits: str = "none",
    *,
    channels: int = 6,
    devices: int = 150,
    bundles: int = 48,
) -> AsyncIterator[World]:
    """Yield a new world; its workspaces are closed afterwards."""
    store, clock = Store(), Clock()
    app_data = generate(
        store, channels=channels, devices=devices, bundles=bundles, seed=7, now=clock()
    )
    app = create_app(store, revision=revision, limits=limits, now=clock)
    world = World(store, clock, FrontDoor(app), app_data.app_id, app_data.keys)
    try:
        yield world
    finally:
        for workspace in world.workspaces:
            await workspace.aclose()
        store.close()
