"""A key command while the interface has the terminal, which it must not take away."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.support.controlling_terminal import in_login_shell
from tests.support.pseudo_terminal import COMMAND, PseudoTerminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.sandbox_process import Sandbox


@contextmanager
def open_profile(sandbox: Sandbox, tmp_path: Path, script: str) -> Iterator[PseudoTerminal]:
    """Run the app until it reads a profile whose key this shell script prints."""
    folder = tmp_path / "capgo-tui"
    folder.mkdir()
    (folder / "key").write_text(script)
    (folder / "config.toml").write_text(
        f"[profiles.later]\napp = '{sandbox.app}'\napi_url = '{sandbox.url}'\n"
        "key_command = 'sh key'\n"
    )
    environ = {**sandbox.environ, "XDG_CONFIG_HOME": str(tmp_path)}
    command = in_login_shell([str(COMMAND)])
    with PseudoTerminal(command, environ=environ, folder=tmp_path) as terminal:
        terminal.wait_for("50 loaded")
        terminal.press(":profile later\r", "Reading the profile later")
        yield terminal


def test_quitting_ends_it(sandbox: Sandbox, tmp_path: Path) -> None:
    with open_profile(sandbox, tmp_path, "echo $$ >pid; exec sleep 1000") as terminal:
        pid = tmp_path / "capgo-tui" / "pid"
        terminal.wait_for(lambda: pid.exists() and pid.read_text() != "", "the command runs")
        terminal.type("q")
        assert terminal.wait_end() == 0
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid.read_text()), 0)


@pytest.mark.parametrize("asks", [False, True], ids=["quiet", "asks on the terminal"])
def test_keys_typed_while_it_runs_are_the_interface_s(
    sandbox: Sandbox, tmp_path: Path, asks: bool
) -> None:
    os.mkfifo(fifo := tmp_path / "fifo")
    question = "printf PASSPHRASE >/dev/tty; read line </dev/tty || exit 1\n" if asks else ""
    script = f"read line <{fifo}\n{question}echo {sandbox.key}\n"
    with open_profile(sandbox, tmp_path, script) as terminal:
        terminal.press("/no_access\r", "/no_access · 1 of 50")
        fifo.write_text("\n")
        terminal.wait_for("profiles.later.key_command" if asks else "· later")
        assert b"PASSPHRASE" not in terminal.output
        terminal.type("q")
        assert terminal.wait_end() == 0
