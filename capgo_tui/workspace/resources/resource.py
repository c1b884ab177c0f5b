"""Resources, as the lists, the table, the exports and the command line need them."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Final, Generic, TypeAlias, TypeVar

from capgo_tui.api.records import Record
from capgo_tui.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Container, Iterable, Mapping, Sequence
    from datetime import datetime

    from capgo_tui.api.client import CapgoClient
    from capgo_tui.api.revisions import Traits
    from capgo_tui.workspace.cells import CellContext
    from capgo_tui.workspace.collection import PageSource
    from capgo_tui.workspace.fleet_size import FleetSize
    from capgo_tui.workspace.insight.places import Link, LinkSource
    from capgo_tui.workspace.load_effort import LoadEffort
    from capgo_tui.workspace.resources.column import Column, Fact
    from capgo_tui.workspace.resources.section import Section

T = TypeVar("T", bound=Record)

Glyph: TypeAlias = tuple[str, str]
"""A sign and its tone: good, bad, warn, accent, plain or muted."""
WRITING: Final[Glyph] = ("⟳", "warn")
"""The sign of a record while a write to it is under way."""


def _return_no_details(_: Record, __: CellContext) -> list[Section]:
    return []


def _return_no_links(_: Record, __: LinkSource) -> Iterable[Link]:
    return ()


def _return_no_joins(_: Traits) -> Sequence[str]:
    return ()


@dataclass(frozen=True, slots=True)
class Source:
    """What the lists of one app are read from."""

    client: CapgoClient
    app_id: str
    now: Callable[[], datetime]
    fleet_size: FleetSize


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource(Generic[T]):
    """A resource of Capgo's API: its columns and details."""

    name: str
    """The plural."""
    columns: Sequence[Column[T]]
    facts: Mapping[str, Fact[T]] = field(default_factory=dict)
    """What a filter can ask with ``is:``."""
    details: Callable[[T, CellContext], list[Section]] = _return_no_details
    fields_told: Callable[[Traits], Container[str]] | None = None
    """The fields that a server of some traits tells; None for all."""
    joins: Callable[[Traits], Sequence[str]] = _return_no_joins
    """The names of the resources whose records its cells need on a server of some traits."""
    fact_joins: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The names of the resources whose records some facts need besides."""
    missing_join: str = ""
    """What is unknown when those cannot be read."""

    def list_columns_told(self, traits: Traits) -> list[Column[T]]:
        """Return the columns of which a server of these traits tells anything."""
        if self.fields_told is None:
            return list(self.columns)
        fields = self.fields_told(traits)
        return [
            column
            for column in self.columns
            if not column.fields or any(field in fields for field in column.fields)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedResource(Resource[T]):
    """A resource with a list in the workspace: how it is read, and the signs of its rows."""

    title: str
    walk: Callable[[Source], PageSource[T]]
    """Opens a walk through the pages of its list."""
    operation: str
    """The name of the requests of such a walk, by which a pending retry is shown at its list."""
    row_key: Callable[[T], str]
    read_one: Callable[[Source, str], Awaitable[T]] | None = None
    """Reads one record by its row key, where the API can."""
    effort: Callable[[Source, int], LoadEffort] | None = None
    """Estimates what loading the whole list takes when so many records are loaded."""
    glyph: Callable[[T, CellContext], Glyph]
    """The sign of a row, explained in `legend`."""
    tone: Callable[[T, str], str]
    """The tone of a column's cell, by the column's id."""
    legend: Sequence[tuple[Glyph, str]]
    colour_legend: str = ""
    """What the colours of the signs mean; empty where a sign has but one."""
    stand_ins: Mapping[str, str] = field(default_factory=dict)
    """Columns by the column whose cells show them instead, while they are not drawn themselves."""
    empty_advice: str
    """How to get the first record."""
    links: Callable[[T, LinkSource], Iterable[Link]] = _return_no_links
    """Returns what the details of a record lead to."""
    screen_columns: Sequence[tuple[str, Column[T]]] = ()
    """Columns of the screen alone, each with the id of the column that it stands behind.

    They show what is worked out of other records, and are left out while that is not known.
    """


def place_behind(
    columns: Sequence[Column[T]], others: Iterable[tuple[str, Column[T]]]
) -> list[Column[T]]:
    """Return columns with others among them, each behind the column of an id, else at the end."""
    result = list(columns)
    for anchor, column in others:
        at = next((n for n, each in enumerate(result) if each.id == anchor), len(result) - 1)
        result.insert(at + 1, column)
    return result


def join_bundle_names(traits: Traits) -> Sequence[str]:
    """Join the bundles where such a server tells of a bundle only its id (contract §6.1)."""
    return () if traits.tells_bundle_names else ("bundles",)
