"""The permissions of each role on live (§10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capgo_tui.sandbox.roles import ROLES
from tests.sandbox.contract_app import KNOWN_DEVICE, A, key_of

if TYPE_CHECKING:
    from tests.sandbox.conftest import Sandbox

ADMINS = {"org_super_admin", "app_admin"}
CREATORS = ADMINS | {"org_admin", "app_developer"}
PROMOTERS = CREATORS | {"app_uploader"}
READERS = PROMOTERS | {"app_reader"}
UPLOADERS = PROMOTERS | {"app_preview"}
ZIP = {"external_url": "https://example.invalid/x.zip", "checksum": "0"}
NEW_ZIP = {"version": "7.0.0", **ZIP}
COMMENT = {"version_id": 1, "comment": "x"}

#: A request, the roles that may send it, and the error of the others.
TABLE = [
    ("GET", "/channel", {}, READERS, "cannot_access_app"),
    ("GET", "/device", {}, READERS, "cannot_access_app"),
    ("GET", "/bundle", {}, READERS | {"app_preview"}, "cannot_get_bundle"),
    ("POST", "/channel", {"channel": "new"}, CREATORS | {"app_preview"}, "cannot_access_app"),
    ("POST", "/channel", {"channel": "beta"}, ADMINS | {"org_admin"}, "cannot_access_app"),
    ("PUT", "/bundle", {"version_id": 2, "channel_id": 3}, PROMOTERS, "cannot_access_app"),
    ("POST", "/device", {"device_id": KNOWN_DEVICE}, CREATORS, "cannot_access_app"),
    ("DELETE", "/device", {"device_id": KNOWN_DEVICE}, CREATORS, "cannot_access_app"),
    ("POST", "/bundle", NEW_ZIP, UPLOADERS, "cannot_create_bundle"),
    ("POST", "/bundle/metadata", COMMENT, PROMOTERS, "cannot_update_bundle_metadata"),
    ("DELETE", "/bundle", {"version": "1.0.1"}, ADMINS, "cannot_delete_bundle"),
]


#: Other errors of one role: a preview key may change its own bundle (§18.2).
OTHER_CODES = {("POST", "/bundle/metadata", "app_preview"): "cannot_update_version_metadata"}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("case", TABLE, ids=[f"{row[0]} {row[1]}" for row in TABLE])
def test_permission(
    case: tuple[str, str, dict[str, object], set[str], str], role: str, sandbox: Sandbox
) -> None:
    method, path, body, roles, code = case
    answer = sandbox.ask(method, path, body={"app_id": A, **body}, key=key_of(role))
    if role in roles:
        assert answer.is_success, answer.text
    else:
        code = OTHER_CODES.get((method, path, role), code)
        assert (answer.status_code, answer.json()["error"]) == (400, code)


@pytest.mark.parametrize("role", ROLES)
def test_delete_and_link_on_a_channel(role: str, sandbox: Sandbox) -> None:
    link = {"app_id": A, "device_id": KNOWN_DEVICE, "channel": "beta"}
    link_answer = sandbox.ask("POST", "/device", body=link, key=key_of(role))
    body = {"app_id": A, "channel": "beta"}
    delete_answer = sandbox.ask("DELETE", "/channel", body=body, key=key_of(role))
    if role == "app_preview":
        # It does not see the channel.
        assert link_answer.json()["error"] == "channel_not_found"
        assert delete_answer.json()["error"] == "cannot_find_channel"
        return
    assert link_answer.is_success is (role in CREATORS)
    assert delete_answer.is_success is (role in ADMINS)
    if role not in CREATORS:
        assert link_answer.json()["error"] == "cannot_access_channel"
    if role not in ADMINS:
        assert delete_answer.json()["moreInfo"] == {"app_id": A, "channel_id": 3}


def test_a_preview_key_and_its_own_channel(sandbox: Sandbox) -> None:
    preview = key_of("app_preview")
    bundle_fields = {"app_id": A, "version": "7.0.0-pr.1", **ZIP}
    bundle = sandbox.ask("POST", "/bundle", body=bundle_fields, key=preview).json()["bundle"]
    channel = sandbox.ask(
        "POST",
        "/channel",
        body={"app_id": A, "channel": "pr-1", "version": "7.0.0-pr.1"},
        key=preview,
    ).json()
    put = {"app_id": A, "version_id": bundle["id"], "channel_id": channel["id"]}
    assert sandbox.ask("PUT", "/bundle", body=put, key=preview).is_success
    deletion = {"app_id": A, "channel": "pr-1", "delete_bundle": True}
    assert sandbox.ask("DELETE", "/channel", body=deletion).status_code == 400
    assert sandbox.ask("DELETE", "/channel", body=deletion, key=preview).is_success
    assert bundle["name"] not in {b["name"] for b in sandbox.get("/bundle", app_id=A).json()}


@pytest.mark.parametrize(
    ("version", "code"),
    [("1.0.0", "cannot_delete_preview_bundle"), ("7.0.0", "cannot_delete_linked_version")],
)
def test_a_preview_key_deletes_only_its_own_free_bundle(
    version: str, code: str, sandbox: Sandbox
) -> None:
    preview = key_of("app_preview")
    sandbox.ask("POST", "/bundle", body={"app_id": A, "version": "7.0.0", **ZIP}, key=preview)
    for name in ("pr-1", "pr-2"):
        body = {"app_id": A, "channel": name, "version": version}
        assert sandbox.ask("POST", "/channel", body=body, key=preview).is_success
    deletion = {"app_id": A, "channel": "pr-1", "delete_bundle": True}
    assert sandbox.ask("DELETE", "/channel", body=deletion, key=preview).json()["error"] == code
