"""Where a locale is not UTF-8, tables and messages are ASCII in the same columns; data is not."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from capgo_tui.glyphs import to_ascii
from tests.support.pseudo_terminal import COMMAND

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox_process import Sandbox

UTF8 = {"LC_ALL": "C.UTF-8"}


def run(
    sandbox: Sandbox, folder: Path, locale: dict[str, str], *arguments: str
) -> subprocess.CompletedProcess[bytes]:
    """Run a verb with its output in a pipe."""
    return subprocess.run(
        [COMMAND, *arguments],
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **sandbox.environ, **locale},
        cwd=folder,
        capture_output=True,
        check=False,
    )


@pytest.mark.parametrize(
    "locale", [{"LC_ALL": "C"}, {"LC_ALL": "de_DE.ISO-8859-1"}, {"PYTHONIOENCODING": "ascii"}]
)
def test_tables_are_ascii_in_the_same_columns(
    sandbox: Sandbox, tmp_path: Path, locale: dict[str, str]
) -> None:
    usual = run(sandbox, tmp_path, UTF8, "channel", "list", "--limit", "20").stdout.decode()
    table = run(sandbox, tmp_path, locale, "channel", "list", "--limit", "20").stdout
    assert not usual.isascii()
    assert table.decode("ascii") == to_ascii(usual)


def test_data_for_other_programs_stays_utf_8(sandbox: Sandbox, tmp_path: Path) -> None:
    for form in ("--json", "--csv"):
        arguments = ("channel", "list", form)
        usual = run(sandbox, tmp_path, UTF8, *arguments).stdout
        assert run(sandbox, tmp_path, {"LC_ALL": "C"}, *arguments).stdout == usual
        assert usual.decode("utf-8")


def test_messages_are_ascii_as_well(sandbox: Sandbox, tmp_path: Path) -> None:
    result = run(sandbox, tmp_path, {"LC_ALL": "C"}, "device", "get", "größer…")
    assert result.returncode
    assert result.stderr.isascii()
    assert b"\\u" not in result.stderr
