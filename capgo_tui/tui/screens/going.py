"""Going to a list, a record or an action by its name."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from capgo_tui.tui.screens.lists import NOT_CONNECTED
from capgo_tui.tui.screens.sharing import SharingScreen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.tui.overlays.palette_bar import PaletteBar
    from capgo_tui.tui.palette import Entry
    from capgo_tui.workspace.session import Workspace

NO_THEMES = "✗ NO_COLOR is set"


class GoingScreen(SharingScreen):
    """The lists, and a palette that leads anywhere; what it leads to asks as it always does."""

    def action_palette(self, text: str) -> None:
        """Ask where to go, beginning with a text."""
        workspace = self.workspace
        if workspace is None:
            self.say(NOT_CONNECTED)
            return
        from capgo_tui.tui.palette import Offer  # noqa: PLC0415 - not before it is asked

        def offer(typed: str) -> Sequence[Entry]:
            return Offer(
                self._active,
                self.target,
                workspace.channels.records.values(),
                workspace.bundles.records.values(),
                sorted(self.app.available_themes),
                NO_THEMES if "NO_COLOR" in os.environ else "",
            ).matching(typed)

        async def search(typed: str) -> Sequence[Entry]:
            return await self._find_devices(workspace, typed)

        self.status.dismiss()
        self.palette_bar.open(offer, search, text)

    async def _find_devices(self, workspace: Workspace, typed: str) -> Sequence[Entry]:
        """Look through the loaded devices beside the loop: they may be 100 000."""
        from capgo_tui.tui.palette import matching_devices, wanted_of_devices  # noqa: PLC0415

        wanted = wanted_of_devices(typed)
        records = workspace.devices.records
        return await asyncio.to_thread(
            lambda: matching_devices(wanted, list(records.values())) if wanted else []
        )

    async def on_palette_bar_chosen(self, event: PaletteBar.Chosen) -> None:
        """Do what was chosen."""
        from capgo_tui.tui import palette  # noqa: PLC0415 - there by now

        match event.entry.deed:
            case palette.Act(name):
                await self.app.run_action(name, self)
            case palette.Show(tab, text):
                self.action_tab(tab)
                if text is not None:
                    self._filter(text)
            case palette.Find(tab, key):
                self._go_to(tab, key)
            case palette.UseTheme(name):
                self._use_theme(name)
            case palette.ExportTo(form, name):
                self.export(form, name)
            case palette.Quit():
                self.app.leave()

    def _go_to(self, tab: str, key: str) -> None:
        self.action_tab(tab)
        if self.rows.view.index_of(key) is None:
            self._filter("")
        self.table.move_to_key(key)

    def _use_theme(self, name: str) -> None:
        if "NO_COLOR" in os.environ:
            self.say(f"{NO_THEMES}.")
            return
        self.app.theme = name
        self.say(f"Theme {name}; TEXTUAL_THEME={name} keeps it.")
