"""Pages and cursors (§5)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from capgo_tui.sandbox.generate import APP_ID, generate
from capgo_tui.sandbox.paging import BadRange, Span, make_page_span
from tests.support.clock import NOON

if TYPE_CHECKING:
    from capgo_tui.sandbox.answers import Json
    from capgo_tui.sandbox.store import Store
    from tests.sandbox.conftest import OpenSandbox, Sandbox


@pytest.mark.parametrize(
    ("page", "span"),
    [
        (None, Span(0, 50)),
        ("", Span(0, 50)),
        ("0", Span(0, 50)),
        ("1", Span(50, 500)),
        ("2", Span(100, 950)),
        ("3", Span(150, 1000)),
        ("10", Span(500, 1000)),
        ("abc", Span(0, 1000)),
        (0, Span(0, 50)),
        (1, Span(50, 50)),
        (7, Span(350, 50)),
    ],
)
def test_the_page_defect(page: Json, span: Span) -> None:
    assert make_page_span(page) == span


@pytest.mark.parametrize("page", ["-1", -1, "1.55", 0.123])
def test_a_range_the_database_refuses(page: Json) -> None:
    with pytest.raises(BadRange):
        make_page_span(page)


def many(store: Store) -> str:
    return generate(store, channels=120, devices=1202, bundles=130, now=NOON).key


@pytest.fixture
def crowd(open_sandbox: OpenSandbox) -> Sandbox:
    return open_sandbox(fill=many)


def walk(sandbox: Sandbox, **query: object) -> list[dict[str, Any]]:
    """Return the devices of all pages."""
    devices: list[dict[str, Any]] = []
    page = sandbox.get("/device", app_id=APP_ID, **query).json()
    devices += page["data"]
    while page["hasMore"]:
        cursor = page["nextCursor"]
        page = sandbox.get("/device", app_id=APP_ID, cursor=cursor, **query).json()
        devices += page["data"]
    assert "nextCursor" not in page
    return devices


@pytest.mark.parametrize("order", [None, "asc", "desc"])
def test_walking_brings_every_device_once_in_order(order: str | None, crowd: Sandbox) -> None:
    devices = walk(crowd, limit=333, **({"order": order} if order else {}))
    assert len({d["device_id"] for d in devices}) == len(devices) == 1202
    keys = [d["updated_at"] if order else d["device_id"] for d in devices]
    assert keys == sorted(keys, reverse=order == "desc")


def test_walking_with_filters(crowd: Sandbox) -> None:
    everyone = walk(crowd, limit=150)
    custom = walk(crowd, limit=50, customIdMode="false")
    assert custom == [d for d in everyone if d["custom_id"]]
    bound = (NOON - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    newer = walk(crowd, limit=50, updated_at=bound, order="asc")
    assert {d["device_id"] for d in newer} == {
        d["device_id"] for d in everyone if d["updated_at"] > bound
    }


@pytest.mark.parametrize(
    ("limit", "rows", "more"), [(999, 999, True), (1000, 1000, False), (5000, 1000, False)]
)
def test_the_cap_hides_the_rest(limit: int, rows: int, more: bool, crowd: Sandbox) -> None:
    page = crowd.get("/device", app_id=APP_ID, limit=limit).json()
    assert (len(page["data"]), page["hasMore"]) == (rows, more)


@pytest.mark.parametrize("cursor", ["nonsense", "|", "x|", "|x"])
def test_a_bad_cursor_restarts(cursor: str, crowd: Sandbox) -> None:
    first = crowd.get("/device", app_id=APP_ID, limit=2).json()
    assert crowd.get("/device", app_id=APP_ID, limit=2, cursor=cursor).json() == first


def test_an_unreadable_moment_in_a_cursor_reads_as_empty(crowd: Sandbox) -> None:
    page = crowd.get("/device", app_id=APP_ID, order="asc", cursor="x|y").json()
    assert page == {"data": [], "hasMore": False}


def test_pages_of_channels_and_bundles(crowd: Sandbox) -> None:
    for path in ("/channel", "/bundle"):
        first = crowd.get(path, app_id=APP_ID).json()
        second = crowd.get(path, app_id=APP_ID, page=1).json()
        ids = [row["id"] for row in first + second]
        assert len(first) == 50
        assert len(set(ids)) == len(ids) == (120 if path == "/channel" else 130)
        moments = [row["created_at"] for row in first + second]
        assert moments == sorted(moments, reverse=path == "/bundle")
    assert crowd.get("/channel", app_id=APP_ID, page=-1).json()["error"] == "cannot_find_channels"
    assert crowd.get("/bundle", app_id=APP_ID, page=-1).json()["message"] == "Cannot get bundle"


def test_older_lists(open_sandbox: OpenSandbox) -> None:
    documented_sandbox = open_sandbox("documented", fill=many)
    assert len(documented_sandbox.get("/device", app_id=APP_ID).json()) == 50
    assert len(documented_sandbox.get("/device", app_id=APP_ID, page=1).json()) == 500
    legacy_sandbox = open_sandbox("legacy", fill=many)
    assert len(legacy_sandbox.get("/device", app_id=APP_ID).json()) == 1202
    assert len(legacy_sandbox.get("/versions", app_id=APP_ID).json()) == 130


def test_device_pages_start_at_their_cursor(crowd: Sandbox) -> None:
    """A page costs O(page) when no order needs sorting and every search uses an index."""
    ranges = (
        "d.device_id > 'x' ORDER BY d.device_id",
        "d.updated_at >= 'x' ORDER BY d.updated_at, d.device_id",
        "d.updated_at <= 'x' ORDER BY d.updated_at DESC, d.device_id",
    )
    with crowd.store.open_for_reading() as db:
        for where in ranges:
            query = f"SELECT * FROM devices d WHERE d.app_id = 'a' AND {where} LIMIT 50"  # noqa: S608
            plan = " / ".join(row["detail"] for row in db.execute(f"EXPLAIN QUERY PLAN {query}"))
            assert "SEARCH" in plan
            assert "TEMP B-TREE" not in plan
