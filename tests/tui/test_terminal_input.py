"""Parsing of terminal input: pastes and replies in pieces, with escape sequences in them."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual import events
from textual._xterm_parser import BRACKETED_PASTE_END as END
from textual._xterm_parser import BRACKETED_PASTE_START as START
from textual._xterm_parser import XTermParser

from capgo_tui.tui.terminal.input import TerminalInput, is_doubtful
from capgo_tui.tui.terminal.pastes import OPEN_SECONDS
from tests.support.sampling import examples

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from textual.message import Message

KEYS = {"y", "q", "D", "x", "j", "enter", "escape", "n", "o", "b", "l", "r", "1", "2", "0"}
"""Keys that have an effect."""
TEXTS = (
    "abc",
    "",
    "build log \x1b[3y ok",
    "\x1b[1;q",
    "\x1b",
    "\x1b[20",
    "\x1b[I\x1b[O\x1b[<0;3;4M\x1b[<0;3;4m",
    "\x1b[A\x1b[24;80R\x1b[?2026;1$y\x1b]0;owned\x07",
    "\x1b[48;4;4;40;40t",
    "two\r\nlines\ty\n",
    "漢字🙂" * 3_000,
    f"{START}y",
)


def parse(pieces: Sequence[str], *, pause: float = 60.0) -> list[str]:
    """Parse reads, with a pause after each, and describe the messages."""
    return [describe(message) for message in messages(pieces, pause=pause)]


def messages(pieces: Sequence[str], *, pause: float = 60.0) -> Iterator[Message]:
    parser, now = TerminalInput(), 100.0
    for piece in pieces:
        parser.clock = lambda at=now: at  # type: ignore[misc]
        yield from parser.feed(piece)
        now += pause
        parser.clock = lambda at=now: at  # type: ignore[misc]
        yield from parser.tick()


def describe(message: Message) -> str:
    match message:
        case events.Key():
            return message.key
        case events.Paste():
            return f"paste {message.text}"
        case _:
            return type(message).__name__


@pytest.mark.parametrize("text", TEXTS)
def test_it_is_one_text_between_the_keys_around_it(text: str) -> None:
    data = f"a{START}{text}{END}b{START}{text}{END}\x1b[A"
    assert parse([data]) == ["a", f"paste {text}", "b", f"paste {text}", "up"]


@pytest.mark.parametrize("text", TEXTS)
def test_its_end_may_come_in_pieces_and_late(text: str) -> None:
    dice = random.Random(text)  # noqa: S311
    for _ in range(20):
        rest, pieces = text + END, [f"a{START}"]
        while rest:
            size = dice.choice((1, 1, 2, 3, 5_000))
            pieces.append(rest[:size])
            rest = rest[size:]
        late = OPEN_SECONDS - 1
        assert parse([*pieces, "b"], pause=late) == ["a", f"paste {text}", "b"]


def test_its_beginning_may_come_in_pieces() -> None:
    for at in range(1, len(START)):
        parser = TerminalInput()
        output = [*parser.feed("x" + START[:at]), *parser.feed(f"{START[at:]}y{END}z")]
        texts = [getattr(message, "text", getattr(message, "key", "")) for message in output]
        assert texts == ["x", "y", "z"]


def test_enter_typed_before_the_start_is_enter() -> None:
    assert parse(["2/qa\n", "\n"], pause=0.01) == ["2", "slash", "q", "a", "enter", "ctrl+j"]


def test_keys_and_reports_are_what_they_were() -> None:
    pieces = ["\x1b[A\x1b[3~q\x1b[I", "\x1b[<0;3;4M", "\x1b[3;5~", "\x1bOP", "\x1b[[A", "é漢", "\r"]
    plain = XTermParser()
    assert parse(pieces) == [describe(message) for piece in pieces for message in plain.feed(piece)]
    assert parse(["\x1b"]) == ["escape"]
    assert parse(["\x1b", "\x1b"]) == ["escape", "escape"]
    assert parse(["\x1bx"]) == ["alt+x"]
    assert parse(["\x1b[121u"]) == ["y"]


REPLIES = {
    "mode report": "\x1b[?2026;2$y",
    "mode report, unknown": "\x1b[?1016;0$y",
    "ANSI mode report": "\x1b[4;2$y",
    "mode report of DCS": "\x1bP1$r0m\x1b\\",
    "terminfo": "\x1bP1+r544e=787465726d\x1b\\",
    "version": "\x1bP>|XTerm(388)y\x1b\\",
    "foreground": "\x1b]10;rgb:ffff/yyyy/ffff\x1b\\",
    "background": "\x1b]11;rgb:0000/0000/0000\x07",
    "palette": "\x1b]4;1;rgb:y/y/y\x07",
    "clipboard": "\x1b]52;c;eXl5\x07",
    "window size": "\x1b[8;24;80t",
    "window state": "\x1b[1t",
    "device attributes": "\x1b[?64;1;2;6;9;15;22c",
    "secondary attributes": "\x1b[>41;388;0c",
    "status": "\x1b[0n",
    "unknown final": "\x1b[3y",
    "unknown final, q": "\x1b[1;q",
    "unknown final, D": "\x1b[9;9;9;9D",
    "kitty flags": "\x1b[?1u",
    "malformed kitty key": "\x1b[99999999999;1u",
    "old mouse": "\x1b[Myyy",
    "eight-bit": "\x9b?2026;2$y",
    "private message": "\x1b^yes\x1b\\",
    "application": "\x1b_Gi=1;OK y\x1b\\",
    "too long": f"\x1b[{'1;' * 90}y",
}


@pytest.mark.parametrize("name", REPLIES)
def test_a_reply_is_never_a_key_wherever_it_is_cut(name: str) -> None:
    reply = REPLIES[name]
    for pause in (0.0, 0.01, 0.3, 60.0):
        for at in range(len(reply) + 1):
            pieces = [piece for piece in (reply[:at], reply[at:]) if piece]
            # Cut right behind its Esc, and late, that is the Esc key: it must stay quick.
            keys = [key for key in parse([*pieces, "j"], pause=pause) if key in KEYS]
            assert keys in (["j"], ["escape", "j"]), (at, pause)
            assert keys == ["j"] or (at == 1 and pause >= 0.1), (at, pause)


@pytest.mark.parametrize("name", REPLIES)
def test_a_reply_in_single_bytes_is_no_key_either(name: str) -> None:
    for pause in (0.0, 0.02):
        assert [key for key in parse([*REPLIES[name], "j"], pause=pause) if key in KEYS] == ["j"]


OPENINGS = ("\x1b]11;rgb:yy", "\x1bP1$ry", "\x1b_Gy", "\x1b[?2026", "\x1bO", "\x1b[My")


@pytest.mark.parametrize("opening", OPENINGS)
def test_what_was_left_open_is_left_by_ctrl_c_and_by_escape(opening: str) -> None:
    assert parse([opening, "\x03", "j"]) == ["ctrl+c", "j"]
    assert parse([opening, "\x1b", "\x1b", "j"])[-2:] == ["escape", "j"]


def test_an_unfinished_string_is_left_by_enter_which_does_nothing_else() -> None:
    assert parse(["\x1b]11;rgb:", "\r", "j"]) == ["j"]


def test_an_escape_key_is_quick_and_what_is_typed_behind_it_is_typed() -> None:
    assert parse(["\x1b", "O", "x"], pause=0.2) == ["escape", "O", "x"]
    assert parse(["\x1b", "P", "X", "]", "_"], pause=0.2) == [
        *("escape", "P", "X", "right_square_bracket", "underscore"),
    ]
    assert parse(["\x1b", "["], pause=2.0) == ["escape", "left_square_bracket"]


def test_a_y_is_doubtful_among_other_bytes_and_right_after_a_reply() -> None:
    assert find_doubts(["y"]) == [False]
    assert find_doubts(["ny"]) == [True]
    assert find_doubts(["yy"]) == [True, True]
    assert find_doubts([f"{START}a{END}y"]) == [True]
    assert find_doubts(["\x1b[0;;121:121u"]) == [True, True], "two letters of an input method"
    assert find_doubts(["\x1b[121u"]) == [False], "a key of the kitty protocol is one of its own"
    assert find_doubts(["\x1b[?2026;2$y", "y"], pause=0.2) == [True]
    assert find_doubts(["\x1b[?2026;2$y", "y"], pause=0.6) == [False]
    assert find_doubts(["\x1b]11;rgb:0/0/0\x07", "y"], pause=0.2) == [True]
    assert find_doubts(["\x1b[A", "y"], pause=0.2) == [False], "an arrow is a key"


def find_doubts(pieces: Sequence[str], *, pause: float = 60.0) -> list[bool]:
    output = messages(pieces, pause=pause)
    return [
        is_doubtful(each) for each in output if isinstance(each, events.Key) and each.key == "y"
    ]


NOISE = st.text(alphabet="\x1b[]PO?;$y0129\\\x07Mu<\x9b", min_size=1, max_size=12)


@given(st.lists(NOISE, max_size=8))
@settings(deadline=None, max_examples=examples(400))
def test_whatever_came_ctrl_c_is_heard_at_once(pieces: list[str]) -> None:
    # Behind an Esc it is alt+ctrl+c, which becomes Esc and ctrl+c where it is looked at.
    assert parse([*pieces, "\x03"])[-1].removeprefix("alt+") == "ctrl+c"
