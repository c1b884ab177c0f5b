"""An instance counts as running exactly as long as its process lives."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from capgo_tui.workspace.instance_lock import InstanceLock

if TYPE_CHECKING:
    from pathlib import Path

ACQUIRE = """
import sys, pathlib
from capgo_tui.workspace.instance_lock import InstanceLock
lock = InstanceLock(pathlib.Path(sys.argv[1]))
lock.acquire()
print(lock.instance_id, flush=True)
sys.stdin.read()
"""


def start(folder: Path) -> tuple[subprocess.Popen[str], str]:
    """Start another instance; return its id once it holds its lock."""
    process = subprocess.Popen(
        [sys.executable, "-c", ACQUIRE, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def test_an_instance_runs_until_it_releases_its_lock(tmp_path: Path) -> None:
    one, other = InstanceLock(tmp_path), InstanceLock(tmp_path)
    assert not one.is_running(one.instance_id)
    one.acquire()
    other.acquire()
    assert one.is_running(one.instance_id)
    assert other.is_running(one.instance_id)
    assert one.is_running(other.instance_id)
    one.release()
    assert not other.is_running(one.instance_id)
    assert other.is_running(other.instance_id)
    other.release()
    assert not any(tmp_path.glob("*.lock")), "nothing is left behind"


def test_a_killed_instance_is_known_to_be_gone(tmp_path: Path) -> None:
    process, name = start(tmp_path)
    with process:
        mine = InstanceLock(tmp_path)
        assert mine.is_running(name)
        process.kill()
        process.wait()
        left = list(tmp_path.glob("*.lock"))
        assert [file.stem for file in left] == [name], "a killed one cannot tidy up"
        mine.acquire()
        assert [file.stem for file in tmp_path.glob("*.lock")] == [mine.instance_id]
        assert not mine.is_running(name)
    mine.release()


def test_no_name_leads_out_of_the_folder(tmp_path: Path) -> None:
    precious_file = tmp_path / "precious.lock"
    precious_file.touch()
    assert not InstanceLock(tmp_path / "running").is_running("../precious")
    assert precious_file.exists()
