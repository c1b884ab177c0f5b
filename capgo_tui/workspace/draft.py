"""Drafts of small forms: their entries, errors and requests."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from capgo_tui.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from capgo_tui.api.jsonvalue import JSON
    from capgo_tui.api.requests import Request

SECRET_FIELDS: Final = frozenset({"session_key"})
"""Fields of a request that are shown as dots."""


class EntryKind(Enum):
    """How an entry is edited."""

    TEXT = auto()
    SECRET = auto()
    CHOICE = auto()
    """Yes or no."""
    LABEL = auto()
    """Not editable."""
    ACTION = auto()
    """Enter on it runs an action."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a form."""

    name: str
    label: str
    kind: EntryKind = EntryKind.TEXT
    hint: str = ""
    """The text shown beside it."""


class Draft(ABC):
    """The texts of a form's entries, and what is wrong with them."""

    title: str
    entries: Sequence[Entry]

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._first = dict(texts)
        self._texts = dict(texts)
        self._refusals: dict[str, tuple[str, str]] = {}

    def text(self, name: str) -> str:
        """Return the text of an entry."""
        return self._texts.get(name, "")

    def type(self, name: str, text: str) -> None:
        """Set the text of an entry."""
        self._texts[name] = text

    def is_changed(self, name: str) -> bool:
        """Whether an entry has another text than at first."""
        return self.text(name).strip() != self._first.get(name, "").strip()

    @property
    def dirty(self) -> int:
        """The number of edited entries."""
        return sum(self.is_changed(entry.name) for entry in self.entries)

    def refuse(self, name: str, why: str) -> None:
        """Show the server's refusal of an entry until its text changes."""
        self._refusals[name] = (self.text(name), clean(why))

    def error(self, name: str) -> str:
        """Return what is wrong with an entry; empty for nothing."""
        text, why = self._refusals.get(name, ("", ""))
        return self.problem(name) or (why if why and text == self.text(name) else "")

    def first_error(self) -> tuple[Entry, str] | None:
        """Return the first entry that has an error, and the error."""
        problems = ((entry, self.problem(entry.name)) for entry in self.entries)
        return next(((entry, problem) for entry, problem in problems if problem), None)

    @abstractmethod
    def problem(self, name: str) -> str:
        """Return the rule that an entry breaks; empty for none."""

    @abstractmethod
    def about(self) -> Sequence[tuple[str, str]]:
        """Return the lines below the entries: clean texts, each with its tone."""


def preview(request: Request) -> str:
    """Return a request without its secrets: ``POST /bundle {"app_id": …}``."""
    body: dict[str, JSON] = {
        field: "•••" if field in SECRET_FIELDS else value
        for field, value in (request.body or {}).items()
    }
    body_text = f" {json.dumps(body, ensure_ascii=False)}" if body else ""
    return clean(f"{request.name}{body_text}")
