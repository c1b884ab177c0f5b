"""Rows of a list that could not be understood: all counted, the first of them kept to be seen."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from capgo_tui.api.records import Unreadable

MOST = 50
"""So many are kept; a server may send nothing else."""
MOST_LETTERS = 4_000
"""So much of each is kept: a row may be a megabyte."""


@dataclass(frozen=True, slots=True)
class OddRow:
    """Why a row could not be understood, and what it is as far as it is kept."""

    why: str
    json: str
    """Raw JSON, not clean; indented unless it had to be cut."""


@dataclass(slots=True)
class OddRows:
    """The rows of one walk that could not be understood."""

    count: int = 0
    kept: list[OddRow] = field(default_factory=list)

    def note(self, rows: Iterable[Unreadable]) -> None:
        """Count rows, and keep them while there is room."""
        for row in rows:
            self.count += 1
            if len(self.kept) < MOST:
                self.kept.append(OddRow(row.why, _kept(row)))


def _kept(row: Unreadable) -> str:
    if len(row.text) > MOST_LETTERS:
        return f"{row.text[:MOST_LETTERS]}…"
    return json.dumps(row.raw, indent=2, ensure_ascii=False)
