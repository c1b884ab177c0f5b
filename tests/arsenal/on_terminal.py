"""Attacks by a terminal that replies in pieces and by a proxy; the installed app on a pty."""

from __future__ import annotations

import asyncio
import re
from functools import partial
from typing import TYPE_CHECKING

import httpx

from tests.arsenal.answers import make_redirect
from tests.arsenal.attack import Attack, Result
from tests.arsenal.leaks import find_leaky_files, find_pieces
from tests.arsenal.on_writes import read_fates
from tests.arsenal.servers import spoiling_proxy
from tests.support.pseudo_terminal import COMMAND, PseudoTerminal
from tests.support.sandbox_thread import serving_generated
from tests.tui.test_terminal_input import REPLIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from tests.support.sandbox_process import Sandbox

PAUSE = 0.015
"""Seconds between two pieces of a reply, so that the program usually reads them apart."""
QUESTION = re.compile(r"→ \S+\?")


def serve_small_app() -> AbstractContextManager[Sandbox]:
    """Serve five devices and four channels."""
    return serving_generated(devices=5, channels=4)


def open_app(sandbox: Sandbox, url: str, folder: Path) -> PseudoTerminal:
    """Open the app behind a proxy."""
    environ = sandbox.environ | {"CAPGO_API_URL": url}
    return PseudoTerminal([str(COMMAND)], environ=environ, folder=folder)


def open_question(terminal: PseudoTerminal) -> None:
    """Ask to override the first device."""
    terminal.settle("loaded")
    terminal.press("2", "5 loaded")
    terminal.type("o\r")
    terminal.settle(lambda: QUESTION.search(terminal.line(-1)) is not None)


def leave_app(terminal: PseudoTerminal, sandbox: Sandbox, folder: Path, writes: int) -> Result:
    """Leave the app, and search all its output and files for the API key."""
    terminal.settle(lambda: True)
    terminal.type("q")
    code = terminal.wait_end()
    screen_leaks = ["screen"] if find_pieces(bytes(terminal.output), sandbox.key) else []
    leaks = ", ".join([*screen_leaks, *find_leaky_files(folder, sandbox.key)])
    journal = folder / ".local" / "state" / "capgo-tui" / "journal.sqlite3"
    journal_fates = re.sub(
        r"(verified|unknown) (?!none|not read)\S+", r"\1 as meant", read_fates(journal)
    )
    return Result(f"{writes} writes", journal_fates, str(code), leaks)


def reply_in_pieces(folder: Path) -> Result:
    """Send every reply of a terminal, cut near either end, with and without an open question."""
    with (
        serve_small_app() as sandbox,
        spoiling_proxy(sandbox.url, lambda _, answer: answer) as proxy,
        open_app(sandbox, proxy.url, folder) as terminal,
    ):
        terminal.settle("loaded")
        send_all(terminal, from_end=(1,))
        open_question(terminal)
        send_all(terminal, from_end=(1, None))
        terminal.settle(lambda: QUESTION.search(terminal.line(-1)) is not None)
        terminal.press("n", "Nothing was changed.")
        return leave_app(terminal, sandbox, folder, proxy.writes)


def send_all(terminal: PseudoTerminal, from_end: tuple[int | None, ...]) -> None:
    """Send each reply in two pieces, cut so many characters before its end, or near its start.

    None cuts after two characters: Esc alone would be the Esc key, which means no.
    """
    for reply in REPLIES.values():
        for cut in (2 if each is None else len(reply) - each for each in from_end):
            for piece in filter(None, (reply[:cut], reply[cut:])):
                terminal.type(piece)
                terminal.read(PAUSE)


def redirect_writes(request: bytes, answer: bytes) -> bytes:
    """Return the answer to a read, and a redirect for a write."""
    return answer if request.startswith(b"GET ") else make_redirect("/device/")


def redirect_a_write(folder: Path) -> Result:
    """Redirect a write that has taken effect."""
    with (
        serve_small_app() as sandbox,
        spoiling_proxy(sandbox.url, redirect_writes) as proxy,
        open_app(sandbox, proxy.url, folder) as terminal,
    ):
        open_question(terminal)
        terminal.press("y", "✓", "read back")
        assert any(device.get("channel") for device in list_devices(sandbox))
        return leave_app(terminal, sandbox, folder, proxy.writes)


def list_devices(sandbox: Sandbox) -> list[dict[str, object]]:
    """Return the devices of the sandbox, without the client."""
    reply = httpx.get(
        f"{sandbox.url}/device",
        params={"app_id": sandbox.app},
        headers={"authorization": sandbox.key},
    )
    rows: list[dict[str, object]] = reply.json()["data"]
    return rows


async def run_in_thread(attack: Callable[[Path], Result], folder: Path) -> Result:
    """Run an attack that waits for a terminal outside the event loop."""
    return await asyncio.to_thread(attack, folder)


def attacks() -> Iterator[Attack]:
    """Yield the rows."""
    replies = Result("0 writes", "nothing", "0")
    yield Attack(
        1, "replies of a terminal, cut in two", partial(run_in_thread, reply_in_pieces), replies
    )
    expectation = Result("1 writes", "verified as meant", "0")
    yield Attack(
        2,
        "in the app, a write that landed is redirected",
        partial(run_in_thread, redirect_a_write),
        expectation,
    )
