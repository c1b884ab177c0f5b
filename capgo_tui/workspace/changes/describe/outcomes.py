"""Outcomes in one line, with the state of the record now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.api.errors import ErrorKind
from capgo_tui.cells import measure_width
from capgo_tui.workspace.changes.describe import describe
from capgo_tui.workspace.changes.outcome import OutcomeState
from capgo_tui.workspace.failures import shorten_failure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.api.errors import CapgoError
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.changes.describe.description import Description
    from capgo_tui.workspace.changes.outcome import Outcome
    from capgo_tui.workspace.changes.states import State


LINE = 79
"""Cells of the status line on a screen of 80."""


def describe_outcome_line(change: Change, outcome: Outcome, step: str = "") -> str:
    """Return one clean line: a mark (``✓ ! ? ✗``), the target, and its state now.

    `step` is the text of the front end for `Outcome.next_step`.
    """
    words, error = describe(change), outcome.error
    name = words.name
    now = _describe_now(words, outcome.readback)
    line = ""
    match outcome.state:
        case OutcomeState.VERIFIED:
            line = _describe_success(words, outcome, now)
        case OutcomeState.DIFFERENT if outcome.dropped_fields:
            losses = ", ".join(
                f"{words.label_field(field)} {words.label_value(field, value)}"
                for field, value in outcome.dropped_fields.items()
            )
            line = f"! {name}: done, but the server dropped its {losses}"
        case OutcomeState.DIFFERENT if change.is_done(outcome.readback):
            besides = words.label_side_effects(outcome.side_effects)
            line = f"! {name}: {now}, but not as announced: {besides}"
        case OutcomeState.DIFFERENT:
            line = f"! {name}: accepted, but the server now says {now}, not {_label_goal(words)}"
        case OutcomeState.UNVERIFIED if error is not None:
            line = f"? {name}: accepted, but reading it back failed: {error}"
        case OutcomeState.UNVERIFIED if outcome.readback is None:
            line = f"? {name}: accepted, but the server knows no such {change.noun} to read back"
        case OutcomeState.UNVERIFIED:
            line = f"? {name}: accepted, but this server does not report it"
        case OutcomeState.UNKNOWN if outcome.is_read_back:
            line = f"? {name}: {_describe_unclear(error)}; {now} so far{step}"
        case OutcomeState.UNKNOWN:
            line = f"? {name}: {_describe_unclear(error)}, it may have taken effect{step}"
        case OutcomeState.FAILED:
            what = "" if outcome.refusal else f" · {name}"
            line = f"✗ Not changed: {_explain(change, outcome)}{step}{what}"
    return line if outcome.is_journalled else f"{line} · the journal could not be written"


def label_outcome(change: Change, outcome: Outcome) -> str:
    """Return an outcome in a few words, for a line that has the name of the target."""
    error, words = outcome.error, describe(change)
    now = _describe_now(words, outcome.readback)
    line = ""
    match outcome.state:
        case OutcomeState.VERIFIED:
            untold = words.list_untold_fields(outcome.readback)
            back = [count_read_back(change, untold)] if untold else []
            line = f"✓ {', '.join([now, *_list_remarks(words, outcome), *back])}"
        case OutcomeState.DIFFERENT if outcome.dropped_fields:
            line = "! done, but the server dropped something"
        case OutcomeState.DIFFERENT if change.is_done(outcome.readback):
            besides = words.label_side_effects(outcome.side_effects)
            line = f"! {now}, but not as announced: {besides}"
        case OutcomeState.DIFFERENT:
            line = f"! accepted, but now {now}"
        case OutcomeState.UNVERIFIED if error is not None:
            why = shorten_failure(error, f"read the {change.noun}s", failed_at=outcome.at)
            line = f"? accepted, not read back: {why}"
        case OutcomeState.UNVERIFIED if outcome.readback is None:
            line = f"? accepted; the server knows no such {change.noun} to read back"
        case OutcomeState.UNVERIFIED:
            line = "? accepted; this server does not report it"
        case OutcomeState.UNKNOWN if outcome.is_read_back:
            line = f"? {_describe_unclear(error)}; {now} so far"
        case OutcomeState.UNKNOWN:
            line = f"? {_describe_unclear(error)}, it may have taken effect"
        case OutcomeState.FAILED:
            line = f"✗ {_explain(change, outcome)}"
    return line if outcome.is_journalled else f"{line} · not in the journal"


def count_read_back(change: Change, untold: Sequence[str]) -> str:
    """Return how many of the fields it sets were read back: ``4 of 8 read back``."""
    fields = len(change.after or {})
    return f"{fields - len(untold)} of {fields} read back"


def _read_back(words: Description[Change], state: State | None) -> str:
    untold = words.list_untold_fields(state)
    if not untold:
        return "read back from the server"
    fields = ", ".join(untold)
    return f"{count_read_back(words.change, untold)}; this server does not report {fields}"


def _describe_success(words: Description[Change], outcome: Outcome, now: str) -> str:
    """Return the line of a success, with fewer words where it is too long."""
    facts = _list_remarks(words, outcome)
    untold = words.list_untold_fields(outcome.readback)
    brief_back = _read_back(words, outcome.readback) if untold else "read back"
    back = brief_back if facts else _read_back(words, outcome.readback)
    lines = [
        f"✓ {words.name}: {', '.join(parts)}"
        for parts in ([now, *facts, back], [now, *facts, brief_back], [*facts, brief_back])
    ]
    if not words.remark(outcome.readback):
        lines.pop()  # only what is said of its success can stand for what is true now
    return next((line for line in lines if measure_width(line) <= LINE), lines[-1])


def _list_remarks(words: Description[Change], outcome: Outcome) -> list[str]:
    """Return the remark on a success and the label of its side effects."""
    side_effects = outcome.side_effects
    remarks = (
        words.remark(outcome.readback),
        words.label_side_effects(side_effects) if side_effects else "",
    )
    return [each for each in remarks if each]


def _describe_unclear(error: CapgoError | None) -> str:
    """Return why the outcome is not known: no reply, or one that says nothing."""
    if error is None or error.status is None or error.kind is ErrorKind.UNREACHABLE:
        return "the answer was lost"
    return f"HTTP {error.status} is no clear answer"


def _explain(change: Change, outcome: Outcome) -> str:
    if outcome.error is not None:
        return outcome.reason or shorten_failure(outcome.error, change.right, failed_at=outcome.at)
    return str(outcome.refusal or "refused")


def _describe_now(words: Description[Change], state: State | None) -> str:
    """Return a state read back in the words of the change: ``override is beta``, ``gone``."""
    change = words.change
    if state is None:
        return "gone" if change.before is not None else "not there"
    if change.before is None:
        return "created"
    if change.after is None:
        return "still there"
    if label := words.label_now(state):
        return label
    fields = [field for field in change.after if field in state]
    if not fields:
        return f"{change.noun} read"
    first = fields[0]
    rest = f" and {len(fields) - 1} more" if len(fields) > 1 else ""
    value = words.label_value(first, state[first])
    return f"{words.label_field(first)} is {value}{rest}"


def _label_goal(words: Description[Change]) -> str:
    after = words.change.after or {}
    return ", ".join(words.label_value(field, value) for field, value in after.items()) or "gone"
