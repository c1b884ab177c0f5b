"""Malformed terminal input: keys, reports, noise, and pastes without an end."""

from __future__ import annotations

import random
import tracemalloc
from typing import TYPE_CHECKING, Final

import pytest
from textual import events
from textual._xterm_parser import BRACKETED_PASTE_END as END
from textual._xterm_parser import BRACKETED_PASTE_START as START
from textual.drivers import linux_driver

from capgo_tui.tui.terminal.input import REPORTS, TerminalInput, watch_terminal_input
from capgo_tui.tui.terminal.input_bytes import find_decoder
from capgo_tui.tui.terminal.pastes import (
    AT_ONCE,
    LONGEST,
    LONGEST_UNMARKED,
    OPEN_SECONDS,
    PER_SECOND,
)
from tests.tui.test_terminal_input import describe, messages, parse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.support.sampling import Sampling

READ: Final = 4096
"""Bytes that Textual reads at once."""
NOISE: Final = 400_000
SAMPLE: Final = 100_000

MALFORMED_SEQUENCES: Final = {
    "a letter with the end of an arrow": "\x1b[121A",
    "a letter with the end of a function key": "\x1b[121~",
    "a letter with the end of f4": "\x1b[121S",
    "text with an unknown function key": "\x1b[9999;;121~",
    "text with an arrow": "\x1b[1;1;121A",
    "half a character": "\x1b[55296u",
    "half a character as text": "\x1b[0;;55296u",
    "half a character beside a whole one": "\x1b[121;;121:56320u",
    "a control character": "\x1b[3u",
    "a control character as text": "\x1b[97;;3u",
    "no character": "\x1b[0u",
    "nothing": "\x1b[u",
    "nothing, three times": "\x1b[;;u",
    "no number": "\x1b[;;121u",
    "beyond the last character": "\x1b[1114112u",
    "far beyond": "\x1b[99999999999999999999u",
    "no modifiers": "\x1b[121;0u",
    "modifiers there are not": "\x1b[121;999u",
    "a negative one": "\x1b[-121u",
    "other characters": "\x1b[121:89u",
    "another kind of event": "\x1b[121;1:3u",
    "too many values": "\x1b[121;1;121;121u",
    "a mouse of X10": "\x1b[M yy",
    "a mouse of X10 far right": "\x1b[M \ufffd\ufffd",
    "a mouse of UTF-8": "\x1b[M \u0142\u0179",
    "a mouse of urxvt": "\x1b[32;121;121M",
    "a mouse without a place": "\x1b[<121M",
    "a mouse of half a place": "\x1b[<0;121m",
    "a mouse beyond every screen": "\x1b[<0;99999999999;121M",
    "a size beyond every screen": "\x1b[48;9999;9999;0;0t",
    "no size": "\x1b[48;0;0;0;0t",
}


@pytest.mark.parametrize("name", MALFORMED_SEQUENCES)
def test_what_is_malformed_is_nothing_at_all(name: str) -> None:
    assert parse([f"{MALFORMED_SEQUENCES[name]}j"]) == ["j"]


def test_every_key_of_the_kitty_protocol_is_one() -> None:
    keys = {
        "\x1b[121u": "y", "\x1b[121;1u": "y", "\x1b[121;2;89u": "Y", "\x1b[99;5u": "ctrl+c",
        "\x1b[13u": "enter", "\x1b[27u": "escape", "\x1b[9;2u": "shift+tab",
        "\x1b[127u": "backspace", "\x1b[32;;32u": "space", "\x1b[0;;233u": "é",
        "\x1b[57399;129;48u": "0", "\x1b[1;5A": "ctrl+up", "\x1b[3;5~": "ctrl+delete",
        "\x1b[15~": "f5", "\x1b[1;2R": "CursorPosition",
    }  # fmt: skip
    assert {data: parse([data])[0] for data in keys} == keys


def test_a_byte_that_is_no_utf_8_is_shown_as_such_and_ends_nothing() -> None:
    assert decode([b"\xff"]) == "\ufffd"
    assert decode([b"caf\xe9", b"y"]) == "caf\ufffdy", "Latin-1"
    assert decode([b"\xc3", b"\xa9"]) == "é", "in two pieces"
    assert decode([b"\xed\xa0\x80"]) == "\ufffd\xa0\x80".replace("\xa0", "\ufffd"), "half of one"
    assert parse([decode([b"\xff"])]) == ["replacement_character"]
    reply = decode([b"\x9b?2027;2$y", b"\x9d11;rgb:y/y/y\x07", b"j"])
    assert parse([reply]) == ["j"], "an eight-bit reply is one, although it is no UTF-8"


def test_textual_decodes_and_parses_with_ours() -> None:
    watch_terminal_input()
    output = vars(linux_driver)
    assert output["XTermParser"] is TerminalInput
    assert output["getincrementaldecoder"]("utf-8")().decode(b"\xff") == "\ufffd"


def decode(reads: Iterable[bytes]) -> str:
    decoder = find_decoder("utf-8")()
    return "".join(decoder.decode(read) for read in reads)


TEXT = "".join(f"{number:08x}-0000-4000-8000-000000000000\r" for number in range(200))


def test_a_burst_of_text_is_one_paste() -> None:
    assert len(TEXT) > AT_ONCE
    pieces = ["j", TEXT[:4000], TEXT[4000:]]
    parser, now, output = TerminalInput(), 100.0, []
    for piece in pieces:
        parser.clock = lambda at=now: at  # type: ignore[misc]
        output += [*parser.feed(piece), *parser.tick()]
        now += 0.05
    parser.clock = lambda: now + 0.2
    output += [*parser.tick(), *parser.feed("k")]
    assert [describe(message) for message in output] == ["j", f"paste {TEXT}", "k"]


@pytest.mark.parametrize("key", ["j", "\x1b[B", "\x1b[106u"])
def test_typing_ahead_and_a_held_key_stay_keys(key: str) -> None:
    assert parse([key * AT_ONCE]) == parse([key]) * AT_ONCE
    output = parse([key] * 1_000, pause=1 / PER_SECOND)
    assert output == parse([key]) * 1_000


def test_too_much_at_once_that_is_no_text_is_nothing() -> None:
    for noise in ("\x1b[A" * 300, "D\x03q" * 100, "D\x1b[A" * 200, "\ufffdD" * 200, "\x1by" * 300):
        assert parse([noise, "j"], pause=0.2) == ["InputDropped", "j"]
    assert parse(["D" * (LONGEST_UNMARKED + 1), "j"], pause=0.2) == ["InputDropped", "j"]


def noise(kind: str, length: int) -> str:
    dice = random.Random(kind)  # noqa: S311
    if kind == "bytes":
        return decode([dice.randbytes(length)])
    if kind == "letters":
        return "".join(dice.choices("abcdefghijklmnopqrstuvwxyzDLCEZ123/:. \r", k=length))
    if kind == "pointer":
        reports = (f"\x1b[<35;{dice.randint(1, 80)};{dice.randint(1, 24)}M" for _ in range(length))
    elif kind == "clicks":
        reports = (f"\x1b[<0;{n % 80};3M\x1b[<0;{n % 80};3m" for n in range(length))
    else:
        reports = ("\x1b[I\x1b[O\x1b[I\x1b[O" for _ in range(length))
    return "".join(report for report, _ in zip(reports, range(length // 12), strict=False))


@pytest.mark.parametrize("kind", ["bytes", "letters", "pointer", "clicks", "focus"])
def test_noise_is_next_to_nothing_for_the_event_loop(kind: str, sampling: Sampling) -> None:
    length = NOISE if sampling.whole else SAMPLE
    data = noise(kind, length)
    reads = [data[at : at + READ] for at in range(0, len(data), READ)]
    tracemalloc.start()
    output = list(messages([*reads, "j"], pause=0.01))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    keys = [message.key for message in output if isinstance(message, events.Key)]
    assert keys in ([], ["j"])
    assert len(output) <= len(reads) * (REPORTS + 1)
    assert peak < 50 * length


def test_a_paste_without_an_end_gives_the_keyboard_back() -> None:
    assert parse([f"{START}abc", "j"], pause=OPEN_SECONDS) == ["InputDropped", "j"]
    assert parse([f"{START}abc", "j", "k", END, "l"], pause=OPEN_SECONDS - 1) == [
        "paste abcjk",
        "l",
    ]
    for interrupt in ("\x03", "\x1b[99;5u"):
        assert parse([f"{START}abc", interrupt, "j"], pause=0.2) == ["InputDropped", "ctrl+c", "j"]
    within = [f"{START}abc", "\x03", f"D{END}"]
    assert parse(within, pause=0.01) == ["paste abc\x03D"], "a paste may hold one, in any piece"


def test_a_paste_without_measure_is_not_taken_and_not_kept() -> None:
    piece = "\U0010ffff" * READ
    tracemalloc.start()
    output = parse([START, *[piece] * (20 * LONGEST // READ), END, "j"], pause=0.01)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert output == ["InputDropped", "j"]
    assert peak < 20_000_000
    longest = "a" * LONGEST
    assert parse([START, longest, END, "j"], pause=0.01) == [f"paste {longest}", "j"]
