"""Compare two records by the lines of their details, and bundles by their native packages too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from capgo_tui.api.records import Record
from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.workspace.ages import drop_age
from capgo_tui.workspace.insight.packages import parse_packages
from capgo_tui.workspace.resources.section import NEVER_TOLD, UNTOLD

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from capgo_tui.api.models import Bundle
    from capgo_tui.workspace.cells import CellContext
    from capgo_tui.workspace.resources.resource import Resource

T = TypeVar("T", bound=Record)
PACKAGES: Final = "Native packages"
ABSENT: Final = "none"
UNKNOWN: Final = "unknown"


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One line of the details of two records."""

    section: str
    """The heading of the line; empty for the first lines, whose heading is the record's name."""
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
    """Return all lines that the details of either record have, in their order.

    Times stand beside each other without their ages, and what the API reports of neither record
    is one line, the last.
    """
    rows: dict[tuple[str, str], list[str]] = {}
    for side, record in enumerate((left, right)):
        for number, section in enumerate(resource.details(record, context)):
            title = section.title if number else ""
            for label, value in section.fields:
                rows.setdefault((title, label), ["", ""])[side] = drop_age(value)
    untold = [label for (_, label), values in rows.items() if values == [UNTOLD, UNTOLD]]
    told = [
        ComparisonRow(title, label, *values)
        for (title, label), values in rows.items()
        if label not in untold
    ]
    if untold:
        told.append(ComparisonRow("", ", ".join(untold), NEVER_TOLD, NEVER_TOLD))
    return told


def compare_native_packages(left: Bundle, right: Bundle) -> Sequence[ComparisonRow]:
    """Return a line for each native package, or one where a bundle does not tell its own."""
    one, other = parse_packages(left), parse_packages(right)
    if one is None or other is None:
        return [ComparisonRow(PACKAGES, "native packages", _count(one), _count(other))]
    return [
        ComparisonRow(PACKAGES, name, _format_version(one, name), _format_version(other, name))
        for name in sorted({*one, *other})
    ]


def sort_differing_first(rows: Iterable[ComparisonRow]) -> Sequence[ComparisonRow]:
    """Return the lines that differ, then the others."""
    return sorted(rows, key=lambda row: not row.differs)


def _format_version(packages: Mapping[str, str], name: str) -> str:
    return packages[name] or "any" if name in packages else ABSENT


def _count(packages: Mapping[str, str] | None) -> str:
    if packages is None:
        return UNKNOWN
    return f"{len(packages)} package{'' if len(packages) == 1 else 's'}"
