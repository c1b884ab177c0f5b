"""How one field of a reply is read: tolerant, in Rust where possible, every text cleaned."""

# No `from __future__ import annotations` here or in models.py: pydantic reads the annotations.

import functools
import json
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field, GetCoreSchemaHandler, PlainValidator
from pydantic_core import CoreSchema, core_schema

from capgo_tui.api.jsonvalue import JSON
from capgo_tui.api.records import BundleRef
from capgo_tui.text import clean


class OrNone:
    """Marks an optional field: a value of another type becomes None, the row lives on."""

    def __get_pydantic_core_schema__(
        self,
        source: Any,  # pydantic's own signature
        handler: GetCoreSchemaHandler,
    ) -> CoreSchema:
        """Wrap the field's schema so that its errors give None."""
        return core_schema.with_default_schema(handler(source), default=None, on_error="default")


# Words such as "android" or "1.0.4" come again and again: one cleaned copy serves every row.
_clean_word = functools.lru_cache(maxsize=4096)(clean)


def _in_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


Word = Annotated[Annotated[str, AfterValidator(_clean_word)] | None, OrNone()]
"""Text of a small vocabulary, cleaned, or None."""
Text = Annotated[Annotated[str, AfterValidator(clean)] | None, OrNone()]
"""Any text, cleaned, or None."""
Flag = Annotated[bool | None, OrNone()]
Whole = Annotated[int | None, OrNone()]
Number = Annotated[Annotated[float, Field(allow_inf_nan=False)] | None, OrNone()]
Moment = Annotated[Annotated[datetime, AfterValidator(_in_utc)] | None, OrNone()]
"""An aware datetime; the oldest servers send ``YYYY-MM-DD HH:MM:SS`` and mean UTC."""


def _row_id(value: JSON) -> int:
    number = _id_or_none(value)
    if number is None:
        raise ValueError("no id")
    return number


def _id_or_none(value: JSON) -> int | None:
    if isinstance(value, str) and value.isdecimal() and value.isascii():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


RowId = Annotated[int, PlainValidator(_row_id)]
"""A row's id, a number or a numeric text; without it the row is unreadable."""
Identity = Annotated[str, Field(min_length=1)]
"""The text that names a row; cleaned by the row itself, which keeps the exact one."""


@functools.lru_cache(maxsize=4096)
def bundle_ref(number: int | None, name: str | None) -> BundleRef | None:
    """Make a reference from what the server sent; None when it names nothing."""
    if name is None:
        return None if number is None else BundleRef(number, None)
    shown = clean(name)
    return BundleRef(number, shown, name if shown != name else None)


def _bundle(value: "BundleRef | JSON") -> BundleRef | None:
    """Read an id, a name, ``{id?, name?}`` or null (contract §12); anything else is None."""
    if value is None or isinstance(value, BundleRef):
        return value
    if isinstance(value, dict):
        name = value.get("name")
        return bundle_ref(_id_or_none(value.get("id")), name if isinstance(name, str) else None)
    number = _id_or_none(value)
    if number is None and isinstance(value, str) and value:
        return bundle_ref(None, value)
    return bundle_ref(number, None)


Bundled = Annotated[BundleRef | None, PlainValidator(_bundle)]


def _policy(value: JSON) -> str | None:
    """Read an update policy: an enum text, or the older booleans (contract §12)."""
    if isinstance(value, bool):
        return "major" if value else "none"
    if not isinstance(value, str):
        return None
    return "version_number" if value == "metadata" else _clean_word(value)


Policy = Annotated[str | None, PlainValidator(_policy)]


def _present(value: JSON) -> bool | None:
    return value if value is None or isinstance(value, bool) else value != ""


Present = Annotated[bool | None, PlainValidator(_present)]
"""Whether a text is there at all: the text itself is nobody's business."""


def _packages(value: "JSON | tuple[str, ...]") -> tuple[str, ...] | None:
    if not isinstance(value, (list, tuple)):
        return None
    return tuple(_package(item) for item in value)


def _package(item: JSON) -> str:
    if isinstance(item, dict) and isinstance(item.get("name"), str):
        version = item.get("version")
        return clean(f"{item['name']}@{version}" if isinstance(version, str) else str(item["name"]))
    return clean(item if isinstance(item, str) else json.dumps(item))


Packages = Annotated[tuple[str, ...] | None, PlainValidator(_packages)]
"""Native packages as ``name@version``, or as JSON text where they have another shape."""
