"""Compare two records by the lines of their details."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from capgo_tui.api.records import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.workspace.cells import CellContext
    from capgo_tui.workspace.resources.resource import Resource

T = TypeVar("T", bound=Record)


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One line of the details of two records."""

    section: str
    label: str
    left: str
    right: str

    @property
    def differs(self) -> bool:
        """Whether the records differ in it."""
        return self.left != self.right


def compare_records(
    resource: Resource[T], left: T, right: T, context: CellContext
) -> Sequence[ComparisonRow]:
    """Return all lines that the details of either record have, in their order."""
    rows: dict[tuple[str, str], list[str]] = {}
    for side, record in enumerate((left, right)):
        for section in resource.details(record, context):
            for label, value in section.fields:
                rows.setdefault((section.title, label), ["", ""])[side] = value
    return [ComparisonRow(title, label, *values) for (title, label), values in rows.items()]
