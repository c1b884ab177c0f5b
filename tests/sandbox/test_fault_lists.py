"""Faults of lists: rows inserted and deleted between two pages, and repeated pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sandbox.contract_app import A
from tests.sandbox.sockets import SocketSandbox, serve_sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator


def pages_of(sandbox: SocketSandbox, path: str, faults: str, size: int = 2) -> list[list[object]]:
    """Read two pages; ``size`` counts for devices only."""
    key = "device_id" if path == "/device" else "id"
    first = sandbox.get(path, app_id=A, limit=size).json()
    sandbox.faults.set(faults)
    if path == "/device":
        more = {"cursor": first["nextCursor"], "limit": size}
        second = sandbox.get(path, app_id=A, **more).json()["data"]
        first = first["data"]
    else:
        second = sandbox.get(path, app_id=A, page=1).json()
    return [[row[key] for row in page] for page in (first, second)]


@pytest.fixture
def long_lists() -> Iterator[SocketSandbox]:
    with serve_sandbox() as sandbox:
        with sandbox.store.open_for_writing() as db:
            for number in range(60):
                created_at = f"2026-10-20T00:00:{number:02d}.000000+00:00"
                db.execute(
                    "INSERT INTO bundles (app_id, name, created_at, updated_at)"
                    " VALUES (?, ?, ?, ?)",
                    [A, f"3.0.{number}", created_at, created_at],
                )
                db.execute(
                    "INSERT INTO channels (app_id, name, created_at, updated_at, created_by,"
                    " rollout_id) VALUES (?, ?, ?, ?, 'u1', 'r')",
                    [A, f"c{number}", created_at, created_at],
                )
        yield sandbox


@pytest.mark.parametrize("path", ["/channel", "/bundle"])
def test_rows_inserted_between_pages_repeat_others(path: str, long_lists: SocketSandbox) -> None:
    first, second = pages_of(long_lists, path, "insert-rows=3@*.list")
    assert first[-3:] == second[:3]


@pytest.mark.parametrize("path", ["/channel", "/bundle"])
def test_rows_deleted_between_pages_hide_others(path: str, long_lists: SocketSandbox) -> None:
    before = [row["id"] for row in long_lists.get(path, app_id=A, page="abc").json()]
    first, second = pages_of(long_lists, path, "delete-rows=3")
    assert second == before[53:]
    assert set(before) - set(first) - set(second) == set(before[50:53])


def test_rows_before_a_cursor_do_not_disturb_it(long_lists: SocketSandbox) -> None:
    count = long_lists.count("devices")
    first, second = pages_of(long_lists, "/device", "insert-rows=2", size=1)
    assert long_lists.count("devices") == count + 2
    assert second[0] > first[0]  # type: ignore[operator]
    first, second = pages_of(long_lists, "/device", "delete-rows=1", size=1)
    assert long_lists.count("devices") == count + 1
    assert second[0] != first[0]


def test_first_pages_and_single_rows_shift_nothing(long_lists: SocketSandbox) -> None:
    count = long_lists.count("channels")
    long_lists.faults.set("delete-rows=5")
    long_lists.get("/channel", app_id=A)
    long_lists.get("/channel", app_id=A, page=0)
    long_lists.get("/channel", app_id=A, channel="beta", page=1)
    assert long_lists.get("/channel", app_id="com.nobody.app", page=1).status == 400
    assert long_lists.count("channels") == count


def test_a_cursor_that_repeats(long_lists: SocketSandbox) -> None:
    sandbox = long_lists
    sandbox.faults.set("same-cursor")
    first = sandbox.get("/device", app_id=A, limit=1).json()
    again = [
        sandbox.get("/device", app_id=A, limit=1, cursor=first["nextCursor"]).json()
        for _ in range(2)
    ]
    assert again[0] == again[1]
    assert again[0]["nextCursor"] == first["nextCursor"]
    assert again[0]["hasMore"] is True
    assert again[0]["data"] != first["data"]


def test_a_page_that_repeats(long_lists: SocketSandbox) -> None:
    first = long_lists.get("/bundle", app_id=A)
    long_lists.faults.set("same-cursor")
    assert long_lists.get("/bundle", app_id=A, page=1).body == first.body


@pytest.mark.parametrize("path", ["/channel", "/bundle"])
def test_a_fault_that_starts_anew_inserts_other_rows(path: str, long_lists: SocketSandbox) -> None:
    for _ in range(2):
        long_lists.faults.set("insert-rows=2")
        assert long_lists.get(path, app_id=A, page=1).status == 200


def test_a_fault_that_starts_anew_inserts_other_devices(long_lists: SocketSandbox) -> None:
    count = long_lists.count("devices")
    for _ in range(2):
        pages_of(long_lists, "/device", "insert-rows=2", size=1)
    assert long_lists.count("devices") == count + 4
