"""Channels: their columns, their details, and how they are marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from capgo_tui.api.channel_setting import SettingKind
from capgo_tui.api.settings import CHANNEL_SETTINGS, SERVES, UPDATES
from capgo_tui.workspace.ages import format_age
from capgo_tui.workspace.cells import (
    describe_rollout_in_detail,
    format_percent,
    format_policy,
    format_policy_in_full,
    format_rollout,
    format_yes,
    name_bundle,
    share_of,
    share_points,
    summarize_rollout,
)
from capgo_tui.workspace.file_text import format_flag, format_or_blank, format_timestamp
from capgo_tui.workspace.insight.places import list_links_of_channel
from capgo_tui.workspace.measure import Measure
from capgo_tui.workspace.resources.column import Column, Fact
from capgo_tui.workspace.resources.resource import ListedResource, join_bundle_names
from capgo_tui.workspace.resources.section import (
    Section,
    format_or_unknown,
    format_yes_or_no,
    keep_known_lines,
    record_lines,
)
from capgo_tui.workspace.routing import PLATFORMS
from capgo_tui.workspace.sorting import fold_text, order_flag, order_version

if TYPE_CHECKING:
    from collections.abc import Mapping

    from capgo_tui.api.models import Channel
    from capgo_tui.workspace.cells import CellContext
    from capgo_tui.workspace.resources.resource import Glyph
    from capgo_tui.workspace.sorting import SortValue


def _get_channel_bundle(channel: Channel, context: CellContext) -> SortValue | None:
    return order_version(name_bundle(channel.bundle, context))


def _get_rollout_share(channel: Channel, _: CellContext) -> SortValue | None:
    return None if channel.rollout_bundle is None else channel.rollout_percentage_bps or 0


CHANNEL_COLUMNS: tuple[Column[Channel], ...] = (
    Column(
        "channel",
        "CHANNEL",
        lambda c, _: c.name,
        18,
        34,
        lambda c, _: fold_text(c.name),
        0,
        cut_middle=True,
    ),
    Column(
        "bundle",
        "BUNDLE",
        lambda c, a: name_bundle(c.bundle, a) or "none",
        13,
        24,
        _get_channel_bundle,
        1,
        cut_middle=True,
        file_text=lambda c, a: name_bundle(c.bundle, a),
        measure=Measure.VERSION,
        aliases=("version",),
    ),
    Column(
        "default",
        "DEFAULT",
        lambda c, _: "default" if c.public else "",
        8,
        8,
        lambda c, _: order_flag(c.public),
        2,
        newest_first=True,
        file_text=lambda c, _: format_flag(c.public),
    ),
    Column(
        "rollout",
        "ROLLOUT",
        format_rollout,
        15,
        22,
        _get_rollout_share,
        2,
        file_text=summarize_rollout,
        fields=("rollout_bundle",),
        measure=Measure.SHARE,
    ),
    Column(
        "holds",
        "HOLDS BACK",
        lambda c, _: format_policy(c),
        10,
        10,
        lambda c, _: fold_text(c.disable_auto_update and format_policy(c)),
        5,
        file_text=lambda c, _: format_or_blank(format_policy(c)),
        fields=("disable_auto_update",),
    ),
    Column(
        "self",
        "SELF",
        lambda c, _: format_yes(c.allow_device_self_set),
        4,
        4,
        lambda c, _: order_flag(c.allow_device_self_set),
        6,
        file_text=lambda c, _: format_flag(c.allow_device_self_set),
        fields=("allow_device_self_set",),
    ),
    Column(
        "dev",
        "DEV",
        lambda c, _: format_yes(c.allow_dev),
        3,
        3,
        lambda c, _: order_flag(c.allow_dev),
        7,
        file_text=lambda c, _: format_flag(c.allow_dev),
        fields=("allow_dev",),
    ),
    Column(
        "emulator",
        "EMU",
        lambda c, _: format_yes(c.allow_emulator),
        3,
        3,
        lambda c, _: order_flag(c.allow_emulator),
        8,
        file_text=lambda c, _: format_flag(c.allow_emulator),
        fields=("allow_emulator",),
    ),
    Column(
        "changed",
        "CHANGED",
        lambda c, a: format_age(c.updated_at, a.now),
        7,
        7,
        lambda c, _: c.updated_at,
        3,
        align_right=True,
        is_searched=False,
        newest_first=True,
        file_text=lambda c, _: format_timestamp(c.updated_at),
        measure=Measure.AGE,
        aliases=("age",),
    ),
)


def _count_forced(channel: Channel, context: CellContext) -> int | None:
    """Return the loaded devices that are forced to a channel; None where it is not known."""
    survey = context.survey
    if survey is None or not survey.device_count or not context.tells_overrides:
        return None
    count = survey.overrides.get(channel.name, 0)
    return count if count or survey.is_whole else None


def _format_forced(channel: Channel, context: CellContext) -> str:
    """Return the number of overrides, as the least there are while not all devices are known.

    Where no override is known at all, nothing is said of any channel: the column has no use.
    """
    survey, count = context.survey, _count_forced(channel, context)
    if count is not None and survey is not None and survey.is_whole:
        return f"{count}"
    has_some = survey is not None and bool(survey.overrides) and context.tells_overrides
    return f"{count or 0}+" if has_some else ""


CHANNEL_SCREEN_COLUMNS: tuple[tuple[str, Column[Channel]], ...] = (
    (
        "bundle",
        Column(
            "devices",
            "RUN",
            lambda c, a: format_percent(share_of(c.bundle, a)),
            4,
            4,
            lambda c, a: share_points(share_of(c.bundle, a)),
            5,
            align_right=True,
            is_searched=False,
            newest_first=True,
            measure=Measure.SHARE,
            is_known=lambda a: a.adoption is not None,
        ),
    ),
    (
        "rollout",
        Column(
            "forced",
            "FORCED",
            _format_forced,
            6,
            6,
            _count_forced,
            5,
            align_right=True,
            is_searched=False,
            newest_first=True,
            measure=Measure.NUMBER,
            is_known=lambda a: (
                a.survey is not None and bool(a.survey.device_count) and a.tells_overrides
            ),
        ),
    ),
)


CHANNEL_FACTS: Final[Mapping[str, Fact[Channel]]] = {
    "default": lambda channel, _: channel.public,
    "linked": lambda channel, _: channel.bundle is not None,
    "paused": lambda channel, _: channel.rollout_paused_at is not None,
}


CHANNEL_LINES: Final = {
    each.short_label or each.label: name
    for name, each in CHANNEL_SETTINGS.items()
    if each.section in (UPDATES, SERVES) or name == "rollout_bundle"
}


@keep_known_lines(CHANNEL_LINES, lambda traits: traits.channel_reply_fields | traits.channel_fields)
def list_channel_details(channel: Channel, context: CellContext) -> list[Section]:
    """Return the details of a channel."""
    return [
        Section(
            channel.name,
            [
                ("bundle", name_bundle(channel.bundle, context) or "none"),
                ("default channel", format_yes_or_no(channel.public, "channel")),
                ("rollout", describe_rollout_in_detail(channel, context) or "none"),
                *_list_settings(channel, UPDATES),
            ],
        ),
        Section(SERVES, _list_settings(channel, SERVES)),
        Section(
            "Record", record_lines(channel.id, channel.created_at, channel.updated_at, context)
        ),
    ]


def _list_settings(channel: Channel, section: str) -> list[tuple[str, str]]:
    return [
        (label, _format_setting(channel, name))
        for label, name in CHANNEL_LINES.items()
        if CHANNEL_SETTINGS[name].section == section
    ]


def _format_setting(channel: Channel, name: str) -> str:
    if name == "disable_auto_update":
        return format_or_unknown(format_or_blank(format_policy_in_full(channel)), "channel")
    value = getattr(channel, name)
    if CHANNEL_SETTINGS[name].kind is SettingKind.FLAG:
        return format_yes_or_no(value, "" if name in PLATFORMS else "channel")
    return format_or_unknown(value, "channel")


def _pick_channel_glyph(channel: Channel, _: CellContext) -> Glyph:
    if channel.public:
        return ("◆", "good") if channel.bundle else ("◈", "bad")
    return ("◇", "muted")


def _pick_channel_tone(channel: Channel, column: str) -> str:
    match column:
        case "default":
            return "good"
        case "rollout":
            if channel.rollout_paused_at:
                return "warn"
            return "muted" if channel.rollout_enabled is False else "accent"
        case "bundle":
            return "plain" if channel.bundle else "warn" if channel.public else "muted"
        case "channel":
            return "plain"
        case _:
            return "muted"


CHANNELS: ListedResource[Channel] = ListedResource(
    name="channels",
    title="Channels",
    walk=lambda source: source.client.list_channels(source.app_id),
    operation="list_channels",
    row_key=lambda channel: str(channel.id),
    columns=CHANNEL_COLUMNS,
    screen_columns=CHANNEL_SCREEN_COLUMNS,
    links=list_links_of_channel,
    facts=CHANNEL_FACTS,
    glyph=_pick_channel_glyph,
    tone=_pick_channel_tone,
    details=list_channel_details,
    fields_told=lambda traits: traits.channel_reply_fields,
    legend=[
        (("◆", "good"), "default channel"),
        (("◈", "bad"), "default channel without a bundle"),
        (("◇", "muted"), "other channel"),
    ],
    empty_advice="The first bundle upload or the console can create one.",
    joins=join_bundle_names,
)
