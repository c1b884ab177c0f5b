"""A survey of the loaded devices: what they run, what they are, and where they are forced to.

One pass over all of them, about 60 ms for 100 000: `take_survey` makes it in a thread.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import field
from typing import TYPE_CHECKING, Final

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.workspace.ages import STALE_AFTER
from capgo_tui.workspace.bundle_links import find_identity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from capgo_tui.api.models import Device
    from capgo_tui.workspace.bundle_links import Identity
    from capgo_tui.workspace.collection import Collection

BUILTIN: Final = "builtin"
UNKNOWN: Final = "unknown"


@dataclass(frozen=True, slots=True)
class Survey:
    """Counts of the loaded devices."""

    device_count: int = 0
    is_whole: bool = False
    """Whether all devices of the app are loaded."""
    bundles: Mapping[str, int] = field(default_factory=Counter)
    """Devices by the name of what they run, ``builtin``, ``#12`` for an id, or ``unknown``."""
    bundle_identities: Mapping[Identity, int] = field(default_factory=Counter)
    """Devices by the id of the bundle they run, or its exact name where only that is told."""
    platforms: Mapping[str, int] = field(default_factory=Counter)
    """Devices by platform, lower case, or ``unknown``."""
    native_versions: Mapping[str, int] = field(default_factory=Counter)
    """Devices by native version, or ``unknown``."""
    development_build_count: int = 0
    emulator_count: int = 0
    overrides: Mapping[str, int] = field(default_factory=Counter)
    """Devices by the channel they are forced to."""
    stale_overrides: Mapping[str, int] = field(default_factory=Counter)
    """Those of them without contact for `STALE_AFTER`."""
    override_platforms: Mapping[tuple[str, str], int] = field(default_factory=Counter)
    """Devices by the channel they are forced to and their platform."""
    unknown_override_count: int = 0
    """Devices whose override the server did not report."""
    key_ids: Mapping[str, int] = field(default_factory=Counter)
    """Devices by the id of the encryption key in the app; without those that tell none."""

    def count_on(self, bundle_id: int | None, name: str | None) -> int:
        """Return the devices on a bundle, which some servers tell by id and others by name."""
        by_id = 0 if bundle_id is None else self.bundle_identities.get(bundle_id, 0)
        return by_id + (0 if name is None else self.bundle_identities.get(name, 0))


def survey_devices(devices: Iterable[Device], now: datetime, *, is_whole: bool) -> Survey:
    """Count devices."""
    bundles: Counter[str] = Counter()
    identities: Counter[Identity] = Counter()
    platforms: Counter[str] = Counter()
    native_versions: Counter[str] = Counter()
    overrides: Counter[str] = Counter()
    stale_overrides: Counter[str] = Counter()
    override_platforms: Counter[tuple[str, str]] = Counter()
    key_ids: Counter[str] = Counter()
    count = development_builds = emulators = unknown_overrides = 0
    stale_before = now - STALE_AFTER
    for device in devices:
        count += 1
        bundles[name_of_running(device)] += 1
        if (identity := find_identity(device.bundle)) is not None:
            identities[identity] += 1
        platform = (device.platform or UNKNOWN).lower()
        platforms[platform] += 1
        native_versions[device.version_build or UNKNOWN] += 1
        development_builds += device.is_prod is False
        emulators += device.is_emulator is True
        if device.key_id:
            key_ids[device.key_id] += 1
        if device.channel is not None:
            overrides[device.channel] += 1
            override_platforms[device.channel, platform] += 1
            if device.updated_at is not None and device.updated_at < stale_before:
                stale_overrides[device.channel] += 1
        elif not device.is_override_known:
            unknown_overrides += 1
    return Survey(
        count,
        is_whole,
        bundles,
        identities,
        platforms,
        native_versions,
        development_builds,
        emulators,
        overrides,
        stale_overrides,
        override_platforms,
        unknown_overrides,
        key_ids,
    )


def name_of_running(device: Device) -> str:
    """Return the name of what a device runs, ``builtin``, ``#12``, or ``unknown``."""
    bundle = device.bundle
    if bundle is None:
        return BUILTIN if device.runs_builtin else UNKNOWN
    if bundle.name is not None:
        return bundle.name
    return UNKNOWN if bundle.id is None else f"#{bundle.id}"


async def take_survey(devices: Collection[Device], now: datetime) -> Survey:
    """Count the loaded devices in a thread."""
    is_whole = devices.at_end and not devices.incomplete
    records = list(devices.records.values())
    return await asyncio.to_thread(survey_devices, records, now, is_whole=is_whole)
