"""The folders of the user, or those of the environment variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capgo_tui import locations
from tests.support.homeless import remove_user

if TYPE_CHECKING:
    from pathlib import Path


def test_the_named_state_folder_is_obeyed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert locations.find_journal_file() == tmp_path / "capgo-tui" / "journal.sqlite3"
    assert not any(tmp_path.iterdir()), "nothing is made before something is written"


def test_the_named_config_folder_is_obeyed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert locations.find_config_file() == tmp_path / "capgo-tui" / "config.toml"
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", "config/here")
    assert locations.find_config_file().is_relative_to(tmp_path / "home")


def test_without_a_home_there_is_no_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    remove_user(monkeypatch)
    for find in (
        locations.find_journal_file,
        locations.find_agreed_servers_file,
        locations.find_config_file,
    ):
        with pytest.raises(RuntimeError):
            find()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert locations.find_journal_file().is_relative_to(tmp_path)


@pytest.mark.parametrize("value", ["", "  ", "state/here"])
def test_no_folder_or_a_relative_one_is_the_users_own(
    value: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", value)
    file = locations.find_journal_file()
    assert file.is_relative_to(tmp_path)
    assert file.parent.name == "capgo-tui"
    monkeypatch.delenv("XDG_STATE_HOME")
    assert locations.find_journal_file() == file
