"""The key command: its output, children, prompts, and how it is ended."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from capgo_tui.key_command import MAX_BYTES, KeyCommandError, read_output
from tests.test_settings import KEY

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="shell scripts and terminals")

LONG = 60.0
PROGRAM = """
import sys, pathlib
from capgo_tui.key_command import read_output
told = read_output(["sh", "-c", sys.argv[1]], pathlib.Path("/"), 60)
print("told", told.strip(), flush=True)
with open("/dev/tty") as terminal:
    print("and", terminal.readline().strip(), flush=True)
"""


def ask(script: str, folder: Path, patience: float = LONG) -> str:
    return read_output(["sh", "-c", script], folder, patience)


def failure(script: str, folder: Path, patience: float = LONG) -> str:
    with pytest.raises(KeyCommandError) as error:
        ask(script, folder, patience)
    return str(error.value)


def is_alive(file: Path) -> bool:
    """Return whether the process with the id in this file runs, and is no zombie."""
    state = subprocess.run(
        ["/bin/ps", "-o", "stat=", "-p", file.read_text().strip()],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    return bool(state) and not state.startswith("Z")


def until_gone(file: Path) -> None:
    """Wait until the process has ended; its new parent may take a moment to reap it."""
    for _ in range(3000):
        if not is_alive(file):
            return
        time.sleep(0.01)
    raise AssertionError("it runs on")


def test_what_it_says_when_it_fails_is_shown_clean_and_short(tmp_path: Path) -> None:
    script = "printf 'one\\ntwo\\n\\n\\033[31mthree\\007\\nfour\\n' >&2; exit 4"
    message = "failed with exit code 4: \ufffd[31mthree\ufffd · four"
    assert failure(script, tmp_path) == message
    script = "head -c 100000 /dev/zero | tr '\\0' x >&2; exit 1"
    assert len(failure(script, tmp_path)) < 250
    assert failure("exit 1", tmp_path) == "failed with exit code 1"


def test_nothing_that_may_be_the_key_is_shown(tmp_path: Path) -> None:
    for script in (f"echo {KEY}; echo {KEY} >&2; exit 1", f"echo no {KEY.upper()} >&2; exit 1"):
        assert KEY.lower() not in failure(script, tmp_path).lower()
    script = "echo s3cret-of-another-kind; echo is s3cret-of-another-kind >&2; exit 1"
    assert failure(script, tmp_path) == "failed with exit code 1: is [hidden]"
    with pytest.raises(KeyCommandError) as error:
        read_output(["sh", "-c", "echo $0 >&2; exit 1", "s3cret-word"], tmp_path, LONG)
    assert "s3cret-word" not in str(error.value)


@pytest.mark.parametrize("script", ["yes", "yes & wait", "cat /dev/zero"])
def test_one_that_writes_without_end_is_ended(script: str, tmp_path: Path) -> None:
    script = f"echo $$ > main; {script}"
    assert failure(script, tmp_path) == f"wrote more than {MAX_BYTES // 1024} KB"
    until_gone(tmp_path / "main")


def test_as_much_as_is_allowed_is_taken(tmp_path: Path) -> None:
    assert ask(f"head -c {MAX_BYTES} /dev/zero | tr '\\0' x", tmp_path) == "x" * MAX_BYTES


def test_one_that_complains_without_end_and_then_tells_is_heard(tmp_path: Path) -> None:
    script = f"head -c 10000000 /dev/zero >&2; echo {KEY}"
    assert ask(script, tmp_path) == f"{KEY}\n"


def test_one_that_takes_too_long_is_ended_with_all_that_it_began(tmp_path: Path) -> None:
    script = (
        "trap '' TERM INT HUP; (trap '' TERM INT HUP; sleep 1000 & echo $! > inner; wait) &"
        " echo $! > child; echo $$ > main; echo waiting for you >&2; wait"
    )
    assert failure(script, tmp_path, patience=3) == "took longer than 3 s: waiting for you"
    for name in ("main", "child", "inner"):
        until_gone(tmp_path / name)


def test_what_it_leaves_running_is_not_waited_for_and_left_alone(tmp_path: Path) -> None:
    script = f"sleep 1000 & echo $! > child; echo {KEY}"
    assert ask(script, tmp_path) == f"{KEY}\n"
    try:
        assert is_alive(tmp_path / "child"), "an agent goes on"
    finally:
        os.kill(int((tmp_path / "child").read_text()), signal.SIGKILL)


def on_a_terminal(script: str, answers: list[tuple[bytes, bytes]]) -> tuple[bytes, int]:
    """Run the program on a terminal of its own, and answer its prompts."""
    child, terminal = pty.fork()
    if child == 0:
        os.execv(sys.executable, [sys.executable, "-c", PROGRAM, script])  # noqa: S606
    output = b""
    for prompt, answer in answers:
        while prompt not in output:
            output += os.read(terminal, 4096)
        os.write(terminal, answer)
    try:
        while piece := os.read(terminal, 4096):
            output += piece
    except OSError:  # on Linux, when no process has the terminal open any more
        pass
    os.close(terminal)
    return output, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_it_may_ask_on_the_terminal_which_is_ours_again_afterwards() -> None:
    script = "printf 'password? ' >/dev/tty; read line </dev/tty; echo key-$line"
    output, code = on_a_terminal(
        script, [(b"password? ", b"open\n"), (b"told key-open", b"ours\n")]
    )
    assert code == 0, output
    assert b"and ours" in output


def test_ctrl_c_while_it_asks_ends_the_program() -> None:
    output, code = on_a_terminal("printf 'pass? ' >/dev/tty; exec sleep 50", [(b"pass? ", b"\x03")])
    assert code != 0
    assert b"KeyboardInterrupt" in output
