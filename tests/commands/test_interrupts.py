"""How a verb ends by ctrl+c, by a closed standard output and by a closed pipe."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.controlling_terminal import in_login_shell
from tests.support.pseudo_terminal import COMMAND, PATIENCE, PseudoTerminal

if TYPE_CHECKING:
    from pathlib import Path

KEY = "c591b04e-cf29-4945-b9a0-776d0672061a"
VERBS = [
    ["device", "list"],
    ["device", "get", "x"],
    ["channel", "list"],
    ["bundle", "list", "--json"],
    ["app", "list"],
]
SLOW_RESOLVER = """
import socket, sys, threading
from capgo_tui.commands import main

def resolve(*arguments, **options):
    print("resolving", flush=True)
    threading.Event().wait()

socket.getaddrinfo = resolve
main()
"""
"""The program on a network whose name server never answers."""


def run(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    """Run a line of shell; `$C` is the program."""
    return subprocess.run(
        ["/bin/sh", "-c", line],
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "C": str(COMMAND)},
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_ctrl_c_in_a_verb_ends_it_quietly_with_130(tmp_path: Path, verb: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(PATIENCE)
        environ = {
            "CAPGO_API_URL": f"http://127.0.0.1:{listener.getsockname()[1]}",
            "CAPGO_TOKEN": KEY,
            "CAPGO_APP_ID": "com.acme.shop",
        }
        with PseudoTerminal(
            in_login_shell([str(COMMAND), *verb]), environ=environ, folder=tmp_path
        ) as terminal:
            connection, _ = listener.accept()
            with connection:
                assert connection.recv(1), "a request that is never answered"
                terminal.type("\x03")
                assert terminal.wait_end() == 130
            assert bytes(terminal.output).replace(b"^C", b"").strip() == b""


def test_ctrl_c_does_not_wait_for_the_name_of_the_server(tmp_path: Path) -> None:
    with PseudoTerminal(
        in_login_shell([sys.executable, "-c", SLOW_RESOLVER, "device", "list"]),
        environ={"CAPGO_TOKEN": KEY, "CAPGO_APP_ID": "com.acme.shop"},
        folder=tmp_path,
    ) as terminal:
        terminal.wait_for("resolving")
        terminal.type("\x03")
        assert terminal.wait_end() == 130
        # The terminal's own echo of ctrl+c may be lost where the program ends at once.
        assert bytes(terminal.output).removesuffix(b"^C") == b"resolving\r\n"


@pytest.mark.parametrize(
    "arguments", ["info", "device list -a x", "--help", "sandbox --port 0", ""]
)
def test_a_closed_standard_output_is_reported(tmp_path: Path, arguments: str) -> None:
    process = run(tmp_path, f'"$C" {arguments} >&-')
    assert process.returncode == 1
    assert process.stderr == "capgo-tui: standard output is closed\n"


@pytest.mark.parametrize("arguments", ["info", "--help", "device --help", "sandbox --port 0"])
def test_a_full_disk_is_reported(tmp_path: Path, arguments: str) -> None:
    process = run(tmp_path, f'"$C" {arguments} > /dev/full')
    assert process.returncode == 1
    assert process.stderr == ("capgo-tui: the output cannot be written: No space left on device\n")


@pytest.mark.parametrize(
    "arguments", ["info", "sandbox --port 0", "--help", "--version", "device --help"]
)
def test_a_closed_pipe_ends_a_verb_quietly(tmp_path: Path, arguments: str) -> None:
    process = run(tmp_path, f'{{ "$C" {arguments}; echo "code $?" >&2; }} | true')
    assert process.stderr == "code 0\n"


def test_a_closed_standard_input_or_error_is_no_bug(tmp_path: Path) -> None:
    process = run(tmp_path, '"$C" <&-')
    assert process.returncode == 2
    assert "needs a terminal" in process.stderr
    process = run(tmp_path, '"$C" info 2>&-')
    assert process.returncode == 0
    assert "version" in process.stdout
