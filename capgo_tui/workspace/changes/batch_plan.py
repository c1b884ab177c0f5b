"""Plans of batches: the changes before they are confirmed, and which of them are needed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.workspace.changes.describe import describe

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.session import Workspace

Again: TypeAlias = "Callable[[Change], Change | None]"
NOT_IN_LIST: Final = "no longer in the list"


def _keep_change(change: Change) -> Change | None:
    return change


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """Changes to be confirmed together."""

    title: str
    changes: Sequence[Change]
    undoes: Sequence[int | None] = ()
    """For each change the id of the journal entry that it undoes; empty if none does."""
    remake: Again = _keep_change
    """Makes a change again of its record as it is now; None when that is gone."""
    notes: Sequence[str] = ()
    """Sentences to read before it is confirmed."""
    missing_count: int = 0
    """The number of records that have disappeared since it was planned."""

    def remake_changes(self) -> BatchPlan:
        """Return the same plan for the records as they are now."""
        undoes = self.undoes or [None] * len(self.changes)
        new_changes = [self.remake(change) for change in self.changes]
        remaining = [(c, u) for c, u in zip(new_changes, undoes, strict=True) if c is not None]
        return replace(
            self,
            changes=[change for change, _ in remaining],
            undoes=[undoes for _, undoes in remaining],
            missing_count=self.missing_count + len(new_changes) - len(remaining),
        )

    def find_needed(self, workspace: Workspace) -> list[Change]:
        """Return the changes that are needed."""
        return [each for each in self.changes if not self.find_skip_reason(each, workspace)]

    def find_skip_reason(self, change: Change, workspace: Workspace) -> str:
        """Return why one of the changes is not sent; empty when it is."""
        return describe(change).unsendable or change.skip_reason(workspace)

    def describe_skipped(self, workspace: Workspace) -> list[str]:
        """Return the skip reasons of the other changes, each with its count."""
        reasons = (self.find_skip_reason(each, workspace) for each in self.changes)
        counts = Counter(filter(None, reasons))
        if self.missing_count:
            counts[NOT_IN_LIST] += self.missing_count
        return [f"{count} left alone: {reason}" for reason, count in counts.items()]
