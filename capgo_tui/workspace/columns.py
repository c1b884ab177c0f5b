"""What can be shown of a record in one line, apart from any table that shows it.

The table, the filter, the export and the command line read the same columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from capgo_tui.short_ids import SHORT
from capgo_tui.workspace.ages import age
from capgo_tui.workspace.cells import (
    bundle_name,
    channel_names,
    device_bundle,
    device_kind,
    linked_channels,
    override_mark,
    policy,
    rollout,
    yes,
)
from capgo_tui.workspace.filed import flag, known, timestamp
from capgo_tui.workspace.sorting import flag_value, text_value, version_value

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Sequence

    from capgo_tui.api.models import Bundle, Channel, Device
    from capgo_tui.workspace.cells import Surroundings
    from capgo_tui.workspace.sorting import SortValue

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """One column: how it is called, what it says, and how much room it wants."""

    id: str
    title: str
    text: Callable[[T, Surroundings], str]
    width: int
    """The narrowest it is worth showing at, in cells."""
    ideal: int
    """The width at which nothing usual is cut."""
    sort: Callable[[T, Surroundings], SortValue | None]
    """What the list is sorted by; None where it is not known, and that comes last."""
    priority: int = 1
    """0 is never dropped; the highest number goes first on a narrow screen."""
    cut_middle: bool = False
    """Cut in the middle: for ids and names, whose both ends tell them apart."""
    searched: bool = True
    """Whether a filter looks here; ages do not count, «3d» says nothing of a record."""
    newest_first: bool = False
    """Whether the first thing wanted of it is the descending order."""
    filed: Callable[[T, Surroundings], str] | None = None
    """What a file says in place of `text`, which is an age or a sign; empty where unknown."""
    fields: tuple[str, ...] = ()
    """Fields of the record that it shows: where a server tells none of them it is left out."""

    def for_file(self, record: T, around: Surroundings) -> str:
        """What a file for other programs says of a record."""
        return (self.filed or self.text)(record, around)


def _channel_bundle(channel: Channel, around: Surroundings) -> SortValue | None:
    return version_value(bundle_name(channel.bundle, around))


def _rollout_share(channel: Channel, _: Surroundings) -> SortValue | None:
    return None if channel.rollout_bundle is None else channel.rollout_percentage_bps or 0


def _device_bundle(device: Device, around: Surroundings) -> SortValue | None:
    name = bundle_name(device.bundle, around) or ("builtin" if device.runs_builtin else None)
    return version_value(name)


def _device_kind(device: Device, _: Surroundings) -> SortValue | None:
    kind = device_kind(device)
    return None if kind == "?" else kind


CHANNEL_COLUMNS: tuple[Column[Channel], ...] = (
    Column(
        "channel",
        "CHANNEL",
        lambda c, _: c.name,
        18,
        34,
        lambda c, _: text_value(c.name),
        0,
        cut_middle=True,
    ),
    Column(
        "bundle",
        "BUNDLE",
        lambda c, a: bundle_name(c.bundle, a) or "none",
        13,
        24,
        _channel_bundle,
        1,
        cut_middle=True,
        filed=lambda c, a: bundle_name(c.bundle, a),
    ),
    Column(
        "default",
        "DEFAULT",
        lambda c, _: "default" if c.public else "",
        8,
        8,
        lambda c, _: flag_value(c.public),
        2,
        newest_first=True,
        filed=lambda c, _: flag(c.public),
    ),
    Column(
        "rollout",
        "ROLLOUT",
        rollout,
        12,
        20,
        _rollout_share,
        4,
        fields=("rollout_bundle",),
    ),
    Column(
        "holds",
        "HOLDS BACK",
        lambda c, _: policy(c),
        10,
        10,
        lambda c, _: text_value(c.disable_auto_update and policy(c)),
        5,
        filed=lambda c, _: known(policy(c)),
        fields=("disable_auto_update",),
    ),
    Column(
        "self",
        "SELF",
        lambda c, _: yes(c.allow_device_self_set),
        4,
        4,
        lambda c, _: flag_value(c.allow_device_self_set),
        6,
        filed=lambda c, _: flag(c.allow_device_self_set),
        fields=("allow_device_self_set",),
    ),
    Column(
        "dev",
        "DEV",
        lambda c, _: yes(c.allow_dev),
        3,
        3,
        lambda c, _: flag_value(c.allow_dev),
        7,
        filed=lambda c, _: flag(c.allow_dev),
        fields=("allow_dev",),
    ),
    Column(
        "emulator",
        "EMU",
        lambda c, _: yes(c.allow_emulator),
        3,
        3,
        lambda c, _: flag_value(c.allow_emulator),
        8,
        filed=lambda c, _: flag(c.allow_emulator),
        fields=("allow_emulator",),
    ),
    Column(
        "changed",
        "CHANGED",
        lambda c, a: age(c.updated_at, a.now),
        7,
        7,
        lambda c, _: c.updated_at,
        3,
        searched=False,
        newest_first=True,
        filed=lambda c, _: timestamp(c.updated_at),
    ),
)

DEVICE_COLUMNS: tuple[Column[Device], ...] = (
    Column(
        "device",
        "DEVICE",
        lambda d, _: d.device_id,
        SHORT,
        36,
        lambda d, _: text_value(d.device_id),
        0,
        cut_middle=True,
    ),
    Column(
        "custom",
        "CUSTOM ID",
        lambda d, _: d.custom_id or "",
        17,
        24,
        lambda d, _: text_value(d.custom_id),
        2,
        fields=("custom_id",),
    ),
    Column(
        "platform",
        "PLAT",
        lambda d, _: d.platform or "?",
        8,
        8,
        lambda d, _: text_value(d.platform),
        4,
        filed=lambda d, _: d.platform or "",
    ),
    Column(
        "bundle",
        "BUNDLE",
        device_bundle,
        12,
        18,
        _device_bundle,
        1,
        cut_middle=True,
        filed=lambda d, a: known(device_bundle(d, a)),
    ),
    Column(
        "override",
        "OVERRIDE",
        override_mark,
        14,
        22,
        lambda d, _: text_value(d.channel),
        1,
        filed=lambda d, _: d.channel or "",
        fields=("channel",),
    ),
    Column(
        "os",
        "OS",
        lambda d, _: d.os_version or "",
        7,
        8,
        lambda d, _: version_value(d.os_version),
        6,
    ),
    Column(
        "native",
        "NATIVE",
        lambda d, _: d.version_build or "",
        8,
        10,
        lambda d, _: version_value(d.version_build),
        7,
        fields=("version_build",),
    ),
    Column(
        "plugin",
        "PLUGIN",
        lambda d, _: d.plugin_version or "",
        8,
        10,
        lambda d, _: version_value(d.plugin_version),
        9,
    ),
    Column(
        "kind",
        "KIND",
        lambda d, _: device_kind(d),
        6,
        13,
        _device_kind,
        8,
        filed=lambda d, _: known(device_kind(d)),
        fields=(
            "is_prod",
            "is_emulator",
        ),
    ),
    Column(
        "seen",
        "SEEN",
        lambda d, a: age(d.updated_at, a.now),
        5,
        5,
        lambda d, _: d.updated_at,
        3,
        searched=False,
        newest_first=True,
        filed=lambda d, _: timestamp(d.updated_at),
    ),
)

BUNDLE_COLUMNS: tuple[Column[Bundle], ...] = (
    Column(
        "bundle",
        "BUNDLE",
        lambda b, _: b.name,
        16,
        28,
        lambda b, _: version_value(b.name),
        0,
        cut_middle=True,
    ),
    Column(
        "channels",
        "CHANNELS",
        linked_channels,
        18,
        34,
        lambda b, a: text_value(", ".join(channel_names(b, a))),
        1,
    ),
    Column(
        "created",
        "CREATED",
        lambda b, a: age(b.created_at, a.now),
        7,
        7,
        lambda b, _: b.created_at,
        2,
        searched=False,
        newest_first=True,
        filed=lambda b, _: timestamp(b.created_at),
    ),
    Column(
        "comment",
        "COMMENT",
        lambda b, _: b.comment or "",
        26,
        60,
        lambda b, _: text_value(b.comment),
        3,
        fields=("comment",),
    ),
    Column(
        "needs",
        "NEEDS",
        lambda b, _: b.min_update_version or "",
        8,
        10,
        lambda b, _: version_value(b.min_update_version),
        5,
        fields=("min_update_version",),
    ),
    Column(
        "storage",
        "STORED",
        lambda b, _: b.storage_provider or "",
        8,
        9,
        lambda b, _: text_value(b.storage_provider),
        6,
        fields=("storage_provider",),
    ),
    Column(
        "encrypted",
        "ENC",
        lambda b, _: yes(bool(b.has_session_key)),
        3,
        3,
        lambda b, _: flag_value(bool(b.has_session_key)),
        7,
        filed=lambda b, _: flag(bool(b.has_session_key)),
        fields=("has_session_key",),
    ),
)


def told_columns(columns: Sequence[Column[T]], told: Container[str]) -> list[Column[T]]:
    """The columns of which a server tells something at all."""
    return [c for c in columns if not c.fields or any(field in told for field in c.fields)]


def haystack(columns: Sequence[Column[T]], record: T, around: Surroundings) -> str:
    """Everything the columns say of a record, case-folded, a line each, for a filter to search."""
    return "\n".join([c.text(record, around) for c in columns if c.searched]).casefold()
