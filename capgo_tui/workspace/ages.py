"""Ages and times as texts of few cells."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

FRESH_WITHIN: Final = timedelta(days=1)
"""A device with contact within so long is fresh."""
STALE_AFTER: Final = timedelta(days=30)
"""A device without contact for so long is stale."""
_UNITS = (
    ("y", timedelta(days=365)),
    ("mo", timedelta(days=30)),
    ("w", timedelta(weeks=1)),
    ("d", timedelta(days=1)),
    ("h", timedelta(hours=1)),
    ("m", timedelta(minutes=1)),
    ("s", timedelta(seconds=1)),
)

_FULL_TIME = re.compile(r"(?:now|[0-9]+[a-z]+ ago), ([0-9-]+ [0-9:]+)")


def format_age(moment: datetime | None, now: datetime) -> str:
    """Return an age in its largest unit: ``12s``, ``3h`` or ``5mo``; empty when unknown."""
    if moment is None:
        return ""
    span = now - moment
    for unit, length in _UNITS:
        if span >= length:
            return f"{span // length}{unit}"
    return "now"


_SPAN = re.compile(r"([0-9]{1,6})(y|mo|w|d|h|m|s)", re.IGNORECASE)


def parse_age(text: str) -> timedelta | None:
    """Return the span of a text such as ``12h``, ``7d`` or ``3mo``; None for any other."""
    match = _SPAN.fullmatch(text)
    if match is None:
        return None
    try:
        return int(match[1]) * dict(_UNITS)[match[2].lower()]
    except OverflowError:
        return timedelta.max


def describe_span(span: timedelta) -> str:
    """Return a span in the largest unit up to days that it is whole in: ``30 d`` or ``36 h``."""
    for unit, length in _UNITS[_UNITS.index(("d", timedelta(days=1))) :]:
        if not span % length:
            return f"{span // length} {unit}"
    return f"{span.total_seconds():g} s"


def format_clock_time(moment: datetime) -> str:
    """Return the wall-clock time in the local time zone, ``14:02:11``."""
    return moment.astimezone().strftime("%H:%M:%S")


def format_full_time(moment: datetime | None, now: datetime) -> str:
    """Return the local time of a moment with its age, or ``unknown``."""
    if moment is None:
        return "unknown"
    age_text = format_age(moment, now)
    description = age_text if age_text == "now" else f"{age_text} ago"
    try:
        local = moment.astimezone()
    except OverflowError:  # the first and the last day of the calendar, in another zone
        local = moment
    return f"{description}, {local:%Y-%m-%d %H:%M:%S}"


def drop_age(text: str) -> str:
    """Return a text without the age before its time, if it is one of `format_full_time`."""
    match = _FULL_TIME.fullmatch(text)
    return text if match is None else match[1]
