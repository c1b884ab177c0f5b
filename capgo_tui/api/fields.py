"""Schemas of the fields of a reply: tolerant, validated in Rust, every text cleaned.

They use pydantic_core directly: importing pydantic and building its models took a fifth of the
start.
"""

# No `from __future__ import annotations` here or in models.py: the annotations are read.

import dataclasses
import functools
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic_core import CoreConfig, CoreSchema
from pydantic_core.core_schema import (
    DataclassField,
    bool_schema,
    dataclass_args_schema,
    dataclass_field,
    dataclass_schema,
    datetime_schema,
    float_schema,
    int_schema,
    no_info_after_validator_function,
    no_info_plain_validator_function,
    nullable_schema,
    str_schema,
    with_default_schema,
)

from capgo_tui.api.channel_setting import SOME_UPDATES
from capgo_tui.api.jsonvalue import JSON
from capgo_tui.api.records import BundleRef
from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.text import clean

_CONFIG = CoreConfig(validate_by_name=True, validate_by_alias=True)


@dataclass(frozen=True, slots=True)
class FieldSchema:
    """The schema of a field, in its annotation."""

    schema: CoreSchema


def make_schema(model: type, wire_names: Mapping[str, tuple[str, ...]]) -> CoreSchema:
    """Return the schema of a dataclass; unknown members of a row are ignored."""
    fields = dataclasses.fields(model)
    return dataclass_schema(
        model,
        dataclass_args_schema(
            model.__name__,
            [_make_field(field, wire_names.get(field.name, ())) for field in fields],
            extra_behavior="ignore",
        ),
        [field.name for field in fields],
        post_init=hasattr(model, "__post_init__"),
        slots=True,
        config=_CONFIG,
    )


def _make_field(field: "dataclasses.Field[Any]", wire_names: tuple[str, ...]) -> DataclassField:
    names: list[list[str | int]] = [[name] for name in wire_names]
    marks = getattr(field.type, "__metadata__", ())
    (reads,) = (mark for mark in marks if isinstance(mark, FieldSchema))
    return dataclass_field(field.name, reads.schema, validation_alias=names or None)


def _make_optional(schema: CoreSchema) -> FieldSchema:
    """Return an optional field: None when absent or of another type."""
    return FieldSchema(
        with_default_schema(nullable_schema(schema), default=None, on_error="default")
    )


def _make_custom(make: Callable[[Any], object]) -> FieldSchema:
    """Return an optional field whose value a function makes of any JSON value."""
    return FieldSchema(with_default_schema(no_info_plain_validator_function(make), default=None))


def _validate_after(change: Callable[[Any], object], schema: CoreSchema) -> CoreSchema:
    return no_info_after_validator_function(change, schema)


# Words such as "android" or "1.0.4" repeat: all rows share one cleaned copy.
_clean_word = functools.lru_cache(maxsize=4096)(clean)


def _convert_to_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


Word = Annotated[str | None, _make_optional(_validate_after(_clean_word, str_schema()))]
"""Clean text of a small vocabulary, or None."""
Text = Annotated[str | None, _make_optional(_validate_after(clean, str_schema()))]
"""Any clean text, or None."""
FLAG = _make_optional(bool_schema())
Flag = Annotated[bool | None, FLAG]
Whole = Annotated[int | None, _make_optional(int_schema())]
Number = Annotated[float | None, _make_optional(float_schema(allow_inf_nan=False))]
Moment = Annotated[
    datetime | None, _make_optional(_validate_after(_convert_to_utc, datetime_schema()))
]
"""An aware datetime; the oldest servers send ``YYYY-MM-DD HH:MM:SS`` and mean UTC."""


def _parse_row_id(value: JSON) -> int:
    number = _parse_optional_id(value)
    if number is None:
        raise ValueError("no id")
    return number


def _parse_optional_id(value: JSON) -> int | None:
    if isinstance(value, str) and value.isdecimal() and value.isascii():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


RowId = Annotated[int, FieldSchema(no_info_plain_validator_function(_parse_row_id))]
"""A row's id, a number or a numeric text; without it the row is unreadable."""
Identity = Annotated[str, FieldSchema(str_schema(min_length=1))]
"""The text that identifies a row; the row cleans it and keeps the exact one."""


@functools.lru_cache(maxsize=4096)
def make_bundle_ref(number: int | None, name: str | None) -> BundleRef | None:
    """Return a reference to a bundle by id, name or both; None for neither."""
    if name is None:
        return None if number is None else BundleRef(number, None)
    clean_name = clean(name)
    return BundleRef(number, clean_name, name if clean_name != name else None)


def _parse_bundle(value: "BundleRef | JSON") -> BundleRef | None:
    """Read a bundle from an id, a name, ``{id?, name?}`` or null (contract §12); else None."""
    if value is None or isinstance(value, BundleRef):
        return value
    if isinstance(value, dict):
        name = value.get("name")
        return make_bundle_ref(
            _parse_optional_id(value.get("id")), name if isinstance(name, str) else None
        )
    number = _parse_optional_id(value)
    if number is None and isinstance(value, str) and value:
        return make_bundle_ref(None, value)
    return make_bundle_ref(number, None)


BundleField = Annotated[BundleRef | None, _make_custom(_parse_bundle)]


def _parse_policy(value: JSON) -> str | None:
    """Read an update policy from a text, or from the documented boolean (contract §6.1)."""
    if isinstance(value, bool):
        return SOME_UPDATES if value else "none"
    if not isinstance(value, str):
        return None
    return "version_number" if value == "metadata" else _clean_word(value)


Policy = Annotated[str | None, _make_custom(_parse_policy)]


def _as_sent(value: JSON) -> JSON:
    return value


AsSent = Annotated[JSON, _make_custom(_as_sent)]
"""Any JSON value, not cleaned."""


def _present(value: JSON) -> bool:
    return value if isinstance(value, bool) else value not in (None, "")


Present = Annotated[bool | None, _make_custom(_present)]
"""Whether a text is present; the text itself is secret. None where a reply lacks the field."""


def _parse_packages(value: "JSON | tuple[str, ...]") -> tuple[str, ...] | None:
    if not isinstance(value, (list, tuple)):
        return None
    return tuple(_parse_package(item) for item in value)


def _parse_package(item: JSON) -> str:
    if isinstance(item, dict) and isinstance(item.get("name"), str):
        version = item.get("version")
        return clean(f"{item['name']}@{version}" if isinstance(version, str) else str(item["name"]))
    return clean(item if isinstance(item, str) else json.dumps(item))


Packages = Annotated[tuple[str, ...] | None, _make_custom(_parse_packages)]
"""Native packages as ``name@version``, or as JSON text for another shape."""
