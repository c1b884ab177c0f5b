"""What the controllers of writes that begin with a form have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from capgo_tui.tui.controllers.change import ChangeController
    from capgo_tui.tui.controllers.form import FormController
    from capgo_tui.tui.host import Host
    from capgo_tui.workspace.session import Workspace


class WritingController:
    """A controller that asks by a form, and writes what it was told."""

    def __init__(
        self, host: Host, workspace: Workspace, changes: ChangeController, forms: FormController
    ) -> None:
        self._host = host
        self._workspace = workspace
        self._changes = changes
        self._forms = forms
