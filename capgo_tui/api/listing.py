"""Parses a reply's bytes into rows: in Rust where all is well, row by row where it is not."""

# No `from __future__ import annotations` here: pydantic reads the annotations.

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import pydantic
from pydantic import Field, TypeAdapter, ValidationError

from capgo_tui.api.fields import Flag
from capgo_tui.api.jsonvalue import JSON, load_json, scrub
from capgo_tui.api.records import RawPage, Record, RecordT, Unreadable, attach, rows_of
from capgo_tui.text import clean

_MAX_CURSOR = 4096


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
    requests: int = 1
    """How many requests it took."""


ModelT = TypeVar("ModelT", bound=Record)
AnyT = TypeVar("AnyT")


@pydantic.dataclasses.dataclass(frozen=True)
class _Envelope(Generic[AnyT]):
    """A list in an object (contract §7.1, §8.1, §12)."""

    data: list[AnyT] | None = None
    bundles: list[AnyT] | None = None
    versions: list[AnyT] | None = None
    cursor: str | None = Field(default=None, validation_alias="nextCursor")
    has_more: Flag = Field(default=None, validation_alias="hasMore")


class _Readers(Generic[ModelT]):
    """Pydantic's readers of one model, built once: building takes milliseconds."""

    def __init__(self, model: type[ModelT]) -> None:
        self.one: TypeAdapter[ModelT] = TypeAdapter(model)
        self.many: TypeAdapter[list[ModelT]] = TypeAdapter(list[model])  # type: ignore[valid-type]
        self.enveloped: TypeAdapter[_Envelope[ModelT]] = TypeAdapter(_Envelope[model])  # type: ignore[valid-type]


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
        row = _readers(model).one.validate_json(body)
    except ValidationError:
        try:
            row = _readers(model).one.validate_python(scrub(load_json(body)))
        except ValidationError as error:
            raise NotReadable(_why(error)) from None
        except ValueError:
            raise NotReadable("it is no JSON") from None
    return attach(row, RawPage(body), -1)


def _fast(model: type[RecordT], body: bytes) -> Listing[RecordT]:
    if not body.lstrip().startswith(b"{"):
        return Listing(_readers(model).many.validate_json(body))
    envelope = _readers(model).enveloped.validate_json(body)
    for rows in (envelope.data, envelope.bundles, envelope.versions):
        if rows is not None:
            cursor = _cursor(envelope.cursor)
            return Listing(rows, rows is envelope.data, cursor, envelope.has_more)
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
        return _readers(model).one.validate_python(row)
    except ValidationError as error:
        return Unreadable(row, _why(error), json.dumps(row, sort_keys=True))


def _why(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return clean(f"{where or 'row'}: {first['msg'].removeprefix('Value error, ')}", 200)


def _cursor(value: JSON) -> str | None:
    # An absurd cursor could not travel in a query anyhow.
    return value if isinstance(value, str) and 0 < len(value) <= _MAX_CURSOR else None
