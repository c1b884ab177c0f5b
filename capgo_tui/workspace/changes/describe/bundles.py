"""Changes of bundles in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from capgo_tui.workspace.changes.bundles import (
    AllBundlesDeletion,
    BundleDeletion,
    BundleRegistration,
)
from capgo_tui.workspace.changes.describe.description import Description, Effect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.api.errors import CapgoError

KEPT_BY_DELETED: Final = "the name seems to be taken: a deleted bundle keeps its own for 90 days"


class RegistrationDescription(Description[BundleRegistration]):
    """The registration of a bundle in clean words."""

    def reason(self, error: CapgoError) -> str:
        """Return that the name is taken, which the server does not say of a deleted bundle's."""
        return KEPT_BY_DELETED if error.is_name_taken else ""


class BundleDeletionDescription(Description[BundleDeletion]):
    """The deletion of a bundle in clean words."""

    def effects(self) -> Sequence[Effect]:
        """Return nothing field by field: all of it goes."""
        return []


class AllBundlesDescription(Description[AllBundlesDeletion]):
    """The deletion of all bundles in clean words."""

    def field_label(self, field: str) -> str:
        """Return which of them are counted."""
        which = " no channel uses" if self.change.spares_linked else ""
        return f"number of {field}{which}"
