"""JSON values: their type, reading them without surprises, and making them safe to show."""

from __future__ import annotations

import json
from typing import TypeAlias

from capgo_tui.text import clean

JSON: TypeAlias = "dict[str, JSON] | list[JSON] | str | int | float | bool | None"
"""Whatever a JSON document can hold."""

HIDDEN = "[key hidden]"
"""What stands where a server echoed the API key."""

_MAX_DEPTH = 12
_MAX_ITEMS = 200


def load_json(data: bytes | str) -> JSON:
    """Parse one JSON document; ValueError for whatever is not one, however strange."""
    try:
        value: JSON = json.loads(data)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return value


def scrub(value: JSON) -> JSON:
    r"""Replace lone surrogates (``"\ud800"`` is legal JSON), which no UTF-8 can hold."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [scrub(item) for item in value]
    if isinstance(value, dict):
        return {str(scrub(key)): scrub(item) for key, item in value.items()}
    return value


def hide_key(text: str, key: str) -> str:
    """Take every copy of the API key `key` out of `text`; an empty `key` hides nothing."""
    return text.replace(key, HIDDEN) if key else text


def clean_json(value: JSON, key: str = "", depth: int = 0) -> JSON:
    """Copy `value` with every string cleaned, `key` hidden, and depth and length bounded."""
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
