"""A file that is exported is there as a whole or not at all, and never over another one."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from capgo_tui.workspace.export.file import WholeFile

if TYPE_CHECKING:
    from pathlib import Path


def test_it_has_its_name_once_it_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    file = WholeFile(path)
    file.write("one\ntwo ü\n")
    assert not path.exists()
    file.keep()
    file.discard()
    assert path.read_bytes() == "one\ntwo ü\n".encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_discarded_it_leaves_nothing(tmp_path: Path) -> None:
    file = WholeFile(tmp_path / "a.csv")
    file.write("half")
    file.discard()
    file.discard()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("links", [True, False], ids=["hard links", "none"])
def test_no_file_is_written_over_even_one_that_came_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    if not links:

        def refuse(*_: object, **__: object) -> None:
            raise PermissionError(1, "Operation not permitted")

        monkeypatch.setattr(os, "link", refuse)
    path = tmp_path / "a.csv"
    ours = WholeFile(path)
    ours.write("ours")
    path.write_text("theirs")
    with pytest.raises(FileExistsError):
        ours.keep()
    ours.discard()
    with pytest.raises(FileExistsError):
        WholeFile(path)
    assert path.read_text() == "theirs"
    path.unlink()
    file = WholeFile(path)
    file.write("ours")
    file.keep()
    assert path.read_text() == "ours"
    assert list(tmp_path.iterdir()) == [path]


def test_it_replaces_one_only_when_told_to_and_at_once(tmp_path: Path) -> None:
    path, link = tmp_path / "a.csv", tmp_path / "link"
    path.write_text("before")
    link.symlink_to(path)
    file = WholeFile(link, replace=True)
    file.write("after")
    assert path.read_text() == "before"
    file.keep()
    assert path.read_text() == "after"
    assert link.is_symlink()


def test_where_nothing_can_be_written_it_says_so_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        WholeFile(tmp_path / "no" / "a.csv")
    with pytest.raises(IsADirectoryError):
        WholeFile(tmp_path, replace=True)
