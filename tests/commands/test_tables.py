"""Tests of the tables of the command line: on a real terminal, and in a pipe."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from capgo_tui.workspace.resources.device import DEVICE_COLUMNS
from tests.support.pseudo_terminal import COMMAND, PseudoTerminal
from tests.support.sandbox_thread import serving_generated

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

USAGE = 2
DEVICE_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@pytest.fixture(scope="module")
def environ() -> Iterator[dict[str, str]]:
    with serving_generated(devices=20) as sandbox:
        yield sandbox.environ


def draw(environ: dict[str, str], folder: Path, columns: int, *words: str) -> str:
    """Return what a command prints on a terminal so wide."""
    command = [str(COMMAND), *words]
    with PseudoTerminal(command, columns=columns, environ=environ, folder=folder) as terminal:
        assert terminal.wait_end() == 0
        return terminal.output.decode().replace("\r\n", "\n")


def test_a_table_fits_the_terminal(environ: dict[str, str], tmp_path: Path) -> None:
    text = draw(environ, tmp_path, 80, "device", "list", "--limit", "15")
    title, *lines = text.splitlines()
    assert max(map(len, text.splitlines())) <= 80
    assert title.split()[0] == "DEVICE"
    assert "PLUGIN" not in title
    assert len(lines) == 15
    assert all(DEVICE_ID.match(line) for line in lines), "an id can be copied"
    assert "\x1b" not in text


def test_wide_and_a_pipe_have_all_columns(environ: dict[str, str], tmp_path: Path) -> None:
    titles = [column.title for column in DEVICE_COLUMNS]
    wide = draw(environ, tmp_path, 80, "device", "list", "--wide", "--limit", "5")
    words = [str(COMMAND), "device", "list", "--limit", "5"]
    piped = subprocess.run(words, env=environ, capture_output=True, text=True, check=True).stdout
    for text in (wide, piped):
        assert re.split(" {2,}", text.splitlines()[0]) == titles
        assert "…" not in text
        assert "\x1b" not in text


def test_columns_that_are_asked_for_are_cut_and_not_dropped(
    environ: dict[str, str], tmp_path: Path
) -> None:
    words = ("--columns", "device,plugin,os,seen", "--limit", "5")
    text = draw(environ, tmp_path, 40, "device", "list", *words)
    assert text.splitlines()[0].split() == ["DEVICE", "PLUGIN", "OS", "SEEN"]


@pytest.mark.parametrize(
    "words",
    [
        ("device", "list", "--json", "--csv"),
        ("--ndjson", "device", "list", "--table"),
        ("channel", "--csv", "get", "beta", "--json"),
        ("device", "link", "a", "beta", "--json", "--ndjson"),
        ("--csv", "info", "--json"),
        ("log", "--json", "--table"),
    ],
)
def test_two_formats_are_a_mistake(words: tuple[str, ...], environ: dict[str, str]) -> None:
    command = [str(COMMAND), *words]
    process = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert (process.returncode, process.stdout) == (USAGE, "")
    assert "are two formats: give one" in process.stderr
