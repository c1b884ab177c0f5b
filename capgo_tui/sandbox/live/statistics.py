"""GET /statistics on live (§9): plausible numbers, computed from the devices' ``updated_at``."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from capgo_tui.sandbox.answers import Answer
from capgo_tui.sandbox.live.access import act_as
from capgo_tui.sandbox.live.errors import make_refusal
from capgo_tui.sandbox.roles import Permission
from capgo_tui.sandbox.values import parse_moment, stamp

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

    from capgo_tui.sandbox.answers import Json, JsonObject
    from capgo_tui.sandbox.call import Backend, Call
    from capgo_tui.sandbox.tables.keys import Key

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_MAX_DAYS, _LAST_YEAR = 400, 9998
_PLATFORMS = ("android", "ios", "electron", "unknown")
_TITLES = {"ios": "iOS", "android": "Android", "electron": "Electron"}


def get_app_statistics(backend: Backend, call: Call) -> Answer:
    """Answer a row for each day; the counts add up unless ``noAccumulate`` is true."""
    with backend.store.open_for_reading() as db:
        days = _read_days(db, backend, call)
        rows: list[JsonObject] = []
        total = 0
        for day in days:
            count = _count_devices(db, call.path["app_id"], day)
            total += count
            mau = count if call.query.get("noAccumulate") == "true" else total
            date = day.date().isoformat()
            rows.append({"date": date, "mau": mau, "storage": 0, "bandwidth": 0})
        return Answer(rows)


def get_bundle_usage(backend: Backend, call: Call) -> Answer:
    """Answer which part of the devices seen on each day ran which bundle, in per cent."""
    with backend.store.open_for_reading() as db:
        days = _read_days(db, backend, call)
        app_id = call.path["app_id"]
        return Answer(
            _describe_usage([_count_by_bundle(db, app_id, day) for day in days], days, backend)
        )


def get_native_usage(backend: Backend, call: Call) -> Answer:
    """Answer which part of the devices seen on each day had which native version."""
    with backend.store.open_for_reading() as db:
        days = _read_days(db, backend, call)
        app_id = call.path["app_id"]
        counts = [_count_by_native_version(db, app_id, day) for day in days]
        active = _count_platforms(db, app_id, days) if days else _count_by_platform({})
        span = [day - (days[-1] - days[0]) - timedelta(days=1) for day in days]
        before = _count_platforms(db, app_id, span) if days else _count_by_platform({})
        by_day = [_count_platforms(db, app_id, [day]) for day in days]
        answer = _describe_usage(counts, days, backend)
        latest = (
            max(counts[-1].items(), key=lambda item: item[1]) if counts and counts[-1] else None
        )
        total = sum(counts[-1].values()) if counts else 0
        answer["latestVersion"] = {
            "name": latest[0] if latest else "",
            "percentage": round(100 * latest[1] / total, 1) if latest else 0,
        }
        answer["activeDevices"] = dict(active)
        answer["previousPeriodActiveDevices"] = dict(before)
        answer["dailyPlatformActive"] = {
            "labels": [day.date().isoformat() for day in days],
            **{name: [each[name] for each in by_day] for name in (*_PLATFORMS, "total")},
        }
        return Answer(answer)


def _describe_usage(
    counts: Sequence[Mapping[str, int]], days: Sequence[datetime], backend: Backend
) -> dict[str, Json]:
    """Return the labels and datasets of a chart; a day without a report repeats the one before."""
    reported: list[Mapping[str, int]] = []
    for day in counts:
        reported.append(day or (reported[-1] if reported else {}))
    datasets: list[JsonObject] = []
    for name in sorted({name for day in reported for name in day}):
        numbers = [day.get(name, 0) for day in reported]
        totals = [sum(day.values()) for day in reported]
        shares: list[Json] = [
            round(100 * number / total, 1) if total else 0.0
            for number, total in zip(numbers, totals, strict=True)
        ]
        dataset: dict[str, Json] = {"label": name, "data": shares}
        if backend.rules.tells_device_counts:
            dataset["metaCounts"] = [*numbers]
        datasets.append(dataset)
    return {"labels": [day.date().isoformat() for day in days], "datasets": [*datasets]}


def _read_days(db: sqlite3.Connection, backend: Backend, call: Call) -> list[datetime]:
    key = _authenticate(db, backend, call)
    start, end = _parse_date(call.query.get("from")), _parse_date(call.query.get("to"))
    if start is None or end is None:
        raise make_refusal("invalid_body", "Invalid body", {"error": {}})
    if not key.is_allowed(Permission.READ_APP, call.path["app_id"]):
        raise make_refusal("no_access_to_app", "No access to app", {"data": key.user_id}, 401)
    first = start.replace(hour=0, minute=0, second=0, microsecond=0)
    count = min((end - first).days + 1, _MAX_DAYS)
    return [first + timedelta(days=number) for number in range(count)]


def _authenticate(db: sqlite3.Connection, backend: Backend, call: Call) -> Key:
    """Return the key; in ``authorization`` only a UUID is one, anything else a session (§1)."""
    backend.limits.check_address(call.address)
    bearer = call.headers.get("authorization", "")
    if bearer and not _UUID.fullmatch(bearer):
        backend.limits.count_failed_auth(call.address)
        raise make_refusal("invalid_jwt", "Invalid JWT", status=401)
    value = bearer or call.headers.get("capgkey", call.headers.get("x-api-key", ""))
    if not value:
        backend.limits.count_failed_auth(call.address)
        text = "No JWT, apikey or subkey provided"
        raise make_refusal("no_jwt_apikey_or_subkey", text, status=401)
    return act_as(db, backend, call, value)


def _parse_date(text: str | None) -> datetime | None:
    """Parse a date as JavaScript does in the usual cases; a bare month is one too."""
    if text is None:
        return None
    if re.fullmatch(r"[1-9]|1[0-2]", text):
        return datetime(2001, int(text), 1, tzinfo=UTC)
    moment = parse_moment(text)
    # The day after the calendar's last one cannot be computed.
    return moment if moment and moment.year <= _LAST_YEAR else None


def _count_devices(db: sqlite3.Connection, app_id: str, day: datetime) -> int:
    return sum(_count_by_bundle(db, app_id, day).values())


def _count_by_bundle(db: sqlite3.Connection, app_id: str, day: datetime) -> dict[str, int]:
    rows = db.execute(
        "SELECT coalesce(version_name, 'unknown'), count(*) FROM devices"
        " WHERE app_id = ? AND updated_at >= ? AND updated_at < ? GROUP BY 1",
        [app_id, stamp(day), stamp(day + timedelta(days=1))],
    )
    return {str(row[0]): int(row[1]) for row in rows}


def _count_by_native_version(db: sqlite3.Connection, app_id: str, day: datetime) -> dict[str, int]:
    rows = db.execute(
        "SELECT platform, coalesce(version_build, 'unknown'), count(*) FROM devices"
        " WHERE app_id = ? AND updated_at >= ? AND updated_at < ? GROUP BY 1, 2",
        [app_id, stamp(day), stamp(day + timedelta(days=1))],
    )
    return {f"{_TITLES.get(str(row[0]), row[0])} {row[1]}": int(row[2]) for row in rows}


def _count_platforms(
    db: sqlite3.Connection, app_id: str, days: Sequence[datetime]
) -> dict[str, int]:
    rows = db.execute(
        "SELECT platform, count(*) FROM devices"
        " WHERE app_id = ? AND updated_at >= ? AND updated_at < ? GROUP BY 1",
        [app_id, stamp(days[0]), stamp(days[-1] + timedelta(days=1))],
    )
    return _count_by_platform({str(row[0]): int(row[1]) for row in rows})


def _count_by_platform(counts: Mapping[str, int]) -> dict[str, int]:
    known = {name: counts.get(name, 0) for name in _PLATFORMS}
    known["unknown"] += sum(n for name, n in counts.items() if name not in known)
    return {**known, "total": sum(known.values())}
