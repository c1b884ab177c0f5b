"""Tests of the options of the lists: the filter, the columns, the order and the limit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.commands.shell import Shell, shell_on
from tests.support.server import Server, answering
from tests.support.world import bundle, channel, device, device_id, state, store_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OK, FAILED, USAGE, _, NOT_ALLOWED, _, IN_PART = range(7)
LISTS = ("channel", "device", "bundle", "app")


@pytest.fixture
def server() -> Iterator[Server]:
    """A sandbox with a fleet of three pages, two overrides and a bundle nobody uses."""
    devices = [
        device(number, version_name="1.0.2" if number % 2 else "1.0.1", os_version=f"{number}.0")
        for number in range(1, 301)
    ]
    overrides = {device_id(7): "beta", device_id(250): "qa"}
    bundles = [bundle(number) for number in range(1, 5)]
    channels = [channel(1, "production"), channel(2, "beta", version=3), channel(3, "qa")]
    store = store_of(
        state(devices=devices, overrides=overrides, bundles=bundles, channels=channels)
    )
    yield Server(store)
    store.close()


@pytest.fixture
def shell(server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shell:
    return shell_on(server, monkeypatch, tmp_path)


def names(shell: Shell, noun: str, *words: str) -> list[str]:
    """Return the first cell of each row."""
    text = shell.data(noun, "list", "--csv", *words)
    return [line.split(",")[0] for line in text.splitlines()[1:]]


# The filter


def test_a_filter_is_that_of_the_app_and_finds_rows_of_every_page(shell: Shell) -> None:
    assert names(shell, "device", "--filter", "is:override") == [device_id(7), device_id(250)]
    assert names(shell, "device", "--filter", "override:qa") == [device_id(250)]
    assert names(shell, "device", "--filter", "os:>299 | tester-01") == [
        device_id(1),
        device_id(300),
    ]
    assert names(shell, "channel", "--filter", "!is:default") == ["beta", "qa"]
    assert names(shell, "app", "--filter", "till") == ["com.acme.till"]


@pytest.mark.parametrize("form", ["--json", "--ndjson", "--table", "--csv"])
def test_a_filter_holds_in_every_format(shell: Shell, form: str) -> None:
    text = shell.data("device", "list", form, "--filter", "is:override")
    assert [number for number in range(1, 301) if device_id(number) in text] == [7, 250]


def test_a_limit_counts_what_matches_and_ends_the_reading(shell: Shell) -> None:
    found = names(shell, "device", "--filter", "bundle:1.0.2", "--limit", "3")
    assert found == [device_id(1), device_id(3), device_id(5)]
    assert shell.server.count("GET", "/device") == 1


def test_facts_load_the_lists_that_they_need(shell: Shell) -> None:
    assert names(shell, "bundle", "--filter", "is:linked") == ["1.0.3", "1.0.1"]
    shell.server.requests.clear()
    rows = json.loads(shell.data("bundle", "list", "--json", "--filter", "is:unused"))
    assert [row["name"] for row in rows] == ["1.0.4"], "a device runs 1.0.2"
    assert shell.server.count("GET", "/device") > 1
    assert shell.server.count("GET", "/channel") > 0
    shell.server.requests.clear()
    assert names(shell, "bundle", "--filter", "is:linked") == ["1.0.3", "1.0.1"]
    assert shell.server.count("GET", "/device") == 0, "only where it is asked for"


def test_a_filter_that_rests_on_a_list_that_cannot_be_read_is_answered_in_part(
    shell: Shell,
) -> None:
    shell.server.on("GET", "/channel", answering(500, b'{"error": "x", "message": "out to lunch"}'))
    result = shell("bundle", "list", "--json", "--filter", "is:linked")
    assert (result.exit_code, json.loads(result.stdout)) == (IN_PART, [])
    assert "which channels carry them is not known" in result.stderr
    assert "none of the 4 bundles matches" in result.stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("overide:beta", "no column «overide»: override is near"),
        ("is:overide", "override is near"),
        ("seen:<soon", "«soon» is no"),
        ("/(/", "bad pattern"),
        (" ", "--filter is empty"),
    ],
)
def test_a_filter_that_cannot_be_used_is_a_mistake_before_any_request(
    shell: Shell, text: str, message: str
) -> None:
    result = shell("device", "list", "--filter", text)
    assert (result.exit_code, result.stdout) == (USAGE, "")
    assert message in result.stderr
    assert shell.server.requests == []


def test_nothing_that_a_slow_pattern_may_not_match_is_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    store = store_of(state(devices=[device(1, custom_id="x" * 60 + "!")]))
    shell = shell_on(Server(store), monkeypatch, tmp_path)
    result = shell("device", "list", "--ndjson", "--filter", "custom:/(x|xx)+$/")
    assert (result.exit_code, result.stdout) == (USAGE, "")
    assert "pattern is too slow" in result.stderr
    store.close()


def test_a_filter_without_a_match_is_said_beside_the_data(shell: Shell) -> None:
    result = shell("device", "list", "--json", "--filter", "nothing-like-it")
    assert (result.exit_code, json.loads(result.stdout)) == (OK, [])
    assert result.stderr == "capgo-tui: none of the 300 devices matches\n"


def test_what_the_server_does_not_tell_is_said_and_answered_in_part(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    store = store_of(state(overrides={device_id(7): "beta"}))
    shell = shell_on(Server(store, revision="legacy"), monkeypatch, tmp_path)
    result = shell("device", "list", "--csv", "--filter", "is:override")
    assert result.exit_code == IN_PART
    assert "of 12 of the devices is:override is not known" in result.stderr
    store.close()


# Columns


def test_columns_are_chosen_and_ordered(shell: Shell) -> None:
    lines = shell.data("device", "list", "--csv", "--columns", "os,device", "--limit", "2")
    assert lines.splitlines() == ["os,device", f"1.0,{device_id(1)}", f"2.0,{device_id(2)}"]
    (title, _) = shell.data("device", "list", "--columns", "os, version", "--limit", "1").split(
        "\n", 1
    )
    assert title.split() == ["OS", "BUNDLE"]
    row = shell.data("device", "list", "--ndjson", "--columns", "device,os", "--limit", "1")
    assert json.loads(row) == {"device": device_id(1), "os": "1.0"}
    rows = json.loads(shell.data("app", "list", "--json", "--columns", "app"))
    assert {"app": "com.acme.till"} in rows


@pytest.mark.parametrize("noun", LISTS)
@pytest.mark.parametrize("option", ["--columns", "--sort"])
def test_an_unknown_column_is_a_mistake_with_the_nearest(
    shell: Shell, noun: str, option: str
) -> None:
    result = shell(noun, "list", option, f"{noun}x")
    assert (result.exit_code, result.stdout) == (USAGE, "")
    assert f"no column '{noun}x'; {noun} is near" in result.stderr
    assert "there are " in shell(noun, "list", option, "qqqq").stderr
    assert shell.server.requests == []


def test_no_columns_and_another_direction_are_mistakes(shell: Shell) -> None:
    assert "--columns is empty" in shell("device", "list", "--columns", " ,").stderr
    result = shell("device", "list", "--sort", "seen:up")
    assert result.exit_code == USAGE
    assert "the direction is asc or desc" in result.stderr


# The order


def test_a_sorted_list_is_read_to_its_end_before_the_limit(shell: Shell) -> None:
    assert names(shell, "device", "--sort", "os:desc", "--limit", "2") == [
        device_id(300),
        device_id(299),
    ]
    assert shell.server.count("GET", "/device") > 2
    assert names(shell, "device", "--sort", "seen:desc", "--limit", "1") == [device_id(1)]
    assert names(shell, "bundle", "--sort", "bundle") == ["1.0.1", "1.0.2", "1.0.3", "1.0.4"]


def test_what_has_no_value_comes_last_in_either_direction(shell: Shell) -> None:
    with_override = [device_id(7), device_id(250)]
    assert names(shell, "device", "--sort", "override")[:2] == with_override
    assert names(shell, "device", "--sort", "override:desc")[:2] == with_override[::-1]
    assert len(names(shell, "device", "--sort", "override:asc")) == 300


def test_a_sorted_list_that_breaks_off_is_written_as_far_as_it_was_read(shell: Shell) -> None:
    server = shell.server

    async def first_only(app: Any, scope: Any, receive: Any, send: Any) -> None:
        again = server.count("GET", "/device") > 1
        refuse = answering(401, b'{"error": "invalid_apikey", "message": "Invalid apikey"}')
        await (refuse(app, scope, receive, send) if again else app(scope, receive, send))

    server.on("GET", "/device", first_only)
    result = shell("device", "list", "--csv", "--sort", "os:desc", "--limit", "1")
    assert result.exit_code == IN_PART
    assert result.stdout.splitlines()[1].startswith(device_id(50))
    assert "only the first 50 were read: the key was refused" in result.stderr
