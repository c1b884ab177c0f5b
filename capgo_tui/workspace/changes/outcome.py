"""Outcomes of changes."""

from __future__ import annotations

from dataclasses import field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.workspace.failures import find_next_step
from capgo_tui.workspace.next_step import NextStep

if TYPE_CHECKING:
    from datetime import datetime

    from capgo_tui.api.errors import CapgoError, Refusal
    from capgo_tui.workspace.changes.states import State


NAME_TAKEN: Final = "the name seems to be taken: a deleted bundle keeps its own for 90 days"


class OutcomeState(StrEnum):
    """The state of an outcome; the journal stores these values."""

    VERIFIED = "verified"
    """Read back, and as intended."""
    DIFFERENT = "different"
    """Accepted, but what was read back is not as intended."""
    UNVERIFIED = "unverified"
    """Accepted, but the server could not be read back, or does not tell."""
    FAILED = "failed"
    """Refused: nothing has changed."""
    UNKNOWN = "unknown"
    """The reply was lost: it may have been carried out, may still be, or not."""

    @property
    def is_accepted(self) -> bool:
        """Whether the server is known to have accepted it."""
        return self in (OutcomeState.VERIFIED, OutcomeState.DIFFERENT, OutcomeState.UNVERIFIED)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a change: its state, what was read back, and the error, if any."""

    state: OutcomeState
    readback: State | None = None
    """The fields read back; None where there is no such record or nothing was read.

    The journal stores it: fields known only from before are never in it.
    """
    error: CapgoError | None = None
    refusal: Refusal | None = None
    """Why this program sent nothing."""
    bug: Exception | None = None
    """An exception of this program that was no refusal."""
    is_read_back: bool = True
    """Whether the target was read back with the fields that the change sets."""
    dropped_fields: State = field(default_factory=dict)
    """The invariants that the server dropped, as they were before (contract §11.5)."""
    side_effects: State = field(default_factory=dict)
    """Other fields that the server changed, as they are now."""
    is_journalled: bool = True
    """Whether it is in the journal; if not, the journal will call the change unknown."""
    at: datetime | None = field(default=None, compare=False)
    """When it became known."""
    entry: int | None = field(default=None, compare=False)
    """The number of its journal entry; None where nothing was sent."""

    @property
    def reason(self) -> str:
        """An explanation of `error` beyond the server's words; empty if there is none."""
        return NAME_TAKEN if self.error is not None and self.error.is_name_taken else ""

    @property
    def error_text(self) -> str | None:
        """The full error text for the journal; None without an error."""
        cause = self.error or self.refusal
        if cause is None:
            return None
        return f"{cause} · {self.reason}" if self.reason else str(cause)

    @property
    def next_step(self) -> NextStep | None:
        """What the operator can do next; None where there is nothing to do."""
        if self.state is OutcomeState.UNKNOWN:
            return NextStep.REFRESH
        is_about_error = self.state in (OutcomeState.FAILED, OutcomeState.UNVERIFIED)
        return find_next_step(self.error) if is_about_error else None

    def with_time(self, time: datetime) -> Outcome:
        """Return it with the time at which it became known."""
        return replace(self, at=time)
