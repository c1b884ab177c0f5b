"""A plausible app, the same for the same seed and time.

A large fleet is not written at once but when it is requested (see ``fleet``).
"""

from __future__ import annotations

import json
import random
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from capgo_tui.sandbox.fleet import fill_block, start_fleet
from capgo_tui.sandbox.generate_audit import insert_audit
from capgo_tui.sandbox.generate_devices import Fleet, Recipe, insert_devices, insert_overrides
from capgo_tui.sandbox.generate_history import Release, make_history
from capgo_tui.sandbox.roles import ROLES
from capgo_tui.sandbox.tables.apps import note_last_version
from capgo_tui.sandbox.tables.rows import Column, insert
from capgo_tui.sandbox.values import stamp

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from capgo_tui.sandbox.store import Store

APP_ID = "com.acme.shop"
#: Up to this number all devices are written at once: some seconds at the start, none later.
WRITTEN_OUT = 100_000
_CHANNELS = ("production", "beta", "internal", "qa", "hotfix-login")


@dataclass(frozen=True)
class GeneratedWorld:
    """The generated app, its full-rights key, and one key for each role."""

    app_id: str
    key: str
    keys: Mapping[str, str]


def generate(
    store: Store,
    *,
    channels: int = 6,
    devices: int = 150,
    bundles: int = 48,
    seed: int = 1,
    now: datetime,
    written_out: int = WRITTEN_OUT,
) -> GeneratedWorld:
    """Fill an empty store; more devices than ``written_out`` are written when requested."""
    rng = random.Random(seed)  # noqa: S311 - plausible data, not secrets
    releases = make_history(rng, bundles)
    at_once = devices <= written_out
    with store.open_for_bulk_loading(by_time=at_once) as db:
        generator = _Generator(db, rng, seed, now, _compute_age(bundles))
        generator.insert_app()
        keys = {role: generator.insert_key(role) for role in ROLES}
        ids = generator.insert_bundles(releases)
        if releases:
            note_last_version(db, APP_ID, releases[-1].name)
        linkable = generator.insert_channels(channels, releases, ids)
        fleet = Fleet.from_releases(releases)
        if at_once:
            insert_devices(db, rng, app_id=APP_ID, fleet=fleet, count=devices, now=now)
        else:
            recipe = Recipe(APP_ID, devices, seed, now, fleet)
            start_fleet(db, recipe)
            fill_block(db, recipe, 0)
        insert_overrides(db, rng, app_id=APP_ID, count=devices, linkable=linkable)
        insert_audit(db, APP_ID, _list_bundle_lines(releases), now)
    return GeneratedWorld(APP_ID, keys["org_super_admin"], keys)


def _compute_age(bundles: int) -> timedelta:
    """Return the age of the oldest release; many releases come at shorter intervals."""
    return timedelta(days=min(400.0, 20 + 6.5 * bundles))


@dataclass(frozen=True)
class _Generator:
    """One run of the generator."""

    db: sqlite3.Connection
    rng: random.Random
    seed: int
    now: datetime
    age: timedelta

    def make_id(self, name: str) -> str:
        """Return a stable UUID of this name."""
        digest = uuid.uuid5(uuid.NAMESPACE_DNS, f"{self.seed}.{name}.acme").bytes
        return str(uuid.UUID(bytes=digest, version=4))

    def insert_app(self) -> None:
        row: dict[str, Column] = {
            "app_id": APP_ID,
            "id": self.make_id("app"),
            "name": "Acme Shop",
            "owner_org": self.make_id("org"),
            "user_id": self.make_id("user"),
            "created_at": stamp(self.now - self.age),
            "updated_at": stamp(self.now - timedelta(hours=5)),
        }
        insert(self.db, "apps", row)

    def insert_key(self, role: str) -> str:
        key = self.make_id(f"key-{role}")
        row: dict[str, Column] = {
            "label": role,
            "key": key,
            "role": role,
            "apps": json.dumps([APP_ID]),
            "user_id": self.make_id("user"),
        }
        insert(self.db, "keys", row)
        return key

    def insert_bundles(self, releases: Sequence[Release]) -> dict[str, int]:
        """Insert the releases, the oldest first, at uneven intervals up to some hours ago."""
        ids = {}
        marks = sorted(self.rng.random() for _ in releases)
        for mark, release in zip(marks, releases, strict=True):
            moment = stamp(self.now - timedelta(hours=3) - (self.age * (1 - mark)))
            external = self.rng.random() < 0.04
            path = f"orgs/{self.make_id('org')}/apps/{APP_ID}/{release.name}.zip"
            url = f"https://cdn.acme.example/ota/{release.name}.zip"
            row: dict[str, Column] = {
                "app_id": APP_ID,
                "name": release.name,
                "created_at": moment,
                "updated_at": moment,
                "checksum": f"{self.rng.getrandbits(256):064x}",
                "storage_provider": "external" if external else "r2",
                "external_url": url if external else None,
                "r2_path": None if external else path,
                "min_update_version": release.min_native,
                "native_packages": json.dumps(list(release.packages)),
                "user_id": self.make_id("user"),
                "link": release.link,
                "comment": release.comment,
                # A bundle with a manifest can be downloaded as single files too.
                "manifest_count": 0 if external else 40 + len(release.name) * 3,
                "cli_version": f"7.{4 + int(mark * 36)}.{self.rng.randrange(6)}",
            }
            ids[release.name] = insert(self.db, "bundles", row)
        return ids

    def insert_channels(
        self, count: int, releases: Sequence[Release], ids: Mapping[str, int]
    ) -> list[int]:
        """Insert the channels and return the ids of some that a device may be linked to."""
        current_bundles = _pick_current_bundles(releases)
        recent: list[str | None] = [r.name for r in releases[-5:]]
        linkable = []
        for index, name in enumerate(self._draw_channel_names(count)):
            if name in _CHANNELS:
                created_at = self.now - self.age * (1 - index / 8)
            else:
                # Channels of pull requests exist for weeks, not months.
                created_at = self.now - timedelta(days=28) * ((count - index) / count)
            bundle = (
                current_bundles.get(name) if name in _CHANNELS else self.rng.choice([*recent, None])
            )
            last_change = self.now - timedelta(minutes=self.rng.randrange(90, 60 * 24 * 9))
            careful = name in {"production", "beta", "hotfix-login"}
            row: dict[str, Column] = {
                "app_id": APP_ID,
                "name": name,
                "created_at": stamp(created_at + timedelta(microseconds=index)),
                "updated_at": stamp(max(created_at, last_change)),
                "created_by": self.make_id("user"),
                "public": name == "production",
                "version": ids[bundle] if bundle else None,
                "disable_auto_update": "major" if careful else "none",
                "disable_auto_update_under_native": careful,
                "allow_device_self_set": name in {"beta", "qa"},
                "allow_emulator": name != "production",
                "allow_dev": name != "production",
                "rollout_id": str(uuid.UUID(int=self.rng.getrandbits(128), version=4)),
            }
            channel_id = insert(self.db, "channels", row)
            if name != "production":
                linkable.append(channel_id)
        return linkable[:12]

    def _draw_channel_names(self, count: int) -> Iterator[str]:
        yield from _CHANNELS[:count]
        request = 481
        for _ in range(count - len(_CHANNELS)):
            yield f"pr-{request}"
            request += self.rng.randrange(2, 13)


def _pick_current_bundles(releases: Sequence[Release]) -> Mapping[str, str]:
    """Return the bundle of each permanent channel that has one."""
    return {name: line[0] for name, line in _list_bundle_lines(releases).items() if line}


def _list_bundle_lines(releases: Sequence[Release]) -> Mapping[str, Sequence[str]]:
    """Return the bundles of each permanent channel, the newest first."""
    stable = [r.name for r in reversed(releases) if not r.is_preview]
    previews = [r.name for r in reversed(releases) if r.is_preview]
    newest = [r.name for r in reversed(releases)]
    return {
        "production": stable,
        "beta": previews,
        "internal": newest,
        "qa": previews[1:],
        "hotfix-login": stable[1:],
    }
