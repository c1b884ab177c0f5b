"""Durations and times on the command line: ``30d``, ``2w``, ``12h``, ``2026-11-01``."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from capgo_tui.workspace.ages import parse_age
from capgo_tui.workspace.measure import Measure

if TYPE_CHECKING:
    from datetime import timedelta


def parse_duration(text: str) -> timedelta:
    """Return the duration of a text such as ``30d``, in the units of a filter.

    Raises:
        UsageError: when it is none.

    """
    duration = parse_age(text.strip())
    if duration is None:
        raise click.UsageError(f"{text!r} is no duration, such as {Measure.AGE.example}")
    return duration


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
