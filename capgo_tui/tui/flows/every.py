"""All flows of one screen. Importing this brings pydantic and the models of changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.tui.flows.bundles import BundleFlow
from capgo_tui.tui.flows.channels import ChannelFlow
from capgo_tui.tui.flows.cleanup import CleanupFlow
from capgo_tui.tui.flows.copying import CopyFlow
from capgo_tui.tui.flows.exporting import ExportFlow
from capgo_tui.tui.flows.many_overrides import ManyOverrides
from capgo_tui.tui.flows.overrides import OverrideFlow
from capgo_tui.tui.flows.undo import UndoFlow
from capgo_tui.tui.flows.writing import Writing

if TYPE_CHECKING:
    from capgo_tui.tui.screens.main import MainScreen
    from capgo_tui.workspace.session import Workspace


class Flows:
    """What a screen can have done to its workspace."""

    def __init__(self, screen: MainScreen, workspace: Workspace) -> None:
        self.writing = Writing(screen, workspace)
        self.channels = ChannelFlow(screen, workspace, self.writing)
        self.overrides = OverrideFlow(screen, workspace, self.writing)
        self.many_overrides = ManyOverrides(screen, workspace, self.writing, self.overrides)
        self.bundles = BundleFlow(screen, workspace, self.writing)
        self.cleanup = CleanupFlow(screen, workspace, self.writing)
        self.copying = CopyFlow(screen, workspace)
        self.exporting = ExportFlow(screen, workspace)
        self.undoing = UndoFlow(screen, workspace, self.writing)
