"""Parses a reply's bytes into rows: in Rust where all is well, row by row where it is not."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypedDict, TypeVar

from pydantic_core import SchemaValidator, ValidationError
from pydantic_core.core_schema import (
    list_schema,
    nullable_schema,
    str_schema,
    typed_dict_field,
    typed_dict_schema,
)

from capgo_tui.api.fields import FLAG, schema_of
from capgo_tui.api.jsonvalue import JSON, load_json, scrub
from capgo_tui.api.records import RawPage, Record, RecordT, Unreadable, attach, rows_of
from capgo_tui.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

_MAX_CURSOR = 4096
_WORDS = {
    "dataclass_type": "not an object",
    "missing": "missing",
    "string_type": "not a text",
    "string_too_short": "empty",
}
"""What is wrong with a row, where pydantic says it in words of Python."""


class NotReadable(ValueError):  # noqa: N818  # never leaves this package
    """The reply is not what was asked for: no JSON, no list, no usable row."""


@dataclass(frozen=True)  # no slots: they break Listing[Row](…), a bug of dataclasses
class Listing(Generic[RecordT]):
    """One reply to a list request, in the server's order."""

    rows: Sequence[RecordT | Unreadable]
    by_cursor: bool = False
    """The rows came in an object with ``data``, as cursor lists do."""
    cursor: str | None = None
    """The next cursor: exact, opaque, never empty."""
    has_more: bool | None = None
    """What the server said about more rows; None when it said nothing."""
    whole: bool = False
    """Nothing can follow: this server sends its lists in one piece."""
    by_number: bool = False
    """This server is known to give the page that was asked for by its number."""
    requests: int = 1
    """How many requests it took."""


ModelT = TypeVar("ModelT", bound=Record)


class _Envelope(TypedDict, Generic[ModelT], total=False):
    """A list in an object (contract §7.1, §8.1, §12)."""

    data: list[ModelT] | None
    bundles: list[ModelT] | None
    versions: list[ModelT] | None
    nextCursor: str | None
    hasMore: bool | None


class _Readers(Generic[ModelT]):
    """The readers of one model, built once: building takes a millisecond."""

    def __init__(self, model: type[ModelT]) -> None:
        row = schema_of(model)
        rows = typed_dict_field(nullable_schema(list_schema(row)), required=False)
        envelope = typed_dict_schema(
            {
                "data": rows,
                "bundles": rows,
                "versions": rows,
                "nextCursor": typed_dict_field(nullable_schema(str_schema()), required=False),
                "hasMore": typed_dict_field(FLAG.schema),
            }
        )
        self._row = SchemaValidator(row)
        self._rows = SchemaValidator(list_schema(row))
        self._envelope = SchemaValidator(envelope)

    def one(self, body: bytes) -> ModelT:
        """Read a row from JSON."""
        row: ModelT = self._row.validate_json(body)
        return row

    def value(self, value: JSON) -> ModelT:
        """Read a row that is parsed already."""
        row: ModelT = self._row.validate_python(value)
        return row

    def many(self, body: bytes) -> list[ModelT]:
        """Read a bare list from JSON."""
        rows: list[ModelT] = self._rows.validate_json(body)
        return rows

    def enveloped(self, body: bytes) -> _Envelope[ModelT]:
        """Read a list in an object from JSON."""
        envelope: _Envelope[ModelT] = self._envelope.validate_json(body)
        return envelope


_built: dict[type[Record], object] = {}


def _readers(model: type[ModelT]) -> _Readers[ModelT]:
    readers = _built.get(model)
    if not isinstance(readers, _Readers):
        readers = _built[model] = _Readers(model)
    return readers


def parse_list(model: type[RecordT], body: bytes) -> Listing[RecordT]:
    """Parse a list reply of any revision; raises NotReadable when it is none.

    A row without a usable identity becomes `Unreadable` and the others live.
    """
    try:
        listing = _fast(model, body)
    except (ValidationError, NotReadable):
        listing = _careful(model, body)
    page = RawPage(body)
    for index, row in enumerate(listing.rows):
        if isinstance(row, Record):
            attach(row, page, index)
    return listing


def parse_one(model: type[RecordT], body: bytes) -> RecordT | Listing[RecordT]:
    """Parse a reply to a request for one row; a server that answers a list gives a Listing.

    Raises NotReadable when it is neither.
    """
    if body.lstrip().startswith(b"["):
        return parse_list(model, body)
    try:
        row = _readers(model).one(body)
    except ValidationError:
        try:
            row = _readers(model).value(scrub(load_json(body)))
        except ValidationError as error:
            raise NotReadable(_why(error)) from None
        except ValueError:
            raise NotReadable("it is no JSON") from None
    return attach(row, RawPage(body), -1)


def _fast(model: type[RecordT], body: bytes) -> Listing[RecordT]:
    if not body.lstrip().startswith(b"{"):
        return Listing(_readers(model).many(body))
    envelope = _readers(model).enveloped(body)
    data = envelope.get("data")
    for rows in (data, envelope.get("bundles"), envelope.get("versions")):
        if rows is not None:
            cursor = _cursor(envelope.get("nextCursor"))
            return Listing(rows, rows is data, cursor, envelope.get("hasMore"))
    raise NotReadable


def _careful(model: type[RecordT], body: bytes) -> Listing[RecordT]:
    try:
        document = scrub(load_json(body))
    except ValueError:
        raise NotReadable("it is no JSON") from None
    rows = rows_of(document)
    if rows is None:
        raise NotReadable("it is no list")
    read = [_row(model, row) for row in rows]
    if not isinstance(document, dict):
        return Listing(read)
    more = document.get("hasMore")
    return Listing(
        read,
        by_cursor=rows is document.get("data"),
        cursor=_cursor(document.get("nextCursor")),
        has_more=more if isinstance(more, bool) else None,
    )


def _row(model: type[RecordT], row: JSON) -> RecordT | Unreadable:
    try:
        return _readers(model).value(row)
    except ValidationError as error:
        return Unreadable(row, _why(error), json.dumps(row, sort_keys=True))


def _why(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    what = _WORDS.get(first["type"]) or first["msg"].removeprefix("Value error, ")
    return clean(f"{where or 'row'}: {what}", 200)


def _cursor(value: JSON) -> str | None:
    # An absurd cursor could not travel in a query anyhow.
    return value if isinstance(value, str) and 0 < len(value) <= _MAX_CURSOR else None
