"""The search for a device by its id or its custom id.

A custom id is whatever a phone says of itself, and several may say the same. The server is
asked for the id first; then for the custom id, which not every server can look up (contract
§18.7). Where it cannot, the list of those that have one can be read until it is met.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from capgo_tui.api.errors import InvalidArgument, UnsupportedByRevision
from capgo_tui.api.records import get_row_text, list_raw_rows
from capgo_tui.api.requests import strip_blanks
from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.workspace.changes.names import shorten
from capgo_tui.workspace.numbers import group_digits

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from capgo_tui.api.models import Device
    from capgo_tui.workspace.session import Workspace

NAME_WIDTH: Final = 16
"""Most cells of a name in a message of 80 cells."""
MOST_READ: Final = 10_000
"""Most devices that are read to find a custom id: 67 requests, less than a minute."""


@dataclass(frozen=True, slots=True)
class Search:
    """The result of a search for a device."""

    devices: Sequence[Device] = ()
    """More than one where several share a custom id."""
    by_custom_id: bool = False
    """Whether the custom id was searched for."""
    why_not: str = ""
    """Why it was not searched for."""
    read: int | None = None
    """The number of devices that were read; None for none."""
    of_all: bool = False
    """Whether all devices were read; else only those with a custom id."""
    more: bool = False
    """Whether there may be more devices of that custom id: not all were read."""

    @property
    def nothing(self) -> str:
        """The end of «no device has …» where none was found."""
        if not self.by_custom_id:
            return f"that id{', and ' * bool(self.why_not)}{self.why_not}"
        if self.read is None:
            return "that id or custom id"
        read = self._count_text(self.read)
        if self.more:
            return f"that id, nor have the first {read} that one: no more were read"
        return f"that id, nor has any of the {read} that one"

    def _count_text(self, count: int) -> str:
        if self.of_all:
            return f"{group_digits(count)} devices"
        return f"{group_digits(count)} with a custom id"

    @property
    def doubt(self) -> str:
        """What is uncertain about the devices; empty where nothing is."""
        if len(self.devices) > 1:
            return f"{len(self.devices)}{' or more' * self.more} devices have that custom id"
        if self.devices and self.more:
            among = (
                f"{group_digits(self.read or 0)} devices{' with a custom id' * (not self.of_all)}"
            )
            return f"met among the first {among}; others may have the same"
        return ""


def describe_not_found(text: str, search: Search, *, is_id: bool) -> str:
    """Say that nothing was found, in one line of a screen.

    `text` is clean, and `is_id` says whether it was looked for as an id as well.
    """
    name = shorten(text, NAME_WIDTH)
    if not search.by_custom_id:
        why = search.why_not
        if not is_id:
            return f"✗ {why[:1].upper()}{why[1:]}."
        return f"✗ No device has the id {name}{' · ' * bool(why)}{why}"
    if search.read is None:
        return f"✗ No device has the {'id or ' * is_id}custom id {name}."
    rest = " · more were not read" * search.more
    count = group_digits(search.read)
    return f"✗ No device has the id {name} · nor is it among {count} custom ids{rest}"


async def find_device(
    workspace: Workspace, text: str, *, walks: Callable[[int], None] | None = None
) -> Search:
    """Find the device of an id, else those of a custom id, and add them to the list.

    Args:
        workspace: the app.
        text: the id or the custom id, letter by letter.
        walks: told how many were read so far, where the list may be read for it; else None.

    Raises:
        CapgoError: for every failure other than an unknown device.

    """
    device = await workspace.look_up_device(text)
    return Search((device,)) if device is not None else await find_custom_id(workspace, text, walks)


async def find_custom_id(
    workspace: Workspace, text: str, walks: Callable[[int], None] | None = None
) -> Search:
    """Find the devices of exactly one custom id, and add them to the list."""
    return (await find_custom_ids(workspace, [text], walks))[text]


async def find_custom_ids(
    workspace: Workspace, texts: Sequence[str], walks: Callable[[int], None] | None = None
) -> dict[str, Search]:
    """Find the devices of each of some custom ids, and add them to the list.

    Where the server cannot look them up its list is read once for all of them.
    """
    searches: dict[str, Search] = {}
    for text in texts:
        try:
            reply = await workspace.client.find_devices_by_custom_id(workspace.target.app_id, text)
        except (UnsupportedByRevision, InvalidArgument) as error:
            searches[text] = Search(why_not=str(error))
        else:
            searches[text] = Search(reply.devices, by_custom_id=True, more=reply.more)
    missing = [text for text, search in searches.items() if search.why_not]
    if missing and walks is not None:
        searches |= await _walk(workspace, missing, walks) or {}
    for search in searches.values():
        for device in search.devices:
            workspace.devices.put(device)
    return searches


async def _walk(
    workspace: Workspace, texts: Sequence[str], walks: Callable[[int], None]
) -> dict[str, Search] | None:
    """Read the devices with a custom id, up to the page that has the last of these.

    All devices where the server cannot list just those; None where it tells no custom id.
    """
    matches: dict[str, list[Device]] = {text: [] for text in texts}
    spellings = {strip_blanks(text): text for text in texts} | {text: text for text in texts}
    read_counts, of_all = dict[str, tuple[int, bool]](), False
    pager = workspace.client.list_devices(workspace.target.app_id, only_custom_id=True)
    while not pager.at_end and pager.record_count < MOST_READ and len(read_counts) < len(texts):
        try:
            rows = (await pager.read_next_page()).rows
        except UnsupportedByRevision:
            if of_all or not workspace.client.traits.tells_custom_ids:
                return None
            pager, of_all = workspace.client.list_devices(workspace.target.app_id), True
            continue
        for row, raw in zip(rows, list_raw_rows(rows), strict=True):
            if (text := spellings.get(get_row_text(raw, "custom_id") or "")) is not None:
                matches[text].append(row)
        for text in texts:
            if matches[text]:
                read_counts.setdefault(text, (pager.record_count, not pager.at_end))
        if len(read_counts) < len(texts):
            walks(pager.record_count)
    rest = (pager.record_count, not pager.at_end)
    return {
        text: Search(devices, True, read=read, of_all=of_all, more=more)
        for text, devices in matches.items()
        for read, more in [read_counts.get(text, rest)]
    }
