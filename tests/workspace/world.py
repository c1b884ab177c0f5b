"""A sandbox behind a front door, and workspaces opened on it as the program opens them."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from capgo_tui.api.key import ApiKey
from capgo_tui.sandbox.app import create_app
from capgo_tui.sandbox.generate import generate
from capgo_tui.sandbox.store import Store
from capgo_tui.workspace.session import open_workspace
from capgo_tui.workspace.target import Target
from tests.support.clock import Clock
from tests.support.retry_policy import one_try
from tests.workspace.misbehaving import FrontDoor, on_a_socket

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from capgo_tui.api.retry_policy import RetryPolicy
    from capgo_tui.api.revisions import Revision
    from capgo_tui.workspace.log_file import LogFile
    from capgo_tui.workspace.session import Workspace

ALL_REVISIONS = ("live", "documented", "legacy")


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
            self.app_id, ApiKey(self.keys.get(key, key)), server, retry_policy=self.retry_policy
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
            app_id or self.app_id,
            ApiKey(self.keys.get(key, key)),
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
        with self.store.writing() as db:
            db.execute(sql, values)

    def column(self, sql: str, *values: object) -> list[str]:
        with self.store.reading() as db:
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

    def drop_override(self, device_id: str) -> None:
        self.run("DELETE FROM overrides WHERE device_id = ?", device_id)

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
