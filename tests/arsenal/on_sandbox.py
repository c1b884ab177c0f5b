"""Attacks on the installed sandbox by a careless or hostile client or file."""

from __future__ import annotations

import asyncio
import socket
import stat
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.arsenal.attack import Attack, Result
from tests.arsenal.program import run_program
from tests.support.pseudo_terminal import COMMAND
from tests.support.sandbox_process import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MB = 1024 * 1024
HEAD = b"POST /channel HTTP/1.1\r\nhost: x\r\n"


def ask(url: str, *pieces: bytes) -> str:
    """Send bytes, and return the status of the answer."""
    address = urlsplit(url)
    assert address.hostname is not None
    assert address.port is not None
    with closing(
        socket.create_connection((address.hostname, address.port), timeout=60)
    ) as connection:
        for piece in pieces:
            connection.sendall(piece)
        return connection.recv(64).decode("latin-1").split(" ")[1]


async def send_large_bodies(folder: Path) -> Result:
    """Send bodies of 3 MB, of endless length and in chunks; then read the mode of the data file."""
    file = folder / "data.sqlite3"
    command = [str(COMMAND), "sandbox", "--port", "0", "--devices", "5", "--db", str(file)]
    with serving(command) as sandbox:
        answers = [
            ask(sandbox.url, HEAD + b"content-length: %d\r\n\r\n" % (3 * MB)),
            ask(sandbox.url, HEAD + b"content-length: 99999999999999\r\n\r\n"),
            ask(
                sandbox.url,
                HEAD + b"transfer-encoding: chunked\r\n\r\n%x\r\n" % (3 * MB),
                bytes(2 * MB + 1),
            ),
            f"{stat.S_IMODE(file.stat().st_mode):o}",
        ]
    return Result(code=" ".join(answers))


async def start_from(state: str, folder: Path) -> Result:
    """Start a sandbox from a state file."""
    (folder / "state.json").write_text(state)
    program = await asyncio.to_thread(
        run_program, folder, "sandbox", "--port", "0", "--state", str(folder / "state.json")
    )
    assert b"Traceback" not in program.stderr
    assert len(program.stderr.strip().splitlines()) <= 4
    return Result(code=str(program.code), megabytes=program.megabytes)


def attacks() -> Iterator[Attack]:
    """Yield the rows."""
    refusal = Result(code="413 413 413 600")
    yield Attack(12, "bodies of 3 MB; the mode of --db", send_large_bodies, refusal)
    for name, state in {
        "100 000 lists in each other": "[" * 100_000,
        "a number of 100 000 digits": '{"keys": ' + "9" * 100_000 + "}",
    }.items():
        expectation = Result(code="1", megabytes=100)
        yield Attack(12, f"--state is {name}", partial(start_from, state), expectation)
