"""Tests of ``device get`` with a custom id: one device, none, or several."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from capgo_tui.workspace import custom_ids
from tests.commands.shell import Shell, shell_on
from tests.commands.test_reading import FAILED, FORMS, NOT_FOUND, OK, USAGE, check_failure, rows_of
from tests.support.server import Server
from tests.support.world import device, device_id, state, store_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NASTY = "qa\x1b[31m\u202e /x"


def devices_of(revision: str, count: int, **custom_ids: str) -> Server:
    """Return a server with a number of devices; `d7="qa"` gives the seventh that custom id."""
    rows = [
        device(number, custom_id=custom_ids.get(f"d{number}", f"tester-{number}"))
        for number in range(1, count + 1)
    ]
    return Server(store_of(state(devices=rows)), revision=revision)


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[[Server], Shell]]:
    servers: list[Server] = []

    def shell(server: Server) -> Shell:
        servers.append(server)
        return shell_on(server, monkeypatch, tmp_path)

    yield shell
    for server in servers:
        server.store.close()


@pytest.mark.parametrize("revision", ["live", "next"])
@pytest.mark.parametrize("text", ["qa-07", NASTY])
def test_a_device_is_found_by_its_custom_id(
    on: Callable[[Server], Shell], revision: str, text: str
) -> None:
    shell = on(devices_of(revision, 400, d250=text, d251=f"{text}0"))
    result = shell("device", "get", text, "--json")
    assert result.exit_code == OK
    assert json.loads(result.stdout)["device_id"] == device_id(250)
    queries = [one.query for one in shell.server.requests]
    assert [query.get("device_id") for query in queries if "device_id" in query] == [text.lower()]
    assert [query["custom_id"] for query in queries if "custom_id" in query] == [text]
    walk_pages = sum("customIdMode" in query for query in queries)
    assert walk_pages == (2 if revision == "live" else 0), "no page behind the one that has it"
    assert ("met among the first 300" in result.stderr) is (revision == "live")
    assert shell("device", "get", device_id(250), "--json").stdout == result.stdout


@pytest.mark.parametrize("revision", ["live", "next"])
@pytest.mark.parametrize("form", FORMS)
def test_all_devices_of_one_custom_id_are_listed_as_not_unique(
    on: Callable[[Server], Shell], revision: str, form: str
) -> None:
    shell = on(devices_of(revision, 20, d3="same", d9="same"))
    result = shell("device", "get", "same", form)
    assert result.exit_code == FAILED
    assert (
        "capgo-tui: same is not unique: 2 devices have that custom id; give the device id\n"
        in result.stderr
    )
    if form == "--table":
        assert len(result.stdout.splitlines()) == 3
        return
    key = "device" if form == "--csv" else "device_id"
    assert [row[key] for row in rows_of(form, result.stdout)] == [device_id(3), device_id(9)]


def test_a_custom_id_nobody_has_is_looked_for_among_all(on: Callable[[Server], Shell]) -> None:
    shell = on(devices_of("live", 250, d4="", d5=""))
    message = "no device has that id, nor has any of the 248 with a custom id that one: nobody"
    check_failure(shell("device", "get", "nobody"), NOT_FOUND, message)


@pytest.mark.parametrize("revision", ["next"])
def test_a_server_that_looks_custom_ids_up_is_asked_for_nothing_else(
    on: Callable[[Server], Shell], revision: str
) -> None:
    shell = on(devices_of(revision, 250))
    check_failure(shell("device", "get", "nobody"), NOT_FOUND, "no device has that id or custom id")
    assert len(shell.server.requests) == 3, "by its id, the revision, by its custom id"


def test_a_search_has_an_end_and_says_where(
    on: Callable[[Server], Shell], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(custom_ids, "MOST_READ", 200)
    shell = on(devices_of("live", 350, d340="far"))
    message = "nor have the first 300 with a custom id that one: no more were read: far"
    check_failure(shell("device", "get", "far"), FAILED, message)


def test_the_list_of_a_documented_server_is_read_for_a_custom_id(
    on: Callable[[Server], Shell],
) -> None:
    shell = on(devices_of("documented", 120, d70="qa-07"))
    result = shell("device", "get", "qa-07", "--json")
    assert result.exit_code == OK
    assert json.loads(result.stdout)["device_id"] == device_id(70)
    message = "no device has that id, nor has any of the 120 devices that one: nobody"
    check_failure(shell("device", "get", "nobody"), NOT_FOUND, message)
    assert not [one for one in shell.server.requests if "custom_id" in one.query]


def test_a_legacy_server_tells_no_custom_ids(on: Callable[[Server], Shell]) -> None:
    shell = on(devices_of("legacy", 3))
    message = "no device has that id, and this server cannot look up custom ids: tester-2"
    check_failure(shell("device", "get", "tester-2"), NOT_FOUND, message)


def test_an_empty_id_is_a_mistake(on: Callable[[Server], Shell]) -> None:
    shell = on(devices_of("live", 1))
    check_failure(shell("device", "get", " "), USAGE, "the ID is empty")
    assert shell.server.requests == []
