"""Switching tabs."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from capgo_tui.tui.actions import Action
from capgo_tui.workspace.resources.registry import RESOURCE_NAMES

if TYPE_CHECKING:
    from collections.abc import Callable

    from capgo_tui.tui.host import Host


def _show(name: str) -> Callable[[TabController], None]:
    return lambda tabs: tabs.show(name)


class TabController:
    """The controller of the tabs."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def show(self, name: str) -> None:
        """Show a list."""
        self._host.show_tab(name)

    def show_next(self) -> None:
        """Show the list after this one."""
        self._step(1)

    def show_previous(self) -> None:
        """Show the list before this one."""
        self._step(-1)

    def _step(self, step: int) -> None:
        at = RESOURCE_NAMES.index(self._host.tab) + step
        self._host.show_tab(RESOURCE_NAMES[at % len(RESOURCE_NAMES)])

    ACTIONS: ClassVar[tuple[Action, ...]] = (
        *(
            Action(f"tab.{name}", str(at), name, f"The {name}", _show(name), 510 + at, hint=False)
            for at, name in enumerate(RESOURCE_NAMES, 1)
        ),
        Action("tab.next", "tab", "next tab", "The next list", show_next, 540, hint=False),
        Action(
            "tab.previous", "shift+tab", "previous tab", "The list before", show_previous, 550,
            hint=False, shown_key="⇧tab",
        ),
    )  # fmt: skip
