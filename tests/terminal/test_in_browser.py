"""The program as ``textual serve`` starts it, without a browser: packets through pipes."""

from __future__ import annotations

import base64
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from capgo_tui.tui.theme import CAPGO_DARK
from tests.support.browser_pipes import BrowserPipes
from tests.support.pseudo_terminal import COMMAND, PseudoTerminal
from tests.terminal.test_main_job import DEVICE, ask

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox_process import Sandbox


def open_device(sandbox: Sandbox, folder: Path, **environ: str) -> BrowserPipes:
    return BrowserPipes(
        [str(COMMAND), "--device", DEVICE], environ={**sandbox.environ, **environ}, folder=folder
    )


def test_it_opens_overrides_follows_the_size_and_quits(sandbox: Sandbox, tmp_path: Path) -> None:
    with open_device(sandbox, tmp_path, TERM="dumb") as page:
        page.wait_for("51 loaded")
        page.type("o")
        page.wait_for("Override")
        page.type("no_access\r")
        page.wait_for("none → no_access?")
        page.type("y")
        page.wait_for("✓")
        assert ask(sandbox)["channel"] == "no_access"
        page.screen.resize(30, 120)
        page.tell(type="resize", width=120, height=30)
        page.wait_for(lambda: "? help" in page.screen.display[-1])
        page.type("\x1a")  # there is no shell to go back to
        page.type("?")
        page.wait_for("Keys on devices")
        page.type("qq")
        code, errors = page.wait_end()
    assert (code, errors) == (0, "")
    assert page.requests[-1] == {"type": "exit"}


def test_how_the_server_was_started_says_nothing_of_the_browser(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    remote = {"SSH_CONNECTION": "a 1 b 2", "TMUX": "x,1,0", "STY": "1.x", "TERM": "screen"}
    with open_device(sandbox, tmp_path, COLORFGBG="0;15", **remote) as page:
        page.wait_for("51 loaded")
    red, green, blue = bytes.fromhex((CAPGO_DARK.foreground or "").removeprefix("#"))
    assert f"38;2;{red};{green};{blue}".encode() in page.output


def test_the_yes_in_a_paste_is_no_answer(sandbox: Sandbox, tmp_path: Path) -> None:
    with open_device(sandbox, tmp_path) as page:
        page.wait_for("51 loaded")
        page.type("o")
        page.wait_for("Override")
        page.type("no_access\r")
        page.wait_for("none → no_access?")
        for noise in ("\x1b[200~y\x1b[201~", "\x1b[?2026;2$y"):
            page.type(noise)
        page.type("n")
        page.wait_for("Nothing was changed.")
    assert "channel" not in ask(sandbox)


def test_a_copy_goes_to_the_browser_and_to_no_tool_of_the_server(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    environ = {"DISPLAY": ":7", "TMUX": "x,1,0", "STY": "1.x"}
    with open_device(sandbox, tmp_path, **environ) as page:
        page.wait_for("51 loaded")
        page.type("yi")
        page.wait_for("36 characters: to the browser, if it takes it.")
        payload = base64.b64encode(DEVICE.encode())
        assert b"\x1b]52;c;" + payload + b"\x07" in page.output
        assert b"\x1bP" not in page.output
        page.type("yv")
        page.wait_for(lambda: page.screen.display[0].rstrip() == DEVICE)
        assert page.output.rindex(b"\x1b[?1000l") > page.output.rindex(b"\x1b[?1000h")
        page.type("\x1b")
        page.wait_for("? help")
        page.wait_for(
            lambda: page.output.rindex(b"\x1b[?1000h") > page.output.rindex(b"\x1b[?1000l")
        )


@pytest.mark.parametrize("end", ["window", "input", "output", "signal"])
def test_it_ends_when_the_browser_or_the_server_is_gone(
    sandbox: Sandbox, tmp_path: Path, end: str
) -> None:
    with open_device(sandbox, tmp_path) as page:
        page.wait_for("51 loaded")
        match end:
            case "window":
                page.tell(type="quit")
            case "input":
                page.close_input()
            case "output":
                page.close_output()
                page.type("?")
            case _:
                page.process.send_signal(signal.SIGTERM)
        code, errors = page.wait_end()
    assert (code, errors) == (0, "")


@pytest.mark.parametrize(
    "driver", ["", "os:abort", "textual.drivers.headless_driver:HeadlessDriver"]
)
def test_pipes_with_another_driver_are_no_terminal(tmp_path: Path, driver: str) -> None:
    environ = {"HOME": str(tmp_path), **({"TEXTUAL_DRIVER": driver} if driver else {})}
    result = subprocess.run(
        [str(COMMAND), "--demo"], env=environ, input=b"", capture_output=True, check=False
    )
    assert result.returncode == 2
    assert b"needs a terminal" in result.stderr


def test_in_a_terminal_the_driver_is_that_of_the_terminal(tmp_path: Path) -> None:
    environ = {"TEXTUAL_DRIVER": "textual.drivers.web_driver:WebDriver"}
    with PseudoTerminal([str(COMMAND), "--demo"], environ=environ, folder=tmp_path) as terminal:
        terminal.wait_for("1 Channels")
        assert b"__GANGLION__" not in terminal.output
