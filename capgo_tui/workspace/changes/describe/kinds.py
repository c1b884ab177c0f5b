"""Which description each kind of change has. Importing this brings the models of all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.workspace.changes.bundles import (
    AllBundlesDeletion,
    BundleDeletion,
    BundleRegistration,
)
from capgo_tui.workspace.changes.channels import SettingsChange
from capgo_tui.workspace.changes.describe.bundles import (
    AllBundlesDescription,
    BundleDeletionDescription,
    RegistrationDescription,
)
from capgo_tui.workspace.changes.describe.channels import (
    ChannelDeletionDescription,
    ChannelDescription,
    SettingsDescription,
)
from capgo_tui.workspace.changes.describe.description import Description
from capgo_tui.workspace.changes.describe.overrides import OverrideDescription
from capgo_tui.workspace.changes.new_channels import ChannelCreation, ChannelDeletion
from capgo_tui.workspace.changes.overrides import OverrideChange
from capgo_tui.workspace.changes.promotions import Promotion, Rollback

if TYPE_CHECKING:
    from capgo_tui.workspace.changes.change import Change


def description_of(change: Change) -> Description[Change]:
    """Return the description of a change."""
    description: Description[Change]
    match change:
        case OverrideChange():
            description = OverrideDescription(change, "Override")
        case SettingsChange():
            description = SettingsDescription(change, "Change")
        case Promotion():
            description = ChannelDescription(change, "Promote")
        case Rollback():
            description = ChannelDescription(change, "Roll back")
        case ChannelCreation():
            description = ChannelDescription(change, "Create")
        case ChannelDeletion():
            description = ChannelDeletionDescription(change, "Delete channel")
        case BundleRegistration():
            description = RegistrationDescription(change, "Register")
        case BundleDeletion():
            description = BundleDeletionDescription(change, "Delete bundle")
        case AllBundlesDeletion():
            description = AllBundlesDescription(change, "Delete all bundles of")
        case _:
            description = Description(change, "Change")
    return description
