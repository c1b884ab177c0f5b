"""The app in the recordings: a shop whose every age is the same whenever it is recorded.

The recorded program goes by the real clock. So each time lies in the middle of the hour or day by
which the screen rounds it, and none is so young that it would be counted in minutes.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Final
from uuid import UUID

from tests.support.world import Row, bundle, channel, device, state

if TYPE_CHECKING:
    from pathlib import Path

DEVICES: Final = 184
BUNDLES: Final = 24
CUSTOM_IDS: Final = ("", "anna.k", "", "store-berlin-3", "till-12", "", "qa-ipad", "kiosk-2", "")
PLATFORMS: Final = ("ios", "android", "ios", "android", "android", "ios", "electron")
VERSIONS: Final = ("2.4.1", "2.4.1", "2.4.1", "2.4.0", "2.4.1", "2.3.9", "2.4.1", "builtin")
LOST: Final = "0c3a91c0-5b7e-4d21-9c68-7e0d52ab4417"
"""The device of a bug report."""
HOUR: Final = 1.0
DAY: Final = 24.0


def _list_ids() -> list[str]:
    """Return the ids of the devices, in the server's order."""
    random = Random(7)  # noqa: S311 - plausible data, not secrets
    ids = (str(UUID(int=random.getrandbits(128), version=4)) for _ in range(DEVICES - 1))
    return sorted([*ids, LOST])


def _ages(number: int) -> float:
    """Return the hours since a device was seen: half past an hour, or noon of a day."""
    days = number * 11 % 9
    return (days + 0.5) * DAY if days > 1 else (number * 7 % 20 + 1.5) * HOUR


def make_shop(now: datetime) -> Row:
    """Return the state file of the shop for a time."""

    def ago(hours: float) -> str:
        return (now - timedelta(hours=hours)).isoformat()

    devices: list[Row] = []
    for number, device_id in enumerate(_list_ids(), 1):
        is_lost = device_id == LOST
        devices.append(
            device(
                number,
                device_id=device_id,
                updated_at=ago(2.5 * HOUR if is_lost else _ages(number)),
                custom_id="qa-07" if is_lost else CUSTOM_IDS[number % len(CUSTOM_IDS)],
                platform="ios" if is_lost else PLATFORMS[number % len(PLATFORMS)],
                version_name="2.4.1" if is_lost else VERSIONS[number % len(VERSIONS)],
                version_build=("2.4.0", "2.3.0")[number % 3 == 0],
                os_version="18.1",
                is_prod=number % 9 != 0,
            )
        )
    names = [f"2.{minor}.{patch}" for minor in (2, 3, 4, 5) for patch in range(10)][-BUNDLES - 7 :]
    bundles = [
        bundle(number, name=name, created_at=ago((BUNDLES - number + 1.5) * 4 * DAY), comment=None)
        for number, name in enumerate(names[:BUNDLES], 1)
    ]
    numbers = {str(one["name"]): number for number, one in enumerate(bundles, 1)}
    channels = [
        channel(1, "qa", version=numbers["2.5.2"]),
        channel(2, "pr-481", version=numbers["2.5.1"]),
        channel(3, "internal", version=numbers["2.5.2"], allow_dev=True),
        channel(4, "hotfix-login", version=numbers["2.4.2"]),
        channel(5, "beta", version=numbers["2.5.0"]),
        channel(6, "production", version=numbers["2.4.1"], public=True),
    ]
    for number, row in enumerate(channels):
        row["created_at"] = ago((90.5 + number) * DAY)
        row["updated_at"] = ago((8.5 - number) * DAY)
    overrides = {
        str(each["device_id"]): ("qa", "beta")[number % 2]
        for number, each in enumerate(devices[5::17])
        if each["device_id"] != LOST
    }
    return state(devices=devices, channels=channels, bundles=bundles, overrides=overrides)


def write_shop(file: Path) -> None:
    """Write the state file of the shop, as it is now."""
    file.write_text(json.dumps(make_shop(datetime.now(UTC))), encoding="utf-8")
