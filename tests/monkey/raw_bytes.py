"""A monkey that types bytes into a real terminal, half of them at an open question.

It never types a ``y``: each one it sends stands in a terminal's reply, a paste or a malformed key,
whole or in two pieces. So no write may reach the sandbox, and nothing may end the program but the
keys that end it.
"""

from __future__ import annotations

import random
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import httpx

from tests.budgets.counting_sandbox import LOG_PATH
from tests.monkey.hands import InvariantError
from tests.support.pseudo_terminal import COMMAND, ProgramEnd, PseudoTerminal
from tests.support.sandbox_process import Sandbox, serving
from tests.tui.test_terminal_input import REPLIES
from tests.tui.test_terminal_noise import MALFORMED_SEQUENCES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Report = Callable[[str], None]

SANDBOX: Final = [sys.executable, "-m", "tests.budgets.counting_sandbox", "60", "6", "20"]
EXCLUDED_BYTES: Final = frozenset(b"yE\x1a")
"""Bytes that are not typed alone: the yes, the export to any file, the stop by ctrl+z."""
BYTES: Final = bytes(byte for byte in range(256) if byte not in EXCLUDED_BYTES)
MOST_AT_ONCE: Final = 200
QUESTION: Final = "y yes  n no"
WRITES: Final = ("POST", "PUT", "DELETE")
PASTES: Final = (
    "\x1b[200~y\x1b[201~",
    "\x1b[200~one\ry\ry\r\x1b[201~",
    "\x1b[200~\x1b[3y\x1b[201~",
)
ESCAPES: Final = 3
"""How many times Esc is typed to return to the list; if that fails, the program is restarted."""


@dataclass
class Tally:
    """The counts of a run."""

    byte_count: int = 0
    batches: int = 0
    questions: int = 0
    starts: int = 0
    ends: int = 0
    """How often a key ended the program."""


def draw_batches(seed: int) -> Iterator[list[bytes]]:
    """Draw what is typed, the same for the same seed; the pieces of a batch are written apart."""
    dice = random.Random(f"bytes/{seed}")  # noqa: S311
    sequences = [*REPLIES.values(), *MALFORMED_SEQUENCES.values(), *PASTES]
    while True:
        kind = dice.choice(("bytes", "bytes", "sequence", "cut", "csi"))
        if kind == "bytes":
            yield [bytes(dice.choices(BYTES, k=dice.randint(1, MOST_AT_ONCE)))]
            continue
        sequence = dice.choice(sequences)
        if kind == "csi":
            numbers = ";".join(str(dice.randrange(300)) for _ in range(dice.randint(0, 4)))
            sequence = f"\x1b[{dice.choice(('', '?', '>', '<', '='))}{numbers}{dice.choice('$ !')}y"
        data = sequence.encode()
        at = dice.randrange(1, len(data)) if kind == "cut" else len(data)
        yield [piece for piece in (data[:at], data[at:]) if piece]


def run(seed: int, count: int, folder: Path, report: Report = lambda _: None) -> Tally:
    """Type `count` bytes.

    Raises:
        InvariantError: with the seed and what was typed last, when something is wrong.

    """
    tally, batches = Tally(), draw_batches(seed)
    with serving(SANDBOX) as sandbox:
        while tally.byte_count < count:
            tally.starts += 1
            home = folder / str(tally.starts)
            home.mkdir()
            with PseudoTerminal([str(COMMAND)], environ=sandbox.environ, folder=home) as terminal:
                last: list[bytes] = []
                try:
                    _type(terminal, batches, count, tally, last)
                except ProgramEnd:
                    tally.ends += 1
                    code = terminal.process.wait()
                    _check(code == 0, f"it ended with {code}", seed, last, terminal)
                except AssertionError as error:
                    _check(False, str(error), seed, last, terminal)
                for sign in (b"Traceback", b"met a bug", b"a bug in capgo-tui", b"failed: "):
                    _check(sign not in terminal.output, sign.decode(), seed, last, terminal)
                writes = list_writes(sandbox)
                _check(not writes, f"it wrote: {writes}", seed, last, terminal)
            report(f"{tally}")
        _assert_that_a_y_writes(sandbox, folder)
    return tally


def _type(
    terminal: PseudoTerminal,
    batches: Iterator[list[bytes]],
    count: int,
    tally: Tally,
    last: list[bytes],
) -> None:
    """Type until `count` is reached, or until no question can be opened any more."""
    terminal.settle("loaded")
    while tally.byte_count < count:
        if tally.batches % 2 == 0:
            if not _open_question(terminal):
                return
            tally.questions += 1
        tally.batches += 1
        for piece in next(batches):
            last.append(piece)
            tally.byte_count += len(piece)
            terminal.type_bytes(piece)
            terminal.settle(lambda: True)


def _open_question(terminal: PseudoTerminal) -> bool:
    """Open the question about an override from anywhere, and return whether it is open."""
    for _ in range(ESCAPES):
        terminal.type("\x1b")
        terminal.settle(lambda: True)
    terminal.type("2goa\r")
    terminal.settle(lambda: True)
    return QUESTION in terminal.text


def _assert_that_a_y_writes(sandbox: Sandbox, folder: Path) -> None:
    """Assert that a write does appear in the request log."""
    home = folder / "yes"
    home.mkdir()
    with PseudoTerminal([str(COMMAND)], environ=sandbox.environ, folder=home) as terminal:
        terminal.settle("loaded")
        assert _open_question(terminal)
        terminal.press("y", "read back")
    assert list_writes(sandbox) == ["POST /device?"]


def list_writes(sandbox: Sandbox) -> list[str]:
    """Return every write that has reached the sandbox."""
    requests: list[str] = httpx.get(sandbox.url + LOG_PATH).json()
    return [request for request in requests if request.startswith(WRITES)]


def _check(holds: bool, what: str, seed: int, last: list[bytes], terminal: PseudoTerminal) -> None:
    if not holds:
        raise InvariantError(
            f"{what}\npython -m tests.monkey --bytes N --seed {seed}\n"
            f"typed last: {last[-12:]}\n{terminal.text}"
        )
