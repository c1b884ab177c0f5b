"""JavaScript's and PostgreSQL's reading of loose JSON values.

The real handlers are TypeScript over PostgreSQL and check few types, so what a wrong type does
follows from these conversions rather than from any rule of its own.
"""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime

from capgo_tui.sandbox.answers import Broken, Json

_APP_ID = re.compile(r"[a-z0-9]+(\.[\w-]+)+", re.IGNORECASE | re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
_HALF_PAIR = re.compile(r"[\ud800-\udfff]")
_BIGGEST_INTEGER = 2**63 - 1
_TRUE = {"t", "tr", "tru", "true", "y", "ye", "yes", "on", "1"}
_FALSE = {"f", "fa", "fal", "fals", "false", "n", "no", "of", "off", "0"}


def is_app_id(value: Json) -> bool:
    """Tell whether this is a reverse domain string (§4)."""
    return isinstance(value, str) and _APP_ID.fullmatch(value) is not None


def js_number(value: Json) -> float:
    """Read a value as JavaScript's ``Number()`` does; NaN where that gives NaN."""
    if value is None:
        return 0.0
    if isinstance(value, (bool, int, float)):
        return float(value)
    if isinstance(value, str):
        text = value.strip()
        if not text:
            return 0.0
        return float(text) if _NUMBER.fullmatch(text) else math.nan
    return math.nan


def as_text(value: Json) -> str:
    """Give what a text column holds after this value was written to it."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    # Half of a surrogate pair is no text; an address, as look-ups are sent in, tells it so too.
    return _HALF_PAIR.sub("\ufffd", text)


def as_bool(value: Json) -> bool:
    """Read a value for a boolean column, as PostgreSQL does; anything else breaks the write."""
    if isinstance(value, bool):
        return value
    word = as_text(value).strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise Broken(f"not a boolean: {word}")


def as_int(value: Json) -> int:
    """Read a value for an integer column, as PostgreSQL does."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and re.fullmatch(r"\s*[+-]?\d{1,18}\s*", value):
        return int(value)
    raise Broken(f"not an integer: {value!r}")


def row_id(value: Json) -> int | None:
    """Read a row's id from a body or a query; None when no row can have it."""
    try:
        number = as_int(value)
    except Broken:
        return None
    return number if abs(number) <= _BIGGEST_INTEGER else None


def stamp(moment: datetime) -> str:
    """Write a moment as the database does, always with microseconds so that text sorts (§4)."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def parse_moment(text: str) -> datetime | None:
    """Read an ISO moment, within this calendar; without an offset it is UTC (§4)."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def public_stamp(text: str) -> str:
    """Write a stored moment as devices carry it: milliseconds and ``Z`` (§4)."""
    return text[:23] + "Z"
