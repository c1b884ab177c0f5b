"""The deletion of all bundles in words."""

from __future__ import annotations

from capgo_tui.workspace.changes.bundles import AllBundlesDeletion
from capgo_tui.workspace.changes.describe.description import Description


class AllBundlesDescription(Description[AllBundlesDeletion]):
    """The deletion of all bundles in clean words."""

    def field_label(self, field: str) -> str:
        """Return which of them are counted."""
        which = " no channel uses" if self.change.spares_linked else ""
        return f"number of {field}{which}"
