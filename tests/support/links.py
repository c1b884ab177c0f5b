"""Which channels carry which bundle, made by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.workspace.bundle_links import BundleLinks, Link

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def links_of(channels: Mapping[int, Sequence[str]] | Mapping[str, Sequence[str]]) -> BundleLinks:
    """Return links of channels by the id or the exact name of the bundle that they carry."""
    return BundleLinks(
        {bundle: [Link(name) for name in names] for bundle, names in channels.items()}
    )
