"""A paste is one text, in whatever pieces it comes and whatever escape sequences it holds."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from textual import events
from textual._xterm_parser import BRACKETED_PASTE_END as END
from textual._xterm_parser import BRACKETED_PASTE_START as START
from textual._xterm_parser import XTermParser

from capgo_tui.tui.pastes import WholePastes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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


def heard(parser: XTermParser, pieces: Sequence[str]) -> Iterator[str]:
    for piece in pieces:
        for message in parser.feed(piece):
            match message:
                case events.Key():
                    yield message.key
                case events.Paste():
                    yield f"paste {message.text}"
                case _:
                    yield repr(message)
        # A line that stalls: what waits for the rest of a sequence waits no longer.
        parser._timeout_time = 0.0 if parser._timeout_time is not None else None
        for message in parser.tick():
            yield f"late {message!r}"


@pytest.mark.parametrize("text", TEXTS)
def test_it_is_one_text_between_the_keys_around_it(text: str) -> None:
    sent = f"a{START}{text}{END}b{START}{text}{END}\x1b[A"
    wanted = ["a", f"paste {text}", "b", f"paste {text}", "up"]
    assert list(heard(WholePastes(), [sent])) == wanted


@pytest.mark.parametrize("text", TEXTS)
def test_its_end_may_come_in_pieces_and_late(text: str) -> None:
    dice = random.Random(text)  # noqa: S311
    for _ in range(20):
        rest, pieces = text + END, [f"a{START}"]
        while rest:
            size = dice.choice((1, 1, 2, 3, 5_000))
            pieces.append(rest[:size])
            rest = rest[size:]
        assert list(heard(WholePastes(), [*pieces, "b"])) == ["a", f"paste {text}", "b"]


def test_its_beginning_may_come_in_pieces() -> None:
    for at in range(1, len(START)):
        parser = WholePastes()
        found = [*parser.feed("x" + START[:at]), *parser.feed(f"{START[at:]}y{END}z")]
        told = [getattr(message, "text", getattr(message, "key", "")) for message in found]
        assert told == ["x", "y", "z"]


def test_what_is_no_paste_is_what_it_was() -> None:
    sent = ["\x1b[A\x1b[3~q\x1b[I", "\x1b[<0;3;4M", "\x1b[3y", "\x1b"]
    assert list(heard(WholePastes(), sent)) == list(heard(XTermParser(), sent))
