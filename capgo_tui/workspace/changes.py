"""A change: what is about to be written, fixed when the key was pressed.

It names itself, knows its target by id and its before → after, sends exactly one request and
then reads back what the server made of it. It is never sent twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from capgo_tui.api.errors import CapgoError
from capgo_tui.text import cell_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.api.models import Device
    from capgo_tui.workspace.session import Workspace


ROOMY = 46
"""Cells from which on a question has room for its verb, however long its names."""
LEAST = 6
"""Cells a name is never shortened below."""


class Fate(Enum):
    """What became of a change."""

    VERIFIED = "verified"
    """Read back, and as it was meant."""
    DIFFERENT = "different"
    """Accepted, but what was read back is not what was meant."""
    UNVERIFIED = "unverified"
    """Accepted, but the server could not be read back."""
    FAILED = "failed"
    """Refused: nothing has changed."""
    UNKNOWN = "unknown"
    """It may have been carried out, may still be, or not: its answer was lost."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a change: its fate, what is true now, and the error on the way, if any."""

    fate: Fate
    found: str | None = None
    """The override that was read back; None for no override, or where nothing was read."""
    error: CapgoError | None = None
    bug: Exception | None = None
    """What went wrong on this side after the request had been sent."""
    seen: bool = True
    """Whether `found` was read from the server."""


def _shorten(name: str, most: int, mark: int = 0) -> str:
    """A name of at most `most` cells that keeps both its ends, and what stands at `mark`."""
    if cell_width(name) <= most:
        return name
    head, tail = len(name) // 2, len(name) // 2 + len(name) % 2
    while cell_width(name[:head]) + 1 + cell_width(name[len(name) - tail :]) > most:
        if head > tail:
            head -= 1
        else:
            tail -= 1
    end = len(name) - tail
    if not head <= mark < end:
        return f"{name[:head]}…{name[end:]}"
    head, end, stop = head // 2, len(name) - tail // 2, mark + 1
    while stop < end and cell_width(name[:head] + name[mark : stop + 1] + name[end:]) + 2 <= most:
        stop += 1
    return f"{name[:head]}…{name[mark:stop]}{'…' if stop < end else ''}{name[end:]}"


def _mark(one: str, other: str) -> int:
    """Where two names begin to differ, for what of them may be left out in between."""
    return next(
        (at for at, (mine, its) in enumerate(zip(one, other, strict=False)) if mine != its),
        min(len(one), len(other)),
    )


def _fit(names: Sequence[str], room: int) -> list[int]:
    """How many cells each name may take so that all fit `room`: the longest give way first."""
    limits = [cell_width(name) for name in names]
    while sum(limits) > room and max(limits) > LEAST:
        # The device's name comes first, and so gives way before the channels.
        limits[limits.index(max(limits))] -= 1
    return limits


@dataclass(frozen=True, slots=True)
class OverrideChange:
    """Force one device to a channel, or with `after` None clear its override (contract §7)."""

    app_id: str
    device_id: str
    """The device's exact id."""
    label: str
    """What the operator calls the device: its custom id, else its id."""
    before: str | None
    """The override it had, as it is shown; None for none."""
    after: str | None
    """The override it shall have, as it is shown; None for none."""
    channel: str | None
    """The exact name of the channel `after` shows."""
    told: bool = True
    """Whether this server names overrides: else `before` is unknown, and so is the outcome."""

    @property
    def name(self) -> str:
        """`label`, short enough to stand in a sentence."""
        return _shorten(self.label, 24)

    def question(self, width: int) -> str:
        """The change as it is asked before it is sent, in `width` cells if it can be."""
        verb = "Override "
        if width < ROOMY and cell_width(self.summary(ROOMY * 100)) > width - len(verb) - 1:
            verb = ""
        return f"{verb}{self.summary(width - len(verb) - 1)}?"

    def summary(self, width: int) -> str:
        """The change in one line: on a narrow one the names are shortened, none is cut away."""
        unset = "none" if self.told else "unknown"
        names = (self.label, self.before or unset, self.after or "none")
        limits = _fit(names, width - len(":  → "))
        mark = _mark(names[1], names[2])
        label = _shorten(names[0], limits[0])
        before, after = (
            _shorten(name, limit, mark) for name, limit in zip(names[1:], limits[1:], strict=True)
        )
        return f"{label}: {before} → {after}"

    def outdated_by(self, device: Device) -> bool:
        """Whether the device has since come to differ from what the question says."""
        return device.channel != self.before

    async def run(self, workspace: Workspace) -> Outcome:
        """Send it once, then re-read the device; never raises `CapgoError`."""
        workspace.writing.add(self.device_id)
        workspace.devices.touch(self.device_id)
        try:
            return await self._send_and_verify(workspace)
        finally:
            workspace.writing.discard(self.device_id)
            workspace.devices.touch(self.device_id)

    async def _send_and_verify(self, workspace: Workspace) -> Outcome:
        refusal: CapgoError | None = None
        try:
            if self.channel is None:
                await workspace.client.unlink_device(self.app_id, self.device_id)
            else:
                await workspace.client.link_device(self.app_id, self.device_id, self.channel)
        except CapgoError as error:
            if not error.maybe_sent:
                return Outcome(Fate.FAILED, self.before, error)
            refusal = error
        try:
            return await self._read_back(workspace, refusal)
        except Exception as bug:  # noqa: BLE001 - the request is out: what it did must be told
            return Outcome(Fate.UNKNOWN, bug=bug, seen=False)

    async def _read_back(self, workspace: Workspace, refusal: CapgoError | None) -> Outcome:
        try:
            device = await workspace.look_up_device(self.device_id)
        except CapgoError as error:
            return self._unseen(refusal or error, lost=refusal is not None)
        if device is None or (device.channel is None and not self.told):
            # A device the server has not seen takes an override, yet cannot be read (§7.2).
            return self._unseen(refusal, lost=refusal is not None)
        if device.channel == self.after:
            return Outcome(Fate.VERIFIED, device.channel)
        # A request whose answer was lost may still be carried out: not seen yet is not failed.
        return Outcome(Fate.UNKNOWN if refusal else Fate.DIFFERENT, device.channel, refusal)

    def _unseen(self, error: CapgoError | None, *, lost: bool) -> Outcome:
        return Outcome(Fate.UNKNOWN if lost else Fate.UNVERIFIED, None, error, seen=False)
