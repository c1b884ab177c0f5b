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
    """Changes that need a yes, and what is to be read before it."""

    changes: Sequence[Change]
    """At least one."""
    level: Guard
    """How much of a yes it takes."""
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
    effort: str = ""
    """What it takes to do all of it, where that is more than a moment."""
    typed: str = ""
    """What has to be typed for `Guard.TYPED`."""
    place: str = ""
    """Where they are made, where that must not be overlooked."""

    def line(self, width: int) -> str:
        """Return the question about the one change there is, in `width` cells if it can be."""
        lead = f"Changed! {self.lead}" if self.is_again else self.lead
        return lead + describe(self.changes[0]).question(width - len(lead))


def question_about(
    changes: Sequence[Change],
    workspace: Workspace,
    title: str = "",
    *,
    lead: str = "",
    is_listed: bool = False,
    is_again: bool = False,
    is_repair: bool = False,
    notes: Sequence[str] = (),
) -> Question:
    """Return the question about changes: every one is judged alike, whoever asks it."""
    target = workspace.target
    number = str(len(changes))
    typed = describe(changes[0]).confirmation_among(workspace) if len(changes) == 1 else number
    at_production = target.profile is not None and target.production
    return Question(
        changes,
        guard_of((change.guard for change in changes), target),
        title,
        lead,
        is_listed,
        is_again,
        is_repair,
        notes,
        effort=estimate(changes, workspace.pacing) if len(changes) > MANY else "",
        typed=typed,
        place=target.profile.badge if target.profile is not None and at_production else "",
    )
