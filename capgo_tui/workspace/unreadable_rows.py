"""Rows of a list that could not be understood: all are counted, the first are kept."""

from __future__ import annotations

import json
from dataclasses import field
from typing import TYPE_CHECKING

from capgo_tui.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from capgo_tui.api.paging import Page
    from capgo_tui.api.records import RecordT, Unreadable

MOST = 50
"""Most rows that are kept; a server may send nothing else."""


@dataclass(frozen=True, slots=True)
class UnreadableRow:
    """A row that could not be understood, and why."""

    why: str
    json: str
    """Raw JSON, not clean; indented unless it had to be cut."""


@dataclass(slots=True)
class UnreadableRows:
    """The rows of one walk that could not be understood."""

    count: int = 0
    rows: list[UnreadableRow] = field(default_factory=list)
    too_many: bool = False
    """Whether a page had more rows than any of such a server."""

    def note_page(self, page: Page[RecordT]) -> None:
        """Note the unreadable rows of a page, and whether it had too many rows."""
        self.too_many = self.too_many or page.too_many
        self.note(page.unreadable, page.extra_unreadable)

    def note(self, rows: Iterable[Unreadable], extra_unreadable: int = 0) -> None:
        """Count rows, and keep them while there is room; `extra_unreadable` are only counted."""
        self.count += extra_unreadable
        for row in rows:
            self.count += 1
            if len(self.rows) < MOST:
                self.rows.append(UnreadableRow(row.why, _read_text(row)))


def _read_text(row: Unreadable) -> str:
    if row.digest:
        return row.text
    return json.dumps(row.raw, indent=2, ensure_ascii=False)
