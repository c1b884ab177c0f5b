"""The organisation's record of changes (§18.10)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from capgo_tui.sandbox.generate import APP_ID, generate
from capgo_tui.sandbox.roles import ROLES
from capgo_tui.sandbox.store import Store
from tests.sandbox.conftest import run_sandbox
from tests.sandbox.contract_app import A, fill, key_of
from tests.support.clock import NOON

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandbox.conftest import OpenSandbox, Sandbox

ZIP = {"external_url": "https://example.invalid/x.zip", "checksum": "0" * 64}
ORG = "org-1"

Entry = dict[str, Any]


def audit(sandbox: Sandbox, org: str = ORG, **query: object) -> list[Entry]:
    answer = sandbox.get("/organization/audit", orgId=org, **query)
    assert answer.status_code == 200, answer.text
    entries: list[Entry] = answer.json()["data"]
    return entries


def describe(entry: Entry) -> tuple[str, str, str]:
    """Return the operation, the table and the name of the record."""
    record = entry["new_record"] or entry["old_record"]
    return entry["operation"], entry["table_name"], record["name"]


@pytest.fixture(params=["live", "next"])
def sandbox(request: pytest.FixtureRequest, open_sandbox: OpenSandbox) -> Sandbox:
    return open_sandbox(request.param)


def test_nothing_is_recorded_of_what_was_loaded_or_read(sandbox: Sandbox) -> None:
    sandbox.get("/channel", app_id=A)
    assert sandbox.get("/organization/audit", orgId=ORG).json() == {
        "data": [],
        "total": 0,
        "page": 0,
        "limit": 50,
    }


def test_a_change_of_a_channel_tells_both_rows(sandbox: Sandbox) -> None:
    sandbox.clock.advance(60)
    sandbox.post("/channel", app_id=A, channel="beta", version="1.361.0", ios=False)
    (entry,) = audit(sandbox)
    moment = sandbox.clock().isoformat(timespec="microseconds")
    assert entry["created_at"] == moment
    assert (entry["table_name"], entry["record_id"], entry["operation"]) == (
        "channels",
        "3",
        "UPDATE",
    )
    assert (entry["old_record"]["version"], entry["new_record"]["version"]) == (4, 5)
    assert sorted(entry["changed_fields"]) == ["ios", "updated_at", "version"]
    record = entry["new_record"]
    assert {name: record[name] for name in ("ios", "android", "electron")} == {
        "ios": False,
        "android": True,
        "electron": True,
    }
    assert (record["app_id"], record["owner_org"], record["public"]) == (A, ORG, False)
    assert record["rollout_id"] == entry["old_record"]["rollout_id"]
    assert {name: entry[name] for name in entry if name.startswith(("actor", "user", "org"))} == {
        "user_id": "u1",
        "org_id": ORG,
        "actor_type": "apikey",
        "actor_user_id": "u1",
        "actor_user_email": None,
        "actor_apikey_id": 1,
        "actor_apikey_name": "org_super_admin",
    }


@pytest.mark.parametrize(("revision", "has_package"), [("live", False), ("next", True)])
def test_live_records_no_update_package(
    revision: str, has_package: bool, open_sandbox: OpenSandbox
) -> None:
    sandbox = open_sandbox(revision)
    sandbox.post("/channel", app_id=A, channel="beta", ios=False)
    for name in ("old_record", "new_record"):
        assert ("update_package" in audit(sandbox)[0][name]) is has_package


def test_every_change_is_recorded_the_newest_first(sandbox: Sandbox) -> None:
    bundle = sandbox.post("/bundle", app_id=A, version="7.0.0", **ZIP).json()["bundle"]
    changes: list[tuple[str, str, dict[str, object]]] = [
        ("POST", "/bundle/metadata", {"version_id": bundle["id"], "comment": "c"}),
        ("POST", "/channel", {"channel": "new", "version": "7.0.0"}),
        ("PUT", "/bundle", {"version_id": 1, "channel_id": 3}),
        ("DELETE", "/channel", {"channel": "new"}),
        ("DELETE", "/bundle", {"version": "7.0.0"}),
        # Overrides are not recorded.
        ("POST", "/device", {"device_id": "x", "channel": "beta"}),
        ("DELETE", "/device", {"device_id": "x"}),
    ]
    for method, path, body in changes:
        sandbox.clock.advance(1)
        assert sandbox.ask(method, path, body={"app_id": A, **body}).is_success
    entries = audit(sandbox)
    assert [describe(entry) for entry in entries] == [
        ("UPDATE", "app_versions", "7.0.0"),
        ("DELETE", "channels", "new"),
        ("UPDATE", "channels", "beta"),
        ("INSERT", "channels", "new"),
        ("UPDATE", "app_versions", "7.0.0"),
        ("INSERT", "app_versions", "7.0.0"),
    ]
    moments = [entry["created_at"] for entry in entries]
    assert moments == sorted(moments, reverse=True)
    bundle_deletion, channel_deletion, channel_creation = entries[0], entries[1], entries[3]
    assert (bundle_deletion["old_record"]["deleted"], bundle_deletion["new_record"]["deleted"]) == (
        False,
        True,
    )
    assert "deleted_at" in bundle_deletion["changed_fields"]
    assert (channel_deletion["new_record"], channel_deletion["changed_fields"]) == (None, None)
    assert (channel_creation["old_record"], channel_creation["changed_fields"]) == (None, None)
    assert entries[4]["changed_fields"] in (["comment"], ["updated_at", "comment"])


def test_a_demotion_is_recorded_too(sandbox: Sandbox) -> None:
    sandbox.post("/channel", app_id=A, channel="beta", public=True)
    entries = audit(sandbox)
    public = {
        entry["new_record"]["name"]: (entry["old_record"]["public"], entry["new_record"]["public"])
        for entry in entries
    }
    assert public == {
        "beta": (False, True),
        "production": (True, False),
        "development": (True, False),
    }


def test_deleting_all_bundles_records_each(sandbox: Sandbox) -> None:
    assert sandbox.delete("/bundle", app_id=A).is_success
    # No channel carries 1.0.1, 1.361.0 and 2.0.0.
    assert {describe(entry)[2] for entry in audit(sandbox)} == {"1.0.1", "1.361.0", "2.0.0"}


def test_a_refused_change_leaves_no_entry(sandbox: Sandbox) -> None:
    for body in (
        {"channel": "new", "version": "9.9.9"},
        {"channel": "beta", "disableAutoUpdate": "metadata", "ios": False},
    ):
        assert not sandbox.post("/channel", app_id=A, **body).is_success
    assert audit(sandbox) == []


def test_the_key_that_acted_is_told(sandbox: Sandbox) -> None:
    put = {"app_id": A, "version_id": 1, "channel_id": 3}
    sandbox.ask("PUT", "/bundle", body=put, key=key_of("app_uploader"))
    subkey = {"authorization": key_of("org_super_admin"), "x-limited-key-id": "2"}
    sandbox.ask("PUT", "/bundle", body={**put, "version_id": 2}, headers=subkey)
    actors = [(e["actor_apikey_id"], e["actor_apikey_name"]) for e in audit(sandbox)]
    names = list(ROLES)
    assert actors == [(2, names[1]), (names.index("app_uploader") + 1, "app_uploader")]


def test_filters_and_pages(sandbox: Sandbox) -> None:
    for number in range(7):
        sandbox.clock.advance(1)
        sandbox.post("/channel", app_id=A, channel=f"c-{number}")
    sandbox.post("/channel", app_id=A, channel="c-6", ios=False)
    sandbox.post("/bundle", app_id=A, version="7.0.0", **ZIP)
    page = sandbox.get("/organization/audit", orgId=ORG, page=1, limit=4).json()
    assert (page["total"], page["page"], page["limit"]) == (9, 1, 4)
    assert page["data"] == audit(sandbox)[4:8]
    assert [describe(e)[2] for e in audit(sandbox, tableName="app_versions")] == ["7.0.0"]
    assert [describe(e)[2] for e in audit(sandbox, operation="UPDATE")] == ["c-6"]
    insertions = audit(sandbox, tableName="channels", operation="INSERT")
    assert [describe(e)[2] for e in insertions] == [f"c-{number}" for number in range(6, -1, -1)]
    assert audit(sandbox, tableName="org_users") == []
    assert sandbox.get("/organization/audit", orgId=ORG, page=9).json()["data"] == []
    assert sandbox.get("/organization/audit", orgId=ORG, limit=500).json()["limit"] == 100


@pytest.mark.parametrize("role", ROLES)
def test_who_may_read_it(role: str, sandbox: Sandbox) -> None:
    answer = sandbox.ask("GET", "/organization/audit", query={"orgId": ORG}, key=key_of(role))
    if role in {"org_super_admin", "org_admin"}:
        assert answer.is_success
    else:
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_org_id")


@pytest.mark.parametrize(
    ("query", "key", "status", "code"),
    [
        ({"orgId": "org-2"}, key_of("org_super_admin"), 400, "invalid_org_id"),
        ({"orgId": "nonsense"}, key_of("org_super_admin"), 400, "invalid_org_id"),
        ({"orgId": ORG}, "key-outsider", 400, "invalid_org_id"),
        ({"orgId": ORG}, "key-stranger", 400, "invalid_org_id"),
        ({"orgId": ORG}, "wrong", 401, "invalid_apikey"),
        ({"page": 1}, key_of("org_super_admin"), 400, "invalid_body"),
        ({"orgId": ORG, "page": "x"}, key_of("org_super_admin"), 400, "invalid_body"),
        ({"orgId": ORG, "limit": 0}, key_of("org_super_admin"), 400, "cannot_get_audit_logs"),
    ],
)
def test_refusals(
    query: dict[str, object], key: str, status: int, code: str, sandbox: Sandbox
) -> None:
    answer = sandbox.ask("GET", "/organization/audit", query=query, key=key)
    assert (answer.status_code, answer.json()["error"]) == (status, code)


@pytest.mark.parametrize("revision", ["documented", "legacy"])
def test_older_revisions_record_on_the_same_data(revision: str, open_sandbox: OpenSandbox) -> None:
    sandbox = open_sandbox(revision)
    assert sandbox.get("/organization/audit", orgId=ORG).status_code == 404
    sandbox.post("/channel", app_id=A, channel="beta", version="1.0.0")
    with sandbox.store.open_for_reading() as db:
        rows = db.execute("SELECT operation, record_id, key_id FROM audit_logs").fetchall()
    assert [tuple(row) for row in rows] == [("UPDATE", "3", 1)]


def test_entries_are_kept_for_ninety_days(sandbox: Sandbox) -> None:
    sandbox.post("/channel", app_id=A, channel="new")
    sandbox.clock.advance(timedelta(days=90).total_seconds())
    assert len(audit(sandbox)) == 1
    sandbox.clock.advance(1)
    assert audit(sandbox) == []


def test_the_record_is_kept_with_the_data(tmp_path: Path) -> None:
    path = tmp_path / "kept.db"
    store = Store(path)
    key = fill(store)
    store.close()
    for entries in (1, 2):
        with run_sandbox(Store(path)) as sandbox:
            sandbox.key = key
            sandbox.post("/channel", app_id=A, channel="beta", ios=entries == 1)
            assert len(audit(sandbox)) == entries


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_generated_history_tells_what_each_channel_carried_before(
    seed: int, open_sandbox: OpenSandbox
) -> None:
    sandbox = open_sandbox("next", fill=lambda store: generate(store, seed=seed, now=NOON).key)
    org = sandbox.get("/app").json()[0]["owner_org"]
    channels = {row["name"]: row for row in sandbox.get("/channel", app_id=APP_ID).json()}
    upload_dates = {
        row["id"]: row["created_at"]
        for row in sandbox.get("/bundle", app_id=APP_ID, page="abc").json()
    }
    entries = audit(sandbox, org, tableName="channels", limit=100)
    for name in ("production", "beta", "internal", "qa", "hotfix-login"):
        own = [entry for entry in entries if entry["new_record"]["name"] == name]
        assert len(own) >= 2
        assert {entry["record_id"] for entry in own} == {str(channels[name]["id"])}
        bundle_id = channels[name]["version"]["id"]
        for entry in own:
            assert entry["new_record"]["version"] == bundle_id
            bundle_id = entry["old_record"]["version"]
            # No entry is older than its bundle or its channel.
            assert entry["created_at"] >= upload_dates[entry["new_record"]["version"]]
            assert entry["created_at"] >= channels[name]["created_at"]
        # No bundle comes twice.
        assert len({entry["new_record"]["version"] for entry in own}) == len(own)
    actors = [(e["actor_type"], e["actor_user_email"], e["actor_apikey_id"]) for e in entries]
    assert all(kind == "user" and "@" in email and not key for kind, email, key in actors)
    people = {(entry["actor_user_email"], entry["actor_user_id"]) for entry in entries}
    assert len(people) == len({email for email, _ in people}) > 1, "each has an id"
    assert {e["actor_type"] for e in audit(sandbox, org, tableName="app_versions")} == {"apikey"}
    moments = [entry["created_at"] for entry in audit(sandbox, org, limit=100)]
    assert moments == sorted(moments, reverse=True)
    assert max(moments) <= NOON.isoformat()
