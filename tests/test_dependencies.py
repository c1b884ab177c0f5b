"""Each import is of a declared dependency, and each declared dependency is imported."""

from __future__ import annotations

import ast
import sys
from functools import cache
from importlib.metadata import packages_distributions
from typing import TYPE_CHECKING

import pytest
from packaging.utils import canonicalize_name

from tests.constraints import ROOT, ProjectFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OURS = {"capgo_tui", "tests", "screenshots"}
TYPESHED = {"_typeshed"}
"""What only mypy imports."""
USED_WITHOUT_IMPORT = {
    "hatchling": "builds the wheel and the sdist (test_distributions.py)",
    "pytest-asyncio": "a plugin of pytest",
    "pytest-xdist": "a plugin of pytest",
}


def find_imports(text: str) -> Iterator[str]:
    """Find the packages that a module imports anywhere, by their first names."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (each.name.split(".")[0] for each in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module.split(".")[0]


@cache
def find_imported(*folders: str) -> dict[str, Path]:
    """Return the distributions that folders import, each with a file that does."""
    provided = packages_distributions()
    imported: dict[str, Path] = {}
    for folder in folders:
        for file in sorted((ROOT / folder).rglob("*.py")):
            for package in find_imports(file.read_text("utf-8")):
                if package in OURS | TYPESHED | sys.stdlib_module_names:
                    continue
                for name in provided.get(package, [package]):
                    imported.setdefault(canonicalize_name(name), file.relative_to(ROOT))
    return imported


def declared(lines: list[str]) -> set[str]:
    """Return the names in requirements."""
    return {canonicalize_name(line.split(">")[0].split("=")[0].split("[")[0]) for line in lines}


def test_the_program_imports_what_it_declares_and_nothing_else() -> None:
    names = declared(ProjectFile.read().project.dependencies)
    imported = find_imported("capgo_tui")
    assert {name: file for name, file in imported.items() if name not in names} == {}
    assert names - imported.keys() == set()


def test_the_tests_import_what_the_program_or_their_extra_declares() -> None:
    project = ProjectFile.read().project
    extra = declared(project.extras["test"])
    imported = find_imported("tests", "screenshots")
    known = extra | declared(project.dependencies)
    assert {name: file for name, file in imported.items() if name not in known} == {}
    assert extra - imported.keys() - declared(project.dependencies) == USED_WITHOUT_IMPORT.keys()


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("import rich.text as text, os", ["rich", "os"]),
        ("from rich.text import Text", ["rich"]),
        ("from . import models", []),
        ("def f():\n    from attr import define", ["attr"]),
        ("if TYPE_CHECKING:\n    import idna", ["idna"]),
    ],
)
def test_an_import_is_found_wherever_it_stands(line: str, names: list[str]) -> None:
    assert list(find_imports(line)) == names
