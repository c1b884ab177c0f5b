"""Parse a reply into rows: in Rust if all are valid, row by row otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypedDict, TypeVar

from pydantic_core import SchemaValidator, ValidationError, from_json
from pydantic_core.core_schema import (
    CoreSchema,
    list_schema,
    nullable_schema,
    str_schema,
    typed_dict_field,
    typed_dict_schema,
    with_default_schema,
)

from capgo_tui.api.fields import FLAG, make_schema
from capgo_tui.api.jsonvalue import JSON, load_json, scrub
from capgo_tui.api.records import (
    LIST_KEYS,
    RawPage,
    Record,
    RecordT,
    Unreadable,
    attach,
    find_rows,
    make_unreadable,
)
from capgo_tui.api.slices import MalformedJsonError, Outline, Span, outline
from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

_MAX_CURSOR = 4096
_READ_WHOLE = 128 * 1024  # bytes; parsing more blocks noticeably
_MOST_OF_ONE = 1024 * 1024
_MOST_OF_A_MEMBER = 64 * 1024
MOST_UNREADABLE = 100
"""Most unreadable rows of a reply that are kept; the others are only counted."""
_WORDS = {
    "dataclass_type": "not an object",
    "missing": "missing",
    "string_type": "not a text",
    "string_too_short": "empty",
}
"""Plain words for pydantic's error types."""


class UnreadableReplyError(ValueError):
    """The reply is not JSON, not a list, or not a usable row."""


@dataclass(frozen=True)  # no slots: they break Listing[Row](…), a bug of dataclasses
class Listing(Generic[RecordT]):
    """One reply to a list request, in the server's order."""

    rows: Sequence[RecordT | Unreadable]
    by_cursor: bool = False
    """Whether the rows came in an object with ``data``, as in cursor lists."""
    cursor: str | None = None
    """The next cursor: exact, opaque, never empty."""
    has_more: bool | None = None
    """Whether there are more rows; None when the server does not say."""
    whole: bool = False
    """Whether this server sends its lists in one reply."""
    by_number: bool = False
    """Whether this server is known to page by number."""
    requests: int = 1
    """Number of requests sent for it."""
    extra_unreadable: int = 0
    """Number of unreadable rows besides those in `rows`."""
    too_many: bool = False
    """Whether a server that pages its lists sent more rows than any page can have."""

    @property
    def count(self) -> int:
        """Number of rows, readable or not."""
        return len(self.rows) + self.extra_unreadable


ModelT = TypeVar("ModelT", bound=Record)


class _Envelope(TypedDict, Generic[ModelT], total=False):
    """A list in an object (contract §7.1, §8.1, §12)."""

    data: list[ModelT] | None
    bundles: list[ModelT] | None
    versions: list[ModelT] | None
    nextCursor: str | None
    hasMore: bool | None


class _Readers(Generic[ModelT]):
    """The validators of one model, built once, as building takes a millisecond."""

    def __init__(self, model: type[ModelT]) -> None:
        row = make_schema(model, model.WIRE_NAMES)
        rows = typed_dict_field(nullable_schema(_make_strict_list_schema(row)), required=False)
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
        self._rows = SchemaValidator(_make_strict_list_schema(row))
        self._tolerant = SchemaValidator(
            list_schema(with_default_schema(row, default=None, on_error="default"))
        )
        self._envelope = SchemaValidator(envelope)

    def read_one(self, body: bytes) -> ModelT:
        """Read a row from JSON."""
        row: ModelT = self._row.validate_json(body)
        return row

    def read_value(self, value: JSON) -> ModelT:
        """Read a row from a JSON value."""
        row: ModelT = self._row.validate_python(value)
        return row

    def read_many(self, body: bytes) -> list[ModelT]:
        """Read a bare list from JSON."""
        rows: list[ModelT] = self._rows.validate_json(body)
        return rows

    def read_tolerantly(self, rows: list[JSON] | bytes) -> list[ModelT | None]:
        """Read a list from JSON or JSON values, with None for each unreadable row."""
        read: list[ModelT | None]
        if isinstance(rows, bytes):
            read = self._tolerant.validate_json(rows)
        else:
            read = self._tolerant.validate_python(rows)
        return read

    def read_envelope(self, body: bytes) -> _Envelope[ModelT]:
        """Read a list in an object from JSON."""
        envelope: _Envelope[ModelT] = self._envelope.validate_json(body)
        return envelope


def _make_strict_list_schema(row: CoreSchema) -> CoreSchema:
    """Return the schema of a list that fails at its first unreadable row."""
    return list_schema(row, fail_fast=True)


_readers_by_model: dict[type[Record], object] = {}


def _make_readers(model: type[ModelT]) -> _Readers[ModelT]:
    readers = _readers_by_model.get(model)
    if not isinstance(readers, _Readers):
        readers = _readers_by_model[model] = _Readers(model)
    return readers


def parse_list(model: type[RecordT], body: bytes) -> Listing[RecordT]:
    """Parse a list reply of any revision; raises UnreadableReplyError when it is no list.

    A row without a usable identity becomes `Unreadable`. The time is linear in the bytes, and
    the memory in the rows that are kept.
    """
    if len(body) > _READ_WHOLE:
        return _parse_large(model, body)
    try:
        listing = _parse_fast(model, body)
    except (ValidationError, UnreadableReplyError):
        return _parse_tolerantly(model, body)
    page = RawPage(body)
    for index, row in enumerate(listing.rows):
        if isinstance(row, Record):
            attach(row, page, index)
    return listing


def parse_head(body: bytes) -> JSON:
    """Parse the beginning of a reply, to recognise it: of a large list only the first rows.

    Raises ValueError when it is no JSON.
    """
    if len(body) <= _READ_WHOLE:
        return load_json(body)
    reply_outline = outline(body)
    if reply_outline.items is not None:
        return load_json(reply_outline.items[0].as_list(body)) if reply_outline.items else []
    return {
        name: load_json(value[0].as_list(body) if value else b"[]")
        if isinstance(value, list)
        else _parse_small(value, body)
        for name, value in reply_outline.members.items()
    }


def parse_one(model: type[RecordT], body: bytes) -> RecordT | Listing[RecordT]:
    """Parse a reply to a request for one row; return a Listing if the server sent a list.

    Raises UnreadableReplyError when it is neither.
    """
    if body.lstrip().startswith(b"["):
        return parse_list(model, body)
    if len(body) > _MOST_OF_ONE:
        raise UnreadableReplyError("it is too large for one record")
    try:
        row = _make_readers(model).read_one(body)
    except ValidationError:
        try:
            row = _make_readers(model).read_value(scrub(load_json(body)))
        except ValidationError as error:
            raise UnreadableReplyError(_describe(error)) from None
        except ValueError:
            raise UnreadableReplyError("it is no JSON") from None
    return attach(row, RawPage(body), -1)


def _parse_fast(model: type[RecordT], body: bytes) -> Listing[RecordT]:
    if not body.lstrip().startswith(b"{"):
        return Listing(_make_readers(model).read_many(body))
    envelope = _make_readers(model).read_envelope(body)
    data = envelope.get("data")
    for rows in (data, envelope.get("bundles"), envelope.get("versions")):
        if rows is not None:
            cursor = _read_cursor(envelope.get("nextCursor"))
            return Listing(rows, rows is data, cursor, envelope.get("hasMore"))
    raise UnreadableReplyError


def _parse_tolerantly(model: type[RecordT], body: bytes) -> Listing[RecordT]:
    try:
        document = scrub(load_json(body))
    except ValueError:
        raise UnreadableReplyError("it is no JSON") from None
    rows = find_rows(document)
    if rows is None:
        raise UnreadableReplyError("it is no list")
    collector = _RowCollector(model)
    collector.take(_make_readers(model).read_tolerantly(rows), body, rows)
    if not isinstance(document, dict):
        return Listing(collector.rows, extra_unreadable=collector.extra_unreadable)
    return Listing(
        collector.rows,
        extra_unreadable=collector.extra_unreadable,
        by_cursor=rows is document.get("data"),
        cursor=_read_cursor(document.get("nextCursor")),
        has_more=_read_flag(document.get("hasMore")),
    )


def _parse_large(model: type[RecordT], body: bytes) -> Listing[RecordT]:
    """Parse a reply slice by slice."""
    try:
        reply_outline = outline(body)
    except MalformedJsonError:
        raise UnreadableReplyError("it is no JSON") from None
    slices, name = _find_rows(reply_outline)
    collector = _RowCollector(model)
    for span in slices:
        collector.take_slice(span.as_list(body))
    if reply_outline.items is not None:
        return Listing(collector.rows, extra_unreadable=collector.extra_unreadable)
    return Listing(
        collector.rows,
        extra_unreadable=collector.extra_unreadable,
        by_cursor=name == "data",
        cursor=_read_cursor(_parse_small(reply_outline.members.get("nextCursor"), body)),
        has_more=_read_flag(_parse_small(reply_outline.members.get("hasMore"), body)),
    )


def _find_rows(reply_outline: Outline) -> tuple[list[Span], str]:
    if reply_outline.items is not None:
        return reply_outline.items, ""
    for name in LIST_KEYS:
        value = reply_outline.members.get(name)
        if isinstance(value, list):
            return value, name
    raise UnreadableReplyError("it is no list")


def _parse_small(value: Span | list[Span] | None, body: bytes) -> JSON:
    """Parse a small member of an object that is no list; return None for a large one."""
    if not isinstance(value, Span) or value.end - value.start > _MOST_OF_A_MEMBER:
        return None
    try:
        return load_json(value.cut_from(body))
    except ValueError:
        raise UnreadableReplyError("it is no JSON") from None


class _RowCollector(Generic[RecordT]):
    """Collects the rows of one reply: all readable ones, and the first unreadable ones."""

    def __init__(self, model: type[RecordT]) -> None:
        self.rows: list[RecordT | Unreadable] = []
        self.extra_unreadable = 0
        self._readers = _make_readers(model)
        self._room = MOST_UNREADABLE

    def take_slice(self, text: bytes) -> None:
        """Read a slice of rows, given as JSON of a list."""
        rows: list[JSON] | None = None
        read: Sequence[RecordT | None]
        try:
            # Without a quotation mark no row has a name, so all are unreadable.
            has_names = b'"' in text
            read = (
                self._readers.read_tolerantly(text) if has_names else [None] * len(from_json(text))
            )
        except ValueError:  # ValidationError is one: Python's parser is more tolerant
            try:
                rows = _as_list(scrub(load_json(text)))
            except ValueError:
                raise UnreadableReplyError("it is no JSON") from None
            read = self._readers.read_tolerantly(rows)
        self.take(read, text, rows)

    def take(
        self, read: Sequence[RecordT | None], text: bytes, rows: list[JSON] | None = None
    ) -> None:
        """Add rows read from the JSON `text`; `rows` are its JSON values, if already parsed."""
        if not self._room and read.count(None) == len(read):
            self.extra_unreadable += len(read)
            return
        page: RawPage | None = None
        for index, row in enumerate(read):
            if row is not None:
                page = page or RawPage(text)
                self.rows.append(attach(row, page, index))
            elif self._room:
                rows = rows if rows is not None else _as_list(scrub(load_json(text)))
                self.rows.append(self._make_unreadable(rows[index]))
                self._room -= 1
            else:
                self.extra_unreadable += 1

    def _make_unreadable(self, row: JSON) -> Unreadable:
        try:
            self._readers.read_value(row)
        except ValidationError as error:
            return make_unreadable(row, _describe(error))
        return make_unreadable(
            row, "row: not readable"
        )  # one parser accepts it, the other does not


def _as_list(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else []


def _read_flag(value: JSON) -> bool | None:
    return value if isinstance(value, bool) else None


def _describe(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    what = _WORDS.get(first["type"]) or first["msg"].removeprefix("Value error, ")
    return clean(f"{where or 'row'}: {what}", 200)


def _read_cursor(value: JSON) -> str | None:
    # A longer cursor would not fit into a query.
    return value if isinstance(value, str) and 0 < len(value) <= _MAX_CURSOR else None
