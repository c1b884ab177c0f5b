"""Drafts of forms: their entries, what was typed and chosen, and what is wrong with it."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from capgo_tui.api.errors import CapgoError
    from capgo_tui.api.jsonvalue import JSON
    from capgo_tui.api.requests import Request
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.next_step import NextStep

REVIEW: Final = "review"
"""The name of the action of every form that shows what would be sent."""
SECRET_FIELDS: Final = frozenset({"session_key"})
"""Fields of a request that are shown as dots."""


class EntryKind(Enum):
    """How an entry is edited."""

    TEXT = auto()
    SECRET = auto()
    CHOICE = auto()
    """One of a few values."""
    LABEL = auto()
    """Not editable."""
    ACTION = auto()
    """Enter on it runs an action."""
    HEADING = auto()
    """The title of a section."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a form."""

    name: str
    label: str
    kind: EntryKind = EntryKind.TEXT
    hint: str = ""
    """The text shown beside it."""
    section: str = ""
    """The title of its section; empty where the form has none."""

    @property
    def takes_text(self) -> bool:
        """Whether it is typed."""
        return self.kind in (EntryKind.TEXT, EntryKind.SECRET)


class Draft(ABC):
    """The texts of a form's entries, and what is wrong with them.

    Entries are addressed by their names; one that is not filled in has no text.
    """

    def __init__(self, texts: Mapping[str, str] | None = None) -> None:
        self._first = dict(texts or {})
        self._texts: dict[str, str] = {}
        """What was typed."""
        self._refusals: dict[str, tuple[str, str]] = {}

    @property
    @abstractmethod
    def title(self) -> str:
        """What is edited."""

    @property
    @abstractmethod
    def entries(self) -> Sequence[Entry]:
        """The entries of the form in their order; they may change."""

    # One entry

    def get_first_text(self, name: str) -> str:
        """Return the text of an entry before anything was typed."""
        return self._first.get(name, "")

    def get_text(self, name: str) -> str:
        """Return the text of an entry."""
        return self._texts.get(name, self.get_first_text(name))

    def format_shown(self, name: str) -> str:
        """Return what the form shows of an entry while it is not being typed."""
        return self.get_text(name)

    def type(self, name: str, text: str) -> None:
        """Set the text of an entry."""
        self._texts[name] = text

    def cycle(self, name: str, step: int = 1) -> None:
        """Choose the next value of a choice: no after yes."""
        self.type(name, "no" if self.get_text(name) == "yes" else "yes")

    def leave(self, name: str) -> str:
        """Note that the cursor leaves an entry; return what is to be said about that."""
        return ""

    def list_suggestions(self, name: str) -> Sequence[str]:
        """Return the texts that complete the one of an entry."""
        return ()

    def is_changed(self, name: str) -> bool:
        """Whether an entry has another text than at first."""
        return self.get_text(name).strip() != self.get_first_text(name).strip()

    def refuse(self, name: str, why: str) -> None:
        """Show the server's refusal of an entry until its text changes."""
        self._refusals[name] = (self.get_text(name), clean(why))

    def find_error(self, name: str) -> str:
        """Return what is wrong with an entry; empty for nothing."""
        text, why = self._refusals.get(name, ("", ""))
        return self.find_problem(name) or (why if why and text == self.get_text(name) else "")

    def find_next_step(self, name: str) -> NextStep | None:
        """Return the next step for the error of an entry; None for correcting it."""
        return None

    @abstractmethod
    def find_problem(self, name: str) -> str:
        """Return the rule that an entry breaks; empty for none."""

    # All of it

    @property
    def dirty(self) -> int:
        """The number of edited entries."""
        return sum(self.is_changed(entry.name) for entry in self.entries)

    def list_errors(self) -> Sequence[tuple[Entry, str]]:
        """Return each entry that breaks a rule, with the rule."""
        problems = ((entry, self.find_problem(entry.name)) for entry in self.entries)
        return [(entry, problem) for entry, problem in problems if problem]

    @abstractmethod
    def describe(self) -> Sequence[tuple[str, str]]:
        """Return the lines below the entries: clean texts, each with its tone."""


class ChangeDraft(Draft):
    """A draft of one change of a record, or of a new one."""

    @abstractmethod
    def change(self, action: str = REVIEW) -> Change:
        """Return the change of all edited entries, or that of another action of the form."""

    def rebase(self) -> bool:
        """Compare with the record as the list now has it; return False when it is gone."""
        return True

    def find_objection(self, action: str) -> str:
        """Return why an action makes no change now; empty when it does."""
        return "" if self.dirty else "Nothing is changed, so there is nothing to send."

    def blame(self, error: CapgoError) -> None:
        """Show the server's refusal beside the entry it is about, if it is about one."""


def preview(request: Request) -> str:
    """Return a request without its secrets: ``POST /bundle {"app_id": …}``."""
    body: dict[str, JSON] = {
        field: "•••" if field in SECRET_FIELDS else value
        for field, value in (request.body or {}).items()
    }
    body_text = f" {json.dumps(body, ensure_ascii=False)}" if body else ""
    return clean(f"{request.name}{body_text}")
