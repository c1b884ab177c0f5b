"""A large fleet: written when requested, with the same rows in any order."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from capgo_tui.sandbox.fleet import BLOCK
from capgo_tui.sandbox.generate import APP_ID, generate
from capgo_tui.sandbox.generate_devices import find_index
from capgo_tui.sandbox.store import Store
from tests.sandbox.conftest import OpenSandbox, Sandbox, run_sandbox
from tests.support.clock import NOON

if TYPE_CHECKING:
    from pathlib import Path

MILLION = 1_000_000
LARGE = 2 * BLOCK + 7

Row = dict[str, Any]


def million(store: Store) -> str:
    return generate(store, devices=MILLION, now=NOON).key


def large(store: Store) -> str:
    return generate(store, devices=LARGE, written_out=0, now=NOON).key


def count_devices(sandbox: Sandbox) -> int:
    with sandbox.store.open_for_reading() as db:
        return int(db.execute("SELECT count(*) FROM devices").fetchone()[0])


def walk(sandbox: Sandbox, **query: object) -> list[Row]:
    rows: list[Row] = []
    page = sandbox.get("/device", app_id=APP_ID, limit=999, **query).json()
    while page["hasMore"]:
        rows += page["data"]
        cursor = page["nextCursor"]
        page = sandbox.get("/device", app_id=APP_ID, limit=999, cursor=cursor, **query).json()
    return rows + list(page["data"])


def test_a_million_cost_only_what_is_looked_at(open_sandbox: OpenSandbox) -> None:
    sandbox = open_sandbox(fill=million)
    assert count_devices(sandbox) == BLOCK
    page = sandbox.get("/device", app_id=APP_ID).json()
    assert (len(page["data"]), page["hasMore"]) == (50, True)
    far = {"cursor": "2026-01-01T00:00:00+00:00|80000000-0000-4000-8000-000000000000", "limit": 500}
    middle = sandbox.get("/device", app_id=APP_ID, **far).json()
    assert len(middle["data"]) == 500
    # Ids are spread evenly, so the middle one is just behind the middle of all ids.
    assert middle["data"][0]["device_id"].startswith("80000")
    last = {**far, "cursor": "x|ffff0000-0000-4000-8000-000000000000", "limit": 999}
    assert sandbox.get("/device", app_id=APP_ID, **last).json()["hasMore"] is False
    assert count_devices(sandbox) <= 5 * BLOCK


def test_one_device_is_found_wherever_it_is(open_sandbox: OpenSandbox) -> None:
    sandbox = open_sandbox(fill=million)
    far = "x|c1234567-0000-4000-8000-000000000000"
    row = sandbox.get("/device", app_id=APP_ID, cursor=far, limit=1).json()["data"][0]
    again = open_sandbox(fill=million)
    answer = again.get("/device", app_id=APP_ID, device_id=row["device_id"].upper())
    assert answer.json() == row
    assert count_devices(again) <= 2 * BLOCK
    for unknown in ("hello", "c1234567-0000-4000-8000-000000000000", "\U0001f600", "~"):
        assert again.get("/device", app_id=APP_ID, device_id=unknown).status_code == 404


def test_a_walk_meets_every_device_once_in_order(open_sandbox: OpenSandbox) -> None:
    ids = [row["device_id"] for row in walk(open_sandbox(fill=large))]
    assert len(ids) == LARGE
    assert ids == sorted(set(ids))


def test_the_devices_are_the_same_however_they_are_reached(open_sandbox: OpenSandbox) -> None:
    by_id, by_time = open_sandbox(fill=large, url_limit=0), open_sandbox(fill=large, url_limit=0)
    forward = walk(by_id)
    newest_first = walk(by_time, order="desc")
    assert sorted(newest_first, key=lambda row: str(row["device_id"])) == forward
    moments = [row["updated_at"] for row in newest_first]
    assert moments == sorted(moments, reverse=True)
    recent = walk(open_sandbox(fill=large, url_limit=0), updated_at="2026-11-22T11:00:00.000Z")
    after = [row for row in forward if row["updated_at"] > "2026-11-22T11:00:00.000Z"]
    assert recent == after


def test_custom_ids_alone(open_sandbox: OpenSandbox) -> None:
    custom = walk(open_sandbox(fill=large), customIdMode="true")
    assert 0.28 < len(custom) / LARGE < 0.39
    assert all(row["custom_id"] for row in custom)


def test_older_revisions_page_through_it_too(open_sandbox: OpenSandbox) -> None:
    documented_sandbox = open_sandbox("documented", fill=large)
    page = documented_sandbox.get("/device", app_id=APP_ID, page=50).json()
    assert len(page) == 1000
    legacy_sandbox = open_sandbox("legacy", fill=large)
    device_id = page[-1]["device_id"]
    body = {"app_id": APP_ID, "device_id": device_id, "channel": "beta"}
    assert legacy_sandbox.post("/device", **body).json() == {"status": "ok"}
    assert len(legacy_sandbox.get("/device", app_id=APP_ID).json()) == LARGE


def test_a_restart_goes_on_with_the_same_fleet(tmp_path: Path) -> None:
    with closing(Store(tmp_path / "kept.db")) as store:
        key = million(store)
    pages = []
    for _ in range(2):
        with run_sandbox(Store(tmp_path / "kept.db")) as sandbox:
            sandbox.key = key
            cursor = "x|70000000-0000-4000-8000-000000000000"
            pages.append(sandbox.get("/device", app_id=APP_ID, cursor=cursor).json())
    assert pages[0] == pages[1]


@given(st.integers(1, 3 * MILLION), st.data())
def test_an_id_tells_its_number(count: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, count - 1))
    noise = data.draw(st.integers(0, 2**47 - 1))
    digits = f"{(index * 2**48 + noise) // count:012x}"
    assert find_index(f"{digits[:8]}-{digits[8:]}-4000-8000-000000000000", count) == index


@given(st.text("09afAFgz~!-é\U0001f600", max_size=40), st.integers(1, MILLION))
def test_any_text_has_a_place(text: str, count: int) -> None:
    assert 0 <= find_index(text, count) < count
