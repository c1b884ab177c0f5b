"""What all changes have in common: data, fixed when the key was pressed.

A change names its target by the exact identity the server knows it by, says what it is before
and after, builds the one request that makes it so, and tells what would undo it. It is plain
data with a JSON form, so that a journal written today can be read and undone next week.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Annotated, ClassVar, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from capgo_tui.api.errors import Refused
from capgo_tui.api.revisions import LIVE
from capgo_tui.text import clean
from capgo_tui.workspace.changes.guard import Guard
from capgo_tui.workspace.changes.states import State  # noqa: TC001 - pydantic reads it

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from typing import Self

    from capgo_tui.api.requests import Request
    from capgo_tui.api.revisions import Traits
    from capgo_tui.workspace.pacing import Limit
    from capgo_tui.workspace.session import Workspace

CleanText: TypeAlias = Annotated[str, AfterValidator(clean)]
"""A text to be shown; one that comes from a file is cleaned like the server's."""


Inverse: TypeAlias = "tuple[Change, ...] | str"
"""The changes that undo one, in order; else in words why nothing can."""


class RecordChanged(Refused):
    """The record is no longer what it was when the change was agreed to."""


class Change(BaseModel, ABC):
    """One write to one record. Every kind of it is a subclass in this package."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_by_name=True, serialize_by_alias=True
    )
    """An alias is what the journal of earlier versions calls a field."""

    kind: str
    """What the journal calls such changes."""
    noun: ClassVar[str]
    """``device``, ``channel`` or ``bundle``."""
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
    level: Guard = Field(default=Guard.LINE, alias="guard")
    """How much it takes to confirm it."""

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
    def inverse(
        self, current: State | None, result: State | None = None, traits: Traits = LIVE
    ) -> Inverse:
        """Return what undoes it, in order, else why nothing can.

        Args:
            current: what is there now.
            result: what was read back right after the change; None where that is not known.
            traits: what the server is like by now.

        """

    @abstractmethod
    async def read(self, workspace: Workspace) -> State | None:
        """Read the target from the server into its list; None when there is no such record.

        Raises:
            CapgoError: when that cannot be told.

        """

    async def read_list(
        self, workspace: Workspace, *, deleted_rows: Collection[str] = ()
    ) -> State | None:
        """Read the target as `read` does, and with it the others of its list.

        `deleted` are rows that the server has said are gone: the list is not read once more
        because they are missing.
        """
        del deleted_rows
        return await self.read(workspace)

    def find(self, workspace: Workspace) -> State | None:
        """The target as its list now has it, without a request; None when it is not there."""
        del workspace
        return None

    def refresh_identity(self, workspace: Workspace) -> Self:
        """Return it with name, row and ids of the record that has its key, as last read."""
        del workspace
        return self.model_copy(update={"label": clean(self.key), "row": None})

    def needless(self, workspace: Workspace) -> str:
        """Why it is no longer to be sent, by what the lists now hold; empty when it is."""
        del workspace
        return ""

    async def look_up_side_effects(self, workspace: Workspace) -> Change:
        """Find out what it does besides, where it does not say so itself; gives it with that.

        Raises:
            CapgoError: when that cannot be read.

        """
        del workspace
        return self

    @property
    def right_channel(self) -> str:
        """Exact name of the channel that `right` is a right on; empty for one in the app (§10)."""
        return ""

    @property
    def limits(self) -> Sequence[Limit]:
        """What of the server's limits it counts towards, the narrowest first."""
        return ()

    @property
    def invariants(self) -> State:
        """What must be as before afterwards, though the change does not speak of it."""
        return {}

    def is_done(self, state: State | None) -> bool:
        """Whether what was read back is all that the change itself speaks of."""
        if state is None or self.after is None:
            return state is self.after
        return all(state.get(field, value) == value for field, value in self.after.items())

    def side_effects(self, state: State | None) -> State:
        """Return what of `before` has changed though the change does not speak of it, as it is."""
        if state is None or self.before is None or self.after is None:
            return {}
        besides = self.before.keys() - self.after.keys()
        return {
            field: state[field]
            for field in sorted(besides)
            if field in state and state[field] != self.before[field]
        }

    def is_expected(self, side_effects: State) -> bool:
        """Whether the operator was told beforehand of what it changed besides."""
        return not side_effects

    def repair(self, dropped_fields: State) -> Change | None:
        """The change that brings back what it should have `kept`."""
        del dropped_fields
        return None

    @property
    def creates_record(self) -> bool:
        """Whether its record is there only because of it."""
        return self.before is None and self.after is not None

    def is_outdated_by(self, state: State | None) -> bool:
        """Whether the record has come to differ from what the change says it was before."""
        if state is None or self.before is None:
            return (state is None) != (self.before is None)
        return any(state.get(field, value) != value for field, value in self.before.items())
