"""Find devices by their custom id, if the server can (contract §18.7).

A server that does not know the parameter ignores it and sends the whole list, so a reply is
trusted only if each of its rows has that custom id.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from capgo_tui.api import requests
from capgo_tui.api.errors import UnsupportedByRevision
from capgo_tui.api.paging import Pager, Position
from capgo_tui.api.records import get_row_text, list_raw_rows
from capgo_tui.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from capgo_tui.api.caller import Caller
    from capgo_tui.api.listing import Listing
    from capgo_tui.api.models import Device

    ReadPage = Callable[
        [Callable[..., requests.Request], int, Position], Awaitable[Listing[Device]]
    ]

PAGE_LIMIT: Final = 50
MAX_DEVICES: Final = 200
"""Most devices read for one custom id: any phone can choose any custom id."""


@dataclass(frozen=True, slots=True)
class CustomIdMatches:
    """The devices that have one custom id."""

    devices: Sequence[Device]
    more: bool = False
    """Whether there are more devices, which were not read."""


class CustomIds:
    """The look-up of one client; it remembers whether the server ignores the parameter."""

    def __init__(self, caller: Caller, read_page: ReadPage) -> None:
        """Initialise with the function that reads pages of all device lists."""
        self._caller = caller
        self._read_page = read_page
        self._is_ignored = False

    async def find(self, app_id: str, custom_id: str) -> CustomIdMatches:
        """Find the devices of exactly that custom id, as `find_devices_by_custom_id`."""
        build = partial(requests.find_devices, app_id=app_id, custom_id=custom_id)
        wire_id = dict(build(self._caller.traits, limit=PAGE_LIMIT).query)["custom_id"]
        if self._is_ignored:
            raise UnsupportedByRevision(requests.NO_CUSTOM_IDS)

        async def fetch(position: Position) -> Listing[Device]:
            listing = await self._read_page(build, PAGE_LIMIT, Position(cursor=position.cursor))
            raws = list_raw_rows(listing.rows)
            if listing.extra_unreadable or any(
                get_row_text(raw, "custom_id") != wire_id for raw in raws
            ):
                self._is_ignored = True
                raise UnsupportedByRevision(requests.NO_CUSTOM_IDS)
            return listing

        devices: list[Device] = []
        pager = Pager(fetch)
        while not pager.at_end and len(devices) < MAX_DEVICES:
            devices += (await pager.read_next_page()).rows
        return CustomIdMatches(devices, more=not pager.at_end)
