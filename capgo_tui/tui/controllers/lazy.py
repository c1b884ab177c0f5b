"""The controllers that no start needs. Importing this brings pydantic and the models of changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.tui.controllers.bundles import BundleController
from capgo_tui.tui.controllers.channels import ChannelController
from capgo_tui.tui.controllers.cleanup import CleanupController
from capgo_tui.tui.controllers.confirm import Writing
from capgo_tui.tui.controllers.copy import CopyController
from capgo_tui.tui.controllers.export import ExportController
from capgo_tui.tui.controllers.many_overrides import ManyOverrides
from capgo_tui.tui.controllers.overrides import OverrideController
from capgo_tui.tui.controllers.undo import UndoController

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from capgo_tui.tui.host import Host
    from capgo_tui.workspace.session import Workspace


class LazyControllers:
    """What leads writes, copies and exports, made once the first rows are on the screen."""

    def __init__(
        self, screen: Host, workspace: Workspace, unmark: Callable[[Iterable[str]], None]
    ) -> None:
        self.writing = Writing(screen, workspace)
        self.channels = ChannelController(screen, workspace, self.writing)
        self.overrides = OverrideController(screen, workspace, self.writing)
        self.many_overrides = ManyOverrides(screen, workspace, self.writing, self.overrides, unmark)
        self.bundles = BundleController(screen, workspace, self.writing)
        self.cleanup = CleanupController(screen, workspace, self.writing)
        self.copy = CopyController(screen, workspace)
        self.export = ExportController(screen, workspace)
        self.undo = UndoController(screen, workspace, self.writing)
