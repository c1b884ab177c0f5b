"""How many names say only that something was done to a value, and not what the value is.

Of all bindings in httpx, Rich, Click and Textual 0.9 to 1.5 % are a bare participle or adverb,
such as ``found`` or ``since``; this tree once had 8.5 %. Names of two words and predicates count
as nouns, and so does what a file, a table or a framework has named.
"""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
ROOMS = ("api", "commands", "sandbox", "tui", "workspace")
MOST_PERCENT: Final = 1.5


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


IRREGULAR: Final = _words("""
    found told asked kept held seen said sent given taken known shown drawn written done gone
    made met begun chosen lost meant paid heard built bought brought caught driven eaten fallen
    felt forgotten got grown hidden hung laid led lit sat spent spoken stood struck sworn
    thought thrown torn understood won worn woken broken borne born sunk swept
""")
ADVERBS: Final = _words("""
    again already also always behind beside between away beyond further here there then
    otherwise once still since soon together too twice elsewhere meanwhile never nowhere often
    outside inside apart ahead aside
""")
NOUNS: Final = _words("""
    seed feed need speed bed red shed hundred weed reply apply family supply only fly multiply
    assembly anomaly rely
""")
PREDICATES: Final = frozenset({"is", "has", "can", "was", "should", "on", "action", "test"})


def is_bare(name: str) -> bool:
    """Whether a name is one participle or adverb."""
    word = name.strip("_").lower()
    if "_" in word or word in NOUNS or word in PREDICATES:
        return False
    regular = word.endswith("ed") and len(word) > 3
    return word in IRREGULAR or word in ADVERBS or regular or word.endswith("ly")


def find_bindings(tree: ast.AST) -> Iterator[str]:
    """Yield each name that is bound somewhere: variables, attributes, functions, classes."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name
            case ast.arg(arg=name) | ast.alias(asname=str(name)):
                yield name
            case ast.ExceptHandler(name=str(name)):
                yield name
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name
            case _:
                pass


def count_bindings(folder: Path) -> tuple[int, Counter[str]]:
    """Return how many bindings there are in a folder, and how often each bare one occurs."""
    total, bare = 0, Counter[str]()
    for file in folder.rglob("*.py"):
        names = list(find_bindings(ast.parse(file.read_text(encoding="utf-8"))))
        total += len(names)
        bare.update(name for name in names if is_bare(name))
    return total, bare


@pytest.mark.parametrize("folder", [*(f"capgo_tui/{room}" for room in ROOMS), "capgo_tui", "tests"])
def test_a_name_says_what_a_value_is(folder: str) -> None:
    total, bare = count_bindings(ROOT / folder)
    share = 100 * bare.total() / total
    assert share <= MOST_PERCENT, f"{share:.2f} % of {total}: {bare.most_common(20)}"


@pytest.mark.parametrize("name", ["found", "_told", "Asked", "since", "loosely", "KEPT"])
def test_a_bare_participle_or_adverb_counts(name: str) -> None:
    assert is_bare(name)


@pytest.mark.parametrize("name", ["rows", "is_found", "found_rows", "reply", "speed", "asked_ids"])
def test_a_noun_does_not_count(name: str) -> None:
    assert not is_bare(name)
