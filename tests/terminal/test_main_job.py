"""The main job in a real terminal: open the app, find a device, fix its override, check it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.support.pseudo_terminal import COMMAND, PseudoTerminal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.sandbox_process import Sandbox

DEVICE = "aaaaaaaa-0000-4000-8000-0000000000c8"
# The first page of devices is 150 where the channels show the revision of the server, else 50; all
# three lists are loaded at once where the channels take long: "50 loaded" matches both.
PAGE_DOWN = "\x1b[6~"
ENTER = "\r"
ESC = "\x1b"


def ask(sandbox: Sandbox) -> dict[str, object]:
    """Return the device as the sandbox has it, without the client."""
    reply = httpx.get(
        f"{sandbox.url}/device",
        params={"app_id": sandbox.app, "device_id": DEVICE},
        headers={"authorization": sandbox.key},
    )
    assert reply.status_code == 200
    device: dict[str, object] = reply.json()
    return device


def read_count(title: str, tab: str) -> int:
    """Return the number on a tab, which must not be cut."""
    match = re.search(rf"{tab} (\d+) ", title + " ")
    assert match, title
    return int(match[1])


def walk_to_the_end(terminal: PseudoTerminal, total: str) -> None:
    """Page down until the status bar says that `total` is the end of the list."""

    def is_settled_after(before: str) -> Callable[[], bool]:
        return lambda: terminal.text != before and "ing more" not in terminal.text

    while f"{total} · end of list" not in terminal.line(-2):
        before = terminal.text
        terminal.type(PAGE_DOWN)
        terminal.wait_for(is_settled_after(before), "the next page")


@pytest.mark.parametrize(("columns", "lines"), [(80, 24), (60, 20), (140, 40)])
def test_walk_the_tabs_and_fix_an_override(
    sandbox: Sandbox, tmp_path: Path, columns: int, lines: int
) -> None:
    with PseudoTerminal(
        [str(COMMAND)], columns=columns, lines=lines, environ=sandbox.environ, folder=tmp_path
    ) as terminal:
        # The channels: 134, of which a page is 50.
        terminal.wait_for("production")
        walk_to_the_end(terminal, "134 loaded")
        terminal.type("G")
        terminal.wait_for("chan-130")

        # The devices: 235, of which the wanted one is not on the first page.
        terminal.type("2")
        terminal.wait_for("50 loaded · more ↓")
        assert DEVICE[-4:] not in terminal.text
        walk_to_the_end(terminal, "235 loaded")

        # The bundles: 135, and the answer after the last page is an error that means the end.
        terminal.type("3")
        terminal.wait_for("1.359.0")
        walk_to_the_end(terminal, "135 loaded")
        if columns > 60:
            title = terminal.line(0)
            counts = [read_count(title, tab) for tab in ("Channels", "Devices", "Bundles")]
            assert counts == [134, 235, 135]

        # Find the device by its whole id, pasted in capitals as iOS shows it.
        terminal.type("2/" + DEVICE.upper() + ENTER)
        terminal.wait_for("1 of 235 loaded")

        # Link it to no_access.
        assert "channel" not in ask(sandbox)
        terminal.type("o")
        terminal.wait_for("Override tester-200 · now none")
        terminal.type("no_acc")
        terminal.wait_for("1 of 134 channels")
        terminal.type(ENTER)
        terminal.wait_for("none → no_access?")
        assert "channel" not in ask(sandbox)
        terminal.type("y")
        terminal.wait_for("✓")
        assert "override is no_access, read back" in terminal.last_lines(3)
        assert "▲ no_access" in terminal.text
        assert ask(sandbox)["channel"] == "no_access"

        # Clear it again.
        terminal.type("x")
        terminal.wait_for("no_access → none?")
        terminal.type("y")
        terminal.wait_for(lambda: "override is none, read back" in terminal.last_lines(3))
        assert "▲ no_access" not in terminal.text
        assert "channel" not in ask(sandbox)

        terminal.type(ESC)
        terminal.wait_for("235 loaded · end of list")
        terminal.type("q")
        assert terminal.wait_end() == 0
    assert sandbox.key.encode() not in terminal.output


def test_open_straight_on_a_device_that_is_not_loaded(sandbox: Sandbox, tmp_path: Path) -> None:
    with PseudoTerminal(
        [str(COMMAND), "--device", DEVICE.upper()], environ=sandbox.environ, folder=tmp_path
    ) as terminal:
        terminal.wait_for("51 loaded")
        assert "aaaaaaa…" in terminal.text
        terminal.type("ono_access" + ENTER)
        terminal.wait_for("none → no_access?")
        terminal.type("y")
        terminal.wait_for("override is no_access, read back")
        terminal.type("q")
        assert terminal.wait_end() == 0
    assert ask(sandbox)["channel"] == "no_access"


def test_an_unknown_device_is_said_to_be_unknown(sandbox: Sandbox, tmp_path: Path) -> None:
    with PseudoTerminal([str(COMMAND)], environ=sandbox.environ, folder=tmp_path) as terminal:
        terminal.wait_for("50 loaded")
        terminal.type("2")
        terminal.wait_for(lambda: "DEVICE" in terminal.text and "50 loaded" in terminal.line(-2))
        terminal.type("/bbbbbbbb-0000-4000-8000-000000000009")
        terminal.wait_for("50 loaded devices match")
        terminal.type(ENTER)
        terminal.wait_for("No device has the id")
        terminal.type(ESC)
        terminal.wait_for(lambda: "50 loaded · more" in terminal.line(-2))
        terminal.type("q")
        assert terminal.wait_end() == 0


def test_a_pasted_escape_sequence_answers_no_question(sandbox: Sandbox, tmp_path: Path) -> None:
    with PseudoTerminal(
        [str(COMMAND), "--device", DEVICE], environ=sandbox.environ, folder=tmp_path
    ) as terminal:
        terminal.wait_for("51 loaded")
        terminal.type("ono_access" + ENTER)
        terminal.wait_for("none → no_access?")
        terminal.type("\x1b[200~build log \x1b[3y ok\x1b[1;q\x1b[201~")
        terminal.type("n")
        terminal.wait_for(lambda: "no_access?" not in terminal.text)
        terminal.type("o")
        terminal.wait_for("now none")
        assert "channel" not in ask(sandbox)
        terminal.type(ESC)
        terminal.wait_for(lambda: "now none" not in terminal.text)
        terminal.type("q")
        assert terminal.wait_end() == 0
