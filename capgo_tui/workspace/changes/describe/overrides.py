"""Descriptions of overrides: a device has its custom id and the end of its device id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from capgo_tui.short_ids import shorten_id
from capgo_tui.text import REPLACEMENT, clean
from capgo_tui.workspace.changes.describe.description import LONGEST_TYPED, Description, Effect
from capgo_tui.workspace.changes.overrides import OverrideChange
from capgo_tui.workspace.namesakes import is_shared

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.workspace.session import Workspace

ENOUGH_OF_AN_ID: Final = 8
"""The fewest characters that distinguish the end of an id."""
CLEAR: Final = "Clear the override of"
"""The verb where none is to be left."""


class OverrideDescription(Description[OverrideChange]):
    """An override as clean text."""

    @property
    def verb(self) -> str:
        """The beginning of a question, which says whether the override is set or taken away."""
        is_cleared = (self.change.after or {}).get("channel") is None
        return CLEAR if is_cleared else super().verb

    @property
    def identity(self) -> str:
        """The short device id, beside a custom id that any device can choose."""
        device_id = clean(self.change.wire_id)
        return "" if self.change.label == device_id else shorten_id(device_id)

    @property
    def full_name(self) -> str:
        """The shortened custom id with the short device id."""
        return f"{self.name} · {self.identity}" if self.identity else self.change.label

    @property
    def list_name(self) -> str:
        """The full name with all ids in their short form."""
        return self.full_name if self.identity else shorten_id(self.change.label)

    @property
    def confirmation(self) -> str:
        """The custom id, or without one the end of the device id."""
        name = super().confirmation
        return self._end_of_id if name == self.change.wire_id else name

    def find_confirmation_among(self, workspace: Workspace) -> str:
        """Return the end of the device id where another loaded device has the same custom id."""
        devices = workspace.devices.records.values()
        is_ambiguous = bool(self.identity) and is_shared(self.change.label, devices)
        return self._end_of_id if is_ambiguous else self.confirmation

    @property
    def _end_of_id(self) -> str:
        """The last part of the device id, or the noun if it cannot be typed."""
        whole = clean(self.change.wire_id).strip()
        end = whole.rpartition("-")[2]
        if len(end) < ENOUGH_OF_AN_ID:
            end = whole if len(whole) <= LONGEST_TYPED else whole[-ENOUGH_OF_AN_ID:]
        return end if end and REPLACEMENT not in end else self.change.noun

    def list_effects(self) -> Sequence[Effect]:
        """Return channel and bundle as one effect: ``beta with 2.4.0``."""
        bundle = (self.change.after or {}).get("bundle")
        effects = [each for each in super().list_effects() if each.field != "bundle"]
        if bundle is None or not effects:
            return effects
        with_bundle = f"{effects[0].after} with {self.label_value('bundle', bundle)}"
        return [Effect(effects[0].field, effects[0].before, with_bundle)]

    def label_field(self, field: str) -> str:
        """Return ``override`` for the channel."""
        return "override" if field == "channel" else field
