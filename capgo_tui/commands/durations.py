"""Durations and times on the command line: ``30d``, ``2w``, ``12h``, ``2026-11-01``."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

import click

UNITS: Final = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DURATION: Final = re.compile(r"(\d{1,6})\s*([mhdw])", re.ASCII)


def parse_duration(text: str, units: str = "mhdw") -> timedelta:
    """Return the duration of a text such as ``30d``.

    Raises:
        UsageError: when it is none, or in other units.

    """
    match = _DURATION.fullmatch(text.strip().lower())
    if match is None or match[2] not in units:
        names = ", ".join(f"{unit} for {UNITS[unit]}" for unit in units)
        raise click.UsageError(f"{text!r} is no duration: a number and a unit ({names})")
    return timedelta(**{UNITS[match[2]]: int(match[1])})


def parse_since(text: str, now: datetime) -> datetime:
    """Return the time that a duration ago was, or that a date names in local time.

    Raises:
        UsageError: when it is neither.

    """
    try:
        time = datetime.fromisoformat(text.strip())
    except ValueError:
        try:
            return now - parse_duration(text)
        except OverflowError:
            raise click.UsageError(f"{text!r} is too long ago") from None
    return time if time.tzinfo is not None else time.astimezone()
