"""The facts of §18 about live and next: the table in ``next_cases``, and longer tests."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from capgo_tui.sandbox.generate import APP_ID, generate
from capgo_tui.sandbox.paging import Span, make_numbered_span
from capgo_tui.sandbox.revisions import LIVE as LIVE_REVISION
from capgo_tui.sandbox.revisions import NEXT as NEXT_REVISION
from capgo_tui.sandbox.store import Store
from tests.sandbox.conftest import run_sandbox
from tests.sandbox.contract_app import KNOWN_DEVICE, NEWER_DEVICE, UNKNOWN_DEVICE, A, fill
from tests.sandbox.next_cases import LIVE, NEXT, Fact, Request
from tests.support.clock import NOON

if TYPE_CHECKING:
    import httpx

    from capgo_tui.sandbox.answers import Json
    from tests.sandbox.conftest import OpenSandbox, Sandbox


def ask(sandbox: Sandbox, request: Request, key: str | None = None) -> httpx.Response:
    if request.method == "GET":
        return sandbox.ask("GET", request.path, query=request.fields, key=key)
    return sandbox.ask(request.method, request.path, body=request.fields, key=key)


def channel(sandbox: Sandbox, name: str) -> dict[str, Any]:
    row: dict[str, Any] = sandbox.get("/channel", app_id=A, channel=name).json()
    return row


def simplify(body: Any) -> Any:
    """Reduce the devices of a list to their ids; leave other bodies unchanged."""
    if isinstance(body, dict) and "data" in body:
        return {**body, "data": [row["device_id"] for row in body["data"]]}
    return body


@pytest.mark.parametrize(
    ("revision", "fact"),
    [
        pytest.param(revision, fact, id=f"{revision} {fact}")
        for revision, facts in (("next", NEXT), ("live", LIVE))
        for fact in facts
    ],
)
def test_fact(revision: str, fact: Fact, open_sandbox: OpenSandbox) -> None:
    sandbox = open_sandbox(revision)
    for request in fact.before:
        preparation = ask(sandbox, request, request.key or None)
        assert preparation.is_success, preparation.text
    rollout_id = channel(sandbox, fact.name).get("rollout_id")
    answer = ask(sandbox, fact.request, fact.key)
    body = simplify(answer.json())
    code = body.get("error", "") if isinstance(body, dict) else ""
    assert (answer.status_code, code) == (fact.status, fact.code), body
    if isinstance(fact.answer, dict):
        assert {name: body.get(name) for name in fact.answer} == fact.answer
    elif fact.answer is not None:
        assert body == fact.answer
    after = channel(sandbox, fact.name)
    assert {name: after.get(name) for name in fact.channel} == fact.channel
    if fact.has_new_rollout_id is not None:
        assert (after["rollout_id"] != rollout_id) is fact.has_new_rollout_id


def test_every_section_about_next_has_a_case() -> None:
    assert {fact.section for fact in NEXT} >= {f"18.{number}" for number in range(2, 10)}


def test_a_deleted_channel_with_a_rollout_comes_back_without_it(sandbox: Sandbox) -> None:
    rollout = {"rolloutVersion": "2.0.0", "rolloutPercentage": 25, "rolloutEnabled": True}
    sandbox.post("/channel", app_id=A, channel="beta", **rollout)
    assert sandbox.delete("/channel", app_id=A, channel="beta").is_success
    sandbox.post("/channel", app_id=A, channel="beta", version="1.360.0")
    again = channel(sandbox, "beta")
    assert (again["rollout_version"], again["rolloutEnabled"]) == (None, False)
    assert again["rolloutPercentageBps"] == 0


@pytest.mark.parametrize(
    ("page", "span"),
    [
        (None, Span(0, 50)),
        ("0", Span(0, 50)),
        ("1", Span(50, 50)),
        ("12", Span(600, 50)),
        (3, Span(150, 50)),
        ("abc", Span(0, 50)),
        ("", Span(0, 50)),
        ("-1", Span(0, 50)),
        (-7, Span(0, 50)),
    ],
)
def test_a_page_as_a_number(page: Json, span: Span) -> None:
    assert make_numbered_span(page) == span


def many(store: Store) -> str:
    return generate(store, channels=120, devices=500, bundles=130, now=NOON).key


def test_pages_of_channels_have_fifty_rows_and_those_of_bundles_the_defect(
    open_sandbox: OpenSandbox,
) -> None:
    sandbox = open_sandbox("next", fill=many)
    pages = [sandbox.get("/channel", app_id=APP_ID, page=page).json() for page in range(4)]
    assert [len(page) for page in pages] == [50, 50, 20, 0]
    assert len({row["id"] for page in pages for row in page}) == 120
    for odd in ("abc", -1):
        assert sandbox.get("/channel", app_id=APP_ID, page=odd).json() == pages[0]
    bundles = [sandbox.get("/bundle", app_id=APP_ID, page=page).json() for page in range(4)]
    assert [len(page) for page in bundles] == [50, 80, 30, 0]


def test_a_channel_tells_what_live_tells_and_three_fields_more(open_sandbox: OpenSandbox) -> None:
    live, newer = open_sandbox("live"), open_sandbox("next")
    new_fields = set(channel(newer, "beta")) - set(channel(live, "beta"))
    assert new_fields == {"ios", "android", "updatePackage"}
    row = next(r for r in newer.get("/channel", app_id=A).json() if r["name"] == "beta")
    assert row == channel(newer, "beta")


@pytest.mark.parametrize(("revision", "count"), [("next", 1), ("live", 3)])
def test_a_custom_id_is_looked_up_on_next_only(
    revision: str, count: int, open_sandbox: OpenSandbox
) -> None:
    page = open_sandbox(revision).get("/device", app_id=A, custom_id=" qa-07 ").json()
    assert len(page["data"]) == count
    assert NEWER_DEVICE in {row["device_id"] for row in page["data"]}
    assert page["hasMore"] is False


def test_devices_of_one_custom_id_are_paged_by_cursor(open_sandbox: OpenSandbox) -> None:
    sandbox = open_sandbox("next", fill=many)
    everyone: list[dict[str, Any]] = []
    for order in ({}, {"order": "desc"}):
        query: dict[str, object] = {"app_id": APP_ID, "custom_id": "anna.k", "limit": 2, **order}
        page = sandbox.get("/device", **query).json()
        rows = list(page["data"])
        while page["hasMore"]:
            page = sandbox.get("/device", **query, cursor=page["nextCursor"]).json()
            rows += page["data"]
        assert {row["custom_id"] for row in rows} == {"anna.k"}
        everyone.append({row["device_id"]: row for row in rows})
    with sandbox.store.open_for_reading() as db:
        device_rows = db.execute(
            "SELECT device_id FROM devices WHERE custom_id = 'anna.k'"
        ).fetchall()
    assert len(device_rows) > 2
    assert set(everyone[0]) == set(everyone[1]) == {row["device_id"] for row in device_rows}


@pytest.mark.parametrize(("revision", "seconds"), [("next", 5), ("live", 60)])
def test_linking_to_the_same_channel_again(
    revision: str, seconds: int, open_sandbox: OpenSandbox
) -> None:
    sandbox = open_sandbox(revision, limits="device")
    link: dict[str, object] = {"app_id": A, "device_id": UNKNOWN_DEVICE, "channel": "beta"}
    assert sandbox.post("/device", **link).is_success
    refusal = sandbox.post("/device", **link)
    assert (refusal.status_code, refusal.headers["retry-after"]) == (429, str(seconds))
    sandbox.clock.advance(seconds - 1)
    assert sandbox.post("/device", **link).status_code == 429
    sandbox.clock.advance(1)
    assert sandbox.post("/device", **link).is_success


@pytest.mark.parametrize("fault", ["503@channel.list", "503=after@channel.list"])
def test_a_database_that_does_not_answer_is_a_fault_to_ask_for(fault: str) -> None:
    store = Store()
    key = fill(store)
    with run_sandbox(store, revision="next", faults=(fault,)) as sandbox:
        sandbox.key = key
        answer = sandbox.get("/channel", app_id=A)
        assert (answer.status_code, answer.json()) == (
            503,
            {
                "error": "upstream_unavailable",
                "message": "Database temporarily unavailable",
                "moreInfo": {},
            },
        )
        assert sandbox.get("/device", app_id=A).is_success


def test_a_restart_forgets_who_is_blocked() -> None:
    store = Store()
    key = fill(store)
    with run_sandbox(store, limits="hosted") as sandbox:
        for _ in range(20):
            assert sandbox.ask("GET", "/channel", query={"app_id": A}, key="no").status_code == 401
        refusal = sandbox.ask("GET", "/channel", query={"app_id": A}, key=key)
        assert refusal.json()["moreInfo"]["reason"] == "too_many_failed_auth_attempts"
        assert refusal.headers["retry-after"] == "900"
        with run_sandbox(store, limits="hosted") as again:
            assert again.ask("GET", "/channel", query={"app_id": A}, key=key).is_success


@pytest.mark.parametrize("revision", [LIVE_REVISION, NEXT_REVISION], ids=lambda r: r.name)
def test_a_trailing_slash_changes_nothing(revision: Any, open_sandbox: OpenSandbox) -> None:
    sandbox = open_sandbox(revision.name)
    query: dict[str, object] = {"app_id": A, "channel": "beta", "name": "1.0.1", "orgId": "org-1"}
    for route, methods in revision.routes.items():
        if "GET" not in methods:
            continue
        path = route.format(app_id=A)
        without, with_slash = sandbox.get(path, **query), sandbox.get(f"{path}/", **query)
        assert with_slash.status_code == without.status_code
        assert with_slash.json() == without.json()


def test_the_numbers_of_devices_beside_their_share(open_sandbox: OpenSandbox) -> None:
    path = f"/statistics/app/{A}/bundle_usage"
    query = {"from": "2026-06-01", "to": "2026-06-01"}
    headers = {"capgkey": "key-org_super_admin"}
    for revision, counts in (("next", [1]), ("live", None)):
        answer = open_sandbox(revision).ask("GET", path, query=query, headers=headers)
        assert [row.get("metaCounts") for row in answer.json()["datasets"]] == [counts, counts]


def test_a_database_of_an_older_sandbox_gets_the_new_columns(tmp_path: Any) -> None:
    path = tmp_path / "kept.db"
    store = Store(path)
    key = fill(store)
    store.close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("ALTER TABLE bundles DROP COLUMN manifest_count")
    with run_sandbox(Store(path), revision="next") as sandbox:
        sandbox.key = key
        rows = sandbox.get("/bundle", app_id=A).json()
        assert {row["manifest_count"] for row in rows} == {0}
        assert sandbox.get("/device", app_id=A, device_id=KNOWN_DEVICE).is_success
