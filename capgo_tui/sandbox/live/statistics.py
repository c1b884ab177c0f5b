"""GET /statistics on live (§9): plausible numbers, computed from the devices' ``updated_at``."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from capgo_tui.sandbox.answers import Answer
from capgo_tui.sandbox.live.access import act_as
from capgo_tui.sandbox.live.errors import refusal
from capgo_tui.sandbox.roles import Permission
from capgo_tui.sandbox.values import parse_moment, stamp

if TYPE_CHECKING:
    import sqlite3

    from capgo_tui.sandbox.answers import Json, JsonObject
    from capgo_tui.sandbox.call import Backend, Call
    from capgo_tui.sandbox.tables.keys import Key

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_MAX_DAYS, _LAST_YEAR = 400, 9998


def get_app_statistics(backend: Backend, call: Call) -> Answer:
    """Answer a row for each day; the counts add up unless ``noAccumulate`` is true."""
    with backend.store.reading() as db:
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
    with backend.store.reading() as db:
        days = _read_days(db, backend, call)
        shares: dict[str, list[float]] = {}
        devices: dict[str, list[int]] = {}
        for number, day in enumerate(days):
            counts = _count_by_bundle(db, call.path["app_id"], day)
            for name, count in counts.items():
                share = round(100 * count / sum(counts.values()), 1)
                shares.setdefault(name, [0.0] * len(days))[number] = share
                devices.setdefault(name, [0] * len(days))[number] = count
        datasets: list[JsonObject] = []
        for name, data in sorted(shares.items()):
            dataset: dict[str, Json] = {"label": name, "data": data}
            if backend.rules.tells_device_counts:
                dataset["metaCounts"] = devices[name]
            datasets.append(dataset)
        return Answer({"labels": [d.date().isoformat() for d in days], "datasets": datasets})


def _read_days(db: sqlite3.Connection, backend: Backend, call: Call) -> list[datetime]:
    key = _authenticate(db, backend, call)
    start, end = _parse_date(call.query.get("from")), _parse_date(call.query.get("to"))
    if start is None or end is None:
        raise refusal("invalid_body", "Invalid body", {"error": {}})
    if not key.may(Permission.READ_APP, call.path["app_id"]):
        raise refusal("no_access_to_app", "No access to app", {"data": key.user_id}, 401)
    first = start.replace(hour=0, minute=0, second=0, microsecond=0)
    count = min((end - first).days + 1, _MAX_DAYS)
    return [first + timedelta(days=number) for number in range(count)]


def _authenticate(db: sqlite3.Connection, backend: Backend, call: Call) -> Key:
    """Return the key; in ``authorization`` only a UUID is one, anything else a session (§1)."""
    backend.limits.check_address(call.address)
    bearer = call.headers.get("authorization", "")
    if bearer and not _UUID.fullmatch(bearer):
        backend.limits.count_failed_auth(call.address)
        raise refusal("invalid_jwt", "Invalid JWT", status=401)
    value = bearer or call.headers.get("capgkey", call.headers.get("x-api-key", ""))
    if not value:
        backend.limits.count_failed_auth(call.address)
        text = "No JWT, apikey or subkey provided"
        raise refusal("no_jwt_apikey_or_subkey", text, status=401)
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
