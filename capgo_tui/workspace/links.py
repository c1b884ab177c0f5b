"""The devices that are forced to a channel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from capgo_tui.api.errors import CapgoError
from capgo_tui.short_ids import find_id_end, shorten_id
from capgo_tui.workspace.ages import format_clock_time
from capgo_tui.workspace.remark import Remark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.api.models import Channel, Device
    from capgo_tui.api.paging import Bookmark
    from capgo_tui.workspace.session import Workspace

MOST_NAMES: Final = 5
"""Most overridden devices that are named."""
REREAD: Final = 20
"""Most requests that read them again."""


def list_overridden_devices(workspace: Workspace, channel: Channel) -> list[Device]:
    """Return the loaded devices that are forced to a channel.

    One pass over what is loaded, 7 ms for 100 000 devices: cheaper than keeping an index of
    them through every page and refresh for a question that is asked now and then.
    """
    name = channel.name
    return [each for each in workspace.devices.records.values() if each.channel == name]


def override_lines(workspace: Workspace, overridden: Sequence[Device]) -> list[str]:
    """Say which devices lose their override with a channel, and how far that is known."""
    devices = workspace.devices
    if not workspace.tells_overrides:
        return ["devices forced to it lose that; this server does not report which"]
    if devices.as_of is None:
        return ["devices forced to it lose that; none is loaded, so which is not known"]
    whole = devices.at_end and not devices.incomplete
    scope = f"{len(devices)} {'' if whole else 'loaded '}devices"
    scope = f"{scope}, as of {format_clock_time(devices.as_of)}"
    if not overridden:
        none = f"none of {scope}, is forced to it"
        lines: list[str] = [Remark(none)]
    else:
        names = [_name_with_id(device) for device in overridden[:MOST_NAMES]]
        if len(overridden) > MOST_NAMES:
            names.append(f"{len(overridden) - MOST_NAMES} more")
        lose = "loses its" if len(overridden) == 1 else "lose their"
        lines = [f"{len(overridden)} of {scope}, {lose} override: {', '.join(names)}"]
    unknown = sum(not device.is_override_known for device in devices.records.values())
    if unknown:
        lines.append(f"of {unknown} loaded devices the server did not report the override")
    return lines if whole else [*lines, "not all devices are loaded: there may be more of them"]


def _name_with_id(device: Device) -> str:
    """Return the custom id and the end of the id: any device can call itself anything."""
    if not device.custom_id:
        return shorten_id(device.device_id)
    return f"{device.custom_id} {find_id_end(device.device_id)}"


async def reread_devices(workspace: Workspace, keys: Sequence[str]) -> int:
    """Read devices again that lost their override; return how many were not read.

    Those of one page come with one request. Many requests, or those after a failure, wait for
    the next refresh of the list.
    """
    devices = workspace.devices
    by_page: dict[Bookmark[Device] | None, list[str]] = {}
    for key in keys:
        by_page.setdefault(devices.find_page(key), []).append(key)
    pages = {
        page: page_keys
        for page, page_keys in by_page.items()
        if page is not None and len(page_keys) > 1
    }
    left = set(keys)
    if len(pages) + len(keys) - sum(map(len, pages.values())) > REREAD:
        return len(left)
    try:
        for page, page_keys in pages.items():
            read = await devices.reread_page(page)
            left.difference_update({each.wire_id for each in read.rows}.intersection(page_keys))
        for key in [key for key in keys if key in left]:
            await workspace.look_up_device(key)
            left.discard(key)
    except CapgoError:
        pass
    return len(left)
