"""Description of the deletion of all bundles."""

from __future__ import annotations

from capgo_tui.workspace.changes.bundles import AllBundlesDeletion
from capgo_tui.workspace.changes.describe.description import Description


class AllBundlesDescription(Description[AllBundlesDeletion]):
    """The deletion of all bundles as clean text."""

    def label_field(self, field: str) -> str:
        """Return the label of the count."""
        which = " no channel uses" if self.change.spares_linked else ""
        return f"number of {field}{which}"
