"""Channels: their columns, their details, and how they are marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from capgo_tui.api.channel_setting import Kind
from capgo_tui.api.settings import CHANNEL_SETTINGS, SERVES, UPDATES
from capgo_tui.workspace.ages import age
from capgo_tui.workspace.cells import (
    bundle_name,
    percent,
    policy,
    policy_in_full,
    rollout,
    rollout_detail,
    rollout_text,
    share_of,
    share_points,
    yes,
)
from capgo_tui.workspace.file_text import blank_if_unknown, flag, timestamp
from capgo_tui.workspace.insight.places import links_of_channel
from capgo_tui.workspace.measure import Measure
from capgo_tui.workspace.resources.column import Column, Fact
from capgo_tui.workspace.resources.resource import ListedResource, joins_bundle_names
from capgo_tui.workspace.resources.section import (
    Section,
    only_known_lines,
    record_lines,
    text_or_unknown,
    yes_or_no,
)
from capgo_tui.workspace.routing import PLATFORMS
from capgo_tui.workspace.sorting import flag_value, text_value, version_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from capgo_tui.api.models import Channel
    from capgo_tui.workspace.cells import CellContext
    from capgo_tui.workspace.resources.resource import Glyph
    from capgo_tui.workspace.sorting import SortValue


def _channel_bundle(channel: Channel, context: CellContext) -> SortValue | None:
    return version_value(bundle_name(channel.bundle, context))


def _rollout_share(channel: Channel, _: CellContext) -> SortValue | None:
    return None if channel.rollout_bundle is None else channel.rollout_percentage_bps or 0


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
        file_text=lambda c, a: bundle_name(c.bundle, a),
        measure=Measure.VERSION,
        aliases=("version",),
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
        file_text=lambda c, _: flag(c.public),
    ),
    Column(
        "rollout",
        "ROLLOUT",
        rollout,
        15,
        22,
        _rollout_share,
        2,
        file_text=rollout_text,
        fields=("rollout_bundle",),
        measure=Measure.SHARE,
    ),
    Column(
        "holds",
        "HOLDS BACK",
        lambda c, _: policy(c),
        10,
        10,
        lambda c, _: text_value(c.disable_auto_update and policy(c)),
        5,
        file_text=lambda c, _: blank_if_unknown(policy(c)),
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
        file_text=lambda c, _: flag(c.allow_device_self_set),
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
        file_text=lambda c, _: flag(c.allow_dev),
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
        file_text=lambda c, _: flag(c.allow_emulator),
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
        is_searched=False,
        newest_first=True,
        file_text=lambda c, _: timestamp(c.updated_at),
        measure=Measure.AGE,
        aliases=("age",),
    ),
)


def _forced_count(channel: Channel, context: CellContext) -> int | None:
    """Return the loaded devices that are forced to a channel; None where it is not known."""
    survey = context.survey
    if survey is None or not survey.device_count or not context.tells_overrides:
        return None
    count = survey.overrides.get(channel.name, 0)
    return count if count or survey.is_whole else None


def _forced(channel: Channel, context: CellContext) -> str:
    count = _forced_count(channel, context)
    if count is None:
        return ""
    is_whole = context.survey is not None and context.survey.is_whole
    return f"{count}" if is_whole else f"{count}+"


CHANNEL_SCREEN_COLUMNS: tuple[tuple[str, Column[Channel]], ...] = (
    (
        "bundle",
        Column(
            "devices",
            "RUN",
            lambda c, a: percent(share_of(c.bundle, a)),
            4,
            4,
            lambda c, a: share_points(share_of(c.bundle, a)),
            5,
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
            _forced,
            6,
            6,
            _forced_count,
            5,
            is_searched=False,
            newest_first=True,
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


@only_known_lines(CHANNEL_LINES, lambda traits: traits.channel_reply_fields | traits.channel_fields)
def channel_details(channel: Channel, context: CellContext) -> list[Section]:
    """Return the details of a channel."""
    return [
        Section(
            channel.name,
            [
                ("bundle", bundle_name(channel.bundle, context) or "none"),
                ("default channel", yes_or_no(channel.public, "channel")),
                ("rollout", rollout_detail(channel, context) or "none"),
                *_setting_lines(channel, UPDATES),
            ],
        ),
        Section(SERVES, _setting_lines(channel, SERVES)),
        Section(
            "Record", record_lines(channel.id, channel.created_at, channel.updated_at, context)
        ),
    ]


def _setting_lines(channel: Channel, section: str) -> list[tuple[str, str]]:
    return [
        (label, _setting_text(channel, name))
        for label, name in CHANNEL_LINES.items()
        if CHANNEL_SETTINGS[name].section == section
    ]


def _setting_text(channel: Channel, name: str) -> str:
    if name == "disable_auto_update":
        return text_or_unknown(blank_if_unknown(policy_in_full(channel)), "channel")
    value = getattr(channel, name)
    if CHANNEL_SETTINGS[name].kind is Kind.FLAG:
        return yes_or_no(value, "" if name in PLATFORMS else "channel")
    return text_or_unknown(value, "channel")


def _channel_glyph(channel: Channel) -> Glyph:
    if channel.public:
        return ("◆", "good") if channel.bundle else ("◈", "bad")
    return ("◇", "muted")


def _channel_tone(channel: Channel, column: str) -> str:
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
    links=links_of_channel,
    facts=CHANNEL_FACTS,
    glyph=_channel_glyph,
    tone=_channel_tone,
    details=channel_details,
    fields_told=lambda traits: traits.channel_reply_fields,
    legend=[
        (("◆", "good"), "default channel"),
        (("◈", "bad"), "default channel without a bundle"),
        (("◇", "muted"), "other channel"),
    ],
    empty_advice="The first bundle upload or the console can create one.",
    joins=joins_bundle_names,
)
