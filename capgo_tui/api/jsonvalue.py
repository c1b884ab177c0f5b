"""JSON values: their type, a robust parser, and cleaning for the screen."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeAlias

from capgo_tui.api.hiding import hide_key
from capgo_tui.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

JSON: TypeAlias = "dict[str, JSON] | list[JSON] | str | int | float | bool | None"
"""Any JSON value."""

_MAX_NESTING = 250
"""Deeper values are dropped: Python's recursion limit depends on the caller.

Pydantic reads rows down to 200; raw JSON must include those.
"""
_MAX_DEPTH = 12
_MAX_ITEMS = 200
_MOST_DIGITS = 4_000


def load_json(data: bytes | str) -> JSON:
    """Parse one JSON document; raises ValueError for anything else."""
    try:
        value = _parse(data)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if _can_be_deep(data):
        _cut_deep(value)
    return value


def _parse(data: bytes | str) -> JSON:
    value: JSON
    try:
        value = json.loads(data)
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise
    except ValueError:
        # A number has more digits than Python converts.
        value = json.loads(data, parse_int=_parse_integer)
    return value


def _parse_integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _MOST_DIGITS else digits


def _can_be_deep(data: bytes | str) -> bool:
    if isinstance(data, str):
        return data.count("[") + data.count("{") > _MAX_NESTING
    return data.count(b"[") + data.count(b"{") > _MAX_NESTING


def _cut_deep(value: JSON) -> None:
    """Empty every list and object that is nested too deeply, level by level."""
    level = [value]
    for _ in range(_MAX_NESTING):
        level = [inner for item in level for inner in _iterate_children(item)]
        if not level:
            return
    for item in level:
        if isinstance(item, (dict, list)):
            item.clear()


def _iterate_children(value: JSON) -> Iterable[JSON]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def scrub(value: JSON) -> JSON:
    r"""Replace lone surrogates (``"\ud800"`` is valid JSON), which UTF-8 cannot encode."""
    if isinstance(value, str):
        if value.isascii():
            return value
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [scrub(item) for item in value]
    if isinstance(value, dict):
        return {str(scrub(key)): scrub(item) for key, item in value.items()}
    return value


def clean_json(value: JSON, key: str = "", depth: int = 0) -> JSON:
    """Copy `value` with clean strings, the API key hidden, and depth and length limited."""
    if isinstance(value, str):
        return clean(hide_key(value, key))
    if depth >= _MAX_DEPTH and isinstance(value, (list, dict)):
        return "…"
    if isinstance(value, list):
        return [clean_json(item, key, depth + 1) for item in value[:_MAX_ITEMS]]
    if isinstance(value, dict):
        return {
            clean(hide_key(name, key)): clean_json(item, key, depth + 1)
            for name, item in list(value.items())[:_MAX_ITEMS]
        }
    return value
