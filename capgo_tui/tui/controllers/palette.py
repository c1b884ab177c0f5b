"""The palette: going to a list, a record or an action by its name."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, ClassVar

from capgo_tui.tui.actions import Action
from capgo_tui.tui.tabs import EVERYWHERE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from capgo_tui.tui.controllers.filter import FilterController
    from capgo_tui.tui.controllers.list_actions import ListActions
    from capgo_tui.tui.controllers.tabs import TabController
    from capgo_tui.tui.host import Host
    from capgo_tui.tui.palette import Entry
    from capgo_tui.workspace.session import Workspace

NO_THEMES = "✗ NO_COLOR is set"


class PaletteController:
    """The controller of the palette."""

    def __init__(
        self,
        host: Host,
        filters: FilterController,
        lists: ListActions,
        tabs: TabController,
        explain: Callable[[str], None],
    ) -> None:
        self._host = host
        self._filters = filters
        self._lists = lists
        self._tabs = tabs
        self._explain = explain
        """Explains the device of an id."""

    def open_palette(self) -> None:
        """Open the palette."""
        self._open("")

    def _open(self, text: str) -> None:
        """Open the palette with a text."""
        host, workspace = self._host, self._host.workspace
        if workspace is None:
            return
        from capgo_tui.tui.palette import Offer  # noqa: PLC0415 - not before it is asked

        def offer(text: str) -> Sequence[Entry]:
            return Offer(
                host.action_context(),
                host.actions,
                workspace.channels.records.values(),
                workspace.bundles.records.values(),
                sorted(host.app.available_themes),
                NO_THEMES if "NO_COLOR" in os.environ else "",
            ).match(text)

        async def search(text: str) -> Sequence[Entry]:
            return await self._find_devices(workspace, text)

        host.status.dismiss()
        host.overlays.palette_bar.open(offer, search, text)

    async def _find_devices(self, workspace: Workspace, text: str) -> Sequence[Entry]:
        """Search the loaded devices in a thread: there may be 100 000."""
        from capgo_tui.tui.palette import (  # noqa: PLC0415
            device_pattern,
            explain_entries,
            find_devices,
        )

        pattern = device_pattern(text)
        records = workspace.devices.records
        entries = await asyncio.to_thread(
            lambda: find_devices(pattern, list(records.values())) if pattern else []
        )
        return explain_entries(text, entries)

    async def go(self, entry: Entry) -> None:
        """Run the chosen entry."""
        from capgo_tui.tui import palette  # noqa: PLC0415 - there by now

        match entry.command:
            case palette.Act(action_id):
                await self._host.app.run_action(f"screen.run({action_id!r})")
            case palette.Begin(text):
                self._open(text)
            case palette.Show(tab, text):
                self._tabs.show(tab)
                if text is not None:
                    self._filters.narrow(text)
            case palette.Find(tab, key):
                self._go_to(tab, key)
            case palette.Explain(device_id):
                self._explain(device_id)
            case palette.UseTheme(name):
                self._use_theme(name)
            case palette.ExportTo(form, name):
                self._export(form, name)
            case palette.Quit():
                self._host.app.leave()

    def _export(self, form: str, name: str) -> None:
        host = self._host
        action = next(each for each in host.actions if each.id == "list.export")
        if (reason := action.disabled_reason(host.action_context())) is not None:
            host.say(reason.message)
        else:
            self._lists.export(form, name)

    def _go_to(self, tab: str, key: str) -> None:
        self._tabs.show(tab)
        if self._host.rows.view.index_of(key) is None:
            self._filters.narrow("")
        self._host.table.move_to_key(key)

    def _use_theme(self, name: str) -> None:
        if "NO_COLOR" in os.environ:
            self._host.say(f"{NO_THEMES}.")
            return
        self._host.app.theme = name
        self._host.say(f'Theme {name}; theme = "{name}" in config.toml keeps it.')

    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action(
            "palette", "colon,ctrl+p", "go",
            "Go to a list, a record or an action by its name: dev qa, ch beta, theme, export csv",
            open_palette, 290, EVERYWHERE, shown_key=":",
        ),
    )  # fmt: skip
