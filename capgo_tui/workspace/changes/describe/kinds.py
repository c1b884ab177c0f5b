"""The description of each kind of change. Importing this imports all their models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.workspace.changes.bundles import AllBundlesDeletion
from capgo_tui.workspace.changes.channels import ChannelChange, SettingsChange
from capgo_tui.workspace.changes.describe.bundles import AllBundlesDescription
from capgo_tui.workspace.changes.describe.channels import ChannelDescription, SettingsDescription
from capgo_tui.workspace.changes.describe.description import Description
from capgo_tui.workspace.changes.describe.overrides import OverrideDescription
from capgo_tui.workspace.changes.describe.rollouts import RolloutDescription, is_rollout_step
from capgo_tui.workspace.changes.overrides import OverrideChange

if TYPE_CHECKING:
    from capgo_tui.workspace.changes.change import Change


def describe(change: Change) -> Description[Change]:
    """Return the description of a change."""
    match change:
        case OverrideChange():
            return OverrideDescription(change)
        case SettingsChange() if is_rollout_step(change):
            return RolloutDescription(change)
        case SettingsChange():
            return SettingsDescription(change)
        case ChannelChange():
            return ChannelDescription(change)
        case AllBundlesDeletion():
            return AllBundlesDescription(change)
        case _:
            return Description(change)
