"""Random records for comparisons with slow and simple ways of counting."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Final

from capgo_tui.api.models import Bundle, Channel, Device
from capgo_tui.api.records import BundleRef

NOON: Final = datetime(2026, 11, 28, 12, tzinfo=UTC)
NAMES: Final = ("production", "beta", "qa", "pr-7")
VERSIONS: Final = ("1.9.0", "2.0.0", "2.3.0", "2.4.1", "3.0.0-rc.1", "blue")

PRODUCTION: Final = Channel(
    id=1,
    name="production",
    public=True,
    bundle=BundleRef(8, "2.5.0"),
    disable_auto_update="major",
    ios=True,
    android=True,
    electron=True,
)


def random_devices(seed: int, count: int) -> list[Device]:
    """Return devices with fields that are told, not told, and of other kinds."""
    draw = random.Random(seed)  # noqa: S311 - data, not a secret
    devices = []
    for number in range(count):
        bundle = draw.choice([None, BundleRef(draw.randint(1, 5), None), BundleRef(7, "2.4.1")])
        device = Device(
            device_id=f"device-{number}",
            platform=draw.choice(["ios", "android", "electron", "Web", None]),
            bundle=bundle,
            version_name=draw.choice(["builtin", None]) if bundle is None else bundle.name,
            version_build=draw.choice([*VERSIONS, None]),
            is_prod=draw.choice([True, False, None]),
            is_emulator=draw.choice([True, False, None]),
            channel=draw.choice([None, None, None, *NAMES]),
            key_id=draw.choice([None, "abc", "xyz"]),
            updated_at=draw.choice([None, NOON - timedelta(days=draw.randint(0, 60))]),
        )
        if device.channel is None and draw.random() < 0.2:
            device.mark_override_unknown()
        devices.append(device)
    return devices


def random_channels(seed: int) -> list[Channel]:
    """Return channels of all kinds of settings."""
    draw = random.Random(seed)  # noqa: S311 - data, not a secret
    flags = [True, False, None]
    return [
        Channel(
            id=number,
            name=name,
            public=draw.choice(flags),
            bundle=draw.choice([None, BundleRef(7, "2.4.1"), BundleRef(8, "2.5.0")]),
            disable_auto_update=draw.choice(["major", "minor", "patch", "version_number", "none"]),
            disable_auto_update_under_native=draw.choice(flags),
            allow_dev=draw.choice(flags),
            allow_prod=draw.choice(flags),
            allow_emulator=draw.choice(flags),
            allow_device=draw.choice(flags),
            ios=draw.choice(flags),
            android=draw.choice(flags),
            electron=draw.choice(flags),
            rollout_bundle=draw.choice([None, BundleRef(8, "2.5.0")]),
            rollout_enabled=draw.choice(flags),
            rollout_percentage_bps=draw.choice([0, 2500, 10_000, None]),
        )
        for number, name in enumerate(NAMES)
    ]


STABLE: Final = Bundle(
    id=7, name="2.4.1", min_update_version="2.0.0", has_session_key=True, key_id="abc"
)
TARGET: Final = Bundle(id=8, name="2.5.0", has_session_key=False)


def find_bundle(ref: BundleRef) -> Bundle | None:
    """Return the loaded bundle that a reference names."""
    return {7: STABLE, 8: TARGET}.get(ref.id or 0)
