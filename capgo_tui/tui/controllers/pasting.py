"""A text pasted onto a list: it is gone to, or taken for ids, by what it is."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Final

from capgo_tui.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from capgo_tui.api.models import Bundle, Channel
    from capgo_tui.tui.controllers.device_actions import DeviceActions
    from capgo_tui.tui.controllers.palette import PaletteController
    from capgo_tui.tui.controllers.tabs import TabController
    from capgo_tui.tui.host import Host

_DEVICE_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_LONGEST_SHOWN: Final = 40


class PasteController:
    """The controller of pastes onto a list."""

    def __init__(
        self, host: Host, tabs: TabController, devices: DeviceActions, palette: PaletteController
    ) -> None:
        self._host = host
        self._tabs = tabs
        self._devices = devices
        self._palette = palette

    async def paste(self, text: str) -> None:
        """Go to the channel or bundle of that name; open the form for ids with anything else.

        On a tab of no devices that is only done for what looks like the id of one.
        """
        host, workspace = self._host, self._host.workspace
        if workspace is None or not text.strip():
            return
        name = clean(text.strip())
        lists: dict[str, list[Channel] | list[Bundle]] = {
            "channels": list(workspace.channels.records.values()),
            "bundles": list(workspace.bundles.records.values()),
        }
        for tab, records in lists.items():
            key = await asyncio.to_thread(_find_key, name, records)
            if key is not None:
                self._palette.go_to(tab, key)
                return
        if host.tab == "devices" or all(_DEVICE_ID.fullmatch(word) for word in text.split()):
            self._tabs.show("devices")
            await self._devices.ask_for_ids(text)
        else:
            shown = name if len(name) <= _LONGEST_SHOWN else f"{name[:_LONGEST_SHOWN]}…"
            host.say(f"No channel, bundle or device here is called «{shown}».")


def _find_key(name: str, records: Iterable[Channel | Bundle]) -> str | None:
    """Return the row key of the record of a name; None when there is none."""
    return next((str(each.id) for each in records if each.name == name), None)
