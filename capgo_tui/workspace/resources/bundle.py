"""Bundles: their columns, their details, and how they are marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from capgo_tui.workspace.ages import format_age
from capgo_tui.workspace.cells import (
    describe_share,
    format_linked_channels,
    format_yes,
    share_of,
    share_points,
)
from capgo_tui.workspace.file_text import format_flag, format_timestamp
from capgo_tui.workspace.insight.places import list_links_of_bundle
from capgo_tui.workspace.measure import Measure
from capgo_tui.workspace.resources.column import Column, Fact
from capgo_tui.workspace.resources.resource import ListedResource
from capgo_tui.workspace.resources.section import (
    Section,
    format_or_unknown,
    format_yes_or_no,
    keep_known_lines,
    record_lines,
)
from capgo_tui.workspace.sorting import fold_text, order_flag, order_version

if TYPE_CHECKING:
    from collections.abc import Mapping

    from capgo_tui.api.models import Bundle
    from capgo_tui.workspace.cells import CellContext


def _is_linked(bundle: Bundle, context: CellContext) -> bool | None:
    if context.links.list_channels(bundle):
        return True
    return None if context.unread_channels else False


def _is_unused(bundle: Bundle, context: CellContext) -> bool | None:
    """Return whether no channel carries a bundle and no device runs it; None where not known."""
    is_linked = _is_linked(bundle, context)
    if (
        is_linked
        or context.device_counts.get(bundle.id)
        or context.device_counts.get(bundle.wire_id)
    ):
        return False
    return True if is_linked is False and context.counts_all_devices else None


BUNDLE_FACTS: Final[Mapping[str, Fact[Bundle]]] = {
    "linked": _is_linked,
    "unused": _is_unused,
    "encrypted": lambda bundle, _: bundle.has_session_key,
}


BUNDLE_COLUMNS: tuple[Column[Bundle], ...] = (
    Column(
        "bundle",
        "BUNDLE",
        lambda b, _: b.name,
        16,
        28,
        lambda b, _: order_version(b.name),
        0,
        cut_middle=True,
        measure=Measure.VERSION,
        aliases=("version",),
    ),
    Column(
        "channels",
        "CHANNELS",
        format_linked_channels,
        18,
        34,
        lambda b, a: fold_text(", ".join(a.links.list_channel_names(b))),
        1,
    ),
    Column(
        "created",
        "CREATED",
        lambda b, a: format_age(b.created_at, a.now),
        7,
        7,
        lambda b, _: b.created_at,
        2,
        align_right=True,
        is_searched=False,
        newest_first=True,
        file_text=lambda b, _: format_timestamp(b.created_at),
        measure=Measure.AGE,
        aliases=("age",),
    ),
    Column(
        "comment",
        "COMMENT",
        lambda b, _: b.comment or "",
        20,
        60,
        lambda b, _: fold_text(b.comment),
        3,
        fields=("comment",),
    ),
    Column(
        "needs",
        "NEEDS",
        lambda b, _: b.min_update_version or "",
        8,
        10,
        lambda b, _: order_version(b.min_update_version),
        5,
        fields=("min_update_version",),
        measure=Measure.VERSION,
    ),
    Column(
        "storage",
        "STORED",
        lambda b, _: b.storage_provider or "",
        8,
        9,
        lambda b, _: fold_text(b.storage_provider),
        6,
        fields=("storage_provider",),
    ),
    Column(
        "encrypted",
        "ENC",
        lambda b, _: format_yes(bool(b.has_session_key)),
        3,
        3,
        lambda b, _: order_flag(bool(b.has_session_key)),
        7,
        file_text=lambda b, _: format_flag(bool(b.has_session_key)),
        fields=("has_session_key",),
    ),
)


BUNDLE_SCREEN_COLUMNS: tuple[tuple[str, Column[Bundle]], ...] = (
    (
        "channels",
        Column(
            "devices",
            "DEVICES",
            lambda b, a: describe_share(share_of(b, a)),
            10,
            10,
            lambda b, a: share_points(share_of(b, a)),
            2,
            is_searched=False,
            newest_first=True,
            measure=Measure.SHARE,
            is_known=lambda a: a.adoption is not None,
        ),
    ),
)


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


@keep_known_lines(BUNDLE_LINES, lambda traits: traits.bundle_reply_fields)
def list_bundle_details(bundle: Bundle, context: CellContext) -> list[Section]:
    """Return the details of a bundle."""
    return [
        Section(
            bundle.name,
            [
                ("channels", _format_channels(bundle, context)),
                ("comment", bundle.comment or "none"),
                ("link", bundle.link or "none"),
                ("needs native", bundle.min_update_version or "any"),
            ],
        ),
        Section(
            "What it is",
            [
                ("stored", format_or_unknown(bundle.storage_provider, "bundle")),
                ("external url", bundle.external_url or "none"),
                ("checksum", bundle.checksum or "none"),
                ("encrypted", format_yes_or_no(bool(bundle.has_session_key))),
                ("encryption key", bundle.key_id or "none"),
                ("uploaded with CLI", format_or_unknown(bundle.cli_version, "bundle")),
            ],
        ),
        Section("Record", record_lines(bundle.id, bundle.created_at, bundle.updated_at, context)),
    ]


def _format_channels(bundle: Bundle, context: CellContext) -> str:
    """Return the channels that carry a bundle, and whether there may be more."""
    names = format_linked_channels(bundle, context) or "none"
    match context.unread_channels:
        case "":
            return names
        case "?":
            return f"{names} (the channels cannot be read)"
        case _:
            return f"{names} (not all channels are loaded yet)"


def _pick_bundle_tone(_: Bundle, column: str) -> str:
    return {"bundle": "plain", "channels": "accent"}.get(column, "muted")


BUNDLES: ListedResource[Bundle] = ListedResource(
    name="bundles",
    title="Bundles",
    walk=lambda source: source.client.list_bundles(source.app_id),
    operation="list_bundles",
    row_key=lambda bundle: str(bundle.id),
    columns=BUNDLE_COLUMNS,
    screen_columns=BUNDLE_SCREEN_COLUMNS,
    links=list_links_of_bundle,
    facts=BUNDLE_FACTS,
    glyph=lambda bundle, _: ("■", "accent") if bundle.has_session_key else ("□", "muted"),
    tone=_pick_bundle_tone,
    details=list_bundle_details,
    fields_told=lambda traits: traits.bundle_reply_fields,
    legend=[(("■", "accent"), "encrypted"), (("□", "muted"), "not encrypted")],
    empty_advice="`npx @capgo/cli bundle upload` makes the first one.",
    joins=lambda _: ("channels",),
    fact_joins={"unused": ("devices",)},
    missing_join="which channels carry them is not known",
)
