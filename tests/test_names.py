"""How many names say only that something was done to a value, and not what the value is.

Of all bindings in httpx, Rich, Click and Textual 0.9 to 1.5 % are a bare participle or adverb,
such as ``found`` or ``since``; this tree once had 8.5 %. Names of two words and predicates count
as nouns, and so does what a file, a table or a framework has named.

A function begins with a verb in the imperative, a predicate with ``is_``, ``has_``, ``can_`` or a
verb in the third person: ``concerns``, ``ends_rollout``. Such a function returns a bool, for the
same words are the plurals of nouns.
"""

from __future__ import annotations

import ast
import re
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
VERBS: Final = _words("""
    announce bracket call doubt fold return test
    accept aclose acquire act activate add advance agree align answer append apply arrange
    arrive ask attach attempt authenticate await begin bind blame break bring buffer build
    cancel capitalize carry change check choose clamp clean clear close collect combine compare
    compile complete compose compute conclude confirm connect convert copy count cover crash
    create cut cycle declare decline decode decorate delay delete describe disable disarm discard
    dismiss display do draw drop dump edit enable encode end enter entitle erase escape estimate
    evaluate exchange exit expect explain export extend feed fetch fill filter find finish fit
    flush follow forbid forget format generate get give go group hash help hide hint hold
    identify ignore import indent index init insert intend interrupt invoke iterate join judge
    keep kill label launch lay lead learn leave limit link list listen load lock log look lower
    make map mark match measure merge mount move name narrow note notify offer open order
    outline override pad pair panic parse pass paste pause perform pick ping place plan post
    precede prepare present preview print promote put quote rank reach read rebase rebind recall
    recognise record recount redact redirect refilter refine refresh refuse register release
    relink remake remark remember remove render renew reopen repair repeat replace replay report
    request require reread reserve reset resolve restore resume retry reveal revive roll rollback
    run save say scroll scrub search see seek select send serve set settle share shift shorten show
    shutdown sift skip slide sort spare split spoil stamp start step stop store strike strip
    style substitute summarize survey sweep switch take target tell tick toggle touch trace
    truncate try turn type undo unlink unmark update use validate verify wait walk warn watch
    wire work wrap write
""")
"""What functions here begin with: a new verb joins them, a noun does not."""
THIRD_PERSON: Final = _words("""
    adds advances assigns concerns drops ends extends fits implies lacks matches sends serves shows
    switches takes tells
""")
"""What predicates begin with besides; also ``had``, of what was."""
PREPOSITIONS: Final = _words("as from of to with without")
"""Constructors, conversions and copies, as in the standard library: ``with_suffix``."""
HOOKS: Final = _words("action on validate watch")
"""What Textual and pydantic call by the name of something else."""
NAMED_BY_OTHERS: Final = re.compile(r"property|setter|\b(command|group)\b")
"""Decorators of functions whose names are nouns or words of the command line."""
MOST_NOUNS: Final = 60
"""The functions today that begin with no verb: lower it with them, and never raise it."""
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


def is_named_as_function(name: str, returns: str = "") -> bool:
    """Whether a name begins with what the name of a function of that result may begin with."""
    word = name.strip("_").partition("_")[0]
    if word in THIRD_PERSON | {"is", "has", "had", "can"}:
        return returns in {"bool", "bool | None"}
    return name.startswith("__") or word in VERBS | PREPOSITIONS | HOOKS


def find_functions(tree: ast.AST) -> Iterator[tuple[int, str, str]]:
    """Yield the line, the name and the annotated result of each function that was named here."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            decorators = " ".join(map(ast.unparse, node.decorator_list))
            if not NAMED_BY_OTHERS.search(decorators):
                yield node.lineno, node.name, ast.unparse(node.returns) if node.returns else ""


@pytest.mark.parametrize("folder", [*(f"capgo_tui/{room}" for room in ROOMS), "capgo_tui", "tests"])
def test_a_name_says_what_a_value_is(folder: str) -> None:
    total, bare = count_bindings(ROOT / folder)
    share = 100 * bare.total() / total
    assert share <= MOST_PERCENT, f"{share:.2f} % of {total}: {bare.most_common(20)}"


def test_a_function_begins_with_a_verb() -> None:
    nouns = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in sorted((ROOT / "capgo_tui").rglob("*.py"))
        for line, name, returns in find_functions(ast.parse(path.read_text(encoding="utf-8")))
        if not is_named_as_function(name, returns)
    ]
    listing = "\n".join(nouns)
    assert len(nouns) <= MOST_NOUNS, f"{len(nouns)} functions, not {MOST_NOUNS}:\n{listing}"


@pytest.mark.parametrize("name", ["list_rows", "on_key", "with_app", "__init__", "ask"])
def test_a_verb_names_a_function(name: str) -> None:
    assert is_named_as_function(name)


@pytest.mark.parametrize("name", ["_is_open", "has_rows", "matches", "_concerns_all"])
def test_a_predicate_names_a_function_that_returns_a_bool(name: str) -> None:
    assert is_named_as_function(name, "bool")
    assert not is_named_as_function(name, "list[str]")


@pytest.mark.parametrize("name", ["rows_of", "_refusal", "announcement", "lists", "key_at"])
def test_a_noun_names_no_function(name: str) -> None:
    assert not is_named_as_function(name, "bool")


def test_properties_and_commands_are_no_functions_of_ours() -> None:
    source = """
@property
def rows(self): ...
@cached_property
def keys(self): ...
@rows.setter
def rows(self, value): ...
@channel.command()
def promote(self): ...
@contextmanager
def pages(): ...
"""
    assert [name for _, name, _ in find_functions(ast.parse(source))] == ["pages"]


@pytest.mark.parametrize("name", ["found", "_told", "Asked", "since", "loosely", "KEPT"])
def test_a_bare_participle_or_adverb_counts(name: str) -> None:
    assert is_bare(name)


@pytest.mark.parametrize("name", ["rows", "is_found", "found_rows", "reply", "speed", "asked_ids"])
def test_a_noun_does_not_count(name: str) -> None:
    assert not is_bare(name)
