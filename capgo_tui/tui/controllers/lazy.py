"""The controllers not needed at the start; importing this brings pydantic and the change models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.tui.controllers.bundles import BundleController
from capgo_tui.tui.controllers.change import ChangeController
from capgo_tui.tui.controllers.channels import ChannelController
from capgo_tui.tui.controllers.cleanup import CleanupController
from capgo_tui.tui.controllers.copy import CopyController
from capgo_tui.tui.controllers.export import ExportController
from capgo_tui.tui.controllers.form import FormController
from capgo_tui.tui.controllers.many_overrides import ManyOverrides
from capgo_tui.tui.controllers.overrides import OverrideController
from capgo_tui.tui.controllers.rollout import RolloutController
from capgo_tui.tui.controllers.undo import UndoController
from capgo_tui.tui.controllers.watch import WatchController

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from capgo_tui.tui.host import Host
    from capgo_tui.workspace.session import Workspace


class LazyControllers:
    """The controllers of writes, copies and exports, made once the first rows are drawn."""

    def __init__(
        self, host: Host, workspace: Workspace, unmark: Callable[[Iterable[str]], None]
    ) -> None:
        self.changes = ChangeController(host, workspace)
        forms = FormController(host, workspace, self.changes)
        self.channels = ChannelController(host, workspace, self.changes, forms)
        self.rollout = RolloutController(host, workspace, self.changes, forms)
        self.overrides = OverrideController(host, workspace, self.changes)
        self.many_overrides = ManyOverrides(host, workspace, self.changes, self.overrides, unmark)
        self.bundles = BundleController(host, workspace, self.changes, forms)
        self.cleanup = CleanupController(host, workspace, self.changes, forms)
        self.copy = CopyController(host, workspace)
        self.export = ExportController(host, workspace)
        self.undo = UndoController(host, workspace, self.changes)
        self.watch = WatchController(host, workspace)
