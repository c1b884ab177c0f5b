"""Bytes that are no UTF-8, in arguments, variables, files and names of folders.

Each case is the installed command in a process of its own: an argument is decoded before any
code of this package runs.
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from tests.support.pseudo_terminal import COMMAND, PATIENCE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

OK, FAILED, USAGE = range(3)
KEY = b"c591b04e-cf29-4945-b9a0-776d0672061a"
BYTES = b"\xff\xe9\xed\xa0\x80"
"""A byte of no encoding, a letter in Latin-1, and half a character in what looks like UTF-8."""
AWAY = (b"-a", KEY, b"--app", b"com.acme.shop", b"--api-url", b"https://127.0.0.2:9")
"""A server that is not asked: the mistake is found before."""


@dataclass(frozen=True)
class Case:
    """One start of the program, its exit code, and what its message says."""

    name: str
    arguments: tuple[bytes, ...] = (b"info",)
    code: int = USAGE
    message: str = ""
    environ: Mapping[bytes, bytes] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)


CASES = (
    Case("app", (b"info", b"--app", b"com.acme." + BYTES), message="--app holds no app id"),
    Case("server", (b"info", b"--api-url", b"https://a" + BYTES), message="holds no server"),
    Case("key", (b"info", b"-a", BYTES), message="-a: the API key holds a space"),
    Case("verb", (b"list" + BYTES,), message="no verb"),
    Case("device", (b"device", b"get", BYTES, *AWAY), FAILED, "holds half a character"),
    Case("channel", (b"channel", b"get", BYTES, *AWAY), FAILED, "holds half a character"),
    Case("file", (b"sandbox", b"--state", BYTES), FAILED, "cannot be read"),
    Case(
        "variable of the key",
        message="CAPGO_TOKEN: the API key holds",
        environ={b"CAPGO_TOKEN": BYTES},
    ),
    Case(
        "variable of the profile",
        message="CAPGO_PROFILE names no profile",
        environ={b"CAPGO_PROFILE": BYTES},
        files={".config/capgo-tui/config.toml": b"[profiles.shop]\napp = 'com.acme.shop'\n"},
    ),
    Case(
        "certificates",
        (b"device", b"list", *AWAY),
        message="SSL_CERT_FILE: /no/",
        environ={b"SSL_CERT_FILE": b"/no/" + BYTES},
    ),
    Case(
        "settings",
        message="config.toml:2: not UTF-8",
        files={".config/capgo-tui/config.toml": b"# ours\ntheme = '" + BYTES + b"'\n"},
    ),
    Case(
        "half a character in settings",
        message="config.toml:1: ",
        files={".config/capgo-tui/config.toml": rb'theme = "\ud800"' + b"\n"},
    ),
    Case("key file", message="~/.capgo is not UTF-8", files={".capgo": KEY + BYTES}),
    Case(
        "Capacitor config",
        message="capacitor.config.json is not UTF-8",
        files={"capacitor.config.json": b'{"appId": "com.acme.' + BYTES + b'"}'},
    ),
    Case(
        "variables of the terminal and the network",
        (b"info", b"--json"),
        OK,
        environ=dict.fromkeys((b"TERM", b"LANG", b"TMUX", b"SSH_TTY", b"NO_PROXY"), b"x" + BYTES),
    ),
)


def run(
    folder: Path, arguments: tuple[bytes, ...], environ: Mapping[bytes, bytes]
) -> tuple[int, str, str]:
    """Run the program at home in a folder; return its exit code and its output."""
    process = subprocess.run(
        [bytes(COMMAND), *arguments],
        # Strict, as in a locale of some country: in C, Python would print such bytes as they are.
        env={b"PATH": os.environb[b"PATH"], b"HOME": bytes(folder), b"PYTHONIOENCODING": b"utf-8"}
        | dict(environ),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )
    return process.returncode, process.stdout.decode(), process.stderr.decode()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_they_are_a_mistake_in_one_line_or_do_not_matter(tmp_path: Path, case: Case) -> None:
    for name, content in case.files.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    code, stdout, stderr = run(tmp_path, case.arguments, case.environ)
    assert code == case.code, stderr
    if case.code == OK:
        assert stderr == ""
        assert json.loads(stdout)["server"]["source"] == "default"
        return
    assert stdout == ""
    lines = stderr.splitlines()
    assert case.message in lines[-1]
    assert all(line.startswith(("Usage: ", "Try ")) or not line for line in lines[:-1])
    assert stderr.replace("\n", "").isprintable()
    assert KEY.decode() not in stderr


def test_a_home_of_such_a_name_works_and_is_shown_harmless(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"home" + BYTES)
    folder.mkdir()
    (folder / ".capgo").write_bytes(KEY)
    (folder / "capacitor.config.json").write_text('{"appId": "com.acme.shop"}')
    code, stdout, stderr = run(folder, (b"info",), {})
    assert (code, stderr) == (OK, "")
    assert "com.acme.shop" in stdout
    assert "~/.capgo" in stdout
    assert stdout.replace("\n", "").isprintable()
    code, stdout, _ = run(folder, (b"info", b"--json"), {})
    assert code == OK
    assert json.loads(stdout)["config"]["value"].endswith(
        os.fsdecode(b"home" + BYTES) + "/.config/capgo-tui/config.toml"
    )
