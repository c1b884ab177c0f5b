"""A terminal that replies in pieces, and a proxy behind a person; the installed app on a pty."""

from __future__ import annotations

import asyncio
import re
from functools import partial
from typing import TYPE_CHECKING

import httpx

from tests.arsenal.answers import moved
from tests.arsenal.attack import Attack, Result
from tests.arsenal.leaks import leaky_files, pieces_in
from tests.arsenal.on_writes import fates
from tests.arsenal.servers import spoiling_proxy
from tests.support.pseudo_terminal import COMMAND, PseudoTerminal
from tests.support.sandbox_process import serving
from tests.tui.test_terminal_input import REPLIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.sandbox_process import Sandbox

SANDBOX = [str(COMMAND), "sandbox", "--port", "0", "--devices", "5", "--channels", "4"]
PAUSE = 0.015
"""Seconds between two pieces of a reply, so that the program reads them apart as a rule."""
QUESTION = re.compile(r"→ \S+\?")


def opened(sandbox: Sandbox, url: str, folder: Path) -> PseudoTerminal:
    """Open the app behind a proxy."""
    environ = sandbox.environ | {"CAPGO_API_URL": url}
    return PseudoTerminal([str(COMMAND)], environ=environ, folder=folder)


def question_open(terminal: PseudoTerminal) -> None:
    """Ask to override the first device."""
    terminal.settle("loaded")
    terminal.press("2", "5 loaded")
    terminal.type("o\r")
    terminal.settle(lambda: QUESTION.search(terminal.line(-1)) is not None)


def result(terminal: PseudoTerminal, sandbox: Sandbox, folder: Path, arrived: int) -> Result:
    """Leave the app, and look at all it wrote."""
    terminal.settle(lambda: True)
    terminal.type("q")
    code = terminal.wait_end()
    seen = ["screen"] if pieces_in(bytes(terminal.output), sandbox.key) else []
    leaks = ", ".join([*seen, *leaky_files(folder, sandbox.key)])
    journal = folder / ".local" / "state" / "capgo-tui" / "journal.sqlite3"
    found = re.sub(r"(verified|unknown) (?!none|not read)\S+", r"\1 as meant", fates(journal))
    return Result(f"{arrived} writes", found, str(code), leaks)


def reply_in_pieces(folder: Path) -> Result:
    """Send every reply of a terminal, cut near either end, with a question open and without."""
    with (
        serving(SANDBOX) as sandbox,
        spoiling_proxy(sandbox.url, lambda _, answer: answer) as proxy,
        opened(sandbox, proxy.url, folder) as terminal,
    ):
        terminal.settle("loaded")
        send_all(terminal, from_end=(1,))
        question_open(terminal)
        send_all(terminal, from_end=(1, None))
        terminal.settle(lambda: QUESTION.search(terminal.line(-1)) is not None)
        terminal.press("n", "Nothing was changed.")
        return result(terminal, sandbox, folder, proxy.writes)


def send_all(terminal: PseudoTerminal, from_end: tuple[int | None, ...]) -> None:
    """Send each reply in two pieces that the program reads apart as a rule, cut near an end.

    None is cut right behind its Esc: alone that is the Esc key, which means no.
    """
    for reply in REPLIES.values():
        for cut in (2 if each is None else len(reply) - each for each in from_end):
            for piece in filter(None, (reply[:cut], reply[cut:])):
                terminal.type(piece)
                terminal.read(PAUSE)


def redirect_writes(request: bytes, answer: bytes) -> bytes:
    """Return the answer to a read, and a redirect in place of one to a write."""
    return answer if request.startswith(b"GET ") else moved("/device/")


def redirect_a_write(folder: Path) -> Result:
    """Turn the answer to a write that landed into a redirect."""
    with (
        serving(SANDBOX) as sandbox,
        spoiling_proxy(sandbox.url, redirect_writes) as proxy,
        opened(sandbox, proxy.url, folder) as terminal,
    ):
        question_open(terminal)
        terminal.press("y", "✓", "read back")
        assert any(device.get("channel") for device in devices(sandbox))
        return result(terminal, sandbox, folder, proxy.writes)


def devices(sandbox: Sandbox) -> list[dict[str, object]]:
    """Ask the sandbox itself."""
    reply = httpx.get(
        f"{sandbox.url}/device",
        params={"app_id": sandbox.app},
        headers={"authorization": sandbox.key},
    )
    found: list[dict[str, object]] = reply.json()["data"]
    return found


async def in_thread(attack: Callable[[Path], Result], folder: Path) -> Result:
    """Run an attack that waits for a terminal outside of the loop."""
    return await asyncio.to_thread(attack, folder)


def attacks() -> Iterator[Attack]:
    """Yield the rows."""
    replies = Result("0 writes", "nothing", "0")
    yield Attack(
        1, "replies of a terminal, cut in two", partial(in_thread, reply_in_pieces), replies
    )
    redirected = Result("1 writes", "verified as meant", "0")
    yield Attack(
        2,
        "in the app, a write that landed is redirected",
        partial(in_thread, redirect_a_write),
        redirected,
    )
