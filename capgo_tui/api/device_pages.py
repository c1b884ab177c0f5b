"""Choose a page size at which the server still tells overrides (contract §18.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from capgo_tui.api.requests import MAX_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from capgo_tui.api.models import Device

URL_ROOM: Final = 6000
"""Characters that the ids of one page may take in the server's look-up of their overrides."""
SEPARATOR: Final = 3
"""Characters between two ids in that look-up."""


class DevicePages:
    """The page size of one client's device lists, by the longest id seen so far.

    The server looks up the overrides of a page by one URL with every id. If a gateway refuses
    that URL, the page comes with status 200 and without any override.
    """

    def __init__(self) -> None:
        self._longest = 0

    @property
    def limit(self) -> int:
        """Most devices to ask for at once, at least 1."""
        return max(1, min(MAX_LIMIT, URL_ROOM // (self._longest + SEPARATOR)))

    def note(self, devices: Iterable[Device]) -> None:
        """Update the page size by the ids of a page."""
        ids = (quote(device.wire_id, safe="", errors="replace") for device in devices)
        self._longest = max(self._longest, max(map(len, ids), default=0))

    def tells_overrides(self, devices: Iterable[Device], rows: int) -> bool:
        """Return whether a page of so many rows has its overrides: it is small or has at least one.

        `rows` counts unreadable rows too, which are not in `devices`.
        """
        return rows <= self.limit or any(device.channel is not None for device in devices)
