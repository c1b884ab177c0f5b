"""Texts for files in place of ages and signs, which other programs and other days need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.api.channel_setting import format_iso_utc

if TYPE_CHECKING:
    from datetime import datetime


def format_flag(value: bool | None) -> str:
    """Return ``true`` or ``false``; empty for what the server does not report."""
    return "" if value is None else str(value).lower()


def format_or_blank(text: str) -> str:
    """Return a text, or an empty one for the sign of what the server does not report."""
    return "" if text == "?" else text


def format_timestamp(moment: datetime | None) -> str:
    """Return a timestamp such as ``2026-01-31T12:00:00.000Z``; empty for none."""
    if moment is None:
        return ""
    try:
        return format_iso_utc(moment)
    except OverflowError:  # the first and the last day of the calendar, in another zone
        return moment.isoformat()
