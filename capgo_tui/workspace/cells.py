"""Texts of the cells of a record, in words and signs for the screen."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Final

from capgo_tui.api.channel_setting import SOME_UPDATES
from capgo_tui.api.revisions import LIVE
from capgo_tui.api.settings import CHANNEL_SETTINGS
from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.workspace.bundle_links import BundleLinks
from capgo_tui.workspace.changes.rollout_state import describe_rollout
from capgo_tui.workspace.share_bar import FULL, HELD, share_bar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from capgo_tui.api.models import Bundle, Channel, Device
    from capgo_tui.api.records import BundleRef
    from capgo_tui.api.revisions import Traits
    from capgo_tui.workspace.bundle_links import Identity
    from capgo_tui.workspace.insight.adoption import Adoption
    from capgo_tui.workspace.insight.survey import Survey


ROLLOUT_BAR: Final = 4
"""Cells of the bar of a rollout."""


def _name_no_bundle(_: int) -> None:
    return None


@dataclass(frozen=True, slots=True)
class CellContext:
    """What a cell needs besides its record: the time, the links and the traits of the server."""

    now: datetime
    links: BundleLinks = field(default_factory=BundleLinks)
    """Which loaded channels carry which bundle."""
    name_of_bundle: Callable[[int], str | None] = _name_no_bundle
    """The name of a loaded bundle by its id, for servers that tell ids alone."""
    tells_overrides: bool = True
    """Whether this server's devices name their override."""
    traits: Traits = LIVE
    """What this server's revision has and tells."""
    device_counts: Mapping[Identity, int] = field(default_factory=dict)
    """Devices by the id or the exact name of the bundle they run, of the last survey."""
    counts_all_devices: bool = False
    """Whether those are all devices of the app."""
    unread_channels: str = ""
    """``…`` while channels may still come that carry a bundle, ``?`` when they cannot be read."""
    adoption: Adoption | None = None
    """The share of devices on each bundle; None while it is not known."""
    survey: Survey | None = None
    """The last survey of the loaded devices."""
    override_times: Mapping[str, tuple[datetime, datetime]] | None = None
    """When this program first and last set the override of each device; None until read."""


def name_bundle(bundle: BundleRef | None, context: CellContext) -> str:
    """Return a bundle's name; ``#12`` where only its id is known, empty for none."""
    if bundle is None:
        return ""
    if bundle.name is None and bundle.id is not None:
        return context.name_of_bundle(bundle.id) or f"#{bundle.id}"
    return bundle.name or ""


def format_yes(value: bool | None) -> str:
    """Return ``✓`` or ``–``, or ``?`` for what the server does not report."""
    if value is None:
        return "?"
    return "✓" if value else "–"


def format_policy(channel: Channel) -> str:
    """Return the updates a channel holds back; ``some`` or ``?`` where the server tells less."""
    value = channel.disable_auto_update
    labels = CHANNEL_SETTINGS["disable_auto_update"].choice_labels
    return labels.get(value, value) if value else "?"


def format_policy_in_full(channel: Channel) -> str:
    """Return which updates a channel holds back, in a text without abbreviation."""
    text = format_policy(channel)
    return "blocks some updates" if text == SOME_UPDATES else text


def format_rollout(channel: Channel, context: CellContext) -> str:
    """Return a rollout as ``▓░░░ 25% 2.0.7``; empty without a target.

    The bar tells by its cells as well that it is paused, and is empty while it is switched off: a
    narrow column cuts the words behind it.
    """
    if channel.rollout_bundle is None:
        return ""
    share = 0 if (points := _get_rollout_points(channel)) is None else points / 10_000
    is_paused = channel.rollout_paused_at is not None
    is_off = channel.rollout_enabled is False
    bar = share_bar(0 if is_off else share, ROLLOUT_BAR, HELD if is_paused else FULL)
    suffix = " paused" if is_paused else " off" if is_off else ""
    return f"{bar} {_format_rollout_share(channel, context)}{suffix}"


def summarize_rollout(channel: Channel, context: CellContext) -> str:
    """Return a rollout for a file, ``25% 2.0.7``, ``paused 25% 2.0.7``; empty without a target."""
    if channel.rollout_bundle is None:
        return ""
    prefix = "off " if channel.rollout_enabled is False else ""
    prefix = "paused " if channel.rollout_paused_at else prefix
    return f"{prefix}{_format_rollout_share(channel, context)}"


def _format_rollout_share(channel: Channel, context: CellContext) -> str:
    points = _get_rollout_points(channel)
    share = "?%" if points is None else f"{points / 100:g}%"
    return f"{share} {name_bundle(channel.rollout_bundle, context)}"


def _get_rollout_points(channel: Channel) -> int | None:
    """Return the share in basis points; None for one that cannot be."""
    points = channel.rollout_percentage_bps or 0
    return points if 0 <= points <= 10_000 else None


def describe_rollout_in_detail(channel: Channel, context: CellContext) -> str:
    """Describe a rollout, such as ``25 % of devices get 2.0.7``; empty without a target."""
    if channel.rollout_bundle is None:
        return ""
    return describe_rollout(
        {
            "rollout_bundle": name_bundle(channel.rollout_bundle, context),
            "rollout_percentage_bps": channel.rollout_percentage_bps,
            "rollout_enabled": channel.rollout_enabled,
            "rollout_paused": channel.rollout_paused_at is not None,
        }
    )


def name_device_bundle(device: Device, context: CellContext) -> str:
    """Return the bundle of a device; ``builtin`` for that of the store, ``?`` where not told."""
    return name_bundle(device.bundle, context) or ("builtin" if device.runs_builtin else "?")


def override_mark(device: Device, context: CellContext) -> str:
    """Return ``▲ beta`` for an override; ``?`` where the server does not report."""
    if device.channel:
        return f"▲ {device.channel}"
    return "" if context.tells_overrides and device.is_override_known else "?"


def name_device_kind(device: Device) -> str:
    """Return the kind of build: ``prod`` or ``dev``, and ``emulator`` where it runs on one."""
    if device.is_prod is None and device.is_emulator is None:
        return "?"
    kind = {True: "prod", False: "dev", None: ""}[device.is_prod]
    return f"{kind} emulator".strip() if device.is_emulator else kind or "?"


def format_linked_channels(bundle: Bundle, context: CellContext) -> str:
    """Return the channels that carry a bundle, with a sign while there may be more of them."""
    unread = [context.unread_channels] if context.unread_channels else []
    return ", ".join(context.links.list_channel_names(bundle) + unread)


BAR: Final = 5
"""Cells of the bar of a share."""


def share_of(bundle: Bundle | BundleRef | None, context: CellContext) -> float | None:
    """Return the share of devices that run a bundle, 0 to 1; None where it is not known."""
    if bundle is None or context.adoption is None:
        return None
    name = bundle.name if bundle.name is not None else name_bundle(bundle, context)
    if (share := context.adoption.find_share(name)) is not None:
        return share.share
    if (
        bundle.id is not None
        and (share := context.adoption.find_share(f"#{bundle.id}")) is not None
    ):
        return share.share
    return 0.0 if context.adoption.is_whole else None


def describe_share(share: float | None) -> str:
    """Return a share as a small bar and whole per cent, ``▇▇▇▇ 71%``; empty for not known."""
    if share is None:
        return ""
    cells = round(share * BAR)
    bar = "▇" * cells if cells or not share else "▏"
    return f"{bar:<{BAR}} {format_percent(share):>4}"


def format_percent(share: float | None) -> str:
    """Return a share in whole per cent; what is there is never 0 %, not known is empty."""
    if share is None:
        return ""
    return "<1%" if 0 < share < 0.01 else f"{share * 100:.0f}%"


def share_points(share: float | None) -> int | None:
    """Return a share in basis points; None for not known."""
    return None if share is None else round(share * 10_000)
