"""The record that the app was started on: it is looked for once its list is read."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from capgo_tui.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from capgo_tui.api.models import Bundle, Channel
    from capgo_tui.tui.controllers.filter import FilterController
    from capgo_tui.tui.controllers.palette import PaletteController
    from capgo_tui.tui.controllers.tabs import TabController
    from capgo_tui.tui.host import Host
    from capgo_tui.tui.launch import StartRecord
    from capgo_tui.workspace.session import Workspace

_LISTS: Final = ("channels", "bundles")
_LENGTH_OF_ID: Final = 36


class OpeningController:
    """The controller of the record that was requested at the start."""

    def __init__(
        self, host: Host, tabs: TabController, filters: FilterController, palette: PaletteController
    ) -> None:
        self._host = host
        self._tabs = tabs
        self._filters = filters
        self._palette = palette

    def open_on(self, record: StartRecord, workspace: Workspace) -> None:
        """Show a record, reading its list as far as necessary."""
        self._host.background.read(self._seek(record, workspace), f"look for {clean(record.name)}")

    async def _seek(self, record: StartRecord, workspace: Workspace) -> None:
        name = clean(record.name)
        lists = [record.list_name] if record.list_name else _LISTS
        if record.list_name or len(record.name) != _LENGTH_OF_ID:
            for each in lists:
                self._host.say(f"Looking for {name} among the {each}…")
                collection = workspace.collections[each]
                await collection.load_all()
                key = await asyncio.to_thread(_find_key, record.name, collection.records.values())
                if key is not None:
                    self._host.status.dismiss()
                    self._palette.go_to(each, key)
                    return
                if collection.error is not None:
                    self._host.say(f"✗ {name} was not found: {collection.error.message}")
                    return
        if record.list_name:
            self._host.say(f"No {record.list_name.removesuffix('s')} here is called «{name}».")
            return
        self._tabs.show("devices")
        self._filters.open_on(record.name, workspace)


def _find_key(name: str, records: Iterable[Channel | Bundle]) -> str | None:
    """Return the row key of the record of a name; None when there is none."""
    return next((str(each.id) for each in [*records] if each.wire_id == name), None)
