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
from tests.monkey.hands import Found
from tests.support.pseudo_terminal import COMMAND, ProgramEnd, PseudoTerminal
from tests.support.sandbox_process import Sandbox, serving
from tests.tui.test_terminal_input import REPLIES
from tests.tui.test_terminal_noise import MALFORMED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Told = Callable[[str], None]

SANDBOX: Final = [sys.executable, "-m", "tests.budgets.counting_sandbox", "60", "6", "20"]
LEFT_OUT: Final = frozenset(b"yE\x1a")
"""Bytes that are not typed alone: the yes, the export to any file, the stop by ctrl+z."""
BYTES: Final = bytes(byte for byte in range(256) if byte not in LEFT_OUT)
MOST_AT_ONCE: Final = 200
QUESTION: Final = "y yes  n no"
WRITES: Final = ("POST", "PUT", "DELETE")
PASTES: Final = (
    "\x1b[200~y\x1b[201~",
    "\x1b[200~one\ry\ry\r\x1b[201~",
    "\x1b[200~\x1b[3y\x1b[201~",
)
ESCAPES: Final = 3
"""So many times Esc leads back to the list from anywhere, or else the program is started anew."""


@dataclass
class Tally:
    """What came together."""

    sent: int = 0
    batches: int = 0
    questions: int = 0
    starts: int = 0
    ends: int = 0
    """How often a key ended the program."""


def batches(seed: int) -> Iterator[list[bytes]]:
    """Draw what is typed: the same for the same seed; pieces of one batch are written apart."""
    dice = random.Random(f"bytes/{seed}")  # noqa: S311
    sequences = [*REPLIES.values(), *MALFORMED.values(), *PASTES]
    while True:
        kind = dice.choice(("bytes", "bytes", "sequence", "cut", "csi"))
        if kind == "bytes":
            yield [bytes(dice.choices(BYTES, k=dice.randint(1, MOST_AT_ONCE)))]
            continue
        sequence = dice.choice(sequences)
        if kind == "csi":
            numbers = ";".join(str(dice.randrange(300)) for _ in range(dice.randint(0, 4)))
            sequence = f"\x1b[{dice.choice(('', '?', '>', '<', '='))}{numbers}{dice.choice('$ !')}y"
        whole = sequence.encode()
        at = dice.randrange(1, len(whole)) if kind == "cut" else len(whole)
        yield [piece for piece in (whole[:at], whole[at:]) if piece]


def run(seed: int, count: int, folder: Path, told: Told = lambda _: None) -> Tally:
    """Type so many bytes.

    Raises:
        Found: with the seed and what was typed last, when something is wrong.

    """
    tally, drawn = Tally(), batches(seed)
    with serving(SANDBOX) as sandbox:
        while tally.sent < count:
            tally.starts += 1
            home = folder / str(tally.starts)
            home.mkdir()
            with PseudoTerminal([str(COMMAND)], environ=sandbox.environ, folder=home) as terminal:
                last: list[bytes] = []
                try:
                    _type(terminal, drawn, count, tally, last)
                except ProgramEnd:
                    tally.ends += 1
                    code = terminal.process.wait()
                    _check(code == 0, f"it ended with {code}", seed, last, terminal)
                except AssertionError as error:
                    _check(False, str(error), seed, last, terminal)
                for sign in (b"Traceback", b"met a bug", b"a bug in capgo-tui", b"failed: "):
                    _check(sign not in terminal.output, sign.decode(), seed, last, terminal)
                writes = written(sandbox)
                _check(not writes, f"it wrote: {writes}", seed, last, terminal)
            told(f"{tally}")
        _assert_that_a_y_writes(sandbox, folder)
    return tally


def _type(
    terminal: PseudoTerminal,
    drawn: Iterator[list[bytes]],
    count: int,
    tally: Tally,
    last: list[bytes],
) -> None:
    """Type until enough was, or until no question can be opened any more."""
    terminal.settle("loaded")
    while tally.sent < count:
        if tally.batches % 2 == 0:
            if not _has_question(terminal):
                return
            tally.questions += 1
        tally.batches += 1
        for piece in next(drawn):
            last.append(piece)
            tally.sent += len(piece)
            terminal.type_bytes(piece)
            terminal.settle(lambda: True)


def _has_question(terminal: PseudoTerminal) -> bool:
    """Whether the question about an override could be opened, from wherever the keys have led."""
    for _ in range(ESCAPES):
        terminal.type("\x1b")
        terminal.settle(lambda: True)
    terminal.type("2goa\r")
    terminal.settle(lambda: True)
    return QUESTION in terminal.text


def _assert_that_a_y_writes(sandbox: Sandbox, folder: Path) -> None:
    """Make sure that a write would have been seen."""
    home = folder / "yes"
    home.mkdir()
    with PseudoTerminal([str(COMMAND)], environ=sandbox.environ, folder=home) as terminal:
        terminal.settle("loaded")
        assert _has_question(terminal)
        terminal.press("y", "read back")
    assert written(sandbox) == ["POST /device?"]


def written(sandbox: Sandbox) -> list[str]:
    """Every write that has reached the sandbox."""
    asked: list[str] = httpx.get(sandbox.url + LOG_PATH).json()
    return [request for request in asked if request.startswith(WRITES)]


def _check(holds: bool, what: str, seed: int, last: list[bytes], terminal: PseudoTerminal) -> None:
    if not holds:
        raise Found(
            f"{what}\npython -m tests.monkey --bytes N --seed {seed}\n"
            f"typed last: {last[-12:]}\n{terminal.text}"
        )
