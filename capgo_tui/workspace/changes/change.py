"""The base class of all changes: immutable data with a JSON form.

A change names its target by the exact identity that the server uses, holds its state before and
after, builds its one request, and knows its inverse. The journal keeps it as JSON, so that it can
be undone in a later run of the program.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Annotated, ClassVar, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WrapValidator

from capgo_tui.api.errors import Refusal
from capgo_tui.api.revisions import LIVE
from capgo_tui.text import clean
from capgo_tui.workspace.changes.confirmation_level import ConfirmationLevel
from capgo_tui.workspace.changes.states import State  # noqa: TC001 - pydantic reads it
from capgo_tui.workspace.remark import Remark

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from typing import Self

    from capgo_tui.api.requests import Request
    from capgo_tui.api.revisions import Traits
    from capgo_tui.workspace.session import Workspace
    from capgo_tui.workspace.write_limits import Limit

CleanText: TypeAlias = Annotated[str, AfterValidator(clean)]
"""A text for the screen; what is read from a file is cleaned like text of the server."""


def _clean_sentence(sentence: object, validate: Callable[[object], str]) -> str:
    text = clean(validate(sentence))
    return Remark(text) if isinstance(sentence, Remark) else text


Sentence: TypeAlias = Annotated[str, WrapValidator(_clean_sentence)]
"""A clean text that is a warning or a `Remark`; its JSON is the text alone."""


Inverse: TypeAlias = "tuple[Change, ...] | str"
"""The changes that undo one, in order, or a sentence that says why none can."""


class RecordChanged(Refusal):
    """Raised when a record differs from what it was when its change was confirmed."""


class NotNeeded(Refusal):
    """Raised when a change, or every change of a batch, would set what is set already."""


class Change(BaseModel, ABC):
    """One write to one record. Each kind of change is a subclass in this package."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_by_name=True, serialize_by_alias=True
    )
    """An alias is what the journal of earlier versions calls a field."""

    kind: str
    """The discriminator of its JSON form."""
    noun: ClassVar[str]
    """``device``, ``channel`` or ``bundle``."""
    right: ClassVar[str]
    """The right that the API key needs; completes «this key may not …»."""

    reads_whole_list: ClassVar[bool] = False
    """Whether no request reads its record alone, so that many are better read together."""

    app_id: str
    wire_id: str = Field(alias="key")
    """The exact id or name by which the server knows the target."""
    label: CleanText
    """The name of the target on the screen."""
    row_key: str | None = Field(default=None, alias="row")
    """The row key of its record in the collection; None where there is no row (yet)."""
    before: State | None
    after: State | None
    impact: tuple[Sentence, ...] = Field(default=(), alias="touches")
    """The impact: warnings and remarks about what else happens, read before it is confirmed."""
    level: ConfirmationLevel = Field(default=ConfirmationLevel.LINE, alias="guard")
    """How much it takes to confirm it."""

    @abstractmethod
    def request(self, traits: Traits) -> Request:
        """Return the request that carries it out.

        Raises:
            Refusal: where the server has no such request.

        """

    async def check(self, workspace: Workspace, *, alone: bool) -> Change:
        """Check right before it is sent that it still does what was confirmed.

        Returns the change to send: this one, completed where something had to be looked up.

        Args:
            workspace: the app it belongs to.
            alone: whether it was confirmed by itself; in a batch one more request each is too much.

        Raises:
            RecordChanged: when its record has changed since it was confirmed.
            Refusal: when it would do something else; then nothing is sent either.
            CapgoError: when the record could not be read.

        """
        del workspace, alone
        return self

    @abstractmethod
    def make_inverse(
        self, current: State | None, result: State | None = None, traits: Traits = LIVE
    ) -> Inverse:
        """Return the changes that undo it, in order, or why none can.

        Args:
            current: the state of the record now.
            result: the state read back right after the change; None where that is not known.
            traits: the traits of the server now.

        """

    @abstractmethod
    async def read(self, workspace: Workspace) -> State | None:
        """Read the target from the server into its collection; None when there is no such record.

        Raises:
            CapgoError: when it cannot be read.

        """

    async def read_list(
        self, workspace: Workspace, *, deleted_rows: Collection[str] = ()
    ) -> State | None:
        """Read the target with the whole list that it is in.

        `deleted_rows` are the row keys of records that the server has deleted: the list is not
        read once more because they are missing.
        """
        del deleted_rows
        return await self.read(workspace)

    def find(self, workspace: Workspace) -> State | None:
        """Return the state of the target in its collection, without a request; None if absent."""
        del workspace
        return None

    def refresh_identity(self, workspace: Workspace) -> Self:
        """Return it with label, row and ids of the record that has its key now, as last read."""
        del workspace
        return self.model_copy(update={"label": clean(self.wire_id), "row_key": None})

    @property
    def needless_reason(self) -> str:
        """Why it changes nothing: its record was known to be so already; empty when it does."""
        if self.before is None or self.after is None:
            return ""
        is_so = all(
            field in self.before and self.before[field] == value
            for field, value in self.after.items()
        )
        return "it is so already" if is_so else ""

    def skip_reason(self, workspace: Workspace) -> str:
        """Return why it need not be sent, by what the collections hold; empty when it must be."""
        del workspace
        return self.needless_reason

    async def look_up_side_effects(self, workspace: Workspace) -> Change:
        """Return it with its side effects added to its impact, where they have to be looked up.

        Raises:
            CapgoError: when they cannot be read.

        """
        del workspace
        return self

    @property
    def right_channel(self) -> str:
        """The exact name of the channel that `right` concerns; empty for the whole app (§10)."""
        return ""

    @property
    def limits(self) -> Sequence[Limit]:
        """The rate limits of the server that it counts towards, the narrowest first."""
        return ()

    @property
    def invariants(self) -> State:
        """The fields that it does not set and that must be as before afterwards."""
        return {}

    def is_done(self, state: State | None) -> bool:
        """Whether a state that was read back has all that the change sets."""
        if state is None or self.after is None:
            return state is self.after
        return all(state.get(field, value) == value for field, value in self.after.items())

    def list_side_effects(self, state: State | None) -> State:
        """Return the fields of `before` that differ in a state although the change sets others."""
        if state is None or self.before is None or self.after is None:
            return {}
        besides = self.before.keys() - self.after.keys()
        return {
            field: state[field]
            for field in sorted(besides)
            if field in state and state[field] != self.before[field]
        }

    def is_expected(self, side_effects: State) -> bool:
        """Whether the operator was told of its side effects before it was confirmed."""
        return not side_effects

    def repair(self, dropped_fields: State) -> Change | None:
        """Return the change that restores dropped `invariants`; None if none can."""
        del dropped_fields
        return None

    @property
    def creates_record(self) -> bool:
        """Whether it creates its record."""
        return self.before is None and self.after is not None

    def is_outdated_by(self, state: State | None) -> bool:
        """Whether a state of the record differs from what it was before the change."""
        if state is None or self.before is None:
            return (state is None) != (self.before is None)
        return any(state.get(field, value) != value for field, value in self.before.items())
