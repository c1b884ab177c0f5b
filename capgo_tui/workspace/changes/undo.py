"""Plan the undo of changes: which can be undone, whether they still can, and how.

A record that somebody has changed since is left as it is. So the targets are read first, and
compared again when the undo is confirmed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from capgo_tui.api.errors import CapgoError
from capgo_tui.cells import measure_width
from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.workspace.changes.batch_plan import BatchPlan
from capgo_tui.workspace.changes.describe import describe
from capgo_tui.workspace.changes.names import fit, shorten
from capgo_tui.workspace.changes.outcome import OutcomeState
from capgo_tui.workspace.changes.recorded import DAMAGED_ROW, UNKNOWN_KIND, revive, target_label
from capgo_tui.workspace.changes.reread import reread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.changes.reread import Progress, Reading
    from capgo_tui.workspace.changes.states import State, Value
    from capgo_tui.workspace.journal_entry import Entry
    from capgo_tui.workspace.session import Workspace

ROOM: Final = 78 - len("✗ Not undone: :  is  now, but was left .")
"""Cells for the names in a sentence, on a screen of 80."""


@dataclass(frozen=True, slots=True)
class UndoTarget:
    """A change to undo, with its journal entry."""

    entry: Entry
    change: Change

    def find_objection(self, current: State | None) -> str | None:
        """Return why it cannot be undone, with the state it left and the state now."""
        change, result, words = self.change, self._result, describe(self.change)
        if self._had_no_effect(current):
            return f"{words.name}: it never took effect, all is as before"
        if result is None:
            return None if current is None else f"there is a {change.noun} {words.name} again"
        if current is None:
            return f"{words.name}: the server has no such {change.noun} now"
        for field, value in result.items():
            label = words.label_field(field)
            if field not in current:
                if field not in (change.before or {}):
                    continue  # never told, so it is not undone either
                return f"{words.name}: this server does not report its {label} now"
            if current[field] != value:
                return _describe_difference(change, field, current[field], value)
        return None

    @property
    def _result(self) -> State | None:
        """The state it left: what was read back then, else what was intended."""
        entry, after = self.entry, self.change.after
        if entry.state is None or entry.state is OutcomeState.UNKNOWN:
            return after
        if after is None:
            return entry.readback if entry.state is OutcomeState.DIFFERENT else None
        readback = entry.readback or {}
        side_effects = self.change.list_side_effects(readback)
        return {field: readback.get(field, value) for field, value in after.items()} | side_effects

    def _had_no_effect(self, current: State | None) -> bool:
        is_doubtful = self.entry.state in (None, OutcomeState.UNKNOWN, OutcomeState.DIFFERENT)
        # An empty state was not known.
        return is_doubtful and self.change.before != {} and not self.change.is_outdated_by(current)


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """A plan that undoes one change or a batch: to be confirmed, then carried out in order."""

    targets: tuple[UndoTarget, ...]
    changes: tuple[Change, ...]
    undoes: tuple[int, ...]
    """For each of `changes` the id of the journal entry that it undoes."""
    skip_reasons: tuple[str, ...] = ()
    """The changes of a batch that are not undone, with reasons."""

    @property
    def title(self) -> str:
        """Its title on the screen."""
        if len(self.targets) > 1:
            return f"Undo {len(self.targets)} changes"
        change = self.targets[0].change
        back, words = self.changes[0], describe(change)
        title = f"Undo: {words.verb} {words.name}"
        if len(self.changes) == 1 and back.wire_id != change.wire_id:
            return f"{title} · {describe(back).verb} {describe(back).name}"
        return title

    @property
    def batch(self) -> BatchPlan:
        """The plan of its batch, where it is more than one change."""
        return BatchPlan(self.title, self.changes, self.undoes)

    def find_objection(self, workspace: Workspace) -> str | None:
        """Return why it can no longer be done, by the collections alone, without a request."""
        for each in self.targets:
            if (reason := each.find_objection(each.change.find(workspace))) is not None:
                return reason
        seen_targets: set[tuple[str, str]] = set()
        for change in self.changes:
            target = (change.noun, change.wire_id)
            # A later step of a record starts from the state that the step before it leaves.
            if target not in seen_targets and change.is_outdated_by(change.find(workspace)):
                return f"{describe(change).name} has changed since it was asked"
            seen_targets.add(target)
        return None


@dataclass(frozen=True, slots=True)
class UndoCandidate:
    """The entries of the last change that can be undone with its batch; empty without one."""

    entries: tuple[Entry, ...] = ()
    skip_reason: str = ""
    """Why a later change was skipped."""


def find_latest(entries: Sequence[Entry]) -> UndoCandidate:
    """Find the last change that can be undone; entries come newest first.

    Changes that are undone are skipped, and so are undos: to redo, those are chosen by hand.
    """
    skip_reason = ""
    for entry in entries:
        if (
            entry.undoes is not None
            or _find_final_reason(entry) is not None
            or _had_no_effect(entry)
        ):
            continue
        change = revive(entry)
        reason = _find_irreversible_reason(change)
        if reason is None:
            return UndoCandidate(find_batch(entry, entries), skip_reason)
        skip_reason = skip_reason or f"{target_label(entry, change)}: {reason}"
    return UndoCandidate(skip_reason=skip_reason)


def find_batch(entry: Entry, entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return an entry and all that were confirmed with it, newest first."""
    if entry.batch is None:
        return (entry,)
    return tuple(each for each in entries if each.batch == entry.batch)


async def plan_undo(
    entries: Sequence[Entry], workspace: Workspace, progress: Progress | None = None
) -> UndoPlan | str:
    """Read the targets and return a plan that undoes the entries, or why none does."""
    candidates, skip_reasons = [], []
    for entry in entries:
        change = revive(entry)
        reason = find_objection(entry) or _find_foreign_reason(entry, workspace)
        if len(entries) > 1 and (entry.is_undone or entry.state is OutcomeState.FAILED):
            continue  # in a batch, nothing is left to undo of it
        if change is None or reason is not None:
            skip_reasons.append(f"{target_label(entry, change)}: {reason}")
        else:
            candidates.append(UndoTarget(entry, change))
    readings = await reread([target.change for target in candidates], workspace, progress)
    targets: list[UndoTarget] = []
    changes: list[Change] = []
    undoes: list[int] = []
    for candidate, reading in zip(candidates, readings, strict=True):
        # Its label and row may have changed since: take them from what was just read.
        target = replace(candidate, change=candidate.change.refresh_identity(workspace))
        inverses = await _make_inverses(target, reading, workspace)
        if isinstance(inverses, str):
            skip_reasons.append(inverses)
            continue
        targets.append(target)
        changes += inverses
        undoes += [target.entry.id] * len(inverses)
    if not changes:
        return skip_reasons[0] if skip_reasons else "there is nothing to undo"
    if skip_reasons:
        impact = tuple(f"not undone · {reason}" for reason in skip_reasons)
        changes[0] = changes[0].model_copy(update={"impact": (*changes[0].impact, *impact)})
    return UndoPlan(tuple(targets), tuple(changes), tuple(undoes), tuple(skip_reasons))


async def _make_inverses(
    target: UndoTarget, reading: Reading, workspace: Workspace
) -> tuple[Change, ...] | str:
    name = describe(target.change).name
    if isinstance(reading, CapgoError):
        return f"{name} cannot be read: {reading}"
    objection = target.find_objection(reading)
    if objection is not None:
        return objection
    traits = workspace.client.traits
    result = None if target.entry.state is OutcomeState.UNKNOWN else target.entry.readback
    inverses = target.change.make_inverse(reading, result, traits)
    if isinstance(inverses, str):
        return f"{name}: {inverses}"
    # A demoted default is another record, which has not been read yet.
    others = [each for each in inverses if each.wire_id != target.change.wire_id]
    for other, state in zip(others, await reread(others, workspace), strict=True):
        if isinstance(state, CapgoError):
            return f"{describe(other).name} cannot be read: {state}"
        if state is None or other.is_outdated_by(state):
            condition = "gone" if state is None else "no longer as it was left"
            return f"{describe(other).name} is {condition}"
    try:
        return tuple([await each.look_up_side_effects(workspace) for each in inverses])
    except CapgoError as error:
        return f"what it does besides cannot be read: {error}"


def _describe_difference(change: Change, field: str, current: Value, result: Value) -> str:
    """Return a sentence of at most 80 cells with both values, shortened where necessary."""
    words = describe(change)
    texts = (change.label, words.label_value(field, current), words.label_value(field, result))
    label = words.label_field(field)
    limits = fit(texts, ROOM - measure_width(label))
    name, current_text, result_text = map(shorten, texts, limits)
    return f"{name}: {label} is {current_text} now, but was left {result_text}"


def find_objection(entry: Entry) -> str | None:
    """Return why an entry can certainly not be undone, before anything is read."""
    return _find_final_reason(entry) or _find_irreversible_reason(revive(entry))


def _find_final_reason(entry: Entry) -> str | None:
    """Return why an entry needs no undo, or cannot be undone now."""
    if entry.is_damaged:
        return DAMAGED_ROW
    if entry.is_under_way:
        return "it is under way"
    if entry.is_undone:
        return "it is undone already"
    if entry.state is OutcomeState.FAILED:
        return "it was refused, nothing was changed"
    return None


def _find_foreign_reason(entry: Entry, workspace: Workspace) -> str | None:
    target = workspace.target
    is_here = (entry.server, entry.app_id) == (target.server, target.app_id)
    return None if is_here else "it was made in another app or on another server"


def _find_irreversible_reason(change: Change | None) -> str | None:
    if change is None:
        return UNKNOWN_KIND
    inverse = change.make_inverse(change.after)
    return inverse if isinstance(inverse, str) else None


def _had_no_effect(entry: Entry) -> bool:
    """Whether its outcome is doubtful and its record was read back unchanged."""
    if entry.state not in (OutcomeState.UNKNOWN, OutcomeState.DIFFERENT) or entry.readback is None:
        return False
    change = revive(entry)
    return change is not None and bool(change.before) and not change.is_outdated_by(entry.readback)
