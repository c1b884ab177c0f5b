"""Devices: their columns, their details, and how they are marked."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Final

from capgo_tui.short_ids import SHORT
from capgo_tui.workspace.ages import FRESH_WITHIN, STALE_AFTER, format_age, format_full_time
from capgo_tui.workspace.cells import (
    name_bundle,
    name_device_bundle,
    name_device_kind,
    override_mark,
)
from capgo_tui.workspace.file_text import format_or_blank, format_timestamp
from capgo_tui.workspace.insight.places import list_links_of_device
from capgo_tui.workspace.load_effort import LoadEffort
from capgo_tui.workspace.measure import Measure
from capgo_tui.workspace.resources.column import Column, Fact
from capgo_tui.workspace.resources.resource import WRITING, ListedResource, join_bundle_names
from capgo_tui.workspace.resources.section import (
    UNTOLD,
    Section,
    format_or_unknown,
    format_yes_or_no,
    keep_known_lines,
)
from capgo_tui.workspace.sorting import fold_text, order_flag, order_version

if TYPE_CHECKING:
    from collections.abc import Mapping

    from capgo_tui.api.models import Device
    from capgo_tui.workspace.cells import CellContext
    from capgo_tui.workspace.resources.resource import Glyph, Source
    from capgo_tui.workspace.sorting import SortValue

NO_OVERRIDE = "none: its platform's default"


def _get_device_bundle(device: Device, context: CellContext) -> SortValue | None:
    name = name_bundle(device.bundle, context) or ("builtin" if device.runs_builtin else None)
    return order_version(name)


def _get_device_kind(device: Device, _: CellContext) -> SortValue | None:
    kind = name_device_kind(device)
    return None if kind == "?" else kind


DEVICE_COLUMNS: tuple[Column[Device], ...] = (
    Column(
        "device",
        "DEVICE",
        lambda d, _: d.device_id,
        SHORT,
        36,
        lambda d, _: fold_text(d.device_id),
        0,
        cut_middle=True,
        grows_whole=True,
    ),
    Column(
        "custom",
        "CUSTOM ID",
        lambda d, _: d.custom_id or "",
        16,
        24,
        lambda d, _: fold_text(d.custom_id),
        2,
        fields=("custom_id",),
    ),
    Column(
        "platform",
        "PLAT",
        lambda d, _: d.platform or "?",
        8,
        8,
        lambda d, _: fold_text(d.platform),
        4,
        file_text=lambda d, _: d.platform or "",
    ),
    Column(
        "bundle",
        "BUNDLE",
        name_device_bundle,
        12,
        18,
        _get_device_bundle,
        1,
        cut_middle=True,
        file_text=lambda d, a: format_or_blank(name_device_bundle(d, a)),
        measure=Measure.VERSION,
        aliases=("version",),
    ),
    Column(
        "override",
        "OVERRIDE",
        override_mark,
        14,
        22,
        lambda d, _: fold_text(d.channel),
        1,
        file_text=lambda d, _: d.channel or "",
        fields=("channel",),
    ),
    Column(
        "os",
        "OS",
        lambda d, _: d.os_version or "",
        7,
        8,
        lambda d, _: order_version(d.os_version),
        6,
        measure=Measure.VERSION,
    ),
    Column(
        "native",
        "NATIVE",
        lambda d, _: d.version_build or "",
        8,
        10,
        lambda d, _: order_version(d.version_build),
        7,
        fields=("version_build",),
        measure=Measure.VERSION,
    ),
    Column(
        "plugin",
        "PLUGIN",
        lambda d, _: d.plugin_version or "",
        8,
        10,
        lambda d, _: order_version(d.plugin_version),
        9,
        measure=Measure.VERSION,
    ),
    Column(
        "kind",
        "KIND",
        lambda d, _: name_device_kind(d),
        13,
        13,
        _get_device_kind,
        8,
        file_text=lambda d, _: format_or_blank(name_device_kind(d)),
        fields=(
            "is_prod",
            "is_emulator",
        ),
    ),
    Column(
        "seen",
        "SEEN",
        lambda d, a: format_age(d.updated_at, a.now),
        4,
        5,
        lambda d, _: d.updated_at,
        3,
        align_right=True,
        is_searched=False,
        newest_first=True,
        file_text=lambda d, _: format_timestamp(d.updated_at),
        measure=Measure.AGE,
        aliases=("age",),
    ),
)


def _override_times(device: Device, context: CellContext) -> str:
    """Return how long ago this program last set an override, and first; empty where it did not."""
    times = (context.override_times or {}).get(device.wire_id)
    if times is None or device.channel is None:
        return ""
    first, last = (format_age(moment, context.now) for moment in times)
    return last if first == last else f"{last}, first {first}"


DEVICE_SCREEN_COLUMNS: tuple[tuple[str, Column[Device]], ...] = (
    (
        "override",
        Column(
            "stale",
            "STALE",
            lambda d, a: "stale" if d.channel and _is_stale(d, a) else "",
            5,
            5,
            lambda d, a: order_flag(_is_stale(d, a)),
            2,
            is_searched=False,
            newest_first=True,
            is_known=lambda a: a.override_times is not None,
        ),
    ),
    (
        "stale",
        Column(
            "set",
            "OURS",
            _override_times,
            9,
            17,
            lambda d, a: None if (t := (a.override_times or {}).get(d.wire_id)) is None else t[1],
            3,
            is_searched=False,
            newest_first=True,
            is_known=lambda a: a.override_times is not None,
            measure=Measure.AGE,
        ),
    ),
)


def _has_override(device: Device, context: CellContext) -> bool | None:
    if device.channel is not None:
        return True
    return False if context.tells_overrides and device.is_override_known else None


def _is_stale(device: Device, context: CellContext) -> bool | None:
    seen = device.updated_at
    return None if seen is None else context.now - seen > STALE_AFTER


DEVICE_FACTS: Final[Mapping[str, Fact[Device]]] = {
    "override": _has_override,
    "stale": _is_stale,
    "emulator": lambda device, _: device.is_emulator,
    "dev": lambda device, _: None if device.is_prod is None else not device.is_prod,
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


@keep_known_lines(DEVICE_LINES, lambda traits: traits.device_reply_fields)
def list_device_details(device: Device, context: CellContext) -> list[Section]:
    """Return the details of a device."""
    return [
        Section(
            device.device_id,
            [
                ("device id", device.device_id),
                ("custom id", device.custom_id or "none"),
                ("override", _override(device, context)),
                (
                    "runs bundle",
                    format_or_unknown(
                        format_or_blank(name_device_bundle(device, context)), "device"
                    ),
                ),
                ("last seen", format_full_time(device.updated_at, context.now)),
            ],
            title_label="device id",
        ),
        Section(
            "What it is",
            [
                ("platform", format_or_unknown(device.platform, "device")),
                ("system version", format_or_unknown(device.os_version, "device")),
                ("native version", format_or_unknown(device.version_build, "device")),
                ("plugin version", format_or_unknown(device.plugin_version, "device")),
                ("production build", format_yes_or_no(device.is_prod, "device")),
                ("emulator", format_yes_or_no(device.is_emulator, "device")),
                ("installed from", format_or_unknown(device.install_source, "device")),
                ("country", format_or_unknown(device.country_code, "device")),
                ("encryption key", device.key_id or "none"),
            ],
        ),
    ]


def _override(device: Device, context: CellContext) -> str:
    if device.channel is not None:
        return device.channel
    if not context.tells_overrides:
        return UNTOLD
    return NO_OVERRIDE if device.is_override_known else format_or_unknown(None, "device")


def _pick_device_glyph(device: Device, context: CellContext) -> Glyph:
    """Return a shape for the kind of build and an override, in the colour of the last contact."""
    is_test = device.is_emulator or device.is_prod is False
    if device.channel:
        shape = "△" if is_test else "▲"
    elif is_test:
        shape = "○"
    else:
        shape = "◌" if device.is_prod is None else "●"
    return shape, _pick_contact_tone(device, context)


def _pick_contact_tone(device: Device, context: CellContext) -> str:
    seen = device.updated_at
    if seen is None or context.now - seen > STALE_AFTER:
        return "muted"
    return "good" if context.now - seen <= FRESH_WITHIN else "plain"


def _pick_device_tone(device: Device, column: str) -> str:
    match column:
        case "override" | "stale":
            return "warn"
        case "custom":
            return "accent"
        case "device" | "bundle":
            return "plain"
        case _:
            return "muted"


def load_effort(source: Source, loaded_count: int) -> LoadEffort:
    """Return the effort of loading all devices when so many are loaded."""
    client = source.client
    return LoadEffort(
        expected_count=source.fleet_size.active,
        loaded_count=loaded_count,
        page_size=lambda: client.device_page_size,
        is_slowed=lambda: client.is_slowed,
        began=source.now(),
    )


DEVICES: ListedResource[Device] = ListedResource(
    name="devices",
    title="Devices",
    walk=lambda source: source.client.list_devices(source.app_id),
    operation="list_devices",
    row_key=attrgetter("wire_id"),
    read_one=lambda source, device_id: source.client.get_device(source.app_id, device_id),
    effort=load_effort,
    columns=DEVICE_COLUMNS,
    screen_columns=DEVICE_SCREEN_COLUMNS,
    links=list_links_of_device,
    facts=DEVICE_FACTS,
    glyph=_pick_device_glyph,
    tone=_pick_device_tone,
    details=list_device_details,
    fields_told=lambda traits: traits.device_reply_fields,
    legend=[
        (("●", "good"), "production build"),
        (("○", "plain"), "development build or emulator"),
        (("◌", "muted"), "kind of build not told"),
        (("▲", "good"), "override: forced to a channel"),
        (("△", "plain"), "override of a development build or an emulator"),
        (WRITING, "a write is under way"),
    ],
    colour_legend="green: last contact within a day; dim: none for 30 days, or not known",
    stand_ins={"device": "custom"},
    empty_advice="A device appears here after it first asks for an update.",
    joins=join_bundle_names,
)
