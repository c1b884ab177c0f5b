"""All that is known of one record, in sections of labelled lines."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial, wraps
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from capgo_tui.workspace.ages import full_time
from capgo_tui.workspace.cells import (
    Surroundings,
    bundle_name,
    device_bundle,
    linked_channels,
    policy_in_full,
    rollout_detail,
)
from capgo_tui.workspace.filed import known

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping, Sequence
    from datetime import datetime

    from capgo_tui.api.models import Bundle, Channel, Device
    from capgo_tui.api.records import Record
    from capgo_tui.api.revisions import Traits

RecordT = TypeVar("RecordT", bound="Record")

NO_OVERRIDE = "none: follows the default of its platform"
UNTOLD = "unknown, the API does not tell"
LEFT_OUT = "not told this time"
"""Of a field that was left out of this reply, though the server has it."""
NOT_TOLD = "not told for this {noun}"
"""Of what the server tells of others and has as null here."""


@dataclass(frozen=True, slots=True)
class Section:
    """Some fields that belong together, under a heading."""

    title: str
    fields: Sequence[tuple[str, str]]


Details: TypeAlias = "Callable[[RecordT, Surroundings], list[Section]]"

CHANNEL_LINES: Final = {
    "rollout": "rollout_bundle",
    "holds back updates": "disable_auto_update",
    "not below native": "disable_auto_update_under_native",
    "update package": "update_package",
    "iOS": "ios",
    "Android": "android",
    "Electron": "electron",
    "devices may choose it": "allow_device_self_set",
    "emulators": "allow_emulator",
    "physical devices": "allow_device",
    "development builds": "allow_dev",
    "production builds": "allow_prod",
}
DEVICE_LINES: Final = {
    "custom id": "custom_id",
    "native version": "version_build",
    "production build": "is_prod",
    "emulator": "is_emulator",
    "installed from": "install_source",
    "country": "country_code",
    "encryption key": "key_id",
}
BUNDLE_LINES: Final = {
    "comment": "comment",
    "link": "link",
    "needs native": "min_update_version",
    "stored": "storage_provider",
    "external url": "external_url",
    "checksum": "checksum",
    "encrypted": "has_session_key",
    "encryption key": "key_id",
    "uploaded with CLI": "cli_version",
}
"""The lines that not every revision has something to say on, and the field each is about."""


def only_what_there_is(
    field_of: Mapping[str, str], there_is: Callable[[Traits], Container[str]]
) -> Callable[[Details[RecordT]], Details[RecordT]]:
    """Leave lines out whose fields this server's revision does not have.

    Of a field that it has, and that its reply left out this time, nothing is said either.
    """

    def told(line: tuple[str, str], record: RecordT) -> tuple[str, str]:
        field = field_of.get(line[0])
        return line if field is None or record.tells(field) else (line[0], LEFT_OUT)

    def decorate(details: Details[RecordT]) -> Details[RecordT]:
        @wraps(details)
        def those(record: RecordT, around: Surroundings) -> list[Section]:
            fields = there_is(around.traits)
            sections = [
                Section(
                    section.title,
                    [
                        told(line, record)
                        for line in section.fields
                        if line[0] not in field_of or field_of[line[0]] in fields
                    ],
                )
                for section in details(record, around)
            ]
            return [section for section in sections if section.fields]

        return those

    return decorate


@only_what_there_is(CHANNEL_LINES, lambda traits: traits.channel_tells | traits.channel_fields)
def channel_details(channel: Channel, around: Surroundings) -> list[Section]:
    """A channel: what it carries, to whom, and how."""
    yes = partial(_yes, noun="channel")
    return [
        Section(
            channel.name,
            [
                ("bundle", bundle_name(channel.bundle, around) or "none"),
                ("default channel", yes(channel.public)),
                ("rollout", rollout_detail(channel, around) or "none"),
                ("holds back updates", _told(known(policy_in_full(channel)), "channel")),
                ("not below native", yes(channel.disable_auto_update_under_native)),
                ("update package", _told(channel.update_package, "channel")),
            ],
        ),
        Section(
            "Whom it serves",
            [
                ("iOS", _yes(channel.ios)),
                ("Android", _yes(channel.android)),
                ("Electron", _yes(channel.electron)),
                ("devices may choose it", yes(channel.allow_device_self_set)),
                ("emulators", yes(channel.allow_emulator)),
                ("physical devices", yes(channel.allow_device)),
                ("development builds", yes(channel.allow_dev)),
                ("production builds", yes(channel.allow_prod)),
            ],
        ),
        Section("Record", _record(channel.id, channel.created_at, channel.updated_at, around)),
    ]


@only_what_there_is(DEVICE_LINES, lambda traits: traits.device_tells)
def device_details(device: Device, around: Surroundings) -> list[Section]:
    """A device: what it runs, what it is forced to, and what it is."""
    return [
        Section(
            device.custom_id or device.device_id,
            [
                ("device id", device.device_id),
                ("custom id", device.custom_id or "none"),
                ("override", _override(device, around)),
                ("runs bundle", _told(known(device_bundle(device, around)), "device")),
                ("last seen", full_time(device.updated_at, around.now)),
            ],
        ),
        Section(
            "What it is",
            [
                ("platform", _told(device.platform, "device")),
                ("system version", _told(device.os_version, "device")),
                ("native version", _told(device.version_build, "device")),
                ("plugin version", _told(device.plugin_version, "device")),
                ("production build", _yes(device.is_prod, "device")),
                ("emulator", _yes(device.is_emulator, "device")),
                ("installed from", _told(device.install_source, "device")),
                ("country", _told(device.country_code, "device")),
                ("encryption key", device.key_id or "none"),
            ],
        ),
    ]


@only_what_there_is(BUNDLE_LINES, lambda traits: traits.bundle_tells)
def bundle_details(bundle: Bundle, around: Surroundings) -> list[Section]:
    """A bundle: where it is used and where it came from."""
    return [
        Section(
            bundle.name,
            [
                ("channels", _channels(bundle, around)),
                ("comment", bundle.comment or "none"),
                ("link", bundle.link or "none"),
                ("needs native", bundle.min_update_version or "any"),
            ],
        ),
        Section(
            "What it is",
            [
                ("stored", _told(bundle.storage_provider, "bundle")),
                ("external url", bundle.external_url or "none"),
                ("checksum", bundle.checksum or "none"),
                ("encrypted", _yes(bool(bundle.has_session_key))),
                ("encryption key", bundle.key_id or "none"),
                ("uploaded with CLI", _told(bundle.cli_version, "bundle")),
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
    if not around.tells_overrides:
        return UNTOLD
    return NO_OVERRIDE if device.override_known else _told(None, "device")


def _channels(bundle: Bundle, around: Surroundings) -> str:
    """The channels that carry it; while not all are known, that there may be more."""
    told = linked_channels(bundle, around) or "none"
    match around.unread_channels:
        case "":
            return told
        case "?":
            return f"{told} (the channels cannot be read)"
        case _:
            return f"{told} (not all channels are loaded yet)"


def _told(text: str | None, noun: str) -> str:
    return text or NOT_TOLD.format(noun=noun)


def _yes(value: bool | None, noun: str = "") -> str:
    """A yes or a no; without a noun the API tells it of no record."""
    if value is None:
        return NOT_TOLD.format(noun=noun) if noun else UNTOLD
    return "yes" if value else "no"
