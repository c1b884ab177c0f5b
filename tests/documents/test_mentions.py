"""What the documents name exists: files, modules, functions and classes."""

from __future__ import annotations

import ast
import re
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Final

import pytest

from tests.documents.texts import CONTRIBUTING, README, ROOT

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENTS: Final = (README, CONTRIBUTING, ROOT / "SECURITY.md")
_PATH: Final = re.compile(r"[\w.-]+(?:/[\w.-]+)*/?")
_NAME: Final = re.compile(r"(?:[A-Z]\w*|\w+\(\)|[A-Za-z_]\w*(?:\.\w+)+\(\)|\w+(?:_\w+)+)")
_ROOMS: Final = (ROOT, ROOT / "capgo_tui", ROOT / "capgo_tui" / "tui")
ELSEWHERE: Final = {
    # The reader's own files.
    "config.toml", "capacitor.config.json", "~/.capgo", ".capgo", "~/.config/capgo-tui",
    "journal.sqlite3", "agreed-servers.json", "memory.json", "names.json",
    # Options, variables and tools of others.
    "CAPGO_TOKEN", "CAPGO_APP_ID", "pyproject.toml",
}  # fmt: skip
"""Spans that look like a path or a name of the tree and are none."""


@cache
def names_of_the_tree() -> frozenset[str]:
    """Return every function, class, method, field and constant that the sources define."""
    names: set[str] = set()
    for path in chain((ROOT / "capgo_tui").rglob("*.py"), (ROOT / "tests").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                names.add(node.name)
            elif isinstance(node, ast.AnnAssign | ast.Assign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names |= {target.id for target in targets if isinstance(target, ast.Name)}
            elif isinstance(node, ast.arg | ast.keyword) and node.arg:
                names.add(node.arg)
    return frozenset(names)


@cache
def is_in_tree(path: str) -> bool:
    """Return whether a file or a folder is in the tree; it may be named from a room, or alone."""
    if "*" in path or any((room / path).exists() for room in _ROOMS):
        return True
    return "/" not in path.rstrip("/") and any(
        next((ROOT / top).rglob(path.rstrip("/")), None) for top in ("capgo_tui", "tests", ".ci")
    )


def spans(document: Path) -> list[str]:
    text = re.sub(r"^```.*?^```$", "", document.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    return [span for span in re.findall(r"`([^`\n]+)`", text) if span not in ELSEWHERE]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_path_is_in_the_tree(document: Path) -> None:
    paths = [span for span in spans(document) if _PATH.fullmatch(span) and is_path(span)]
    links = re.findall(r"\]\(([^)#:]+)\)", document.read_text("utf-8"))
    assert [path for path in paths + links if not is_in_tree(path)] == []
    if document == CONTRIBUTING:
        assert len(paths) > 40


def is_path(span: str) -> bool:
    return "/" in span or span.endswith((".py", ".md", ".toml"))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_function_and_class_is_defined(document: Path) -> None:
    mentioned = [
        span for span in spans(document) if _NAME.fullmatch(span) and not span.isupper()
        and not is_path(span)
    ]  # fmt: skip
    parts = [part for span in mentioned for part in span.removesuffix("()").split(".")]
    assert [part for part in parts if part not in names_of_the_tree()] == []
    if document == CONTRIBUTING:
        assert len(parts) > 30
