"""Looking up a device that is not loaded, by its id or custom id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.text import clean
from capgo_tui.tui import words
from capgo_tui.tui.words import describe_stop
from capgo_tui.workspace.custom_ids import describe_not_found, find_custom_id, find_device
from capgo_tui.workspace.numbers import group_digits
from capgo_tui.workspace.query import make_custom_id_filter

if TYPE_CHECKING:
    from collections.abc import Callable

    from capgo_tui.tui.host import Host
    from capgo_tui.workspace.custom_ids import Search
    from capgo_tui.workspace.query import Query
    from capgo_tui.workspace.session import Workspace


class DeviceSearch:
    """Asks the server for a device and moves the cursor to it."""

    def __init__(
        self, host: Host, workspace: Workspace, refine: Callable[[str, str], None]
    ) -> None:
        self._refine = refine
        """Replaces a filter by a better one."""
        self._host = host
        self._workspace = workspace

    async def seek_filtered(self, query: Query) -> None:
        """Look up the device that a filter without matches names, without reading the list."""
        text = query.text if query.looks_like_id else query.custom_id
        if text is None:
            return
        self._say_asking(text)
        if query.looks_like_id and len(text) >= words.LENGTH_OF_ID:
            device = await self._workspace.look_up_device(text)
            self._show(text, None if device is None else device.wire_id)
            return
        if query.looks_like_id:
            search = await find_device(self._workspace, text)
        else:
            search = await find_custom_id(self._workspace, text)
        self._show_search(text, search, is_id=query.looks_like_id)

    async def seek(self, text: str) -> None:
        """Look up the device to open with, reading the list for its custom id if necessary."""
        self._say_asking(text)
        search = await find_device(self._workspace, text, walks=self._say_read)
        if search.devices and search.by_custom_id:
            self._refine(clean(text), make_custom_id_filter(clean(text)))
        self._show_search(text, search, is_id=True)

    def _show_search(self, text: str, search: Search, *, is_id: bool) -> None:
        if not search.devices:
            self._host.say(describe_not_found(clean(text), search, is_id=is_id))
            return
        self._show(text, search.devices[0].wire_id)
        if search.doubt:
            self._host.say(f"! {clean(text)}: {search.doubt}")

    def _show(self, text: str, key: str | None) -> None:
        if key is None:
            self._host.say(words.describe_unknown_device(clean(text)))
            return
        self._host.status.dismiss()
        self._host.table.move_to_key(key)

    def _say_asking(self, text: str) -> None:
        self._host.say(f"Asking the server for device {clean(text)}…")

    def _say_read(self, count: int) -> None:
        read = group_digits(count)
        self._host.say(f"Looking for that custom id: {read} devices read · {describe_stop()}")
