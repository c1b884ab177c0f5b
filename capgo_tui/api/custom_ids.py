"""Finds devices by their custom id, where the server can (contract §18.7).

No reply tells whether the server knows the parameter: one that does not ignores it and answers
with the whole list. So a reply is believed only if each of its rows has that custom id.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from capgo_tui.api import requests
from capgo_tui.api.errors import CapgoError, UnsupportedByRevision
from capgo_tui.api.models import Device
from capgo_tui.api.paging import Pager, Position
from capgo_tui.api.records import raw_rows, row_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.api.caller import Caller
    from capgo_tui.api.listing import Listing

PAGE: Final = 50
MOST: Final = 200
"""So many devices of one custom id are read: any phone can choose any."""


@dataclass(frozen=True, slots=True)
class Namesakes:
    """The devices of one custom id."""

    devices: Sequence[Device]
    more: bool = False
    """Whether there are more of them, which were not read."""


class CustomIds:
    """The look-up of one client, which remembers a server that cannot do it."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._is_ignored = False

    async def find(self, app_id: str, custom_id: str) -> Namesakes:
        """Find the devices of exactly that custom id, as `CapgoClient.devices_of_custom_id`."""
        first = self._request(app_id, custom_id, None)
        wanted = dict(first.query)["custom_id"]
        if self._is_ignored:
            raise UnsupportedByRevision(requests.NO_CUSTOM_IDS)

        async def fetch(position: Position) -> Listing[Device]:
            request = self._request(app_id, custom_id, position.cursor)
            listing = await self._caller.list(Device, request)
            if any(row_text(raw, "custom_id") != wanted for raw in raw_rows(listing.rows)):
                self._is_ignored = True
                raise UnsupportedByRevision(requests.NO_CUSTOM_IDS)
            return listing

        pager, found = Pager(fetch), list[Device]()
        try:
            while not pager.ended and len(found) < MOST:
                found += (await pager.next_page()).rows
        except CapgoError as error:
            # Where there is no device at all the server finds no list either (§18.7).
            if error.code != "devices_not_found":
                raise
            return Namesakes(found)
        return Namesakes(found, more=not pager.ended)

    def _request(self, app_id: str, custom_id: str, cursor: str | None) -> requests.Request:
        traits = self._caller.traits
        return requests.find_devices(traits, app_id, custom_id, limit=PAGE, cursor=cursor)
