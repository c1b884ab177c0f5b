"""What the documents name exists: files, modules, functions, classes and tests."""

from __future__ import annotations

import ast
import re
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Final

import pytest

from tests.documents.texts import CONTRIBUTING, README, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DOCUMENTS: Final = (README, CONTRIBUTING, ROOT / "SECURITY.md")
_FENCED: Final = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_SPAN: Final = re.compile(r"`([^`\n]+)`")
_PATH: Final = re.compile(r"[\w.-]+/[\w./-]*|\w+\.(?:py|md|toml)")
_NAME: Final = re.compile(
    r"([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\((?:…)?\)"  # a call
    r"|[A-Z]+[a-z]\w*|[A-Z]+(?:_[A-Z]+)+|[a-z]+(?:_[a-z]+)+"
)
_PAIR: Final = re.compile(r"`([\w.]+)(?:\(\))?`\s+\(`([\w/]+\.py)`\)")
"""A name with the file that defines it."""
_MODULE: Final = re.compile(r"\b((?:tests|capgo_tui)(?:\.[a-z_]+)+)\b")
_NODE: Final = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
_RECIPE: Final = re.compile(r"^- \*\*(.+?)\*\*(.*?)(?=^- \*\*|^##)", re.MULTILINE | re.DOTALL)
_ROOMS: Final = (ROOT, ROOT / "capgo_tui", ROOT / "capgo_tui" / "tui")
ELSEWHERE: Final = {
    "config.toml", "CAPGO_TOKEN", "CAPGO_APP_ID",  # the reader's own
}  # fmt: skip
"""Spans that look like something of the tree and are not."""


def spans(document: Path) -> list[str]:
    text = _FENCED.sub("", document.read_text("utf-8"))
    return [span for span in _SPAN.findall(text) if span not in ELSEWHERE]


@cache
def definitions(path: Path) -> frozenset[str]:
    """Return what a module defines: functions, classes, constants; members with their class too."""
    return frozenset(_definitions(ast.parse(path.read_text("utf-8")), ""))


def _definitions(node: ast.AST, owner: str) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield from (child.name, f"{owner}{child.name}")
            if isinstance(child, ast.ClassDef):
                yield from _definitions(child, f"{child.name}.")
        elif isinstance(child, ast.Assign | ast.AnnAssign):
            targets = child.targets if isinstance(child, ast.Assign) else [child.target]
            names = [target.id for target in targets if isinstance(target, ast.Name)]
            yield from (*names, *(f"{owner}{name}" for name in names))


@cache
def all_definitions() -> frozenset[str]:
    """Return what the sources and the tests define, and the functions of modules by both names."""
    names: set[str] = set()
    for path in chain((ROOT / "capgo_tui").rglob("*.py"), (ROOT / "tests").rglob("*.py")):
        defined = definitions(path)
        names |= defined | {f"{path.stem}.{name}" for name in defined}
    return frozenset(names)


@cache
def find_file(path: str) -> Path | None:
    """Return the file or folder of a path, which may begin in a room, or be a file's name alone."""
    in_rooms = (room / path for room in _ROOMS if (room / path).exists())
    anywhere = (ROOT / "capgo_tui").rglob(path) if "/" not in path else iter(())
    return next(chain(in_rooms, anywhere), None)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_path_and_module_is_in_the_tree(document: Path) -> None:
    text = document.read_text("utf-8")
    paths = [span for span in spans(document) if _PATH.fullmatch(span)]
    paths += re.findall(r"\]\(([^)#:]+)\)", text)
    modules = [name.replace(".", "/") for name in _MODULE.findall(text)]
    assert [path for path in paths if find_file(path) is None] == []
    assert [m for m in modules if not (find_file(m) or find_file(f"{m}.py"))] == []
    if document == CONTRIBUTING:
        assert len(paths) > 40


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_name_is_defined(document: Path) -> None:
    names = [
        match[1] or match[0] for span in spans(document) if (match := _NAME.fullmatch(span))
    ]  # fmt: skip
    keywords = {arg for path in (ROOT / "capgo_tui").rglob("*.py") for arg in _keywords(path)}
    assert [name for name in names if name not in all_definitions() | keywords] == []
    if document == CONTRIBUTING:
        assert len(names) > 30


@cache
def _keywords(path: Path) -> frozenset[str]:
    """Return the names of arguments that a module's calls have."""
    tree = ast.parse(path.read_text("utf-8"))
    return frozenset(n.arg for n in ast.walk(tree) if isinstance(n, ast.keyword) and n.arg)


def test_a_name_with_a_file_is_defined_in_that_file() -> None:
    pairs = _PAIR.findall(CONTRIBUTING.read_text("utf-8"))
    assert len(pairs) > 10
    for name, path in pairs:
        file = find_file(path)
        assert file is not None
        assert name in definitions(file), f"{name} is not in {path}"


def test_the_picture_of_the_house_is_the_tree() -> None:
    picture = _FENCED.search(CONTRIBUTING.read_text("utf-8"))
    assert picture is not None
    parents: list[str] = []
    for indent, folder in re.findall(r"^( *)([\w]+)/", picture[0], re.MULTILINE):
        parents[len(indent) // 2 :] = [folder]
        assert (ROOT.joinpath(*parents)).is_dir(), parents
    # No room is left out.
    shown = {*re.findall(r"(\w+)/ ", picture[0])}
    for room in ("capgo_tui", "capgo_tui/tui"):
        folders = {path.parent.name for path in (ROOT / room).glob("*/__init__.py")}
        assert folders <= shown


def test_every_recipe_ends_with_its_test_or_its_commit() -> None:
    recipes = _RECIPE.findall(CONTRIBUTING.read_text("utf-8").partition("## Recipes")[2])
    assert len(recipes) == 9
    followed: set[str] = set()
    for name, recipe in recipes:
        last = recipe.strip().rpartition("\n  ")[2] if "Tests:" not in recipe else recipe
        nodes = _NODE.findall(last)
        assert nodes or re.search(r"by commit [0-9a-f]{7}\b", last), name
        for path, test in nodes:
            assert test in definitions(ROOT / path), f"{path} has no {test}"
            followed.add(test)
    recipes_file = ROOT / "tests/test_recipes.py"
    assert {name for name in definitions(recipes_file) if name.startswith("test_")} <= followed
