"""Taking changes back: which, whether that still can be done, and how.

A record that is no longer as the change left it is not touched: whoever changed it since
meant something by it. So the target is read first, and again compared when the yes comes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from capgo_tui.api.errors import CapgoError
from capgo_tui.text import cell_width
from capgo_tui.workspace.changes.batch_plan import BatchPlan
from capgo_tui.workspace.changes.describe import describe
from capgo_tui.workspace.changes.names import fit, shorten
from capgo_tui.workspace.changes.outcome import Fate
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
"""Cells that a sentence leaves to its names on a screen of 80."""


@dataclass(frozen=True, slots=True)
class Done:
    """A change that is to be taken back."""

    entry: Entry
    change: Change

    def objection(self, found: State | None) -> str | None:
        """Why it is left as it is, naming what it left and what is there now."""
        change, left, words = self.change, self._left, describe(self.change)
        if self._never_took_effect(found):
            return f"{words.name}: it never took effect, all is as before"
        if left is None:
            return None if found is None else f"there is a {change.noun} {words.name} again"
        if found is None:
            return f"{words.name}: the server has no such {change.noun} now"
        for field, then in left.items():
            label = words.field_label(field)
            if field not in found:
                if field not in (change.before or {}):
                    continue  # never told, so nothing of it is taken back either
                return f"{words.name}: this server does not tell its {label} now"
            if found[field] != then:
                return _differs(change, field, found[field], then)
        return None

    @property
    def _left(self) -> State | None:
        """What it left: what was read back then, else what was meant."""
        entry, after = self.entry, self.change.after
        if entry.fate is None or entry.fate is Fate.UNKNOWN:
            return after
        if after is None:
            return entry.found if entry.fate is Fate.DIFFERENT else None
        read = entry.found or {}
        besides = self.change.side_effects(read)
        return {field: read.get(field, value) for field, value in after.items()} | besides

    def _never_took_effect(self, found: State | None) -> bool:
        doubtful = self.entry.fate in (None, Fate.UNKNOWN, Fate.DIFFERENT)
        # An empty state is one that was not known.
        return doubtful and self.change.before != {} and not self.change.outdated_by(found)


@dataclass(frozen=True, slots=True)
class Undo:
    """What takes back one change, or all of a run: to be asked, then carried out in order."""

    done: tuple[Done, ...]
    changes: tuple[Change, ...]
    undoes: tuple[int, ...]
    """For each of `changes` the number of the entry it takes back."""
    left_out: tuple[str, ...] = ()
    """What of a run is not taken back, and why."""

    @property
    def title(self) -> str:
        """What it is called."""
        if len(self.done) > 1:
            return f"Undo {len(self.done)} changes"
        change = self.done[0].change
        back, words = self.changes[0], describe(change)
        title = f"Undo: {words.verb} {words.name}"
        if len(self.changes) == 1 and back.key != change.key:
            return f"{title} · {describe(back).verb} {describe(back).name}"
        return title

    @property
    def batch(self) -> BatchPlan:
        """What takes it back, where that is more than one change."""
        return BatchPlan(self.title, self.changes, self.undoes)

    def objection(self, workspace: Workspace) -> str | None:
        """Why it can no longer be done, by what the lists hold now; no request is made."""
        for each in self.done:
            if (why := each.objection(each.change.find(workspace))) is not None:
                return why
        begun: set[tuple[str, str]] = set()
        for change in self.changes:
            target = (change.noun, change.key)
            # A later step finds its record as the steps before it leave it.
            if target not in begun and change.outdated_by(change.find(workspace)):
                return f"{describe(change).name} has changed since it was asked"
            begun.add(target)
        return None


@dataclass(frozen=True, slots=True)
class Latest:
    """The last change that can be undone, with those of its run; none when there is none."""

    entries: tuple[Entry, ...] = ()
    passed_over: str = ""
    """Why a later one is not it."""


def latest(entries: Sequence[Entry]) -> Latest:
    """Find the last change that can be undone, going back from the newest.

    What was undone is passed over, and so are undoings: those are redone by choosing them.
    """
    passed_over = ""
    for entry in entries:
        if entry.undoes is not None or _why_never(entry) is not None or _was_not_done(entry):
            continue
        change = revive(entry)
        never = _irreversible(change)
        if never is None:
            return Latest(together_with(entry, entries), passed_over)
        passed_over = passed_over or f"{target_label(entry, change)}: {never}"
    return Latest(passed_over=passed_over)


def together_with(entry: Entry, entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """An entry and all that were confirmed with it, newest first."""
    if entry.run is None:
        return (entry,)
    return tuple(each for each in entries if each.run == entry.run)


async def plan(
    entries: Sequence[Entry], workspace: Workspace, progress: Progress | None = None
) -> Undo | str:
    """Read the targets and make what takes the entries back; or say why nothing does."""
    done, left_out = [], []
    for entry in entries:
        change = revive(entry)
        reason = why_not(entry) or _elsewhere(entry, workspace)
        if len(entries) > 1 and (entry.undone or entry.fate is Fate.FAILED):
            continue  # of a run there is nothing more to do about it
        if change is None or reason is not None:
            left_out.append(f"{target_label(entry, change)}: {reason}")
        else:
            done.append(Done(entry, change))
    readings = await reread([each.change for each in done], workspace, progress)
    taken: list[Done] = []
    changes: list[Change] = []
    undoes: list[int] = []
    for then, reading in zip(done, readings, strict=True):
        # What it is called, and where its row is, is told by what was just read.
        each = replace(then, change=then.change.of_record(workspace))
        inverses = await _inverses(each, reading, workspace)
        if isinstance(inverses, str):
            left_out.append(inverses)
            continue
        taken.append(each)
        changes += inverses
        undoes += [each.entry.id] * len(inverses)
    if not changes:
        return left_out[0] if left_out else "there is nothing to undo"
    if left_out:
        told = tuple(f"not undone · {each}" for each in left_out)
        changes[0] = changes[0].model_copy(update={"touches": (*changes[0].touches, *told)})
    return Undo(tuple(taken), tuple(changes), tuple(undoes), tuple(left_out))


async def _inverses(done: Done, reading: Reading, workspace: Workspace) -> tuple[Change, ...] | str:
    name = describe(done.change).name
    if isinstance(reading, CapgoError):
        return f"{name} cannot be read: {reading}"
    objection = done.objection(reading)
    if objection is not None:
        return objection
    traits = workspace.client.traits
    left = None if done.entry.fate is Fate.UNKNOWN else done.entry.found
    inverses = done.change.inverse(reading, left, traits)
    if isinstance(inverses, str):
        return f"{name}: {inverses}"
    # A demoted default is another record, of which nothing is known yet.
    others = [each for each in inverses if each.key != done.change.key]
    for other, found in zip(others, await reread(others, workspace), strict=True):
        if isinstance(found, CapgoError):
            return f"{describe(other).name} cannot be read: {found}"
        if found is None or other.outdated_by(found):
            now = "gone" if found is None else "no longer as it was left"
            return f"{describe(other).name} is {now}"
    try:
        return tuple([await each.foretell(workspace) for each in inverses])
    except CapgoError as error:
        return f"what it does besides cannot be read: {error}"


def _differs(change: Change, field: str, now: Value, then: Value) -> str:
    """Both values in sight in one row of 80 cells, whatever has to be shortened for it."""
    words = describe(change)
    texts = (change.label, words.value_label(field, now), words.value_label(field, then))
    label = words.field_label(field)
    limits = fit(texts, ROOM - cell_width(label))
    name, is_now, left = map(shorten, texts, limits)
    return f"{name}: {label} is {is_now} now, but was left {left}"


def why_not(entry: Entry) -> str | None:
    """Why an entry can certainly not be undone, before anything is read."""
    return _why_never(entry) or _irreversible(revive(entry))


def _why_never(entry: Entry) -> str | None:
    """Why an entry needs no undo, or is none to be undone now."""
    if entry.is_damaged:
        return DAMAGED_ROW
    if entry.under_way:
        return "it is under way"
    if entry.undone:
        return "it is undone already"
    if entry.fate is Fate.FAILED:
        return "it was refused, nothing was changed"
    return None


def _elsewhere(entry: Entry, workspace: Workspace) -> str | None:
    target = workspace.target
    here = (entry.server, entry.app_id) == (target.server, target.app_id)
    return None if here else "it was made in another app or on another server"


def _irreversible(change: Change | None) -> str | None:
    if change is None:
        return UNKNOWN_KIND
    inverse = change.inverse(change.after)
    return inverse if isinstance(inverse, str) else None


def _was_not_done(entry: Entry) -> bool:
    """Whether it may have been done, but was read back as it had been before."""
    if entry.fate not in (Fate.UNKNOWN, Fate.DIFFERENT) or entry.found is None:
        return False
    change = revive(entry)
    return change is not None and bool(change.before) and not change.outdated_by(entry.found)
