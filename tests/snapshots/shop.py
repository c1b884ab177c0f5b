"""The app in the pictures: a shop with 210 devices, which never changes."""

from __future__ import annotations

from uuid import NAMESPACE_OID, uuid5

from tests.support.server import Server
from tests.support.world import Row, bundle, channel, device, moment, state, store_of

DEVICES = 210
PAGE = 150
"""Devices on the first page."""
CUSTOM_IDS = ("qa-07", "", "store-berlin-3", "", "anna.k", "till-12", "", "kiosk-äöü", "")
OVERRIDDEN = {2: "beta", 7: "hotfix-login", 11: "beta"}
# In the server's order, by id.
IDS = [
    *sorted(str(uuid5(NAMESPACE_OID, f"device {number}")) for number in range(PAGE)),
    *(f"ffffffff-0000-5000-8000-{number:012}" for number in range(PAGE, DEVICES)),
]


def identity(number: int) -> str:
    """Return the id of a device by its number, from 1 in the server's order."""
    return IDS[number - 1]


def _device(number: int) -> Row:
    return device(
        number,
        device_id=identity(number),
        updated_at=moment(0.01 * (number * 37 % PAGE) ** 2),
        custom_id=CUSTOM_IDS[number % len(CUSTOM_IDS)],
        platform=("ios", "android", "ios", "electron")[number % 4],
        version_name=("2.4.21", "2.4.20", "builtin", "2.4.18")[number % 4],
        version_build=f"2.{number % 5}.0",
        os_version=("18.1", "15", "17.6.1", "14.2")[number % 4],
        is_prod=number % 6 != 0,
        is_emulator=number % 12 == 0,
    )


def _bundle(number: int) -> Row:
    return bundle(
        number,
        name=f"2.4.{number}",
        comment="fix the login loop" if number % 4 == 0 else None,
        min_update_version="2.0.0" if number % 3 == 0 else None,
        session_key="abc:def" if number % 2 else None,
    )


def shop() -> Row:
    """Return six channels, 210 devices, 24 bundles and three overrides."""
    channels = [
        channel(1, "production", version=21, public=True),
        channel(2, "beta", version=22, rollout_version=23, rollout_percentage_bps=2500,
                rollout_enabled=True),
        channel(3, "internal", version=24, allow_dev=True, disable_auto_update="none"),
        channel(4, "hotfix-login", version=23, allow_device_self_set=True),
        channel(5, "pr-1482", version=None),
        channel(6, "enterprise", version=12, disable_auto_update="minor"),
    ]  # fmt: skip
    return state(
        channels=channels,
        devices=[_device(number) for number in range(1, DEVICES + 1)],
        bundles=[_bundle(number) for number in range(1, 25)],
        overrides={identity(number): name for number, name in OVERRIDDEN.items()},
    )


def server() -> Server:
    """Return a server of the shop."""
    return Server(store_of(shop()))
