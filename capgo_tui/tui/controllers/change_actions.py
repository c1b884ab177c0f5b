"""The actions on the changes made so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from capgo_tui.tui.actions import Action
from capgo_tui.tui.tabs import EVERYWHERE

if TYPE_CHECKING:
    from capgo_tui.tui.controllers.lazy_loader import LazyLoader
    from capgo_tui.tui.host import Host


class ChangeActions:
    """Undoes and watches through their controllers."""

    def __init__(self, host: Host, loader: LazyLoader) -> None:
        self._host = host
        self._loader = loader

    def undo(self) -> None:
        """Undo the last change that can be undone."""
        self._host.background.run(self._loader.lazy.undo.undo_last(), "undo the last change")

    def watch(self) -> None:
        """Follow the last change until the server shows it."""
        self._host.background.read(self._loader.lazy.watch.watch_last(), "watch the last change")

    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action(
            "change.undo", "z", "undo",
            "Undo the last change; once more: the one before", undo, 310,
            EVERYWHERE, writes=True,
        ),
        Action(
            "change.watch", "W", "watch",
            "Read the last change again until the server shows it; {back} stops", watch, 315,
            EVERYWHERE, hint=False, is_timely=lambda context: context.has_open_outcome,
        ),
    )  # fmt: skip
