"""JSON as text that any terminal and any program takes, with every value as it was."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from capgo_tui.api.jsonvalue import JSON


def format_json(value: JSON, *, indent: int | None = None) -> str:
    r"""Write a value so that nothing in it can steer a terminal, on one line unless indented.

    What is not printable is written as JSON's own escape: controls, direction overrides, and
    lone surrogates, which no UTF-8 can hold. Read again it is the same value, but for NaN and
    the infinities: they are no JSON, and become null.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent)
    except ValueError:
        text = json.dumps(_replace_infinite(value), ensure_ascii=False, indent=indent)
    if text.isprintable():
        return text
    # Within a text a line end is escaped already: those that are left are of the indenting.
    return "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text)


def _replace_infinite(value: JSON) -> JSON:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list):
        return [_replace_infinite(item) for item in value]
    if isinstance(value, dict):
        return {name: _replace_infinite(item) for name, item in value.items()}
    return value
