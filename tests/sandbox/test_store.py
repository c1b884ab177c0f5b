"""Stored data: state files, database files, and several writers at once."""

from __future__ import annotations

import asyncio
import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from capgo_tui.sandbox.app import create_app
from capgo_tui.sandbox.call import Backend, Call
from capgo_tui.sandbox.entrance import Entrance, find_entrance
from capgo_tui.sandbox.generate import generate
from capgo_tui.sandbox.limits import Limits
from capgo_tui.sandbox.live.channel_settings import post_channel
from capgo_tui.sandbox.live.errors import answer_too_many
from capgo_tui.sandbox.state_file import StateError, load_state
from capgo_tui.sandbox.store import Store
from tests.sandbox.conftest import run_sandbox
from tests.sandbox.contract_app import KNOWN_DEVICE, A, contract_state, fill, key_of
from tests.support.clock import NOON, Clock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_a_restart_keeps_the_data(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.db"
    store = Store(path)
    assert store.is_empty
    key = fill(store)
    with run_sandbox(store) as sandbox:
        sandbox.key = key
        sandbox.post("/channel", app_id=A, channel="kept", version="1.0.0")
        sandbox.post("/device", app_id=A, device_id=KNOWN_DEVICE, channel="kept")
    again = Store(path)
    assert not again.is_empty
    with run_sandbox(again) as sandbox:
        sandbox.key = key
        row = sandbox.get("/channel", app_id=A, channel="kept").json()
        assert row["version"] == {"name": "1.0.0", "id": 1}
        assert sandbox.get("/device", app_id=A, device_id=KNOWN_DEVICE).json()["channel"] == "kept"


def test_the_entrance_is_the_first_usable_app() -> None:
    store = Store()
    assert find_entrance(store) is None
    fill(store)
    assert find_entrance(store) == Entrance(A, key_of("org_super_admin"))
    store.close()


State = dict[str, Any]


def drop(state: State, *steps: str | int) -> None:
    *way, last = steps
    place: Any = state
    for step in way:
        place = place[step]
    del place[last]


def put(state: State, value: object, *steps: str | int) -> None:
    *way, last = steps
    place: Any = state
    for step in way:
        place = place[step]
    place[last] = value


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda s: drop(s, "keys"), "keys: Field required"),
        (lambda s: drop(s, "apps", 0, "owner_org"), "apps[0].owner_org: Field required"),
        (lambda s: put(s, "king", "keys", 1, "role"), "keys[1].role: no role 'king'"),
        (lambda s: put(s, "gone", "keys", 0, "state"), "keys[0].state: Input should be 'active'"),
        (lambda s: put(s, "shop", "apps", 0, "app_id"), "apps[0].app_id: 'shop' is not a reverse"),
        (
            lambda s: put(s, "noon", "apps", 0, "devices", 1, "updated_at"),
            "apps[0].devices[1].updated_at: 'noon' is not an ISO date",
        ),
        (
            lambda s: put(s, 99, "apps", 0, "channels", 2, "version"),
            "apps[0].channels[2].version: com.demo.app has no bundle 99",
        ),
        (
            lambda s: put(s, [{"device_id": "x", "channel": "y"}], "apps", 0, "overrides"),
            "apps[0].overrides[0].channel: com.demo.app has no channel 'y'",
        ),
        (
            lambda s: put(s, "beta", "apps", 0, "channels", 0, "name"),
            "two rows have the same channels.app_id, channels.name",
        ),
        (
            lambda s: put(s, key_of("org_super_admin"), "keys", 1, "key"),
            "two rows have the same keys.key",
        ),
    ],
)
def test_a_malformed_state_names_the_place(
    spoil: Callable[[State], None], words: str, tmp_path: Path
) -> None:
    state: State = json.loads(json.dumps(contract_state()))
    spoil(state)
    path = tmp_path / "state.json"
    path.write_text(json.dumps(state), encoding="utf-8")
    store = Store()
    with pytest.raises(StateError) as error:
        load_state(store, path)
    assert str(error.value).startswith(f"{path}: {words}")
    assert "\n" not in str(error.value)
    assert store.is_empty, "nothing half loaded"
    store.close()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read"),
        (b"{", "not JSON"),
        (b"\xff", "not UTF-8"),
        (b"[]", "the file:"),
        (b"[" * 200_000 + b"]" * 200_000, "nested too deep"),
        (b'{"keys": ' + b"[" * 400 + b"]" * 400 + b', "apps": []}', "keys"),
        (b'{"keys": [], "apps": ' + b"9" * 5_000 + b"}", "not JSON"),
        (b'{"keys": [], "apps": NaN}', "not JSON"),
    ],
)
def test_an_unreadable_state(content: bytes | None, words: str, tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    if content is not None:
        path.write_bytes(content)
    store = Store()
    with pytest.raises(StateError, match=words) as error:
        load_state(store, path)
    assert "\n" not in str(error.value)
    store.close()


@pytest.mark.parametrize(
    ("value", "place"), [(10**30, ("id",)), ("\ud800", ("name",)), ("x\n" * 5_000, ("created_at",))]
)
def test_a_value_that_cannot_be_kept_is_one_short_line(
    value: object, place: tuple[str, ...], tmp_path: Path
) -> None:
    state: State = json.loads(json.dumps(contract_state()))
    put(state, value, "apps", 0, "bundles", 0, *place)
    path = tmp_path / "state.json"
    path.write_text(json.dumps(state), encoding="utf-8")
    store = Store()
    with pytest.raises(StateError) as error:
        load_state(store, path)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 500
    assert store.is_empty, "nothing half loaded"
    store.close()


def test_a_state_without_end_is_read_up_to_a_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("capgo_tui.sandbox.state_file._MAX_BYTES", 1024 * 1024)
    store = Store()
    with pytest.raises(StateError, match="larger than 1 MB"):
        load_state(store, "/dev/zero")
    store.close()


def test_a_database_and_what_lies_beside_it_are_its_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        store = Store(tmp_path / "new.db")
        fill(store)
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
        store.close()
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(("new.db", "new.db-wal", "new.db-shm"), 0o600)


def test_overrides_come_with_a_state(tmp_path: Path) -> None:
    state: State = json.loads(json.dumps(contract_state()))
    put(state, [{"device_id": KNOWN_DEVICE.upper(), "channel": "beta"}], "apps", 0, "overrides")
    path = tmp_path / "state.json"
    path.write_text(json.dumps(state), encoding="utf-8")
    store = Store()
    load_state(store, path)
    with run_sandbox(store) as sandbox:
        sandbox.key = key_of("app_reader")
        assert sandbox.get("/device", app_id=A, device_id=KNOWN_DEVICE).json()["channel"] == "beta"


def defaults_of_each_platform(store: Store) -> list[int]:
    with store.open_for_reading() as db:
        return [
            db.execute(
                f"SELECT count(*) FROM channels WHERE app_id = ? AND public AND {platform}",  # noqa: S608
                [A],
            ).fetchone()[0]
            for platform in ("ios", "android", "electron")
        ]


def wish(number: int) -> dict[str, object]:
    return {"app_id": A, "channel": f"race-{number % 8}", "public": number % 5 > 0}


def test_writers_in_threads_never_leave_two_defaults() -> None:
    store = Store()
    fill(store)
    backend = Backend(store, Limits("none", Clock(), answer_too_many), Clock())
    headers = {"authorization": key_of("app_admin")}

    def write(number: int) -> int:
        body = json.dumps(wish(number)).encode()
        status = post_channel(backend, Call("POST", {}, headers, body, "192.0.2.1")).status
        assert max(defaults_of_each_platform(store)) <= 1
        return status

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(write, range(80))) == {200}
    store.close()


async def test_requests_at_once_never_leave_two_defaults() -> None:
    store = Store()
    key = fill(store)
    transport = httpx.ASGITransport(create_app(store))
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:

        async def write(number: int) -> int:
            answer = await client.post(
                "/channel", json=wish(number), headers={"authorization": key}
            )
            return answer.status_code

        statuses = await asyncio.gather(*(write(number) for number in range(60)))
    assert set(statuses) == {200}
    assert max(defaults_of_each_platform(store)) <= 1
    store.close()


async def test_creating_one_channel_at_once_makes_one() -> None:
    store = Store()
    key = fill(store)
    transport = httpx.ASGITransport(create_app(store))
    body = {"app_id": A, "channel": "same", "version": "1.0.0"}
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
        sending = [
            client.post("/channel", json=body, headers={"authorization": key}) for _ in range(12)
        ]
        answers = [answer.json() for answer in await asyncio.gather(*sending)]
    assert sum("id" in answer for answer in answers) == 1
    assert all(answer["status"] == "ok" for answer in answers)
    store.close()


def test_two_stores_on_one_file_wait_for_each_other(tmp_path: Path) -> None:
    path = tmp_path / "shared.db"
    first, second = Store(path), Store(path)
    fill(first)
    backends = [
        Backend(s, Limits("none", Clock(), answer_too_many), Clock()) for s in (first, second)
    ]
    headers = {"authorization": key_of("app_admin")}

    def write(number: int) -> int:
        body = json.dumps(wish(number)).encode()
        call = Call("POST", {}, headers, body, "192.0.2.1")
        return post_channel(backends[number % 2], call).status

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(write, range(40))) == {200}
    assert max(defaults_of_each_platform(second)) <= 1
    first.close()
    second.close()


def test_unknown_revision_or_limits_are_named() -> None:
    store = Store()
    with pytest.raises(ValueError, match="no revision 'x'"):
        create_app(store, revision="x")
    with pytest.raises(ValueError, match="no limits 'x'"):
        create_app(store, limits="x")
    store.close()


def test_generated_data_is_an_entrance() -> None:
    store = Store()
    generated_world = generate(store, now=NOON)
    assert find_entrance(store) == Entrance(generated_world.app_id, generated_world.key)
    store.close()
