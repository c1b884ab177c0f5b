"""The requests made to the real backend, replayed in their order (§17).

All 278 are sent, as the later ones build on the earlier; the 104 with an answer are compared.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from capgo_tui.sandbox.state_file import load_state
from capgo_tui.sandbox.store import Store
from tests.sandbox.conftest import DATA, Sandbox, running

if TYPE_CHECKING:
    import httpx

Recorded = dict[str, Any]

RECORDED: list[Recorded] = json.loads((DATA / "recorded.json").read_text("utf-8"))
MORE: list[Recorded] = json.loads((DATA / "recorded_more.json").read_text("utf-8"))
STATE = json.loads((DATA / "state.json").read_text("utf-8"))
KEYS = {key["label"]: key["key"] for key in STATE["keys"]}
ANSWERED = [number for number, case in enumerate(RECORDED) if case["response"]]

#: How far apart the recorded requests were, about; their limits come out only at that pace.
PACE = 0.06

#: Answers that differ, each with the reason. There should be none.
DIFFERENT: dict[str, str] = {}

#: What a replay cannot repeat: ids and moments of what was made on the way, ids the state lacks.
UNREPEATABLE = frozenset(
    {"id", "rollout_id", "created_at", "updated_at", "rateLimitResetAt", "user_id", "cli_version"}
)


class Reply(NamedTuple):
    """What came back."""

    status: int
    headers: httpx.Headers
    body: Any


def send(sandbox: Sandbox, request: Recorded) -> Reply:
    headers = {
        name: re.sub(r"<key:(.+?)>", lambda m: KEYS.get(m[1], f"no-{m[1]}-key"), value)
        for name, value in request["headers"].items()
    }
    body = request["body"]
    if isinstance(body, str):
        raw: bytes | None = body.encode()
    else:
        raw = None if body is None else json.dumps(body).encode()
    answer = sandbox.ask(
        request["method"], request["path"], query=request["query"], raw=raw, headers=headers
    )
    return Reply(answer.status_code, answer.headers, answer.json() if answer.content else "")


@pytest.fixture(scope="module")
def replies() -> list[Reply]:
    store = Store()
    load_state(store, DATA / "state.json")
    with running(store, limits="device") as sandbox:
        got = []
        for case in RECORDED:
            got.append(send(sandbox, case["request"]))
            sandbox.clock.advance(PACE)
    return got


def rows_of(body: Any) -> list[Any] | None:
    """Give the rows of a list, in either shape."""
    if isinstance(body, list):
        return body
    return body["data"] if isinstance(body, dict) and "data" in body else None


def like_recorded(rows: list[Any], shown: list[Any]) -> list[Any]:
    """Give the rows to compare: those of one ``created_at`` come in any order (§5)."""
    by_id = {row.get("id", row.get("device_id")): row for row in rows}
    picked = [
        by_id.get(row.get("id", row.get("device_id")), rows[n]) for n, row in enumerate(shown)
    ]
    moments = [row.get("created_at", row["updated_at"]) for row in rows[: len(shown)]]
    assert [row.get("created_at", row["updated_at"]) for row in picked] == moments
    return picked


def comparable(value: Any) -> Any:
    """Blank what cannot be repeated; the keys stay."""
    if isinstance(value, dict):
        return {k: "*" if k in UNREPEATABLE else comparable(v) for k, v in value.items()}
    return [comparable(v) for v in value] if isinstance(value, list) else value


@pytest.mark.parametrize("number", ANSWERED, ids=[RECORDED[n]["name"] for n in ANSWERED])
def test_answer_as_recorded(number: int, replies: list[Reply]) -> None:
    case, got = RECORDED[number], replies[number]
    if case["name"] in DIFFERENT:
        pytest.xfail(DIFFERENT[case["name"]])
    wanted = case["response"]
    assert got.status == wanted["status"], got.body
    assert got.headers.get("retry-after") == wanted["headers"].get("retry-after")
    assert ("x-ratelimit-reset" in got.headers) == ("x-ratelimit-reset" in wanted["headers"])
    if got.body != "":
        assert got.headers["content-type"] == wanted["headers"]["content-type"]
    got_rows, wanted_rows = rows_of(got.body), rows_of(wanted["body"])
    if wanted_rows is None:
        assert comparable(got.body) == comparable(wanted["body"])
        return
    assert got_rows is not None
    assert len(got_rows) == case["response"].get("rows", len(wanted_rows))
    shown = [row for row in wanted_rows if not isinstance(row, str)]
    got_rows = like_recorded(got_rows, shown)
    assert [list(row) for row in got_rows[: len(shown)]] == [list(row) for row in shown]
    assert comparable(got_rows[: len(shown)]) == comparable(shown)
    if isinstance(wanted["body"], dict):
        rest = {name: value for name, value in wanted["body"].items() if name != "data"}
        assert {name: value for name, value in got.body.items() if name != "data"} == rest


@pytest.mark.parametrize(
    "number",
    [n for n in ANSWERED if RECORDED[n]["response"].get("rows")],
    ids=[RECORDED[n]["name"] for n in ANSWERED if RECORDED[n]["response"].get("rows")],
)
def test_rows_nobody_touched_keep_their_moments(number: int, replies: list[Reply]) -> None:
    touched = {"production", "two_default", "no_access"}
    wanted = [r for r in rows_of(RECORDED[number]["response"]["body"]) or [] if isinstance(r, dict)]
    got = like_recorded(rows_of(replies[number].body) or [], wanted)
    for there, here in zip(wanted, got, strict=True):
        if there.get("name") not in touched:
            for name in ("id", "created_at", "updated_at"):
                assert here.get(name) == there.get(name)


#: The answers nobody recorded for us but the contract fixes, by number of the request.
DERIVED: dict[int, tuple[int, str]] = {
    1: (200, ""),
    2: (200, ""),
    10: (401, "invalid_apikey"),
    16: (401, "no_key_provided"),
    18: (200, ""),
    19: (200, ""),
    20: (401, "invalid_subkey"),
    25: (400, "cannot_access_app"),
    27: (400, "cannot_find_channel"),
    34: (400, "cannot_access_app"),
    36: (400, "cannot_access_channel"),
    39: (400, "cannot_access_app"),
    40: (200, ""),
    41: (400, "cannot_access_app"),
    66: (400, "invalid_json_parse_body"),
    68: (400, "missing_app_id"),
    69: (400, "invalid_json_parse_body"),
    74: (500, "unknown_error"),
    75: (400, "missing_device_id_or_app_id"),
    79: (404, "not_found"),
    99: (400, "cannot_find_version"),
    100: (400, "cannot_find_version"),
    112: (400, "invalid_rollout_percentage"),
    124: (500, "unknown_error"),
    129: (500, "unknown_error"),
    143: (400, "cannot_find_channel"),
    148: (400, "cannot_find_channel"),
    186: (400, "invalid_limit"),
    191: (400, "invalid_order"),
    201: (400, "invalid_updated_at"),
    204: (200, ""),
    206: (404, "device_not_found"),
    215: (404, "channel_not_found"),
    216: (400, "invalid_version_id"),
    218: (200, ""),
    220: (500, "unknown_error"),
    222: (404, "device_not_found"),
    227: (400, "missing_device_id"),
    233: (200, ""),
    234: (429, "too_many_requests"),
    237: (200, ""),
    238: (429, "too_many_requests"),
    239: (200, ""),
    240: (429, "too_many_requests"),
    244: (400, "cannot_delete_linked_version"),
    255: (400, "cannot_delete_linked_version"),
    259: (400, "cannot_delete_version"),
    262: (400, "missing_required_fields"),
    264: (400, "invalid_protocol"),
    272: (200, ""),
    274: (401, "cannot_access_app"),
    275: (400, "invalid_app_id"),
    276: (401, "no_key_provided"),
}


@pytest.mark.parametrize("number", DERIVED, ids=[RECORDED[n]["name"] for n in DERIVED])
def test_answer_as_the_contract_derives_it(number: int, replies: list[Reply]) -> None:
    status, code = DERIVED[number]
    got = replies[number]
    assert (got.status, got.body.get("error", "")) == (status, code)


@pytest.mark.parametrize(
    ("number", "rows"),
    {
        81: 50,
        84: 35,
        86: 0,
        87: 50,
        88: 35,
        89: 135,
        90: 0,
        192: 2,
        196: 3,
        198: 999,
        199: 1000,
        245: 50,
        248: 35,
        251: 50,
        268: 1,
    }.items(),
)
def test_rows_as_the_contract_derives_them(number: int, rows: int, replies: list[Reply]) -> None:
    found = rows_of(replies[number].body)
    assert found is not None
    assert len(found) == rows


def test_app_row_has_the_recorded_keys(replies: list[Reply]) -> None:
    recorded = next(case for case in MORE if case["name"] == "app get one")
    wanted = recorded["response"]["body"]
    number = next(n for n, case in enumerate(RECORDED) if case["name"] == "app get one")
    got = replies[number].body
    assert list(got) == list(wanted)
    assert got["rollout_channel_count"] == wanted["rollout_channel_count"]
