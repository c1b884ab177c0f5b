"""A file that is exported is there as a whole or not at all, and never over another one."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from capgo_tui.workspace.export.file import WholeFile

if TYPE_CHECKING:
    from collections.abc import Callable
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


def test_an_abandoned_temporary_file_is_removed_and_nothing_else(tmp_path: Path) -> None:
    abandoned = tmp_path / f".capgo-{'0' * 32}.part"
    link = tmp_path / f".capgo-{'1' * 32}.part"
    folder = tmp_path / f".capgo-{'2' * 32}.part"
    named_alike = tmp_path / ".capgo-notes.part"
    abandoned.write_text("half")
    named_alike.write_text("mine")
    folder.mkdir()
    link.symlink_to(named_alike)
    other, file = WholeFile(tmp_path / "other.csv"), WholeFile(tmp_path / "a.csv")
    file.remove_abandoned()
    assert not abandoned.exists()
    assert link.is_symlink()
    assert folder.is_dir()
    assert named_alike.read_text() == "mine"
    other.keep()
    file.keep()
    assert {each.suffix for each in tmp_path.iterdir()} == {".csv", ".part"}


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


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o640, 0o400])
def test_it_replaces_one_only_when_told_to_at_once_and_for_the_same_readers(
    mode: int, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("before")
    path.chmod(mode)
    file = WholeFile(path, replace=True)
    file.write("after")
    assert path.read_text() == "before"
    file.keep()
    assert path.read_text() == "after"
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert list(tmp_path.iterdir()) == [path]


def lay_link(path: Path) -> None:
    path.symlink_to(path.parent / "target")
    (path.parent / "target").write_text("before")


def lay_dangling_link(path: Path) -> None:
    path.symlink_to(path.parent / "target")


def lay_link_to_device(path: Path) -> None:
    path.symlink_to("/dev/null")


ERROR_BY_LAYING: dict[Callable[[Path], None], str] = {
    lay_link: "it is a link",
    lay_dangling_link: "it is a link",
    lay_link_to_device: "it is a link",
    os.mkfifo: "it is no plain file",
    os.mkdir: "it is a folder",
}
"""What somebody may have laid in the way, and what is said of it."""


@pytest.mark.parametrize("replace", [True, False])
@pytest.mark.parametrize("lay", ERROR_BY_LAYING)
def test_what_is_no_plain_file_is_never_written_to(
    lay: Callable[[Path], None], replace: bool, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    lay(path)
    before = {each: each.lstat() for each in tmp_path.iterdir()}
    with pytest.raises(OSError, match=ERROR_BY_LAYING[lay]):
        WholeFile(path, replace=replace)
    assert {each: each.lstat() for each in tmp_path.iterdir()} == before


@pytest.mark.parametrize("lay", ERROR_BY_LAYING)
def test_nor_when_it_comes_meanwhile(lay: Callable[[Path], None], tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("before")
    file = WholeFile(path, replace=True)
    path.unlink()
    lay(path)
    status = path.lstat()
    with pytest.raises(OSError, match=ERROR_BY_LAYING[lay]):
        file.keep()
    file.discard()
    assert path.lstat() == status


def test_another_name_of_a_file_that_is_replaced_keeps_the_old_one(tmp_path: Path) -> None:
    path, other = tmp_path / "a.csv", tmp_path / "other"
    other.write_text("theirs")
    path.hardlink_to(other)
    file = WholeFile(path, replace=True)
    file.write("ours")
    file.keep()
    assert (path.read_text(), other.read_text()) == ("ours", "theirs")


def test_where_nothing_can_be_written_it_says_so_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        WholeFile(tmp_path / "no" / "a.csv")
