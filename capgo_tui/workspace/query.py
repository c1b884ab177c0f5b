"""The filter that is typed after ``/``: words that must all occur, in any case."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ID = re.compile(r"[\w.:-]{4,}")


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed filter; the empty one matches everything."""

    text: str = ""
    words: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Query:
        """Read a filter as it is typed; any text is a valid one."""
        return cls(text.strip(), tuple(text.casefold().split()))

    def __bool__(self) -> bool:
        return bool(self.words)

    def matches(self, haystack: str) -> bool:
        """Tell whether a record's text, case-folded, holds every word."""
        return all(word in haystack for word in self.words)

    def narrows(self, other: Query) -> bool:
        """Tell whether whatever this matches, `other` matches as well."""
        return all(any(mine in word for word in self.words) for mine in other.words)

    @property
    def looks_like_id(self) -> bool:
        """Whether the text could be one device id, worth asking the server for."""
        return len(self.words) == 1 and _ID.fullmatch(self.text) is not None
