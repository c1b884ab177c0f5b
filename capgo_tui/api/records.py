"""Base of every row: an identity and the original JSON, stored compressed."""

from __future__ import annotations

import hashlib
import json
import zlib
from dataclasses import field, fields, is_dataclass, replace
from typing import TYPE_CHECKING, ClassVar, TypeVar

from capgo_tui.api.jsonvalue import JSON, load_json
from capgo_tui.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

LIST_KEYS = ("data", "bundles", "versions")
"""Members that hold the rows when a list comes in an object (contract §8.1, §9, §12)."""


@dataclass(frozen=True, slots=True)
class BundleRef:
    """The bundle that a channel or a device names: its id, its name, or both."""

    id: int | None
    name: str | None
    """Clean text; `wire_name` is the exact one."""
    exact: str | None = field(default=None, repr=False, compare=False)
    """The server's exact text, if cleaning changed it."""

    @property
    def wire_name(self) -> str | None:
        """The exact name, for requests."""
        return self.exact or self.name


class RawPage:
    """The compressed body of a reply, shared by its rows (about 20 bytes each)."""

    __slots__ = ("_body",)

    def __init__(self, body: bytes) -> None:
        self._body = zlib.compress(body, 1)

    def parse_document(self) -> JSON:
        """Decompress and parse the whole reply."""
        return load_json(zlib.decompress(self._body))

    def parse_row(self, index: int) -> JSON:
        """Return one row of the list; a negative index means that the reply is the row."""
        return self.parse_rows([index])[0]

    def parse_rows(self, indexes: Iterable[int]) -> list[JSON]:
        """Return several rows as `row` does, decompressing the reply once."""
        document = self.parse_document()
        rows = find_rows(document)
        return [document if at < 0 or rows is None else rows[at] for at in indexes]


class Record:
    """Base of every row. Rows are equal when their fields are equal, whatever their page."""

    __slots__ = ("_earlier", "_exact", "_index", "_listed", "_override_unknown", "_page")

    _exact: str
    _index: int
    _page: RawPage

    ABSENT_IS_NONE: ClassVar[frozenset[str]] = frozenset()
    """Fields whose absence means that there is none, rather than unknown."""
    WIRE_NAMES: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """Names of fields in JSON where they differ from their own; the first one present counts."""

    @property
    def row_key(self) -> Hashable:
        """The row key: identifies this row in its list."""
        raise NotImplementedError

    def is_same(self, other: object) -> bool:
        """Return whether `other` is the same row with the same known fields."""
        return self == other

    @property
    def is_single_reply(self) -> bool:
        """Whether it was the whole reply: some servers send fewer fields for one record."""
        return getattr(self, "_page", None) is not None and self._index < 0

    def has_field(self, name: str) -> bool:
        """Return whether the reply had a field, even null; rows of a list have all fields."""
        return (
            not self.is_single_reply
            or self._was_listed
            or name not in _find_missing_fields(self, self.parse_raw())
        )

    @property
    def _was_listed(self) -> bool:
        """Whether a row of a list completed it."""
        return getattr(self, "_listed", False)

    def parse_raw(self) -> JSON:
        """Return the row as the server sent it; None for a row without a reply.

        Fields that a single reply lacks are added from the row of the list.

        The text is not clean: show it through `capgo_tui.text.clean_lines`.
        """
        page: RawPage | None = getattr(self, "_page", None)
        row = None if page is None else page.parse_row(self._index)
        earlier: Record | None = getattr(self, "_earlier", None)
        before = None if earlier is None else earlier.parse_raw()
        if not isinstance(row, dict) or not isinstance(before, dict):
            return row
        return row | {
            name: value
            for name, value in before.items()
            if name not in row and name not in self.ABSENT_IS_NONE
        }

    def format_raw_json(self) -> str:
        """Return `raw` as indented JSON text without secrets, in the server's order; not clean."""
        return json.dumps(self.redact(self.parse_raw()), indent=2, ensure_ascii=False)

    def redact(self, raw: JSON) -> JSON:
        """Return a raw row without secrets."""
        return raw

    def _get_exact(self, default: str) -> str:
        exact: str = getattr(self, "_exact", default)
        return exact


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row without a usable identity; it is shown and counted, but cannot be changed."""

    raw: JSON = field(compare=False)
    """The row; None if it was too large to keep."""
    why: str
    text: str = ""
    """The row as JSON text with sorted keys, cut after `MOST_LETTERS`."""
    digest: str = ""
    """Hash of the whole text, if it was cut."""

    @property
    def row_key(self) -> Hashable:
        """The row key: identifies this row in its list."""
        return ("unreadable", self.text, self.digest)


MOST_LETTERS = 4_000
"""Most characters kept of the JSON text of an unreadable row."""


def make_unreadable(row: JSON, why: str) -> Unreadable:
    """Return an unreadable row, cut if it is large."""
    text = json.dumps(row, sort_keys=True)
    if len(text) <= MOST_LETTERS:
        return Unreadable(row, why, text)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Unreadable(None, why, f"{text[:MOST_LETTERS]}…", digest)


RecordT = TypeVar("RecordT", bound=Record)


def attach(record: RecordT, page: RawPage, index: int) -> RecordT:
    """Attach a new record to the page that it came in, and return it."""
    object.__setattr__(record, "_page", page)
    object.__setattr__(record, "_index", index)
    return record


def complete_record(record: RecordT, earlier: RecordT) -> RecordT:
    """Complete a record from a single reply by the fields of an earlier one."""
    if not record.is_single_reply or not is_dataclass(record):
        return record
    missing = _find_missing_fields(record, record.parse_raw())
    additions = {name: value for name in missing if (value := getattr(earlier, name)) is not None}
    if additions:
        page, exact = record._page, getattr(record, "_exact", None)
        record = attach(replace(record, **additions), page, -1)
        if exact is not None:
            object.__setattr__(record, "_exact", exact)
        object.__setattr__(record, "_earlier", getattr(earlier, "_earlier", earlier))
    object.__setattr__(record, "_listed", not earlier.is_single_reply or earlier._was_listed)
    return record


def _find_missing_fields(record: Record, raw: JSON) -> set[str]:
    """Return the fields that a reply lacks and whose absence means unknown."""
    if not isinstance(raw, dict) or not is_dataclass(record):
        return set()
    return {
        each.name
        for each in fields(record)
        if each.name not in record.ABSENT_IS_NONE
        and raw.keys().isdisjoint(record.WIRE_NAMES.get(each.name, (each.name,)))
    }


def redact_rows(records: Iterable[Record]) -> list[JSON]:
    """Return the raw rows of many records without secrets; each reply is parsed once."""
    records = list(records)
    raws = list_raw_rows(records)
    return [record.redact(raw) for record, raw in zip(records, raws, strict=True)]


def get_row_text(raw: JSON, field: str) -> str | None:
    """Return the exact text of a field of a raw row; None when it is no text."""
    value = raw.get(field) if isinstance(raw, dict) else None
    return value if isinstance(value, str) else None


def list_raw_rows(records: Sequence[Record | Unreadable]) -> list[JSON]:
    """Return the raw rows of many records with secrets; each reply is parsed once."""
    places: dict[RawPage, list[int]] = {}
    indexes: dict[int, int] = {}
    rows: list[JSON] = [None] * len(records)
    for place, record in enumerate(records):
        if isinstance(record, Unreadable):
            rows[place] = record.raw
            continue
        page: RawPage | None = getattr(record, "_page", None)
        if getattr(record, "_earlier", None) is not None:
            rows[place] = record.parse_raw()
        elif page is not None:
            places.setdefault(page, []).append(place)
            indexes[place] = record._index
    for page, those in places.items():
        for place, row in zip(those, page.parse_rows(indexes[at] for at in those), strict=True):
            rows[place] = row
    return rows


def find_rows(document: JSON) -> list[JSON] | None:
    """Return the rows of a list reply, bare or in an object; None when it is no list."""
    if isinstance(document, list):
        return document
    if isinstance(document, dict):
        for name in LIST_KEYS:
            rows = document.get(name)
            if isinstance(rows, list):
                return rows
    return None
