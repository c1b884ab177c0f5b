"""Shorten device ids: first 8 characters, ``…``, last 8."""

from __future__ import annotations

import re
from typing import Final

from capgo_tui.cells import measure_width

END_LENGTH: Final = 8
"""Characters at either end of the short form."""
SHORT: Final = 2 * END_LENGTH + 1
"""Cells of the short form."""
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def find_id_end(text: str) -> str:
    """Return the end of an id, the least that tells it from others: ``…567890ab``."""
    return text if len(text) <= END_LENGTH + 1 else f"…{text[-END_LENGTH:]}"


def lead_with_id(title: str, text: str, width: int) -> str:
    """Return a title behind the end of an id, unless it fits into the width and holds the id."""
    is_shown = text in title and measure_width(title) <= width
    return title if is_shown else f"{find_id_end(text)} · {title}"


def is_device_id(text: str) -> bool:
    """Return whether a text looks like the id of a device, which is a UUID."""
    return len(text) == 36 and _UUID.fullmatch(text) is not None


def shorten_id(text: str) -> str:
    """Return the short form of an id: ``3f2a9c10…567890ab``."""
    return text if len(text) <= SHORT else f"{text[:END_LENGTH]}…{text[-END_LENGTH:]}"
