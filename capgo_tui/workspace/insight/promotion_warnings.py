"""Warnings before a bundle is put on a channel: what its devices would make of it."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Final

from capgo_tui.workspace.insight.audience import list_default_platforms
from capgo_tui.workspace.insight.impact import find_impact
from capgo_tui.workspace.insight.packages import compare_packages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from capgo_tui.api.models import Bundle, Channel
    from capgo_tui.workspace.session import Workspace

MOST_PACKAGES: Final = 4
"""Most native packages that are named."""


async def find_promotion_warnings(
    workspace: Workspace, channel: Channel, bundle: Bundle
) -> tuple[str, ...]:
    """Return warnings about a bundle on a channel, by what is loaded; no request is made.

    They are for `make_promotion`. The devices are counted in a thread.
    """
    platforms = list_default_platforms(workspace, channel)
    devices = list(workspace.devices.records.values())
    impact = await asyncio.to_thread(
        partial(find_impact, channel, bundle, devices, default_platforms=platforms.flags)
    )
    lines = impact.list_lines(bundle)
    if lines and impact.unknown_count:
        lines.append(f"of {impact.unknown_count} more it is unknown whether they follow it")
    if lines and platforms.is_assumed:
        lines.append(f"counted as if {channel.name} serves every platform, which is unknown")
    return (*lines, *_list_bundle_lines(workspace, channel, bundle, has_refusals=bool(lines)))


def _list_bundle_lines(
    workspace: Workspace, channel: Channel, bundle: Bundle, *, has_refusals: bool
) -> Iterator[str]:
    """Yield what the bundle alone tells, without any device."""
    has_no_minimum = bundle.min_update_version is None and bundle.has_field("min_update_version")
    if channel.disable_auto_update == "version_number" and has_no_minimum and not has_refusals:
        yield f"{channel.name} goes by metadata, and {bundle.name} has no minimum native version"
    present = None
    if channel.bundle is not None and channel.bundle.id is not None:
        present = workspace.bundles.records.get(str(channel.bundle.id))
    differences = compare_packages(present, bundle) if present is not None else None
    if differences:
        shown = ", ".join(map(str, differences[:MOST_PACKAGES]))
        more = len(differences) - MOST_PACKAGES
        others = f" and {more} more" if more > 0 else ""
        yield f"native packages differ from the present bundle: {shown}{others}"
