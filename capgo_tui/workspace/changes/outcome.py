"""What became of a change."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from capgo_tui.workspace.failures import next_step_after
from capgo_tui.workspace.next_step import NextStep

if TYPE_CHECKING:
    from datetime import datetime

    from capgo_tui.api.errors import CapgoError, Refused
    from capgo_tui.workspace.changes.states import State


KEPT_BY_DELETED: Final = "the name seems to be taken: a deleted bundle keeps its own for 90 days"


class Fate(StrEnum):
    """The end of a change; the journal keeps these words."""

    VERIFIED = "verified"
    """Read back, and as it was meant."""
    DIFFERENT = "different"
    """Accepted, but what was read back is not what was meant."""
    UNVERIFIED = "unverified"
    """Accepted, but the server could not be read back, or does not tell."""
    FAILED = "failed"
    """Refused: nothing has changed."""
    UNKNOWN = "unknown"
    """It may have been carried out, may still be, or not: its answer was lost."""

    @property
    def took(self) -> bool:
        """Whether the server is known to have accepted it."""
        return self in (Fate.VERIFIED, Fate.DIFFERENT, Fate.UNVERIFIED)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a change: its fate, what was read back, and the error on the way, if any."""

    fate: Fate
    readback: State | None = None
    """What was read back, by field; None where there is no such record or nothing was read.

    The journal keeps it as read: what was only known from before never stands here.
    """
    error: CapgoError | None = None
    refused: Refused | None = None
    """Why nothing was sent, where it was this side that refused."""
    bug: Exception | None = None
    """What went wrong on this side, where it was no refusal."""
    is_read_back: bool = True
    """Whether the target was read back, and tells what the change speaks of."""
    dropped_fields: State = field(default_factory=dict)
    """What should have stayed and did not, as it was before (contract §11.5)."""
    side_effects: State = field(default_factory=dict)
    """What else the server changed with it, as it is now."""
    journalled: bool = True
    """Whether the journal knows; if not, it will call this change unknown."""
    at: datetime | None = field(default=None, compare=False)
    """When it was known."""

    @property
    def reason(self) -> str:
        """What explains `error` better than the server's words do; empty for nothing."""
        return KEPT_BY_DELETED if self.error is not None and self.error.is_name_taken else ""

    @property
    def trouble(self) -> str | None:
        """All of why it went wrong, for the journal; None when it did not."""
        cause = self.error or self.refused
        if cause is None:
            return None
        return f"{cause} · {self.reason}" if self.reason else str(cause)

    @property
    def next_step(self) -> NextStep | None:
        """What can be done next; None where nothing needs to be."""
        if self.fate is Fate.UNKNOWN:
            return NextStep.REFRESH
        is_about_error = self.fate in (Fate.FAILED, Fate.UNVERIFIED)
        return next_step_after(self.error) if is_about_error else None

    def with_time(self, time: datetime) -> Outcome:
        """The same, with when it was known."""
        return replace(self, at=time)
