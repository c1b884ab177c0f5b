"""What all changes have in common: data, fixed when the key was pressed.

A change names its target by the exact identity the server knows it by, says what it is before
and after, builds the one request that makes it so, and tells what would undo it. It is plain
data with a JSON form, so that a journal written today can be read and undone next week.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Final, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict

from capgo_tui.api.errors import Refused
from capgo_tui.short_ids import id_end, is_device_id, short_id
from capgo_tui.text import REPLACEMENT, cell_width, clean
from capgo_tui.workspace.changes.guard import Guard
from capgo_tui.workspace.changes.names import difference, fit, shorten
from capgo_tui.workspace.changes.states import State, Value  # noqa: TC001 - pydantic reads it

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from typing import Self

    from capgo_tui.api.errors import CapgoError
    from capgo_tui.api.requests import Request
    from capgo_tui.api.revisions import Traits
    from capgo_tui.workspace.pacing import Limit
    from capgo_tui.workspace.session import Workspace

CleanText: TypeAlias = Annotated[str, AfterValidator(clean)]
"""A text to be shown; one that comes from a file is cleaned like the server's."""
NAME_WIDTH = 24
"""Cells a name takes in a sentence."""
LONGEST_TYPED = 100
"""Letters of a name up to which it is typed to confirm its change."""


class Outdated(Refused):
    """The record is no longer what it was when the change was agreed to."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One field of a change in clean words: ``bundle: 2.4.0 → 2.4.1``."""

    field: str
    before: str
    """Empty for a field of a record that is to be made."""
    after: str

    def __str__(self) -> str:
        """Its values: ``2.4.0 → 2.4.1``, or the one there is."""
        return f"{self.before} → {self.after}" if self.before else self.after


NAMING: Final = frozenset({"channel", "bundle", "rollout_bundle"})
"""Fields whose text names another record."""


class Change(BaseModel, ABC):
    """One write to one record. Every kind of it is a subclass in this package."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    noun: ClassVar[str]
    """``device``, ``channel`` or ``bundle``."""
    verb: ClassVar[str]
    """What a question begins with, such as ``Override``."""
    right: ClassVar[str]
    """What a key must be allowed to do for it; completes «this key may not …»."""

    reads_whole_list: ClassVar[bool] = False
    """Whether no request reads just its record, so that many had better be read together."""

    app_id: str
    key: str
    """What the server knows the target by, letter by letter."""
    label: CleanText
    """What the operator calls it."""
    row: str | None = None
    """The key of its row in its collection; None where there is none (yet)."""
    before: State | None
    after: State | None
    touches: tuple[CleanText, ...] = ()
    """What else happens, in sentences to be read before it is confirmed."""
    guard: Guard = Guard.LINE

    @abstractmethod
    def request(self, traits: Traits) -> Request:
        """The one request that carries it out; raises `Refused` where there is none."""

    async def check(self, workspace: Workspace, *, alone: bool) -> Change:
        """Look once more, right before it is sent, whether it would do what was agreed to.

        Gives what is then sent: this change, completed where it left something to be looked up.

        Args:
            workspace: the app it is about.
            alone: whether it was agreed to by itself; a request more for each of many is too much.

        Raises:
            Outdated: when its record is no longer what it was when it was agreed to.
            Refused: when it would do something else; nothing is sent then either.
            CapgoError: when that could not be read.

        """
        del workspace, alone
        return self

    @abstractmethod
    def undone_by(self, found: State | None) -> tuple[Change, ...] | str:
        """What would undo it, in order, now that `found` is what is there; else why nothing can."""

    def undone_on(
        self, traits: Traits, found: State | None, left: State | None
    ) -> tuple[Change, ...] | str:
        """Return `undone_by` for the server there is, with all that was changed besides.

        Args:
            traits: what the server is like by now.
            found: what is there now.
            left: what was read back right after the change; None where that is not known.

        """
        del traits, left
        return self.undone_by(found)

    @abstractmethod
    async def read(self, workspace: Workspace) -> State | None:
        """Read the target from the server into its list; None when there is no such record.

        Raises:
            CapgoError: when that cannot be told.

        """

    async def read_list(
        self, workspace: Workspace, *, deleted: Collection[str] = ()
    ) -> State | None:
        """Read the target as `read` does, and with it the others of its list.

        `deleted` are rows that the server has said are gone: the list is not read once more
        because they are missing.
        """
        del deleted
        return await self.read(workspace)

    def find(self, workspace: Workspace) -> State | None:
        """The target as its list now has it, without a request; None when it is not there."""
        del workspace
        return None

    def of_record(self, workspace: Workspace) -> Self:
        """Return it with name, row and ids of the record that has its key, as last read."""
        del workspace
        return self.model_copy(update={"label": clean(self.key), "row": None})

    def needless(self, workspace: Workspace) -> str:
        """Why it is no longer to be sent, by what the lists now hold; empty when it is."""
        del workspace
        return ""

    @property
    def unsendable(self) -> str:
        """Why no server can be told of it, whatever the lists hold; empty when one can."""
        if not _is_whole(self.key):
            return f"the name of this {self.noun} holds half a character (�) and cannot be sent"
        for field in NAMING & (self.after or {}).keys():
            value = (self.after or {})[field]
            if isinstance(value, str) and not _is_whole(value):
                return (
                    f"the {self.field_label(field)} holds half a character (�) and cannot be sent"
                )
        return ""

    async def foretell(self, workspace: Workspace) -> Change:
        """Find out what it does besides, where it does not say so itself; gives it with that.

        Raises:
            CapgoError: when that cannot be read.

        """
        del workspace
        return self

    @property
    def right_on(self) -> str:
        """Exact name of the channel that `right` is a right on; empty for one in the app (§10)."""
        return ""

    @property
    def limits(self) -> Sequence[Limit]:
        """What of the server's limits it counts towards, the narrowest first."""
        return ()

    @property
    def kept(self) -> State:
        """What must be as before afterwards, though the change does not speak of it."""
        return {}

    def is_done(self, found: State | None) -> bool:
        """Whether what was read back is all that the change itself speaks of."""
        if found is None or self.after is None:
            return found is self.after
        return all(found.get(field, value) == value for field, value in self.after.items())

    def side_effects(self, found: State | None) -> State:
        """Return what of `before` has changed though the change does not speak of it, as it is."""
        if found is None or self.before is None or self.after is None:
            return {}
        besides = self.before.keys() - self.after.keys()
        return {
            field: found[field]
            for field in sorted(besides)
            if field in found and found[field] != self.before[field]
        }

    def is_expected(self, side_effects: State) -> bool:
        """Whether the operator was told beforehand of what it changed besides."""
        return not side_effects

    def side_effects_label(self, side_effects: State) -> str:
        """Return in clean words what was changed besides."""
        return ", ".join(
            f"{self.field_label(field)} is {self.value_label(field, value)}"
            for field, value in side_effects.items()
        )

    def repair(self, lost: State) -> Change | None:
        """The change that brings back what it should have `kept`."""
        del lost
        return None

    @property
    def confirmation(self) -> str:
        """What is to be typed for `Guard.TYPED`; clean text, never empty.

        It is the name, or the noun where a phone named itself with what no keyboard has.
        """
        name = self.label.strip()
        can_be_typed = 0 < len(name) <= LONGEST_TYPED and REPLACEMENT not in name
        return name if can_be_typed else self.noun

    def to_type(self, workspace: Workspace) -> str:
        """Return what is to be typed for `Guard.TYPED` among the records there are."""
        del workspace
        return self.confirmation

    @property
    def makes_one(self) -> bool:
        """Whether its record is there only because of it."""
        return self.before is None and self.after is not None

    def untold(self, found: State | None) -> list[str]:
        """The fields it sets that were not told back, in the operator's words."""
        told = found or {}
        return [self.field_label(field) for field in self.after or {} if field not in told]

    @property
    def name(self) -> str:
        """`label`, short enough to stand in a sentence."""
        return shorten(self.label, NAME_WIDTH)

    @property
    def identity(self) -> str:
        """What tells its record from another of the same name; empty where the name does."""
        return ""

    @property
    def full_name(self) -> str:
        """`label`, and what tells its record from another of that name; clean text."""
        return f"{self.label} · {self.identity}" if self.identity else self.label

    @property
    def list_name(self) -> str:
        """`full_name` among many others of its kind, each in one short form."""
        return self.full_name

    def effects(self) -> Sequence[Effect]:
        """Before → after, field by field; for a new or deleted record all of its fields."""
        before, after = self.before, self.after or {}
        return [
            Effect(
                self.field_label(field),
                "" if before is None else self._told(before, field),
                self._told(after, field),
            )
            for field in (after if self.after is not None else before or {})
        ]

    @property
    def title(self) -> str:
        """What it is called where it is asked about; clean text."""
        return f"{self.verb} {self.full_name}"

    @property
    def deed(self) -> str:
        """What it is called in the journal, where its column is narrow; clean text."""
        return f"{self.verb} {self.label}"

    def besides(self, found: State | None) -> str:
        """What is to be said of its success beside its first field, by what was read back."""
        del found
        return ""

    def reason(self, error: CapgoError) -> str:
        """What explains the server's refusal better than its own words; empty for nothing."""
        del error
        return ""

    @property
    def in_short(self) -> str:
        """The first effect, ``2.4.0 → 2.4.1``, and how many more; empty without any."""
        effects = self.effects()
        if self.before is None or self.after is None or not effects:
            return ""
        more = f" +{len(effects) - 1} more" if len(effects) > 1 else ""
        return f"{effects[0]}{more}"

    def field_label(self, field: str) -> str:
        """What the operator calls a field."""
        return field.replace("_", " ")

    def value_label(self, field: str, value: Value) -> str:
        """What the operator calls a value; clean text."""
        del field
        if value is None:
            return "none"
        if isinstance(value, bool):
            return "yes" if value else "no"
        return clean(str(value))

    def _told(self, state: State, field: str) -> str:
        return self.value_label(field, state[field]) if field in state else "unknown"

    def question(self, width: int) -> str:
        """The change as it is asked before it is sent, in `width` cells if it can be."""
        verb = f"{self.verb} "
        if width < ROOMY and cell_width(self.summary(ROOMY * 100)) > width - len(verb) - 1:
            verb = ""
        return f"{verb}{self.summary(width - len(verb) - 1)}?"

    def summary(self, width: int) -> str:
        """The change in one line: on a narrow one the names are shortened, none is cut away."""
        effects = self.effects()
        if self.before is None or self.after is None or not effects:
            return shorten(self.label, width)
        first, more = effects[0], len(effects) - 1
        rest = f" +{more} more" if more else ""
        room = width - len(":  → ") - len(rest)
        values = cell_width(first.before) + cell_width(first.after)
        name = self.label
        if is_device_id(name) and cell_width(name) + values > room:
            name = short_id(name)  # it says as much, and leaves the channels their names
            if cell_width(name) + values > room:
                name = id_end(self.label)
        limits = fit((name, first.before, first.after), room)
        mark = difference(first.before, first.after)
        label = shorten(name, limits[0])
        before, after = (
            shorten(value, limit, mark)
            for value, limit in zip((first.before, first.after), limits[1:], strict=True)
        )
        return f"{label}: {before} → {after}{rest}"

    def outdated_by(self, found: State | None) -> bool:
        """Whether the record has come to differ from what the change says it was before."""
        if found is None or self.before is None:
            return (found is None) != (self.before is None)
        return any(found.get(field, value) != value for field, value in self.before.items())


ROOMY = 46
"""Cells from which on a question has room for its verb, however long its names."""


def _is_whole(text: str) -> bool:
    """Whether a text is what the server or the operator wrote, letter by letter.

    Of half a character, a lone surrogate, which JSON may hold and UTF-8 may not, a reply leaves
    ``�``, and so does a paste of what cannot be shown: what is sent would name something else.
    """
    return text.isascii() or not any(c == REPLACEMENT or "\ud800" <= c <= "\udfff" for c in text)
