"""The data of the conformance cases (§15): an app A, a key of each role, devices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.sandbox.roles import ROLES
from tests.support.world import Row, bundle, channel, device, load_content

if TYPE_CHECKING:
    from capgo_tui.sandbox.store import Store

A = "com.demo.app"
B = "com.other.app"
EMPTY = "com.empty.app"
ENCRYPTED_APP = "com.sealed.app"
OLD, NEW = "2026-01-01T00:00:00.000000+00:00", "2026-06-01T12:00:00.123456+00:00"
BUNDLES = ("1.0.0", "1.0.1", "1.359.0", "1.360.0", "1.361.0", "2.0.0")
#: The bundles that can be downloaded as a zip, as single files, or both; the others as neither.
PACKAGES: dict[str, dict[str, object]] = {
    "1.359.0": {"r2_path": "orgs/org-1/1.359.0.zip"},
    "1.361.0": {"r2_path": "orgs/org-1/1.361.0.zip", "manifest_count": 12},
    "2.0.0": {"manifest_count": 12},
}
KNOWN_DEVICE = "00000000-0000-0000-0000-000000000001"
NEWER_DEVICE = "00000000-0000-0000-0000-000000000002"
BUILTIN_DEVICE = "00000000-0000-0000-0000-000000000003"
UNKNOWN_DEVICE = "bbbbbbbb-0000-4000-8000-000000000001"


def key_of(role: str) -> str:
    return f"key-{role}"


def _bundle(number: int, name: str) -> Row:
    created_at = f"2026-10-{number:02d}T00:00:00+00:00"
    more = PACKAGES.get(name, {})
    return bundle(number, name=name, created_at=created_at, updated_at=created_at, **more)


def _channel(number: int, name: str, version: int | None, **more: object) -> Row:
    created_at = f"2026-09-{number:02d}T00:00:00+00:00"
    row = {"created_at": created_at, "updated_at": created_at, "version": version, "public": False}
    return channel(number, name, **{**row, **more})


def _device(device_id: str, updated_at: str, version_name: str, custom_id: str) -> Row:
    return device(
        1,
        device_id=device_id,
        updated_at=updated_at,
        version_name=version_name,
        custom_id=custom_id,
        country_code="FR",
    )


def contract_state() -> dict[str, list[Row]]:
    """Return the state; ids of bundles and channels count from 1 in this order."""
    keys: list[Row] = [
        {"label": role, "key": key_of(role), "role": role, "apps": [A, EMPTY], "user": "u1"}
        for role in ROLES
    ]
    mine: Row = {"role": "org_super_admin", "apps": [A], "user": "u1"}
    keys += [
        {**mine, "label": "expired", "key": "key-expired", "state": "expired"},
        {**mine, "label": "hashed", "key": "key-hashed", "hashed": True},
        {**mine, "label": "stranger", "key": "key-stranger", "apps": [B], "user": "u2"},
        {**mine, "label": "outsider", "key": "key-outsider", "apps": []},
        {**mine, "label": "both", "key": "key-both", "apps": [A, B]},
        {
            **mine,
            "label": "beta admin",
            "key": "key-beta-admin",
            "apps": [],
            "rights": [{"app_id": A, "channel": "beta", "role": "channel_admin"}],
        },
        {
            **mine,
            "label": "no promoting",
            "key": "key-no-promoting",
            "rights": [{"app_id": A, "channel": "beta", "denied": ["channel.promote_bundle"]}],
        },
        {**mine, "label": "sealed", "key": "key-sealed", "apps": [ENCRYPTED_APP]},
    ]
    app: Row = {
        "app_id": A,
        "name": "Demo app",
        "owner_org": "org-1",
        "bundles": [_bundle(number, name) for number, name in enumerate(BUNDLES, 1)],
        "channels": [
            _channel(1, "production", 1, public=True, ios=False),
            _channel(2, "development", 3, public=True, android=False, electron=False),
            _channel(3, "beta", 4),
            _channel(4, "no_access", None),
            _channel(5, "electron_only", 1, ios=False, android=False),
        ],
        "devices": [
            _device(KNOWN_DEVICE, OLD, "1.0.0", ""),
            _device(NEWER_DEVICE, NEW, "1.0.1", "qa-07"),
            _device(BUILTIN_DEVICE, NEW, "builtin", ""),
        ],
    }
    other: Row = {"app_id": B, "name": "Other", "owner_org": "org-2"}
    empty: Row = {"app_id": EMPTY, "name": "Empty", "owner_org": "org-1"}
    encrypted_app: Row = {
        "app_id": ENCRYPTED_APP,
        "owner_org": "org-3",
        "encryption": {"key_id": "k-1"},
    }
    return {"keys": keys, "apps": [app, other, empty, encrypted_app]}


def fill(store: Store) -> str:
    """Load the state and return its full-rights key."""
    load_content(store, contract_state())
    return key_of("org_super_admin")
