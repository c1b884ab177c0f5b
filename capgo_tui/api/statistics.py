"""Parse the statistics of an app: active devices, and the bundles they run (contract §9, §18.10).

Statistics are an extra: a reply that makes no sense reads as None, "not known".
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from capgo_tui.api.jsonvalue import load_json
from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.text import clean

if TYPE_CHECKING:
    from capgo_tui.api.jsonvalue import JSON

_MOST_BYTES: Final = 64 * 1024
"""Largest reply of active devices; a month of days takes a tenth of it."""
_MOST_BYTES_OF_USAGE: Final = 1024 * 1024
"""Largest reply of bundles in use; two weeks of a hundred bundles take a tenth of it."""
_MOST_DEVICES: Final = 10**9
_MOST_SERIES: Final = 1000
_MOST_DAYS: Final = 400

PLATFORMS: Final = ("ios", "android", "electron", "unknown")


@dataclass(frozen=True, slots=True)
class UsageSeries:
    """The use of one bundle, day by day."""

    name: str
    """The bundle's name; clean text."""
    shares: tuple[float, ...]
    """Per cent of the devices that reported on a day, 0 to 100."""
    counts: tuple[int, ...] | None = None
    """Devices on each day; None where the server does not report them."""


@dataclass(frozen=True, slots=True)
class Usage:
    """The use of all bundles over the same days, the oldest day first."""

    days: tuple[str, ...]
    """Dates such as ``2026-11-28``; clean text."""
    series: tuple[UsageSeries, ...]


def read_active_devices(body: bytes) -> int | None:
    """Return the number of devices active up to the last day; None when it is missing.

    `body` is a reply whose ``mau`` is cumulative.
    """
    days = _load(body, _MOST_BYTES)
    last = days[-1] if isinstance(days, list) and days else None
    count = last.get("mau") if isinstance(last, dict) else None
    return (_count(count) or None) if count is not None else None


def read_active_by_platform(body: bytes) -> dict[str, int] | None:
    """Return the active devices of each platform in a reply; None when it is not of that shape."""
    document = _load(body, _MOST_BYTES_OF_USAGE)
    active = document.get("activeDevices") if isinstance(document, dict) else None
    if not isinstance(active, dict):
        return None
    counts = {name: _count(active.get(name)) for name in PLATFORMS}
    return {name: count for name, count in counts.items() if count is not None} or None


def read_usage(body: bytes) -> Usage | None:
    """Return the use of bundles in a reply; None when it is not of that shape."""
    document = _load(body, _MOST_BYTES_OF_USAGE)
    if not isinstance(document, dict):
        return None
    labels, datasets = document.get("labels"), document.get("datasets")
    if not isinstance(labels, list) or not isinstance(datasets, list):
        return None
    days = tuple(clean(label) for label in labels if isinstance(label, str))
    if len(days) != len(labels) or len(days) > _MOST_DAYS or len(datasets) > _MOST_SERIES:
        return None
    series = [_read_series(dataset, len(days)) for dataset in datasets]
    return Usage(days, tuple(each for each in series if each is not None))


def _read_series(dataset: JSON, days: int) -> UsageSeries | None:
    if not isinstance(dataset, dict) or not isinstance(name := dataset.get("label"), str):
        return None
    data, counts = dataset.get("data"), dataset.get("metaCounts")
    if not isinstance(data, list) or len(data) != days:
        return None
    shares = [_share(value) for value in data]
    if any(share is None for share in shares):
        return None
    return UsageSeries(
        clean(name),
        tuple(share for share in shares if share is not None),
        _parse_counts(counts, days),
    )


def _parse_counts(values: JSON, days: int) -> tuple[int, ...] | None:
    if not isinstance(values, list) or len(values) != days:
        return None
    counts = [_count(value) for value in values]
    known = tuple(count for count in counts if count is not None)
    return known if len(known) == days else None


def _share(value: JSON) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) and 0 <= value <= 100 else None


def _count(value: JSON) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 <= value <= _MOST_DEVICES else None


def _load(body: bytes, most: int) -> JSON:
    if len(body) > most:
        return None
    try:
        return load_json(body)
    except ValueError:
        return None
