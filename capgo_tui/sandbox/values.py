"""Conversions of JSON values as JavaScript and PostgreSQL do them.

The real handlers are TypeScript over PostgreSQL and check few types, so that these
conversions decide what a wrong type does.
"""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime

from capgo_tui.sandbox.answers import Crash, Json

_APP_ID = re.compile(r"[a-z0-9]+(\.[\w-]+)+", re.IGNORECASE | re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
_HALF_PAIR = re.compile(r"[\ud800-\udfff]")
_BIGGEST_INTEGER = 2**63 - 1
_TRUE = {"t", "tr", "tru", "true", "y", "ye", "yes", "on", "1"}
_FALSE = {"f", "fa", "fal", "fals", "false", "n", "no", "of", "off", "0"}


def is_app_id(value: Json) -> bool:
    """Return whether this is a reverse domain string (§4)."""
    return isinstance(value, str) and _APP_ID.fullmatch(value) is not None


def parse_js_number(value: Json) -> float:
    """Convert a value as JavaScript's ``Number()`` does, NaN included."""
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
    """Return the content of a text column after this value was written to it."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    # Half of a surrogate pair is no text; a URL of a look-up replaces it likewise.
    return _HALF_PAIR.sub("\ufffd", text)


def as_bool(value: Json) -> bool:
    """Convert a value for a boolean column as PostgreSQL does; raise Crash for others."""
    if isinstance(value, bool):
        return value
    word = as_text(value).strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise Crash(f"not a boolean: {word}")


def as_int(value: Json) -> int:
    """Convert a value for an integer column as PostgreSQL does; raise Crash for others."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and re.fullmatch(r"\s*[+-]?\d{1,18}\s*", value):
        return int(value)
    raise Crash(f"not an integer: {value!r}")


def parse_row_id(value: Json) -> int | None:
    """Return a row's id from a body or a query, or None when no row can have it."""
    try:
        number = as_int(value)
    except Crash:
        return None
    return number if abs(number) <= _BIGGEST_INTEGER else None


def stamp(moment: datetime) -> str:
    """Format a moment as the database does, with microseconds so that text sorts (§4)."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def parse_moment(text: str) -> datetime | None:
    """Parse an ISO moment, or return None; without an offset it is UTC (§4)."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def make_public_stamp(text: str) -> str:
    """Format a stored moment as devices have it: milliseconds and ``Z`` (§4)."""
    return text[:23] + "Z"
