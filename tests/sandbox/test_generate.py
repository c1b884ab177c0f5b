"""The generated app: the same for the same seed, and plausible."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from capgo_tui.sandbox.generate import APP_ID, GeneratedWorld, generate
from capgo_tui.sandbox.roles import ROLES
from capgo_tui.sandbox.store import Store
from tests.support.clock import NOON

if TYPE_CHECKING:
    from collections.abc import Iterator

UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


@pytest.fixture
def store() -> Iterator[Store]:
    store = Store()
    yield store
    store.close()


def rows(store: Store, table: str) -> list[dict[str, Any]]:
    with store.open_for_reading() as db:
        return [dict(row) for row in db.execute(f"SELECT * FROM {table}")]  # noqa: S608


def dump(seed: int, **sizes: int) -> tuple[GeneratedWorld, list[object]]:
    store = Store()
    world = generate(store, seed=seed, now=NOON, **sizes)
    tables = ("apps", "keys", "bundles", "channels", "devices", "overrides")
    everything: list[object] = [rows(store, table) for table in tables]
    store.close()
    return world, everything


def test_the_seed_decides() -> None:
    assert dump(1) == dump(1)
    assert dump(1) != dump(2)
    assert dump(1)[0].key == dump(1, devices=3)[0].key


def test_sizes(store: Store) -> None:
    world = generate(store, channels=9, devices=400, bundles=70, now=NOON)
    sizes = [len(rows(store, table)) for table in ("channels", "devices", "bundles")]
    assert sizes == [9, 400, 70]
    assert set(world.keys) == set(ROLES)
    assert (world.app_id, world.key) == (APP_ID, world.keys["org_super_admin"])


@pytest.mark.parametrize("sizes", [(0, 0, 0), (1, 1, 0), (1, 0, 1), (7, 5, 2), (1300, 10, 1300)])
def test_odd_sizes(sizes: tuple[int, int, int], store: Store) -> None:
    channels, devices, bundles = sizes
    generate(store, channels=channels, devices=devices, bundles=bundles, now=NOON)
    counts = tuple(len(rows(store, table)) for table in ("channels", "devices", "bundles"))
    assert counts == sizes
    assert all(row["created_at"] <= NOON.isoformat() for row in rows(store, "channels"))


def test_channels(store: Store) -> None:
    generate(store, channels=8, now=NOON)
    channels = rows(store, "channels")
    names = [c["name"] for c in channels]
    assert names[:6] == ["production", "beta", "internal", "qa", "hotfix-login", "pr-481"]
    assert all(name.startswith("pr-") for name in names[5:])
    assert [c["name"] for c in channels if c["public"]] == ["production"]


def test_bundles(store: Store) -> None:
    generate(store, now=NOON)
    bundles = rows(store, "bundles")
    names = [b["name"] for b in bundles]
    assert names[-6:] == [
        "2.4.0-rc.1",
        "2.4.0",
        "2.4.1",
        "2.5.0-beta.1",
        "2.5.0-beta.2",
        "2.5.0-beta.3",
    ]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch("[0-9a-f]{64}", b["checksum"]) for b in bundles)
    moments = [b["created_at"] for b in bundles]
    assert moments == sorted(moments)
    assert moments[0] < "2026-07" < moments[-1]
    assert any(b["comment"] for b in bundles)
    assert any(b["link"] for b in bundles)


def test_devices(store: Store) -> None:
    generate(store, devices=3000, now=NOON)
    devices = rows(store, "devices")
    assert all(UUID4.fullmatch(d["device_id"]) for d in devices)
    running = Counter(d["version_name"] for d in devices)
    assert running.most_common(1)[0][0] == "2.4.1"
    assert running["2.4.1"] > 1500
    assert 30 < running["builtin"] < 300
    platforms = Counter(d["platform"] for d in devices)
    assert platforms["ios"] > 900 < platforms["android"]
    assert 10 < platforms["electron"] < 200
    custom = sum(d["custom_id"] != "" for d in devices)
    assert 0.28 < custom / len(devices) < 0.39
    ages = sorted(d["updated_at"] for d in devices)
    assert ages[0] < "2026-10-15"
    assert ages[-1] > "2026-11-22T11:59"
    assert ages[-1] <= NOON.isoformat(timespec="microseconds")


def test_overrides_are_few_and_not_public(store: Store) -> None:
    generate(store, now=NOON)
    public = {c["id"] for c in rows(store, "channels") if c["public"]}
    overrides = rows(store, "overrides")
    assert 3 <= len(overrides) <= 12
    assert not public & {o["channel_id"] for o in overrides}
