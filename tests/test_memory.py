"""What the interface remembers between runs, in a file of its owner's."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from capgo_tui.memory import LONGEST, MOST_LINES, Memory

if TYPE_CHECKING:
    from pathlib import Path


def test_lines_and_theme_come_back_in_the_next_run(tmp_path: Path) -> None:
    file = tmp_path / "state" / "memory.json"
    first = Memory(file)
    for line in ("qa", "os:ios", "qa"):
        first.add_line("filter.devices", line)
    first.theme = "nord"
    first.save()
    second = Memory(file)
    assert second.get_lines("filter.devices") == ("os:ios", "qa")
    assert second.get_lines("filter.channels") == ()
    assert second.theme == "nord"
    if sys.platform != "win32":
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.parent.stat().st_mode & 0o777 == 0o700
    assert [each.name for each in file.parent.iterdir()] == [file.name]


def test_two_runs_at_once_lose_nothing_of_each_other(tmp_path: Path) -> None:
    file = tmp_path / "state" / "memory.json"
    one, other = Memory(file), Memory(file)
    assert one.get_lines("palette") == other.get_lines("palette") == ()
    one.add_line("palette", "dev qa")
    one.theme = "nord"
    one.save()
    other.add_line("palette", "ch beta")
    other.save()
    assert Memory(file).get_lines("palette") == ("dev qa", "ch beta")
    assert Memory(file).theme == "nord"


def test_it_grows_no_further_than_its_bounds(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "state" / "memory.json")
    for number in range(MOST_LINES + 5):
        memory.add_line("palette", f"dev {number}")
    memory.add_line("palette", "x" * (LONGEST + 1))
    memory.save()
    lines = Memory(tmp_path / "state" / "memory.json").get_lines("palette")
    assert len(lines) == MOST_LINES
    assert lines[-1] == f"dev {MOST_LINES + 4}"


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{", '{"lines": 3, "theme": []}', '{"lines": {"palette": [1, null]}}', "\0" * 9],
)
def test_a_damaged_file_is_as_good_as_none_and_is_replaced(tmp_path: Path, content: str) -> None:
    folder = tmp_path / "state"
    folder.mkdir(mode=0o700)
    file = folder / "memory.json"
    file.write_text(content)
    memory = Memory(file)
    assert memory.get_lines("palette") == ()
    assert memory.theme == ""
    memory.add_line("palette", "dev")
    memory.save()
    assert json.loads(file.read_text())["lines"] == {"palette": ["dev"]}


def test_control_characters_of_the_file_reach_no_screen(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir(mode=0o700)
    (folder / "memory.json").write_text(json.dumps({"lines": {"palette": ["a\x1b[2Jb"]}}))
    (line,) = Memory(folder / "memory.json").get_lines("palette")
    assert "\x1b" not in line


@pytest.mark.skipif(sys.platform == "win32", reason="the file mode says nothing there")
def test_a_folder_that_cannot_be_used_is_remembered_for_this_run_only(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    folder.chmod(0o777)
    memory = Memory(folder / "memory.json")
    memory.add_line("palette", "dev")
    memory.save()
    assert memory.get_lines("palette") == ("dev",)
    assert list(folder.iterdir()) == []
