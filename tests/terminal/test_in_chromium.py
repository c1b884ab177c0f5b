"""The README's command for a browser, in headless Chromium where it and textual-serve are there."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from importlib.util import find_spec
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.support.chromium import ChromiumPage, find_chromium
from tests.support.pseudo_terminal import COMMAND, PATIENCE
from tests.terminal.test_main_job import DEVICE, ask

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.sandbox_process import Sandbox

_SERVE = "import sys; from textual_serve.server import Server; \
Server(sys.argv[1], port=int(sys.argv[2])).serve()"


@pytest.fixture
def page(sandbox: Sandbox, tmp_path: Path) -> Iterator[ChromiumPage]:
    chromium = find_chromium()
    if chromium is None:
        pytest.skip("no Chromium is installed, and CAPGO_TEST_CHROMIUM names none")
    if find_spec("textual_serve") is None:
        pytest.skip("textual-serve is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://localhost:{port}/"
    environ = {**sandbox.environ, "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    command = [sys.executable, "-c", _SERVE, f"{COMMAND} --device {DEVICE}", str(port)]
    with subprocess.Popen(
        command, env=environ, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            _wait_for_answer(url)
            with ChromiumPage(chromium, url, tmp_path / "chromium") as page:
                yield page
        finally:
            server.kill()


def _wait_for_answer(url: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            urlopen(url).close()  # noqa: S310 - the server above
        except URLError:
            assert time.monotonic() < deadline, "textual-serve does not answer"
            time.sleep(0.05)
        else:
            return


def test_it_opens_copies_overrides_and_quits(page: ChromiumPage, sandbox: Sandbox) -> None:
    page.screen.resize(60, 200)  # at least as large as the terminal on the page
    page.wait_for("51 loaded")
    page.press("yi")
    page.wait_for("to the browser, if it takes it.")
    page.wait_for(lambda: page.evaluate("navigator.clipboard.readText()") == DEVICE)
    page.press("o")
    page.wait_for("Override")
    page.press("no_access\r")
    page.wait_for("none → no_access?")
    page.press("y")
    page.wait_for("✓")
    assert ask(sandbox)["channel"] == "no_access"
    page.press("q")
    page.wait_for(lambda: page.evaluate("window.capgoSocket.readyState") == 3)
