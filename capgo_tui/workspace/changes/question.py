"""Questions that are put before changes are carried out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.api.rate_limits import REQUESTS_A_MINUTE
from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.workspace.changes.confirmation_level import MANY, ConfirmationLevel, combine_levels
from capgo_tui.workspace.changes.describe import describe
from capgo_tui.workspace.numbers import format_duration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.session import Workspace


@dataclass(frozen=True, slots=True)
class Question:
    """Changes to be confirmed, with what any front end asks about them."""

    changes: Sequence[Change]
    """At least one."""
    workspace: Workspace
    title: str = ""
    """The title of the batch; empty for the title of the one change."""
    lead: str = ""
    """The beginning of a question of one line."""
    is_listed: bool = False
    """Whether the changes are listed even where one line would do."""
    is_repeated: bool = False
    """Whether it was put before, and a record has changed since."""
    is_repair: bool = False
    """Whether it restores what the server dropped with the last change."""
    notes: Sequence[str] = ()
    """Further sentences to read."""

    def join_line(self, width: int) -> str:
        """Return the question about a single change, in `width` cells if possible."""
        lead = f"Changed! {self.lead}" if self.is_repeated else self.lead
        return lead + describe(self.changes[0]).ask(width - len(lead))

    @property
    def level(self) -> ConfirmationLevel:
        """The confirmation level."""
        return combine_levels((change.level for change in self.changes), self.workspace.target)

    @property
    def effort(self) -> str:
        """``240 requests, about 3 min at 100 a minute``; empty for few changes.

        A change is two requests, a write and its read-back, or one where many are read back
        together. What waits for a rate limit may take longer.
        """
        if len(self.changes) <= MANY:
            return ""
        requests = sum(1 if change.reads_whole_list else 2 for change in self.changes)
        longest_wait = max(self.workspace.write_limits.wait(each.limits) for each in self.changes)
        time = format_duration(max(requests * 60 / REQUESTS_A_MINUTE, longest_wait))
        return f"{requests} requests, about {time} at {REQUESTS_A_MINUTE} a minute"

    @property
    def text_to_type(self) -> str:
        """The text to type for `ConfirmationLevel.TYPED`."""
        if len(self.changes) > 1:
            return str(len(self.changes))
        return describe(self.changes[0]).find_confirmation_among(self.workspace)

    @property
    def place(self) -> str:
        """The badge of the profile in production; else empty."""
        target = self.workspace.target
        return target.profile.badge if target.profile is not None and target.production else ""
