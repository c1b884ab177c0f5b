"""The command line on the two servers, one command a run."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from capgo_tui.commands import running
from capgo_tui.commands.root import capgo_tui
from capgo_tui.workspace.session import open_client
from tests.letter.documented_server import DocumentedServer
from tests.letter.legacy_server import LegacyServer
from tests.letter.letter_server import APP, KEY
from tests.letter.modes import (
    PLAIN,
    AnyServer,
    Mode,
    both_servers,
    every_mode,
    make,
    plain_modes,
    revision_of,
)
from tests.support.retry_policy import one_try

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from capgo_tui.api.client import CapgoClient
    from capgo_tui.api.retry_policy import PendingRetry
    from capgo_tui.workspace.request_log import RequestLog
    from capgo_tui.workspace.target import Target
    from tests.letter.letter_server import LetterServer

PHONE = "aaaaaaaa-0000-4000-8000-000000000001"


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CAPGO_API_URL", raising=False)
    monkeypatch.setenv("CAPGO_TOKEN", KEY)
    monkeypatch.setenv("CAPGO_APP_ID", APP)
    return monkeypatch


def _opener(server: LetterServer) -> Callable[..., CapgoClient]:
    """Return a function that opens a client on this server."""

    def open_on_server(
        target: Target, log: RequestLog, on_retry: Callable[[PendingRetry], None]
    ) -> CapgoClient:
        target = replace(target, asgi_app=lambda: server, retry_policy=one_try())
        return open_client(target, log, on_retry)

    return open_on_server


def run(
    server: LetterServer, folder: pytest.MonkeyPatch, mode: Mode, *words: str, app: str = APP
) -> Result:
    """Run one command on a server; explicit modes name its revision."""
    folder.setattr(running, "open_client", _opener(server))
    options = ("--revision", revision_of(type(server)).value) if mode.explicit else ()
    return CliRunner().invoke(capgo_tui, [*words, "--app", app, *options])


@both_servers
@every_mode
@pytest.mark.parametrize("noun", ["channel", "device", "bundle"])
def test_lists(kind: type[AnyServer], mode: Mode, noun: str, folder: pytest.MonkeyPatch) -> None:
    for form in ("--json", "--table", "--csv"):
        server = make(kind, mode)
        result = run(server, folder, mode, noun, "list", form)
        assert (result.exit_code, result.stderr) == (0, ""), result.output
        if form == "--json":
            assert len(json.loads(result.stdout)) == (2 if noun == "device" else 3)
            assert not any("limit" in request.query for request in server.log)


@both_servers
@every_mode
def test_one_record(kind: type[AnyServer], mode: Mode, folder: pytest.MonkeyPatch) -> None:
    phone = PHONE.upper() if kind is LegacyServer else PHONE
    for words in (("channel", "get", "beta"), ("device", "get", phone)):
        for form in ("--json", "--table"):
            result = run(make(kind, mode), folder, mode, *words, form)
            assert (result.exit_code, result.stderr) == (0, ""), result.output
    for words in (("channel", "get", "nowhere"), ("device", "get", "no-such")):
        assert run(make(kind, mode), folder, mode, *words).exit_code == 3


@plain_modes
def test_a_table_has_the_columns_that_there_are(mode: Mode, folder: pytest.MonkeyPatch) -> None:
    server = LegacyServer(strict=mode.strict)
    heads = run(server, folder, mode, "device", "list").stdout.split("\n")[0].split()
    assert heads == ["DEVICE", "PLAT", "BUNDLE", "OS", "PLUGIN", "SEEN"]
    other = DocumentedServer(strict=mode.strict)
    head = run(other, folder, mode, "channel", "list").stdout.split("\n")[0]
    assert "DEV" in head
    assert "ROLLOUT" not in head
    assert "blocks some updates" in run(other, folder, mode, "channel", "get", "beta").stdout


@both_servers
@plain_modes
def test_a_server_without_a_list_of_apps_says_so(
    kind: type[AnyServer], mode: Mode, folder: pytest.MonkeyPatch
) -> None:
    options = ("--revision", revision_of(kind).value) if mode.explicit else ()
    folder.setattr(running, "open_client", _opener(make(kind, mode)))
    result = CliRunner().invoke(capgo_tui, ["app", "list", *options])
    assert result.exit_code == 1
    assert "has no list of apps" in result.stderr


def test_an_error_of_a_guess_names_the_option(folder: pytest.MonkeyPatch) -> None:
    server = LegacyServer()
    result = run(server, folder, PLAIN[0], "channel", "list", app="com.example.other")
    assert result.exit_code == 4
    assert "--revision" not in result.stderr
    server.fails = True
    result = run(server, folder, PLAIN[0], "channel", "list")
    assert result.exit_code == 1
    assert "--revision" in result.stderr
    result = run(server, folder, PLAIN[1], "channel", "list")
    assert result.exit_code == 1
    assert "--revision" not in result.stderr
