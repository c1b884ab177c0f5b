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
from tests.sandbox.conftest import DATA, Sandbox, run_sandbox
from tests.sandbox.derived import EXPECTED_ANSWERS

if TYPE_CHECKING:
    import httpx

RecordedCase = dict[str, Any]

CASES: list[RecordedCase] = json.loads((DATA / "recorded.json").read_text("utf-8"))
MORE_CASES: list[RecordedCase] = json.loads((DATA / "recorded_more.json").read_text("utf-8"))
STATE = json.loads((DATA / "state.json").read_text("utf-8"))
KEYS = {key["label"]: key["key"] for key in STATE["keys"]}
ANSWERED_CASES = [number for number, case in enumerate(CASES) if case["response"]]

#: The approximate interval of the recorded requests; the limits depend on it.
PACE = 0.06

#: Answers that differ, each with the reason. There should be none.
DIFFERENT: dict[str, str] = {}

#: Fields a replay cannot repeat: new ids and moments, and ids missing from the state.
UNREPEATABLE = frozenset(
    {"id", "rollout_id", "created_at", "updated_at", "rateLimitResetAt", "user_id", "cli_version"}
)


class Reply(NamedTuple):
    """One reply."""

    status: int
    headers: httpx.Headers
    body: Any


def send(sandbox: Sandbox, request: RecordedCase) -> Reply:
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
    with run_sandbox(store, limits="device") as sandbox:
        answers = []
        for case in CASES:
            answers.append(send(sandbox, case["request"]))
            sandbox.clock.advance(PACE)
    return answers


def rows_of(body: Any) -> list[Any] | None:
    """Return the rows of a list, in either shape."""
    if isinstance(body, list):
        return body
    return body["data"] if isinstance(body, dict) and "data" in body else None


def like_recorded(rows: list[Any], recorded_rows: list[Any]) -> list[Any]:
    """Return the rows to compare: those of one ``created_at`` come in any order (§5)."""
    by_id = {row.get("id", row.get("device_id")): row for row in rows}
    matching_rows = [
        by_id.get(row.get("id", row.get("device_id")), rows[n])
        for n, row in enumerate(recorded_rows)
    ]
    moments = [row.get("created_at", row["updated_at"]) for row in rows[: len(recorded_rows)]]
    assert [row.get("created_at", row["updated_at"]) for row in matching_rows] == moments
    return matching_rows


def comparable(value: Any) -> Any:
    """Return a value with unrepeatable fields blanked."""
    if isinstance(value, dict):
        return {k: "*" if k in UNREPEATABLE else comparable(v) for k, v in value.items()}
    return [comparable(v) for v in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(number, id=CASES[number]["name"], marks=pytest.mark.recorded(number))
        for number in ANSWERED_CASES
    ],
)
def test_answer_as_recorded(number: int, replies: list[Reply]) -> None:
    case, reply = CASES[number], replies[number]
    if case["name"] in DIFFERENT:
        pytest.xfail(DIFFERENT[case["name"]])
    response = case["response"]
    assert reply.status == response["status"], reply.body
    assert reply.headers.get("retry-after") == response["headers"].get("retry-after")
    assert ("x-ratelimit-reset" in reply.headers) == ("x-ratelimit-reset" in response["headers"])
    if reply.body != "":
        assert reply.headers["content-type"] == response["headers"]["content-type"]
    rows, response_rows = rows_of(reply.body), rows_of(response["body"])
    if response_rows is None:
        assert comparable(reply.body) == comparable(response["body"])
        return
    assert rows is not None
    assert len(rows) == case["response"].get("rows", len(response_rows))
    full_rows = [row for row in response_rows if not isinstance(row, str)]
    rows = like_recorded(rows, full_rows)
    assert [list(row) for row in rows[: len(full_rows)]] == [list(row) for row in full_rows]
    assert comparable(rows[: len(full_rows)]) == comparable(full_rows)
    if isinstance(response["body"], dict):
        rest = {name: value for name, value in response["body"].items() if name != "data"}
        assert {name: value for name, value in reply.body.items() if name != "data"} == rest


@pytest.mark.parametrize(
    "number",
    [n for n in ANSWERED_CASES if CASES[n]["response"].get("rows")],
    ids=[CASES[n]["name"] for n in ANSWERED_CASES if CASES[n]["response"].get("rows")],
)
def test_rows_nobody_touched_keep_their_moments(number: int, replies: list[Reply]) -> None:
    changed_names = {"production", "two_default", "no_access"}
    recorded_rows = [
        r for r in rows_of(CASES[number]["response"]["body"]) or [] if isinstance(r, dict)
    ]
    rows = like_recorded(rows_of(replies[number].body) or [], recorded_rows)
    for recorded_row, row in zip(recorded_rows, rows, strict=True):
        if recorded_row.get("name") not in changed_names:
            for name in ("id", "created_at", "updated_at"):
                assert row.get(name) == recorded_row.get(name)


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(number, id=CASES[number]["name"], marks=pytest.mark.derived(number))
        for number in EXPECTED_ANSWERS
    ],
)
def test_answer_as_the_contract_tells_it(number: int, replies: list[Reply]) -> None:
    reply = replies[number]
    EXPECTED_ANSWERS[number].check(reply.status, reply.body, reply.headers.get("retry-after"))


def test_every_recorded_request_has_an_answer_to_compare() -> None:
    assert sorted([*ANSWERED_CASES, *EXPECTED_ANSWERS]) == list(range(len(CASES)))


def test_app_row_as_recorded(replies: list[Reply]) -> None:
    recorded_case = next(case for case in MORE_CASES if case["name"] == "app get one")
    app_row = recorded_case["response"]["body"]
    number = next(n for n, case in enumerate(CASES) if case["name"] == "app get one")
    body = replies[number].body
    assert list(body) == list(app_row)
    unknown = {"id", "updated_at"}
    assert {k: v for k, v in body.items() if k not in unknown} == {
        k: v for k, v in app_row.items() if k not in unknown
    }
