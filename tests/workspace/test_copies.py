"""A copy counts as running exactly as long as its process lives."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from capgo_tui.workspace.copies import Copies

if TYPE_CHECKING:
    from pathlib import Path

JOIN = """
import sys, pathlib
from capgo_tui.workspace.copies import Copies
copies = Copies(pathlib.Path(sys.argv[1]))
copies.join()
print(copies.me, flush=True)
sys.stdin.read()
"""


def start(folder: Path) -> tuple[subprocess.Popen[str], str]:
    """Another copy, and its name once it has joined."""
    process = subprocess.Popen(
        [sys.executable, "-c", JOIN, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def test_a_copy_runs_until_it_leaves(tmp_path: Path) -> None:
    one, other = Copies(tmp_path), Copies(tmp_path)
    assert not one.is_running(one.me)
    one.join()
    other.join()
    assert one.is_running(one.me)
    assert other.is_running(one.me)
    assert one.is_running(other.me)
    one.leave()
    assert not other.is_running(one.me)
    assert other.is_running(other.me)
    other.leave()
    assert not any(tmp_path.glob("*.lock")), "nothing is left behind"


def test_a_killed_copy_is_known_to_be_gone(tmp_path: Path) -> None:
    process, name = start(tmp_path)
    with process:
        mine = Copies(tmp_path)
        assert mine.is_running(name)
        process.kill()
        process.wait()
        left = list(tmp_path.glob("*.lock"))
        assert [file.stem for file in left] == [name], "a killed one cannot tidy up"
        mine.join()
        assert [file.stem for file in tmp_path.glob("*.lock")] == [mine.me]
        assert not mine.is_running(name)
    mine.leave()


def test_no_name_leads_out_of_the_folder(tmp_path: Path) -> None:
    precious_file = tmp_path / "precious.lock"
    precious_file.touch()
    assert not Copies(tmp_path / "running").is_running("../precious")
    assert precious_file.exists()
