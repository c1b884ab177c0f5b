"""Sections: the labelled lines of a record's details."""

from __future__ import annotations

from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.workspace.ages import format_full_time

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping, Sequence
    from datetime import datetime

    from capgo_tui.api.records import Record
    from capgo_tui.api.revisions import Traits
    from capgo_tui.workspace.cells import CellContext

RecordT = TypeVar("RecordT", bound="Record")

UNTOLD = "unknown: the API does not report it"
NEVER_TOLD = "not in the API"
"""What is said once of all fields that the API does not report."""
LEFT_OUT = "not reported this time"
"""For a field that is missing in this reply, though the server has it."""
NOT_TOLD = "not reported for this {noun}"
"""For a field that is null in this record."""


@dataclass(frozen=True, slots=True)
class Section:
    """Fields under a heading."""

    title: str
    fields: Sequence[tuple[str, str]]
    title_label: str = ""
    """The label of the field that the heading repeats; empty where it repeats none."""


Details: TypeAlias = "Callable[[RecordT, CellContext], list[Section]]"


def keep_known_lines(
    field_of: Mapping[str, str], there_is: Callable[[Traits], Container[str]]
) -> Callable[[Details[RecordT]], Details[RecordT]]:
    """Leave lines out whose fields this server's revision does not have.

    Of a field that it has, and that its reply left out this time, nothing is said either.
    """

    def make_told_line(line: tuple[str, str], record: RecordT) -> tuple[str, str]:
        field = field_of.get(line[0])
        return line if field is None or record.has_field(field) else (line[0], LEFT_OUT)

    def decorate(details: Details[RecordT]) -> Details[RecordT]:
        @wraps(details)
        def list_known_sections(record: RecordT, context: CellContext) -> list[Section]:
            fields = there_is(context.traits)
            sections = [
                replace(
                    section,
                    fields=[
                        make_told_line(line, record)
                        for line in section.fields
                        if line[0] not in field_of or field_of[line[0]] in fields
                    ],
                )
                for section in details(record, context)
            ]
            return [section for section in sections if section.fields]

        return list_known_sections

    return decorate


def record_lines(
    identity: int | None,
    created_at: datetime | None,
    changed_at: datetime | None,
    context: CellContext,
) -> list[tuple[str, str]]:
    """Return the last lines of every record: its id and its times."""
    return [
        ("id", UNTOLD if identity is None else str(identity)),
        ("created", format_full_time(created_at, context.now)),
        ("changed", format_full_time(changed_at, context.now)),
    ]


def format_or_unknown(text: str | None, noun: str) -> str:
    """Return a text, or that the server has not told it for this record."""
    return text or NOT_TOLD.format(noun=noun)


def format_yes_or_no(value: bool | None, noun: str = "") -> str:
    """Return a yes or a no, or that it is unknown; without a noun it is told of no record."""
    if value is None:
        return NOT_TOLD.format(noun=noun) if noun else UNTOLD
    return "yes" if value else "no"
