"""What is asked before changes are carried out, and how much of a yes they need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from capgo_tui.workspace.changes.describe import describe
from capgo_tui.workspace.changes.duration import estimate
from capgo_tui.workspace.changes.guard import MANY, Guard, guard_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.session import Workspace


@dataclass(frozen=True, slots=True)
class Question:
    """Changes that need a yes: each is judged alike, whoever asks it."""

    changes: Sequence[Change]
    """At least one."""
    workspace: Workspace
    title: str = ""
    """What they are called together; of one change its own name when empty."""
    lead: str = ""
    """What the question begins with where it is one line."""
    is_listed: bool = False
    """Whether the changes are listed even where one line would be enough."""
    is_again: bool = False
    """Whether it was asked before, and a record has changed since."""
    is_repair: bool = False
    """Whether it is about what the server dropped with a change just made."""
    notes: Sequence[str] = ()
    """Sentences to be read besides."""

    def line(self, width: int) -> str:
        """Return the question about the one change there is, in `width` cells if it can be."""
        lead = f"Changed! {self.lead}" if self.is_again else self.lead
        return lead + describe(self.changes[0]).question(width - len(lead))

    @property
    def level(self) -> Guard:
        """How much of a yes it takes."""
        return guard_of((change.level for change in self.changes), self.workspace.target)

    @property
    def effort(self) -> str:
        """What it takes to do all of it, where that is more than a moment."""
        is_long = len(self.changes) > MANY
        return estimate(self.changes, self.workspace.pacing) if is_long else ""

    @property
    def typed(self) -> str:
        """What has to be typed for `Guard.TYPED`."""
        if len(self.changes) > 1:
            return str(len(self.changes))
        return describe(self.changes[0]).confirmation_among(self.workspace)

    @property
    def place(self) -> str:
        """Where they are made, where that must not be overlooked."""
        target = self.workspace.target
        return target.profile.badge if target.profile is not None and target.production else ""
