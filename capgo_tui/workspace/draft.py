"""What a small form asks for: its entries, what is wrong with them, what would be sent."""

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


class Kind(Enum):
    """How an entry is filled in."""

    TEXT = auto()
    SECRET = auto()
    CHOICE = auto()
    """Yes or no."""
    LABEL = auto()
    """Shown alone."""
    ACTION = auto()
    """Enter on it is a wish of its own."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a form."""

    name: str
    label: str
    kind: Kind = Kind.TEXT
    hint: str = ""
    """What belongs there, shown beside it."""


class Draft(ABC):
    """What has been filled in; says of each entry what is wrong with it."""

    title: str
    entries: Sequence[Entry]

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._first = dict(texts)
        self._texts = dict(texts)
        self._refusals: dict[str, tuple[str, str]] = {}

    def text(self, name: str) -> str:
        """What an entry holds."""
        return self._texts.get(name, "")

    def type(self, name: str, text: str) -> None:
        """Fill an entry in."""
        self._texts[name] = text

    def is_changed(self, name: str) -> bool:
        """Whether an entry holds something else than at first."""
        return self.text(name).strip() != self._first.get(name, "").strip()

    @property
    def dirty(self) -> int:
        """How many entries would be lost."""
        return sum(self.is_changed(entry.name) for entry in self.entries)

    def refuse(self, name: str, why: str) -> None:
        """Keep what the server said against what an entry holds, until it holds another text."""
        self._refusals[name] = (self.text(name), clean(why))

    def error(self, name: str) -> str:
        """What is wrong with an entry; empty for nothing."""
        text, why = self._refusals.get(name, ("", ""))
        return self.problem(name) or (why if why and text == self.text(name) else "")

    def first_error(self) -> tuple[Entry, str] | None:
        """The first entry that cannot be sent as it is."""
        problems = ((entry, self.problem(entry.name)) for entry in self.entries)
        return next(((entry, problem) for entry, problem in problems if problem), None)

    @abstractmethod
    def problem(self, name: str) -> str:
        """Which rule an entry breaks; empty for none."""

    @abstractmethod
    def about(self) -> Sequence[tuple[str, str]]:
        """What stands below the entries: clean texts, each with its tone."""


def preview(request: Request) -> str:
    """A request as it will be sent, secrets aside: ``POST /bundle {"app_id": …}``."""
    body: dict[str, JSON] = {
        field: "•••" if field in SECRET_FIELDS else value
        for field, value in (request.body or {}).items()
    }
    body_text = f" {json.dumps(body, ensure_ascii=False)}" if body else ""
    return clean(f"{request.name}{body_text}")
