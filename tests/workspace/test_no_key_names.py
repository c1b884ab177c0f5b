"""No sentence below the screen names a key of it: what can be done next is data."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import capgo_tui
from capgo_tui.tui.actions import FORMS, MOVES
from capgo_tui.tui.keys import fill_keys
from capgo_tui.tui.screens.controllers import ACTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(capgo_tui.__file__).parent
VERB = r"[a-z]{3,}s\b"
"""What a key does: «r reads again»."""


def keys_of_the_screen() -> set[str]:
    """Every key that is registered, as the interface writes it."""
    moves = {key for keys, _ in (*MOVES, *FORMS) for key in fill_keys(keys).split()}
    actions = {key for action in ACTIONS for key in (action.shown_key or action.keys).split(",")}
    # An arrow stands between two values as well, «a character» is any key, and 0 is a count.
    return {*actions, *moves, "enter", "escape"} - {"→", "a", "character", "0"}


def key_pattern() -> re.Pattern[str]:
    """What names a key in a sentence.

    A sign or a letter does so where it does something or stands for a place to press; a word such
    as «esc» wherever it stands, but «a space» is none.
    """
    keys = keys_of_the_screen()
    signs = "|".join(re.escape(key) for key in sorted(keys) if len(key) == 1 and key.isascii())
    names = "|".join(re.escape(key) for key in sorted(keys) if len(key) > 1 or not key.isascii())
    edge = r"(?:^|(?<=[\s(«;,.:·]))"
    return re.compile(
        rf"{edge}(?:{signs})\s+{VERB}"
        rf"|(?<!\w)\((?:{signs})\)"
        rf"|(?:: |· |[Pp]ress |[Tt]ype )(?:{signs})(?=$|[.,;])"
        rf"|{edge}(?<!\ba )(?<!\bno )(?<!\bnext )(?i:{names})(?=$|[\s.,;:)»])"
    )


PATTERN = key_pattern()


def sentences(path: Path) -> Iterator[tuple[int, str]]:
    """Yield every text of a file that is no docstring; a value in one stands as 0."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    parts: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant()):
                parts.add(id(node.value))
            case ast.JoinedStr():
                parts.update(id(each) for value in node.values for each in ast.walk(value))
                pieces = (v.value if isinstance(v, ast.Constant) else 0 for v in node.values)
                if id(node) not in parts:
                    yield node.lineno, "".join(map(str, pieces))
            case ast.Constant(value=str(text)) if id(node) not in parts:
                yield node.lineno, text


@pytest.mark.parametrize("room", ["api", "workspace"])
def test_no_sentence_names_a_key_of_the_screen(room: str) -> None:
    files = sorted((ROOT / room).rglob("*.py"))
    assert len(files) > 20
    key_sentences = [
        f"{path.relative_to(ROOT)}:{line}: {text}"
        for path in files
        for line, text in sentences(path)
        if PATTERN.search(text)
    ]
    assert key_sentences == []


@pytest.mark.parametrize(
    "sentence",
    [
        *(
            "Wait 5 s; then r tries again.",
            "L reads on.",
            "more ↓",
            "0 unreadable (!)",
            "esc stops",
        ),
        *("Is this the right server? ! shows them.", "only all: C", "Esc clears the filter."),
        *("⏎ asks the server for this id.", " (more exists: L loads it)", "0 · Z shows"),
        *("there is a channel of that name: e edits it", "press r", "(+0 before: Z lists)"),
    ],
)
def test_a_sentence_that_names_a_key_is_found(sentence: str) -> None:
    assert PATTERN.search(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        *("must not hold a space", "answered within 0 s", "* and ? as in a shell", "1 left out: 0"),
        *("? 0: accepted, but reading it back failed: 0", "! 0 done", "without the v"),
        *("UPDATE changes SET fate = ? WHERE id = ?", "0 devices override: 0", "the next tab"),
    ],
)
def test_a_sentence_that_names_none_is_not(sentence: str) -> None:
    assert not PATTERN.search(sentence)
