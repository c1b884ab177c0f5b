"""An attack as a row of the table: what is done, and what has to come of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable
    from pathlib import Path

KEY = "Qv7tXz2M-Lk9wBn4R-Hs6dFy3P-Jg8cTu5E"
"""The key of the victim; no piece of it stands in anything else."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of an attack; a field that says nothing of it is empty."""

    arrived: str = ""
    """The requests that reached the server."""
    journal: str = ""
    """The fate of each change and what was found, as the journal's file has it."""
    code: str = ""
    """How the program exited, or what a sandbox that was attacked answered."""
    leaks: str = ""
    """Where a piece of the key was found."""
    megabytes: int = 0
    """The most memory that the program held."""
    processor_seconds: float = 0.0

    @classmethod
    def of(cls, values: dict[str, object]) -> Result:
        """Make one of what `asdict` gave, in another process."""
        return cls(**{each.name: values[each.name] for each in fields(cls)})  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Attack:
    """A row of the table."""

    line: int
    """Of the list of attacks that this project withstands, in ``tests/arsenal/README.md``."""
    name: str
    run: Callable[[Path], Coroutine[None, None, Result]] = field(repr=False)
    """Attack, in an empty folder."""
    expected: Result
    """With the largest memory and time there may be, where the attack is about these."""
    slow: bool = False

    def mistakes(self, result: Result) -> list[str]:
        """Compare a result with the expected one; the fields that are not as they should be."""
        got, wanted = asdict(result), asdict(self.expected)
        wrong = [name for name in _EXACT if got[name] != wanted[name]]
        wrong += [name for name in _BOUNDED if wanted[name] and not got[name] <= wanted[name]]
        return [f"{name}: {got[name]!r}, not {wanted[name]!r}" for name in wrong]


_EXACT = ("arrived", "journal", "code", "leaks")
_BOUNDED = ("megabytes", "processor_seconds")


def table(rows: Iterable[tuple[Attack, Result]]) -> list[str]:
    """Return the lines of the table of attacks and what came of them."""
    head = ["line", "attack", "arrived", "journal", "exit", "key", "MB", ""]
    cells = [head]
    for attack, result in rows:
        cells.append(
            [
                f"{attack.line:>4}",
                attack.name,
                *(result.arrived, result.journal, result.code),
                result.leaks or "hidden",
                str(result.megabytes or ""),
                "; ".join(attack.mistakes(result)) and "✗",
            ]
        )
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
