"""Read the number of active devices from the statistics of an app (contract §9, §18.10)."""

from __future__ import annotations

from typing import Final

from capgo_tui.api.jsonvalue import load_json

_MOST_BYTES: Final = 64 * 1024
"""Largest reply; a month of days takes a tenth of it."""
_MOST_DEVICES: Final = 10**9


def active_devices_in(body: bytes) -> int | None:
    """Return the number of devices active up to the last day; None when it is missing.

    `body` is a reply whose ``mau`` is cumulative.
    """
    if len(body) > _MOST_BYTES:
        return None
    try:
        days = load_json(body)
    except ValueError:
        return None
    last = days[-1] if isinstance(days, list) and days else None
    count = last.get("mau") if isinstance(last, dict) else None
    if isinstance(count, bool) or not isinstance(count, int | float):
        return None
    return int(count) if 0 < count <= _MOST_DEVICES else None
