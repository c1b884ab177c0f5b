"""Titles, questions and summaries of changes; each kind overrides a few of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Generic, TypeVar

from capgo_tui.cells import measure_width
from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.short_ids import find_id_end, is_device_id, shorten_id
from capgo_tui.text import ODD_SPACE, REPLACEMENT, clean
from capgo_tui.workspace.changes.change import Change
from capgo_tui.workspace.changes.names import NAME_WIDTH, find_difference, fit, shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.workspace.changes.states import State, Value
    from capgo_tui.workspace.session import Workspace

C_co = TypeVar("C_co", bound=Change, covariant=True)

NAMING: Final = frozenset({"channel", "bundle", "rollout_bundle"})
"""Fields that hold the name of another record."""
VERBS: Final = {
    "device.override": "Override",
    "channel.promote": "Promote",
    "channel.rollback": "Roll back",
    "channel.create": "Create",
    "channel.delete": "Delete channel",
    "bundle.register": "Register",
    "bundle.delete": "Delete bundle",
    "bundle.delete_all": "Delete all bundles of",
}
"""The verbs of questions, by kind of change; else ``Change``."""
LONGEST_TYPED: Final = 100
"""The most characters of a name that is typed to confirm its change."""
ROOMY: Final = 37
"""The fewest cells for the rest of a question, in which it always has its verb."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One field of a change, before → after, as clean text: ``bundle: 2.4.0 → 2.4.1``."""

    field: str
    before: str
    """Empty for a record that is created."""
    after: str

    def __str__(self) -> str:
        """Return both values, ``2.4.0 → 2.4.1``, or the new one alone."""
        return f"{self.before} → {self.after}" if self.before else self.after


class Description(Generic[C_co]):
    """A change as clean text."""

    def __init__(self, change: C_co) -> None:
        self.change = change

    @property
    def verb(self) -> str:
        """The beginning of a question, such as ``Override``."""
        return VERBS.get(self.change.kind, "Change")

    # Names

    @property
    def name(self) -> str:
        """The label, shortened for a sentence."""
        return shorten(self.change.label, NAME_WIDTH)

    @property
    def identity(self) -> str:
        """What distinguishes its record from another of the same name; empty if the name does."""
        return ""

    @property
    def full_name(self) -> str:
        """The label with the identity, if there is one."""
        label = self.change.label
        return f"{label} · {self.identity}" if self.identity else label

    @property
    def list_name(self) -> str:
        """The full name in the short form of lists."""
        return self.full_name

    @property
    def title(self) -> str:
        """The title in questions."""
        return f"{self.verb} {self.full_name}"

    @property
    def short_title(self) -> str:
        """The title in the narrow column of the list of changes."""
        return f"{self.verb} {self.change.label}"

    # The text to type for `ConfirmationLevel.TYPED`

    @property
    def confirmation(self) -> str:
        """The name, or the noun where the name cannot be typed."""
        name = self.change.label.strip()
        can_be_typed = 0 < len(name) <= LONGEST_TYPED and not {REPLACEMENT, ODD_SPACE} & set(name)
        return name if can_be_typed else self.change.noun

    def find_confirmation_among(self, workspace: Workspace) -> str:
        """Return the text to type, given the records that are loaded."""
        del workspace
        return self.confirmation

    # Fields

    def label_field(self, field: str) -> str:
        """Return the label of a field."""
        return field.replace("_", " ")

    def label_value(self, field: str, value: Value) -> str:
        """Return the label of a value."""
        del field
        if value is None:
            return "none"
        if isinstance(value, bool):
            return "yes" if value else "no"
        return clean(str(value))

    def label_state(self, state: State, field: str) -> str:
        """Return the label of the value of a field in a state."""
        return self.label_value(field, state[field]) if field in state else "unknown"

    def list_effects(self) -> Sequence[Effect]:
        """Return before → after for each field; nothing for a deletion."""
        before, after = self.change.before, self.change.after or {}
        return [
            Effect(
                self.label_field(field),
                "" if before is None else self.label_state(before, field),
                self.label_state(after, field),
            )
            for field in after
        ]

    @property
    def first_effect(self) -> str:
        """The first effect, ``2.4.0 → 2.4.1``, and the number of others; empty without any."""
        effects = self._list_effects_of_edit()
        more = f" +{len(effects) - 1} more" if len(effects) > 1 else ""
        return f"{effects[0]}{more}" if effects else ""

    def _list_effects_of_edit(self) -> Sequence[Effect]:
        """Return the effects on a record that exists before and after."""
        is_edit = self.change.before is not None and self.change.after is not None
        return self.list_effects() if is_edit else ()

    def list_untold_fields(self, state: State | None) -> list[str]:
        """Return the labels of the fields it sets that were not read back."""
        readback = state or {}
        return [self.label_field(each) for each in self.change.after or {} if each not in readback]

    @property
    def unsendable(self) -> str:
        """Why no request can hold it; empty when one can."""
        if not _is_whole(self.change.wire_id):
            return (
                f"the name of this {self.change.noun} holds half a character (�) and cannot be sent"
            )
        for field in NAMING & (self.change.after or {}).keys():
            value = (self.change.after or {})[field]
            if isinstance(value, str) and not _is_whole(value):
                return (
                    f"the {self.label_field(field)} holds half a character (�) and cannot be sent"
                )
        return ""

    # Questions and outcomes

    def ask(self, width: int) -> str:
        """Return the question before it is sent, in `width` cells if possible."""
        verb = f"{self.verb} "
        room = width - len(verb)
        if room < ROOMY and measure_width(self.summarize(ROOMY * 100)) > room - 1:
            verb = ""
        return f"{verb}{self.summarize(width - len(verb) - 1)}?"

    def summarize(self, width: int) -> str:
        """Return one line with name and first effect, shortened to `width` cells."""
        return self.summarize_values(self.change.label, width)

    def summarize_values(self, name: str, width: int) -> str:
        """Return the summary of a record called `name`."""
        effects = self._list_effects_of_edit()
        if not effects:
            return shorten(name, width)
        first, more = effects[0], len(effects) - 1
        rest = f" +{more} more" if more else ""
        room = width - len(":  → ") - len(rest)
        values = measure_width(first.before) + measure_width(first.after)
        if is_device_id(name) and measure_width(name) + values > room:
            whole, name = name, shorten_id(name)  # leaves room for the names of channels
            if measure_width(name) + values > room:
                name = find_id_end(whole)
        limits = fit((name, first.before, first.after), room)
        mark = find_difference(first.before, first.after)
        label = shorten(name, limits[0])
        before, after = (
            shorten(value, limit, mark)
            for value, limit in zip((first.before, first.after), limits[1:], strict=True)
        )
        return f"{label}: {before} → {after}{rest}"

    def label_now(self, state: State) -> str:
        """Return a state read back in words; empty for its first field."""
        del state
        return ""

    def remark(self, state: State | None) -> str:
        """Return what a success line says beside the first field, by the state read back."""
        del state
        return ""

    def label_side_effects(self, side_effects: State) -> str:
        """Return the label of side effects."""
        return ", ".join(
            f"{self.label_field(field)} is {self.label_value(field, value)}"
            for field, value in side_effects.items()
        )


def _is_whole(text: str) -> bool:
    """Whether a text is exactly what the server or the operator wrote.

    A lone surrogate, which JSON may hold and UTF-8 may not, becomes ``�`` in a reply, and so does
    pasted text that cannot be shown: a request would name something else.
    """
    return text.isascii() or not any(c == REPLACEMENT or "\ud800" <= c <= "\udfff" for c in text)
