"""What files say in place of ages and signs: other programs read them, and on another day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.api.settings import iso_utc

if TYPE_CHECKING:
    from datetime import datetime


def flag(value: bool | None) -> str:
    """``true`` and ``false``; empty for what the server does not tell."""
    return "" if value is None else str(value).lower()


def blank_if_unknown(text: str) -> str:
    """A text, empty where it is the sign for what the server does not tell."""
    return "" if text == "?" else text


def timestamp(moment: datetime | None) -> str:
    """A moment as programs read it, such as ``2026-01-31T12:00:00.000Z``; empty for none."""
    if moment is None:
        return ""
    try:
        return iso_utc(moment)
    except OverflowError:  # the first and the last day of the calendar, in another zone
        return moment.isoformat()
