"""Changing between the lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.tui.actions import action
from capgo_tui.workspace.resources.registry import RESOURCE_NAMES

if TYPE_CHECKING:
    from capgo_tui.tui.host import Host


class TabController:
    """Shows one list after another."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @action("tab.channels", "1", "channels", "The channels", rank=510, hint=False)
    def show_channels(self) -> None:
        """Show the channels."""
        self._host.show_tab("channels")

    @action("tab.devices", "2", "devices", "The devices", rank=520, hint=False)
    def show_devices(self) -> None:
        """Show the devices."""
        self._host.show_tab("devices")

    @action("tab.bundles", "3", "bundles", "The bundles", rank=530, hint=False)
    def show_bundles(self) -> None:
        """Show the bundles."""
        self._host.show_tab("bundles")

    @action("tab.next", "tab", "next tab", "The next list", rank=540, hint=False)
    def show_next(self) -> None:
        """Show the list after this one."""
        self._step(1)

    @action(
        "tab.previous",
        "shift+tab",
        "previous tab",
        "The list before",
        rank=550,
        hint=False,
        shown_key="⇧tab",
    )
    def show_previous(self) -> None:
        """Show the list before this one."""
        self._step(-1)

    def _step(self, step: int) -> None:
        at = RESOURCE_NAMES.index(self._host.tab) + step
        self._host.show_tab(RESOURCE_NAMES[at % len(RESOURCE_NAMES)])
