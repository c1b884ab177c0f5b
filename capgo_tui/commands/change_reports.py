"""What became of each change: as a line of text, as JSON, and as an exit code."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, cast

from capgo_tui.api.errors import InvalidArgument, InvalidSetting
from capgo_tui.commands.exit_codes import Exit, exit_of
from capgo_tui.commands.output import write
from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.workspace.changes.outcome import OutcomeState
from capgo_tui.workspace.export.formats import Format
from capgo_tui.workspace.export.json_text import format_json
from capgo_tui.workspace.journal import JournalUnusable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.api.errors import Refusal
    from capgo_tui.api.jsonvalue import JSON
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.changes.outcome import Outcome
    from capgo_tui.workspace.changes.states import State

NOT_NEEDED, NOT_SENT, NOT_TRIED = "unchanged", "dry-run", "not tried"
"""Outcomes of changes that were not sent, beside those of `OutcomeState`."""


def exit_of_refusal(refusal: Refusal) -> Exit:
    """Return the exit code for a change that this program did not send."""
    match refusal:
        case JournalUnusable():
            return Exit.FAILED
        case InvalidArgument() | InvalidSetting():
            return Exit.USAGE
        case _:
            return Exit.REFUSED


def exit_of_outcome(change: Change, outcome: Outcome) -> Exit:
    """Return the exit code for the outcome of a single change."""
    match outcome.state:
        case OutcomeState.VERIFIED:
            return Exit.OK
        case OutcomeState.UNVERIFIED:  # accepted; without an error the server just does not tell
            return Exit.OK if outcome.error is None else Exit.IN_PART
        case OutcomeState.DIFFERENT if change.is_done(outcome.readback):
            return Exit.IN_PART
        case OutcomeState.FAILED if outcome.error is not None:
            return exit_of(outcome.error)
        case OutcomeState.FAILED if outcome.refusal is not None:
            return exit_of_refusal(outcome.refusal)
        case _:
            return Exit.FAILED


def find_undo_number(change: Change, outcome: Outcome) -> int | None:
    """Return the number with which a change can be undone; None where nothing undoes it."""
    is_open = outcome.is_journalled and outcome.state is not OutcomeState.FAILED
    return (
        outcome.entry
        if is_open and not isinstance(change.make_inverse(change.after), str)
        else None
    )


def combine_exits(codes: Sequence[Exit]) -> Exit:
    """Return the exit code of several changes: done in part where only some were."""
    if all(code is Exit.OK for code in codes):
        return Exit.OK
    if any(code in (Exit.OK, Exit.IN_PART) for code in codes):
        return Exit.IN_PART
    return codes[0] if len(set(codes)) == 1 else Exit.FAILED


@dataclass(slots=True)
class ChangeReports:
    """The JSON of the changes of one command, one object each."""

    format: Format
    _objects: list[JSON] = field(default_factory=list)

    @property
    def is_text(self) -> bool:
        """Whether outcomes are lines of text."""
        return self.format is Format.TABLE

    def add(
        self,
        change: Change,
        outcome: Outcome | str,
        reason: str | None = None,
        **more: JSON,
    ) -> None:
        """Add a change with its outcome, or with a word where it was not sent."""
        if self.is_text:
            return
        report = _describe(change, outcome, reason) | more
        if self.format is Format.NDJSON:
            write(format_json(report) + "\n")
        else:
            self._objects.append(report)

    def end(self) -> None:
        """Write what is left: one object, or a list of several."""
        if self._objects:
            one = self._objects[0] if len(self._objects) == 1 else self._objects
            write(format_json(one, indent=2) + "\n")
            self._objects = []


def _describe(change: Change, outcome: Outcome | str, reason: str | None) -> dict[str, JSON]:
    data: dict[str, JSON] = {
        "kind": change.kind,
        "target": change.wire_id,
        "name": change.label,
        "before": cast("JSON", change.before),
        "after": cast("JSON", change.after),
    }
    if isinstance(outcome, str):
        return {**data, "outcome": outcome, "error": reason, "undo": None}
    return {
        **data,
        "outcome": outcome.state.value,
        "error": reason if reason is not None else outcome.error_text,
        "readback": _select_readback(change, outcome.readback),
        "side_effects": cast("JSON", outcome.side_effects or None),
        "journal": outcome.entry if outcome.is_journalled else None,
        "undo": find_undo_number(change, outcome),
    }


def _select_readback(change: Change, state: State | None) -> JSON:
    """Return the fields read back that the change knew or set; of a new record, all."""
    if state is None:
        return None
    fields = (change.before or {}).keys() | (change.after or {}).keys()
    about = fields & state.keys() or state.keys()
    return {field: cast("JSON", state[field]) for field in sorted(about)}
