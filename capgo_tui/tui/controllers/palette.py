"""The palette: going to a list, a record or an action by its name."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from capgo_tui.api.errors import CapgoError
from capgo_tui.tui.actions import Action
from capgo_tui.tui.controllers.context import action_context
from capgo_tui.tui.tabs import EVERYWHERE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.timer import Timer

    from capgo_tui.tui.controllers.filter import FilterController
    from capgo_tui.tui.controllers.list_actions import ListActions
    from capgo_tui.tui.controllers.tabs import TabController
    from capgo_tui.tui.host import Host
    from capgo_tui.tui.palette import Entry
    from capgo_tui.workspace.session import Workspace

PREVIEW_SECONDS = 0.15
"""Seconds for which the cursor rests on a theme before it is shown."""
PALETTE = "palette"
"""The kind of the palette's lines among what is remembered."""
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
        self._apps: Sequence[tuple[str, str | None]] | None = None
        """The apps of the key; None until they are read."""
        self._theme = ""
        """The theme in use while another one is previewed; empty when none is."""
        self._preview_timer: Timer | None = None

    def open_palette(self) -> None:
        """Open the palette."""
        self._open("")

    def _open(self, text: str) -> None:
        """Open the palette with a text."""
        host, workspace = self._host, self._host.workspace
        if workspace is None:
            return
        from capgo_tui.tui.palette import Offer, list_app_entries, parse_app_pattern  # noqa: PLC0415 - rare

        def offer() -> Offer:
            return Offer(
                action_context(host),
                host.actions,
                workspace.channels.records.values(),
                workspace.bundles.records.values(),
                sorted(host.app.available_themes),
                host.app.switcher.profile_names,
                NO_THEMES if "NO_COLOR" in os.environ else "",
            )

        def match(text: str) -> Sequence[Entry]:
            return offer().match(text)

        async def search(text: str) -> Sequence[Entry]:
            if (pattern := parse_app_pattern(text)) is not None:
                return list_app_entries(pattern, await self._list_apps())
            devices = await self._find_devices(workspace, text)
            if devices or match(text):
                return devices
            # Copied, for a page may come in while the thread reads them.
            channels = list(workspace.channels.records.values())
            bundles = list(workspace.bundles.records.values())
            near = replace(offer(), channels=channels, bundles=bundles).find_similar
            return await asyncio.to_thread(near, text)

        host.status.dismiss()
        earlier = host.app.memory.get_lines(PALETTE)
        host.overlays.palette_bar.open(
            match, search, text, earlier, choose=self.go, preview=self.preview
        )

    async def _list_apps(self) -> Sequence[tuple[str, str | None]]:
        """Return the apps of the key, read at the first need; none where the server has no list."""
        if self._apps is None:
            from capgo_tui.workspace.apps import list_apps  # noqa: PLC0415 - few switch

            try:
                self._apps = await list_apps(self._host.target)
            except (CapgoError, ValueError):
                return [(self._host.target.app_id, "this one; the others could not be listed")]
        return self._apps

    async def _find_devices(self, workspace: Workspace, text: str) -> Sequence[Entry]:
        """Search the loaded devices in a thread: there may be 100 000."""
        from capgo_tui.tui.palette import (  # noqa: PLC0415
            explain_entries,
            find_devices,
            parse_device_pattern,
        )

        pattern = parse_device_pattern(text)
        records = workspace.devices.records
        entries = await asyncio.to_thread(
            lambda: find_devices(pattern, list(records.values())) if pattern else []
        )
        return explain_entries(text, entries)

    def preview(self, entry: Entry | None) -> None:
        """Show the theme that an entry names; for any other entry the one in use."""
        from capgo_tui.tui.palette import UseTheme  # noqa: PLC0415 - there by now

        command = None if entry is None else entry.command
        self._stop_preview()
        if isinstance(command, UseTheme) and "NO_COLOR" not in os.environ:
            # Everything is drawn anew: not for each entry that is passed.
            show = partial(self._preview, command.name)
            self._preview_timer = self._host.table.set_timer(PREVIEW_SECONDS, show)
        elif self._theme:
            self._host.app.theme, self._theme = self._theme, ""

    def _preview(self, name: str) -> None:
        app = self._host.app
        self._theme = self._theme or app.theme
        app.theme = name

    def _stop_preview(self) -> None:
        if self._preview_timer is not None:
            self._preview_timer.stop()

    async def go(self, entry: Entry, typed: str) -> None:
        """Run the entry that was chosen for a text."""
        from capgo_tui.tui import palette  # noqa: PLC0415 - there by now

        if not isinstance(entry.command, palette.Begin):
            line = typed.strip() if " " in typed.strip() else entry.completion or entry.title
            self._host.app.remember_line(PALETTE, line.strip(), self._host.target.api_key)
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
                self.go_to(tab, key)
            case palette.Explain(device_id):
                self._explain(device_id)
            case palette.UseTheme(name):
                self._use_theme(name)
            case palette.ExportTo(form, name):
                self._export(form, name)
            case palette.OpenApp(app_id):
                self._host.app.switcher.open_app(app_id)
            case palette.OpenProfile(name):
                self._host.app.switcher.open_profile(name)
            case palette.Quit():
                self._host.app.leave()

    def _export(self, form: str, name: str) -> None:
        host = self._host
        action = next(each for each in host.actions if each.id == "list.export")
        if (reason := action.disabled_reason(action_context(host))) is not None:
            host.say(reason.message)
        else:
            self._lists.export(form, name)

    def go_to(self, tab: str, key: str) -> None:
        """Show a record of a list, without the filter where that hides it."""
        self._tabs.show(tab)
        if self._host.rows.view.index_of(key) is None:
            self._filters.narrow("")
        self._host.table.move_to_key(key)

    def _use_theme(self, name: str) -> None:
        if "NO_COLOR" in os.environ:
            self._host.say(f"{NO_THEMES}.")
            return
        app = self._host.app
        self._stop_preview()
        app.theme, self._theme = name, ""
        app.memory.theme = name
        app.save_memory()
        lasts = "" if app.theme_place is None else f"; {app.theme_place} names that of the next run"
        self._host.say(f"Theme {name}{lasts}.")

    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action(
            "palette", "colon,ctrl+p", "go",
            "Go to a list, a record or an action by its name: dev qa, ch beta, theme, export csv",
            open_palette, 290, EVERYWHERE, shown_key=":",
        ),
    )  # fmt: skip
