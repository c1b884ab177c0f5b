"""Tests read what a reader of the source could: the names that begin with ``_`` are counted."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

TESTS: Final = Path(__file__).parent
PUBLIC: Final = {"_replace", "_fields", "_asdict"}
"""Public names of a named tuple."""
LIMIT: Final = 27
"""The number of uses today: lower it with them, and never raise it."""


def list_private_names(source: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the name of each use of another object's or module's private name."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(value=ast.Name(id="self" | "cls")):
                continue
            case ast.Attribute(attr=name, lineno=line):
                names = [name]
            case ast.ImportFrom(names=aliases, lineno=line):
                names = [alias.name for alias in aliases]
            case _:
                continue
        for name in names:
            if name.startswith("_") and not name.startswith("__") and name not in PUBLIC:
                yield line, name


def test_private_names_are_found() -> None:
    source = "self._a; a._b; a.b._c; t._replace(x=1); a.__doc__; from m import _d, e"
    assert sorted(name for _, name in list_private_names(source)) == ["_b", "_c", "_d"]


def test_no_more_private_names_are_used() -> None:
    uses = [
        f"{path.relative_to(TESTS)}:{line} {name}"
        for path in sorted(TESTS.rglob("*.py"))
        for line, name in list_private_names(path.read_text(encoding="utf-8"))
    ]
    listing = "\n".join(uses)
    assert len(uses) <= LIMIT, f"{len(uses)} uses, not {LIMIT}; make a fact public:\n{listing}"
