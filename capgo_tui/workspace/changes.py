"""A change: what is about to be written, fixed when the key was pressed.

It names itself, knows its target by id and its before → after, sends exactly one request and
then reads back what the server made of it. It is never sent twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from capgo_tui.api.errors import CapgoError

if TYPE_CHECKING:
    from capgo_tui.api.models import Device
    from capgo_tui.workspace.session import Workspace


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
    """It may have been carried out or not, and the server could not be read back."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a change: its fate, what is true now, and the error on the way, if any."""

    fate: Fate
    found: str | None = None
    """The override that was read back; None for no override, or where nothing was read."""
    error: CapgoError | None = None


def _shorten(name: str, most: int) -> str:
    """A name of at most `most` characters that keeps both its ends."""
    if len(name) <= most:
        return name
    head = most // 2
    return f"{name[:head]}…{name[head + 1 - most :]}"


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
        """The change as it is asked before it is sent, in `width` characters if it can be."""
        return f"Override {self.summary(width - 10)}?"

    def summary(self, width: int) -> str:
        """The change in one line: on a narrow one the names are shortened, none is cut away."""
        unset = "none" if self.told else "unknown"
        names = (self.label, self.before or unset, self.after or "none")
        summary = ""
        for most in (48, 36, 24, 18, 13, 9):
            label, before, after = (_shorten(name, most) for name in names)
            summary = f"{label}: {before} → {after}"
            if len(summary) <= width:
                break
        return summary

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
        return await self._read_back(workspace, refusal)

    async def _read_back(self, workspace: Workspace, refusal: CapgoError | None) -> Outcome:
        try:
            device = await workspace.look_up_device(self.device_id)
        except CapgoError as error:
            return Outcome(Fate.UNKNOWN if refusal else Fate.UNVERIFIED, None, refusal or error)
        if device is None:
            # A device the server has not seen takes an override, yet can not be read (§7.2).
            return Outcome(Fate.UNKNOWN if refusal else Fate.UNVERIFIED, None, refusal)
        if device.channel is None and not self.told:
            return Outcome(Fate.UNKNOWN if refusal else Fate.UNVERIFIED, None, refusal)
        if device.channel == self.after:
            return Outcome(Fate.VERIFIED, device.channel)
        return Outcome(Fate.FAILED if refusal else Fate.DIFFERENT, device.channel, refusal)
