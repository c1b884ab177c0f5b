"""Device ids in a pasted text, and the devices they mean, loaded or not."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Final

from capgo_tui.api.errors import CapgoError, ErrorKind
from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.short_ids import is_device_id
from capgo_tui.text import REPLACEMENT, clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from capgo_tui.api.models import Device
    from capgo_tui.workspace.session import Workspace

_HEADS: Final = frozenset({"device_id", "deviceid", "device id", "device", "id"})
_SEPARATORS: Final = re.compile(r"[\s,;|]+")
_QUOTES: Final = "\"'`()[]{}<>"
LONGEST: Final = 200
"""Most characters of an id."""
AT_ONCE: Final = 4
"""Most requests at a time while ids are looked up."""


@dataclass(frozen=True, slots=True)
class DeviceMatch:
    """An id of a list, and the device it means."""

    id: str
    """The wire id, in the server's spelling where that is known."""
    device: Device | None = None
    """None when it is not loaded, or unknown to the server."""
    trouble: str = ""
    """Why it does not mean exactly one device; empty when it does."""


@dataclass(frozen=True, slots=True)
class Ids:
    """The ids of a text, and its other words."""

    ids: Sequence[str] = ()
    """The ids in the order of the text, each once."""
    left_out: Sequence[str] = ()
    """Words on a line with a device id that are no id: prose, or other columns."""


def parse_ids(text: str) -> Ids:
    """Return the ids in a text.

    They may stand one a line or be separated by commas, semicolons and spaces. Of rows with
    more in them it is the column headed ``device_id``, else what looks like a device id.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    ids, left_out = _find_column(lines), list[str]()
    if ids is None:
        ids = []
        for line in lines:
            words = [_strip_bare(word) for word in _SEPARATORS.split(line)]
            device_ids = [word for word in words if is_device_id(word)]
            ids += device_ids or words
            left_out += [word for word in words if device_ids and word and word not in device_ids]
    return Ids(list(dict.fromkeys(each for each in ids if each)), left_out)


def _find_column(lines: Sequence[str]) -> list[str] | None:
    """Return the cells below a heading of device ids; None without such a heading."""
    if not lines:
        return None
    delimiter = next((each for each in "\t;," if each in lines[0]), ",")
    heads = [_strip_bare(cell).casefold() for cell in lines[0].split(delimiter)]
    at = next((index for index, head in enumerate(heads) if head in _HEADS), None)
    if at is None:
        return None
    import csv  # noqa: PLC0415 - for a table alone

    rows = csv.reader(lines[1:], delimiter=delimiter)
    return [_strip_bare(row[at]) for row in rows if at < len(row)]


def _strip_bare(word: str) -> str:
    return clean(word.strip().strip(_QUOTES).strip(), 10 * LONGEST)


class DeviceFinder:
    """Find the devices of ids, among the loaded ones and on the server."""

    @classmethod
    async def of(cls, workspace: Workspace) -> DeviceFinder:
        """Create a finder in a thread: there may be many devices."""
        return await asyncio.to_thread(cls, workspace, list(workspace.devices.records.values()))

    def __init__(self, workspace: Workspace, devices: Iterable[Device]) -> None:
        self._workspace = workspace
        self._by_id: dict[str, Device] = {}
        self._by_custom_id: dict[str, list[Device]] = {}
        for device in devices:
            self._by_id[device.wire_id.casefold()] = device
            if device.custom_id:
                self._by_custom_id.setdefault(device.custom_id.casefold(), []).append(device)

    @property
    def takes_unknown(self) -> bool:
        """Whether the server takes an override for a device it does not know."""
        return self._workspace.client.traits.links_unseen_devices

    def read_clock(self) -> datetime:
        """Return the time of the workspace."""
        return self._workspace.now()

    def find_among_loaded(self, ids: Sequence[str]) -> list[DeviceMatch]:
        """Match ids with the loaded devices, without any request.

        What is no device's id but the custom id of exactly one means that one.
        """
        matches = {match.id: match for match in map(self._match_loaded, ids)}
        return list(matches.values())

    def _match_loaded(self, text: str) -> DeviceMatch:
        device = self._by_id.get(text.casefold())
        if device is not None:
            return DeviceMatch(device.wire_id, device)
        namesakes = self._by_custom_id.get(text.casefold(), [])
        if len(namesakes) == 1:
            return DeviceMatch(namesakes[0].wire_id, namesakes[0])
        if namesakes:
            return DeviceMatch(text, trouble=f"the custom id of {len(namesakes)} devices")
        if REPLACEMENT in text or len(text) > LONGEST:
            return DeviceMatch(
                text, trouble="holds what cannot be shown, so it is not the id itself"
            )
        # Letters of any case mean the same device, except to the oldest servers (contract §12).
        lowers = self._workspace.client.traits.lowers_device_ids
        return DeviceMatch(text.lower() if lowers else text)

    async def ask_server(
        self, matches: Sequence[DeviceMatch], on_progress: Callable[[int], None]
    ) -> list[DeviceMatch]:
        """Look up the devices that are not loaded; `on_progress` gets the number of answers.

        Raises:
            CapgoError: the first failure but an unknown device; nothing more is asked then.

        """
        results = list(matches)
        missing = [at for at, one in enumerate(matches) if one.device is None and not one.trouble]
        turns = iter(missing)
        answer_count = 0

        async def ask() -> None:
            nonlocal answer_count
            for at in turns:
                results[at] = await self._look_up(results[at])
                answer_count += 1
                on_progress(answer_count)

        askers = [asyncio.ensure_future(ask()) for _ in range(min(AT_ONCE, len(missing)))]
        try:
            await asyncio.gather(*askers)
        finally:
            for asker in askers:
                asker.cancel()
        return results

    async def _look_up(self, match: DeviceMatch) -> DeviceMatch:
        try:
            device = await self._workspace.client.get_device(
                self._workspace.target.app_id, match.id
            )
        except CapgoError as error:
            if error.kind is not ErrorKind.NOT_FOUND:
                raise
            return match
        self._workspace.devices.put(device)
        return DeviceMatch(device.wire_id, device)
