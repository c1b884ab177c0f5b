"""All that is known of one record, in sections of labelled lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from capgo_tui.workspace.ages import full_time
from capgo_tui.workspace.cells import (
    Surroundings,
    bundle_name,
    device_bundle,
    linked_channels,
    policy_in_full,
    rollout_detail,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from capgo_tui.api.models import Bundle, Channel, Device

NO_OVERRIDE = "none: follows the default of its platform"
UNTOLD = "unknown, the API does not tell"


@dataclass(frozen=True, slots=True)
class Section:
    """Some fields that belong together, under a heading."""

    title: str
    fields: Sequence[tuple[str, str]]


def channel_details(channel: Channel, around: Surroundings) -> list[Section]:
    """A channel: what it carries, to whom, and how."""
    yes = _yes
    return [
        Section(
            channel.name,
            [
                ("bundle", bundle_name(channel.bundle, around) or "none"),
                ("default channel", yes(channel.public)),
                ("rollout", rollout_detail(channel, around) or "none"),
                ("holds back updates", policy_in_full(channel)),
                ("not below native", yes(channel.disable_auto_update_under_native)),
                *(
                    [("update package", channel.update_package)]
                    if channel.update_package is not None
                    else []
                ),
            ],
        ),
        Section(
            "Whom it serves",
            [
                ("iOS", yes(channel.ios)),
                ("Android", yes(channel.android)),
                ("Electron", yes(channel.electron)),
                ("devices may choose it", yes(channel.allow_device_self_set)),
                ("emulators", yes(channel.allow_emulator)),
                ("physical devices", yes(channel.allow_device)),
                ("development builds", yes(channel.allow_dev)),
                ("production builds", yes(channel.allow_prod)),
            ],
        ),
        Section("Record", _record(channel.id, channel.created_at, channel.updated_at, around)),
    ]


def device_details(device: Device, around: Surroundings) -> list[Section]:
    """A device: what it runs, what it is forced to, and what it is."""
    return [
        Section(
            device.custom_id or device.device_id,
            [
                ("device id", device.device_id),
                ("custom id", device.custom_id or "none"),
                ("override", _override(device, around)),
                ("runs bundle", device_bundle(device, around)),
                ("last seen", full_time(device.updated_at, around.now)),
            ],
        ),
        Section(
            "What it is",
            [
                ("platform", device.platform or UNTOLD),
                ("system version", device.os_version or UNTOLD),
                ("native version", device.version_build or UNTOLD),
                ("plugin version", device.plugin_version or UNTOLD),
                ("production build", _yes(device.is_prod)),
                ("emulator", _yes(device.is_emulator)),
                ("installed from", device.install_source or UNTOLD),
                ("country", device.country_code or UNTOLD),
                ("encryption key", device.key_id or "none"),
            ],
        ),
    ]


def bundle_details(bundle: Bundle, around: Surroundings) -> list[Section]:
    """A bundle: where it is used and where it came from."""
    return [
        Section(
            bundle.name,
            [
                ("channels (loaded ones)", linked_channels(bundle, around) or "none"),
                ("comment", bundle.comment or "none"),
                ("link", bundle.link or "none"),
                ("needs native", bundle.min_update_version or "any"),
            ],
        ),
        Section(
            "What it is",
            [
                ("stored", bundle.storage_provider or UNTOLD),
                ("external url", bundle.external_url or "none"),
                ("checksum", bundle.checksum or "none"),
                ("encrypted", _yes(bool(bundle.has_session_key))),
                ("encryption key", bundle.key_id or "none"),
                ("uploaded with CLI", bundle.cli_version or UNTOLD),
            ],
        ),
        Section("Record", _record(bundle.id, bundle.created_at, bundle.updated_at, around)),
    ]


def _record(
    identity: int | None, created: datetime | None, changed: datetime | None, around: Surroundings
) -> list[tuple[str, str]]:
    return [
        ("id", UNTOLD if identity is None else str(identity)),
        ("created", full_time(created, around.now)),
        ("changed", full_time(changed, around.now)),
    ]


def _override(device: Device, around: Surroundings) -> str:
    if device.channel is not None:
        return device.channel
    return NO_OVERRIDE if around.tells_overrides and device.override_known else UNTOLD


def _yes(value: bool | None) -> str:
    return UNTOLD if value is None else "yes" if value else "no"
