"""Tests of the completion in shells: in a real bash, and as zsh and fish ask for it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from capgo_tui.workspace.known_names import LONGEST, MOST_APPS, MOST_NAMES, KnownNames
from tests.commands.matrix import CLOSED, Place, open_place, run_process
from tests.support.pseudo_terminal import COMMAND, PseudoTerminal
from tests.support.world import ALL, APP, CHANNELS, SECRETS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OK = 0
SERVER = "https://api.example.com"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with open_place(run_process, tmp_path) as place:
        yield place


def environ_of(place: Place) -> dict[str, str]:
    return {
        "PATH": f"{COMMAND.parent}:{os.environ['PATH']}",
        "HOME": str(place.folder),
        "XDG_STATE_HOME": str(place.folder / "state"),
        "XDG_CONFIG_HOME": str(place.folder / "config"),
        "CAPGO_API_URL": place.url,
        "CAPGO_APP_ID": APP,
        "CAPGO_TOKEN": ALL,
    }


def complete(place: Place, *words: str) -> list[str]:
    """Return what the last word may become, as fish asks for it."""
    process = subprocess.run(
        [str(COMMAND)],
        env=environ_of(place)
        | {
            "_CAPGO_TUI_COMPLETE": "fish_complete",
            "COMP_WORDS": " ".join(["capgo-tui", *words]),
            "COMP_CWORD": words[-1],
        },
        cwd=place.folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert process.stderr == ""
    lines = filter(None, process.stdout.splitlines())
    return [line.partition(",")[2].partition("\t")[0] for line in lines]


def test_bash_completes_a_channel_from_the_last_list_without_a_request(place: Place) -> None:
    bash = shutil.which("bash")
    assert bash is not None
    assert place("channel", "list").code == OK
    place.server.requests.clear()
    command = [bash, "--norc", "--noprofile", "-i"]
    environ = environ_of(place) | {"PS1": "$ ", "TERM": "xterm"}
    with PseudoTerminal(command, environ=environ, folder=place.folder) as terminal:
        terminal.wait_for("$")
        terminal.type('eval "$(capgo-tui completion bash)"; echo rea""dy\r')
        terminal.wait_for("ready")
        terminal.type("capgo-tui chan\t")
        terminal.wait_for("capgo-tui channel")
        terminal.type("get prod\t")
        terminal.wait_for("capgo-tui channel get production")
        terminal.type("--prof\t")
        terminal.wait_for("production --profile")
        terminal.type("p\t")
        terminal.wait_for("--profile prod")
    assert place.server.requests == []


def test_names_come_from_lists_from_look_ups_and_from_the_journal(place: Place) -> None:
    assert complete(place, "channel", "get", "") == [], "nothing was read yet"
    assert place("channel", "list", "--limit", "1").code == OK
    assert place("bundle", "get", "1.0.1").code == OK
    assert complete(place, "channel", "get", "") == [*CHANNELS]
    assert "1.0.1" in complete(place, "rollback", "beta", "--to", "1")
    assert complete(place, "bundle", "promote", "1.0.1", "alpha") == ["alpha-beta"]
    assert complete(place, "--app", "com") == [APP]
    (place.folder / "state" / "capgo-tui" / "names.json").unlink()
    assert place("bundle", "promote", "1.0.2", "qa", "--yes").code == OK
    (place.folder / "state" / "capgo-tui" / "names.json").unlink()
    assert complete(place, "channel", "get", "") == ["qa"]
    assert "1.0.2" in complete(place, "bundle", "get", "1")
    assert complete(place, "--app", "com.acme.other", "channel", "get", "") == []


def test_the_file_has_names_only_and_is_its_owners(place: Place) -> None:
    assert place("channel", "list").code == OK
    assert place("device", "list").code == OK
    file = place.folder / "state" / "capgo-tui" / "names.json"
    text = file.read_text()
    assert json.loads(text) == {f"{place.url} {APP}": {"channels": [*CHANNELS]}}
    assert not [secret for secret in SECRETS if secret in text]
    assert file.stat().st_mode & 0o077 == 0


def test_a_list_that_was_not_read_keeps_the_names(place: Place) -> None:
    assert place("channel", "list").code == OK
    assert place("channel", "list", url=CLOSED).code != OK
    assert complete(place, "channel", "get", "q") == ["qa"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_there_is_a_script_for_each_shell(place: Place, shell: str) -> None:
    end = place("completion", shell)
    assert (end.code, end.stderr) == (OK, "")
    assert "_CAPGO_TUI_COMPLETE" in end.stdout
    assert place("completion", "csh").code == 2


def test_what_somebody_else_wrote_into_the_file_does_no_harm(tmp_path: Path) -> None:
    names = KnownNames(tmp_path / "own" / "names.json")
    names.note(SERVER, APP, {"channels": ["beta", "a\nb", "", "L" * (LONGEST + 1)]})
    assert names.find(SERVER, APP, "channels") == ["beta"]
    for text in ("[]", "{", '{"a": 1, "b": {"channels": [1, "\\u001b[2J"]}}', "[" * 10_000):
        names.file.write_text(text)
        assert names.find(SERVER, APP, "channels") == []
    names.file.unlink()
    os.mkfifo(names.file)
    assert names.find(SERVER, APP, "channels") == [], "a pipe is not waited for"


def test_the_file_stays_small(tmp_path: Path) -> None:
    names = KnownNames(tmp_path / "own" / "names.json")
    for number in range(MOST_APPS + 3):
        names.note(SERVER, f"com.acme.a{number}", {"bundles": map(str, range(MOST_NAMES + 5))})
    assert len(names.list_apps(SERVER)) == MOST_APPS
    assert len(names.find(SERVER, f"com.acme.a{MOST_APPS + 2}", "bundles")) == MOST_NAMES
    names.note(SERVER, APP, {"channels": ["a", "b"]})
    names.note(SERVER, APP, {"channels": ["b", "c"]}, whole=())
    assert names.find(SERVER, APP, "channels") == ["b", "c", "a"]
