"""Tests of ``capgo-tui sandbox``: its options and its error messages."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from capgo_tui.commands.root import capgo_tui
from capgo_tui.sandbox import serve as serving

if TYPE_CHECKING:
    from click.testing import Result

    from capgo_tui.sandbox.entrance import Entrance

STATE = Path(__file__).parents[1] / "data" / "state.json"
OK, FAILED, USAGE = 0, 1, 2


def run(*arguments: str) -> Result:
    return CliRunner().invoke(capgo_tui, ["sandbox", *arguments])


class ServeRecorder:
    """Records the calls of `serve`."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []

    def __call__(self, app: object, entrance: Entrance, *, host: str, port: int) -> int:
        self.calls.append({"app": app, "entrance": entrance, "host": host, "port": port})
        return 0

    @property
    def entrance(self) -> Entrance:
        entrance: Entrance = self.calls[-1]["entrance"]
        return entrance


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> ServeRecorder:
    """Replace `serve`, which has tests of its own, so that no port is opened."""
    instead = ServeRecorder()
    monkeypatch.setattr(serving, "serve", instead)
    return instead


def counts(file: Path) -> dict[str, int]:
    with sqlite3.connect(file) as db:
        records = {
            name: int(db.execute(f"SELECT count(*) FROM {name}").fetchone()[0])  # noqa: S608
            for name in ("channels", "devices", "bundles")
        }
    db.close()
    return records


@pytest.mark.parametrize(
    "arguments",
    [
        ["--port", "65536"],
        ["--port", "-1"],
        ["--devices", "-1"],
        ["--channels", "few"],
        ["--revision", "newest"],
        ["--limits", "all"],
        ["--latency", "-1"],
        ["--state", "."],
        ["surplus"],
    ],
)
def test_a_mistake_in_the_options_is_a_usage_error(arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.exit_code == USAGE
    assert "Error: " in result.output


def test_help_names_every_option_with_its_default() -> None:
    result = run("--help")
    assert result.exit_code == OK
    for word in ("--host", "127.0.0.1", "--port", "8787", "--state", "--db", "--revision", "live"):
        assert word in result.output


def test_help_explains_every_fault() -> None:
    result = run("--help")
    for word in ("--fault", "--latency", "drop=before|after|midway", "device.link", "every third"):
        assert word in result.output


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        ("latncy=5", "did you mean latency?"),
        ("429=soon", "neither a number of seconds nor 'bare'"),
        ("drop@device.lnik", "did you mean device.link?"),
        ("drop:often", "does not say when"),
    ],
)
def test_a_mistake_in_a_fault_is_a_usage_error(
    fault: str, complaint: str, recorder: ServeRecorder
) -> None:
    result = run("--fault", "500:1", "--fault", fault)
    assert result.exit_code == USAGE
    assert complaint in result.output
    assert recorder.calls == []


def test_it_listens_on_this_machine_alone_unless_told_otherwise(recorder: ServeRecorder) -> None:
    result = run("--port", "0")
    assert result.exit_code == OK
    assert result.output == ""
    assert (recorder.calls[0]["host"], recorder.calls[0]["port"]) == ("127.0.0.1", 0)


@pytest.mark.parametrize(
    ("host", "warns"),
    [
        ("127.0.0.1", False),
        ("127.9.9.9", False),
        ("::1", False),
        ("localhost", False),
        ("0.0.0.0", True),  # noqa: S104 - the very address to warn of
        ("::", True),
        ("192.0.2.7", True),
        ("sandbox.example.com", True),
    ],
)
def test_it_warns_when_others_could_reach_it(
    recorder: ServeRecorder, host: str, warns: bool
) -> None:
    result = run("--host", host, "--devices", "1")
    assert ("may be reachable from other machines" in result.output) is warns


def test_data_is_made_up_in_the_numbers_asked_for(recorder: ServeRecorder, tmp_path: Path) -> None:
    file = tmp_path / "sandbox.db"
    options = ("--channels", "3", "--devices", "7", "--bundles", "5", "--db", str(file))
    assert run(*options).exit_code == OK
    assert counts(file) == {"channels": 3, "devices": 7, "bundles": 5}


def test_the_same_seed_makes_the_same_key_and_another_seed_another(recorder: ServeRecorder) -> None:
    keys = []
    for seed in ("1", "1", "2"):
        run("--devices", "1", "--seed", seed)
        keys.append(recorder.entrance.key)
    assert keys[0] == keys[1]
    assert keys[0] != keys[2]


def test_a_database_keeps_its_data_between_runs(recorder: ServeRecorder, tmp_path: Path) -> None:
    file = tmp_path / "sandbox.db"
    run("--devices", "7", "--db", str(file))
    first = recorder.entrance
    run("--devices", "9", "--seed", "2", "--db", str(file))
    assert recorder.entrance == first
    assert counts(file)["devices"] == 7


def test_a_state_file_is_what_it_starts_from(recorder: ServeRecorder, tmp_path: Path) -> None:
    file = tmp_path / "sandbox.db"
    result = run("--state", str(STATE), "--db", str(file))
    assert result.exit_code == OK
    assert recorder.entrance.app_id == "com.demo.app"
    state = json.loads(STATE.read_text(encoding="utf-8"))
    assert counts(file)["devices"] == sum(len(app["devices"]) for app in state["apps"])


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "not JSON"),
        ('{"keys": [], "apps": [{"app_id": "shop", "owner_org": "o"}]}', "apps[0].app_id"),
    ],
)
def test_a_state_file_that_cannot_be_used_is_named_with_the_place(
    recorder: ServeRecorder, tmp_path: Path, text: str, complaint: str
) -> None:
    file = tmp_path / "state.json"
    file.write_text(text)
    result = run("--state", str(file))
    assert result.exit_code == FAILED
    assert str(file) in result.output
    assert complaint in result.output
    assert recorder.calls == []


def test_a_state_file_that_is_not_there_is_named(recorder: ServeRecorder, tmp_path: Path) -> None:
    result = run("--state", str(tmp_path / "none.json"))
    assert result.exit_code == FAILED
    assert "none.json: cannot be read" in result.output


def test_a_file_that_is_no_database_is_named_and_left_alone(
    recorder: ServeRecorder, tmp_path: Path
) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("dear diary\n" * 100)
    result = run("--db", str(file))
    assert result.exit_code == FAILED
    assert "notes.txt: not a database" in result.output
    assert file.read_text() == "dear diary\n" * 100


def test_a_world_without_a_door_is_not_served(recorder: ServeRecorder) -> None:
    result = run("--channels", "0")
    assert result.exit_code == FAILED
    assert "nothing to open" in result.output
    assert recorder.calls == []
