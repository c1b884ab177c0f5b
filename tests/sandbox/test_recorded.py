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
from tests.sandbox.derived import DERIVED

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


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(number, id=RECORDED[number]["name"], marks=pytest.mark.recorded(number))
        for number in ANSWERED
    ],
)
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


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(number, id=RECORDED[number]["name"], marks=pytest.mark.derived(number))
        for number in DERIVED
    ],
)
def test_answer_as_the_contract_tells_it(number: int, replies: list[Reply]) -> None:
    got = replies[number]
    DERIVED[number].check(got.status, got.body, got.headers.get("retry-after"))


def test_every_recorded_request_has_an_answer_to_compare() -> None:
    assert sorted([*ANSWERED, *DERIVED]) == list(range(len(RECORDED)))


def test_app_row_as_recorded(replies: list[Reply]) -> None:
    recorded = next(case for case in MORE if case["name"] == "app get one")
    wanted = recorded["response"]["body"]
    number = next(n for n, case in enumerate(RECORDED) if case["name"] == "app get one")
    got = replies[number].body
    assert list(got) == list(wanted)
    unknown = {"id", "updated_at"}
    assert {k: v for k, v in got.items() if k not in unknown} == {
        k: v for k, v in wanted.items() if k not in unknown
    }
