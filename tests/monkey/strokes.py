"""The strokes of the monkey, drawn at random: the same for the same seed.

They never depend on what the screen shows, so that a seed alone repeats a run.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from capgo_tui.tui.screens.controllers import ACTIONS
from tests.tui.writes import WRITES, Row, Until

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LEAVING: Final = frozenset({"q"})
ACTION_KEYS: Final = tuple(
    dict.fromkeys(key for action in ACTIONS for key in action.keys.split(",") if key not in LEAVING)
)
WRITING_KEYS: Final = tuple(
    dict.fromkeys(key for action in ACTIONS if action.writes for key in action.keys.split(","))
)
MOVES: Final = (
    *("up", "down", "j", "k", "down", "pageup", "pagedown", "home", "end", "g", "G"),
    *("left", "right", "ctrl+u", "ctrl+d", "h", "l"),
)
EDITS: Final = ("backspace", "delete", "ctrl+a", "ctrl+e", "ctrl+k", "ctrl+w", "ctrl+u", "ctrl+v")
TEXT: Final = "abcdefghilmnoprstuvwxyzABDEQ0123456789 .-_/:!~*[](){}§ü漢🙂"
PASTES: Final = (
    "\x1b]0;owned\x07\x1b[2J",
    "\u202ereversed\u200b\x9b2J",
    "[@click=app.quit]x[/]",
    "one\r\ntwo\ty\ny\n",
    "y",
    "L" * 5_000,
    "漢字🙂👍🏽Z\u0351\u036b",
    "half \ud800 pair",
    "/(?P<x",
    "00000000-0000-4000-8000-000000000001",
    "beta",
    "9.9.1",
    "monkey-channel",
    "https://example.com/a.zip",
    "a" * 64,
)
FORM_ROWS: Final = 20
"""About the number of rows of a channel's form."""
SIZES: Final = ((80, 24), (80, 24), (140, 40), (60, 20), (40, 8), (100, 14), (20, 4), (200, 60))


@dataclass(frozen=True, slots=True)
class Key:
    """One key; a `hasty` one does not wait until it is handled."""

    name: str
    hasty: bool = False


@dataclass(frozen=True, slots=True)
class Paste:
    """Text pasted from the clipboard."""

    text: str


@dataclass(frozen=True, slots=True)
class Resize:
    """Another size of the terminal."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class WindowFocus:
    """The terminal window loses or gets the focus."""

    has_focus: bool


@dataclass(frozen=True, slots=True)
class Click:
    """A click, or a turn of the wheel, at a part of the width and height from 0 to 1."""

    across: float
    down: float
    wheel: bool


@dataclass(frozen=True, slots=True)
class Agree:
    """Confirm the open question: type the text that it requires, then ``y``.

    Without this stroke hardly any write would be sent.
    """


Stroke: TypeAlias = Key | Paste | Resize | WindowFocus | Click | Agree

_KINDS: Final[Sequence[tuple[str, float]]] = (
    ("move", 24),
    ("action", 14),
    ("write", 14),
    ("enter", 12),
    ("text", 10),
    ("escape", 9),
    ("read", 5),
    ("tab", 5),
    ("agree", 5),
    ("change", 2),
    ("y", 3),
    ("edit", 3),
    ("paste", 2),
    ("click", 1),
    ("resize", 0.5),
    ("look", 0.4),
    ("interrupt", 0.1),
    ("leave", 0.05),
)


def draw_strokes(seed: int) -> Iterator[Stroke]:
    """Draw strokes endlessly."""
    dice = random.Random(f"strokes/{seed}")  # noqa: S311 - repeatable
    names, weights = [name for name, _ in _KINDS], [weight for _, weight in _KINDS]
    while True:
        kind = dice.choices(names, weights)[0]
        if kind == "change":
            yield from dice.choice((_draw_change, _draw_write))(dice)
        else:
            yield _draw_stroke(kind, dice)


def _draw_change(dice: random.Random) -> Iterator[Stroke]:
    """Draw the shortest way to a change: single random keys rarely come as far as a write."""
    yield Key("escape")
    yield Key("escape")
    yield Key(dice.choice(("1", "2", "3")))
    yield Key(dice.choice(MOVES))
    yield Key(dice.choice(WRITING_KEYS))
    for kind in dice.choices(("move", "text", "enter"), k=dice.randint(0, 3)):
        yield _draw_stroke(kind, dice)
    yield Key("ctrl+s")
    yield Key("enter")
    yield Agree()
    if dice.random() < 0.5:
        yield Agree()


def _draw_write(dice: random.Random) -> Iterator[Stroke]:
    """Draw a write of the catalogue, on any record and without its waits."""
    tab = dice.choice(sorted(WRITES))
    yield Key("escape")
    yield Key("escape")
    yield Key(tab)
    yield Key(dice.choice(MOVES))
    for key in dice.choice(WRITES[tab]).keys:
        if isinstance(key, Row):
            yield from [Key("down")] * dice.randint(1, FORM_ROWS)
        elif not isinstance(key, Until):
            yield Key(key)
    yield Agree()
    if dice.random() < 0.5:
        yield Agree()


def _draw_stroke(kind: str, dice: random.Random) -> Stroke:
    match kind:
        case "agree":
            return Agree()
        case "paste":
            return Paste(dice.choice(PASTES))
        case "click":
            return Click(dice.random(), dice.random(), wheel=dice.random() < 0.3)
        case "resize":
            return Resize(*dice.choice(SIZES))
        case "look":
            return WindowFocus(has_focus=dice.random() < 0.6)
        case _:
            return Key(dice.choice(_KEYS[kind]), hasty=dice.random() < 0.3)


_KEYS: Final[dict[str, Sequence[str]]] = {
    "move": MOVES,
    "action": ACTION_KEYS,
    "write": WRITING_KEYS,
    "enter": ("enter",),
    "text": TEXT,
    "escape": ("escape",),
    "read": ("r", "r", "L"),
    "tab": ("1", "2", "3", "tab", "shift+tab"),
    "y": ("y",),
    "edit": EDITS,
    "interrupt": ("ctrl+c",),
    "leave": ("q", "ctrl+q"),
}
