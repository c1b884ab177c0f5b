"""Which custom ids more than one device of a list has: any phone can give itself any of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from capgo_tui.workspace.collection import Appended, Updated

if TYPE_CHECKING:
    from capgo_tui.api.models import Device
    from capgo_tui.workspace.collection import Collection, Event

SEVERAL: Final = ""
"""Stands for the device of a custom id that more than one has."""


class CustomIdOwners:
    """Whose each custom id is, kept as rows come, so that no question has to go through all.

    A custom id that was several devices' once is taken for theirs from then on: to be asked for
    the end of an id where a name would do is no harm.
    """

    def __init__(self, devices: Collection[Device]) -> None:
        self._devices = devices
        self._owners: dict[str, str] = {}
        devices.listen(self._note)

    def is_shared(self, custom_id: str) -> bool:
        """Return whether more than one loaded device has, or had, that custom id."""
        return self._owners.get(custom_id.strip()) == SEVERAL

    def _note(self, event: Event) -> None:
        if not isinstance(event, Appended | Updated):
            return
        records, owners = self._devices.records, self._owners
        for key in event.keys:
            device = records.get(key)
            if device is None or not device.custom_id:
                continue
            owner = owners.setdefault(device.custom_id.strip(), key)
            if owner != key:
                owners[device.custom_id.strip()] = SEVERAL
