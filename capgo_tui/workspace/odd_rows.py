"""Rows of a list that could not be understood: all counted, the first of them kept to be seen."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from capgo_tui.api.paging import Page
    from capgo_tui.api.records import RecordT, Unreadable

MOST = 50
"""So many are kept; a server may send nothing else."""


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
    too_many: bool = False
    """Whether a page had more rows than any of such a server."""

    def note_page(self, page: Page[RecordT]) -> None:
        """Take note of all that is odd with a page."""
        self.too_many = self.too_many or page.too_many
        self.note(page.unreadable, page.extra_unreadable)

    def note(self, rows: Iterable[Unreadable], extra_unreadable: int = 0) -> None:
        """Count rows, and keep them while there is room; of some came only the number."""
        self.count += extra_unreadable
        for row in rows:
            self.count += 1
            if len(self.kept) < MOST:
                self.kept.append(OddRow(row.why, _kept(row)))


def _kept(row: Unreadable) -> str:
    if row.digest:
        return row.text
    return json.dumps(row.raw, indent=2, ensure_ascii=False)
