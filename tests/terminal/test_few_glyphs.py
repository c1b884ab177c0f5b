"""Where a locale is not UTF-8, tables and messages are ASCII in the same columns; data is not."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from capgo_tui.glyphs import to_ascii
from tests.support.pseudo_terminal import COMMAND
from tests.support.sandbox_thread import serving_state
from tests.terminal.conftest import STATE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox_process import Sandbox

UTF8 = {"LC_ALL": "C.UTF-8"}
CUSTOM_ID = "tester-200"
"""A custom id of the recorded state."""


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


@pytest.mark.parametrize("locale", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}])
def test_data_for_other_programs_stays_utf_8(tmp_path: Path, locale: dict[str, str]) -> None:
    state = tmp_path / "state.json"
    text = STATE.read_text(encoding="utf-8")
    assert CUSTOM_ID in text
    state.write_text(text.replace(CUSTOM_ID, "größer ✓ 日本"), encoding="utf-8")
    with serving_state(state) as sandbox:
        for form in ("--json", "--ndjson", "--csv"):
            result = run(sandbox, tmp_path, locale, "device", "list", form)
            assert "größer ✓ 日本" in result.stdout.decode("utf-8"), form


def test_messages_are_ascii_as_well(sandbox: Sandbox, tmp_path: Path) -> None:
    result = run(sandbox, tmp_path, {"LC_ALL": "C"}, "device", "get", "größer…")
    assert result.returncode
    assert result.stderr.isascii()
    assert b"\\u" not in result.stderr
