"""An attack as a row of the table, and its result."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable
    from pathlib import Path

KEY = "Qv7tXz2M-Lk9wBn4R-Hs6dFy3P-Jg8cTu5E"
"""The API key under attack; no piece of it occurs in anything else."""


@dataclass(frozen=True, slots=True)
class Result:
    """The result of an attack; a field that does not concern it is empty."""

    requests: str = ""
    """The requests that reached the server."""
    journal: str = ""
    """The fate of each change and the value read back, from the file of the journal."""
    code: str = ""
    """The exit code of the program, or the answers of an attacked sandbox."""
    leaks: str = ""
    """The places that hold a piece of the API key."""
    megabytes: int = 0
    """The peak memory of the program."""
    processor_seconds: float = 0.0

    @classmethod
    def from_dict(cls, values: dict[str, object]) -> Result:
        """Return the result that `asdict` made in another process."""
        return cls(**{field.name: values[field.name] for field in fields(cls)})  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Attack:
    """A row of the table."""

    line: int
    """The line of the list in ``tests/arsenal/README.md``."""
    name: str
    run: Callable[[Path], Coroutine[None, None, Result]] = field(repr=False)
    """Attack, in an empty folder."""
    expectation: Result
    """The result to compare with; its memory and time are limits, where given."""
    slow: bool = False

    def find_mistakes(self, result: Result) -> list[str]:
        """Return the fields of a result that differ from the expectation."""
        actual, expectation = asdict(result), asdict(self.expectation)
        wrong = [name for name in _EQUAL_FIELDS if actual[name] != expectation[name]]
        wrong += [
            name
            for name in _LIMIT_FIELDS
            if expectation[name] and not actual[name] <= expectation[name]
        ]
        return [f"{name}: {actual[name]!r}, not {expectation[name]!r}" for name in wrong]


_EQUAL_FIELDS = ("requests", "journal", "code", "leaks")
_LIMIT_FIELDS = ("megabytes", "processor_seconds")


def format_table(rows: Iterable[tuple[Attack, Result]]) -> list[str]:
    """Return the lines of the table of attacks and their results."""
    head = ["line", "attack", "requests", "journal", "exit", "key", "MB", ""]
    cells = [head]
    for attack, result in rows:
        cells.append(
            [
                f"{attack.line:>4}",
                attack.name,
                *(result.requests, result.journal, result.code),
                result.leaks or "hidden",
                str(result.megabytes or ""),
                "; ".join(attack.find_mistakes(result)) and "✗",
            ]
        )
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
