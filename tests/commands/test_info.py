"""``capgo-tui info`` where settings are doubtful, and where folders are not there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from capgo_tui.commands.root import capgo_tui
from tests.support.homeless import remove_user

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

OK, USAGE = 0, 2


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make an empty home and an empty project folder, and return the latter."""
    for name in ("CAPGO_TOKEN", "CAPGO_APP_ID", "CAPGO_API_URL", "CAPGO_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def run(*words: str) -> Result:
    return CliRunner().invoke(capgo_tui, words)


def line(name: str, *words: str) -> str:
    """Return one line of the table, with single spaces."""
    result = run("info", *words)
    assert (result.exit_code, result.stderr) == (OK, "")
    (row,) = [row for row in result.stdout.splitlines() if row.split()[0] == name]
    return " ".join(row.split())


def test_the_line_that_decides_is_named(folder: Path) -> None:
    (folder / "capacitor.config.ts").write_text(
        "const appId = 'com.acme.shop'\nexport default { appId, plugins: { CapacitorUpdater: {\n"
        "localSupa: 'https://own.example' } } }"
    )
    assert line("app") == "app com.acme.shop capacitor.config.ts:1"
    assert line("server") == (
        "server https://own.example/functions/v1 proposal (asked about before a key goes there);"
        " capacitor.config.ts:3: there is localSupa, but no localApi"
    )


def test_the_reason_to_ask_is_named_with_its_line(folder: Path) -> None:
    (folder / "capacitor.config.ts").write_text("export default {\nappId: 'a.b', ...env }")
    reason = "it may be set by what is spread here"
    assert line("app") == f"app not found capacitor.config.ts:2: plugins: {reason}"
    assert line("server") == (
        "server https://api.capgo.app default (asked about before a key goes there);"
        f" capacitor.config.ts:2: plugins: {reason}"
    )
    assert line("app", "--app", "com.acme.shop") == "app com.acme.shop --app"
    document = json.loads(run("info", "--json").stdout)
    source = f"capacitor.config.ts:2: plugins: {reason}"
    assert document["app"] == {"value": None, "source": source}
    result = run("channel", "list", "-a", "key", "com.acme.shop")
    assert result.exit_code == USAGE
    assert f"not certain (capacitor.config.ts:2: plugins: {reason})" in result.stderr
    assert "--api-url https://api.capgo.app" in result.stderr
    result = run("channel", "list", "-a", "key", "--api-url", "https://api.capgo.app")
    assert result.exit_code == USAGE
    assert f"no app was given: name it as the last word, such as com.acme.a ({source})" in (
        " ".join(result.stderr.split())
    )


def test_an_app_id_that_is_none_keeps_nothing_from_working(folder: Path) -> None:
    (folder / "capacitor.config.json").write_text('{"appId": "7f02099d"}')
    reason = "capacitor.config.json holds no app id; one looks like com.example.app"
    assert line("app") == f"app not found {reason}"
    assert line("app", "--app", "com.acme.shop") == "app com.acme.shop --app"


def test_without_a_home_what_is_given_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOME")
    remove_user(monkeypatch)
    assert line("app", "-a", "key", "--app", "com.acme.shop") == "app com.acme.shop --app"
    assert line("journal", "-a", "key").endswith("set HOME or XDG_STATE_HOME")
    assert line("config", "-a", "key").endswith("set HOME or XDG_CONFIG_HOME")
    result = run("info")
    assert result.exit_code == USAGE
    assert "the home folder cannot be found" in result.stderr


def test_in_a_folder_that_is_gone_what_is_given_works(folder: Path) -> None:
    folder.rmdir()
    given = "--app", "com.acme.shop", "--api-url", "https://api.capgo.app"
    assert line("app", *given) == "app com.acme.shop --app"
    result = run("info")
    assert result.exit_code == USAGE
    assert "the current folder is gone; give both --app and --api-url" in result.stderr


def test_a_long_value_moves_the_source_of_its_own_line_only() -> None:
    rows = run("info").stdout.splitlines()
    short = [row for row in rows if row.split()[0] in ("server", "proxy", "revision", "version")]
    assert [(row[42:44], row[44:45].strip() != "", len(row) <= 80) for row in short] == [
        ("  ", True, True)
    ] * 4
