"""Clipboard escape sequences, wrapped for terminal multiplexers."""

from __future__ import annotations

import base64
import re

import pytest
from textual.app import App

from capgo_tui.tui.terminal import clipboard


@pytest.fixture(autouse=True)
def no_multiplexer(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TMUX", "STY"):
        monkeypatch.delenv(name, raising=False)


def test_without_a_multiplexer_nothing_is_wrapped() -> None:
    assert clipboard.wrap("QUJD", {}) == ""


def test_tmux_passes_on_what_stands_in_its_own_string_with_every_escape_doubled() -> None:
    sequence = clipboard.wrap("QUJD", {"TMUX": "/tmp/tmux,1,0", "STY": "1.x"})  # noqa: S108
    assert sequence == "\x1bPtmux;\x1b\x1b]52;c;QUJD\x07\x1b\\"


def test_screen_gets_it_in_pieces_that_make_one_sequence_again() -> None:
    payload = base64.b64encode(bytes(2_000)).decode()
    sequence = clipboard.wrap(payload, {"STY": "1.x"})
    pieces = re.findall(r"\x1bP(.*?)\x1b\\", sequence, re.DOTALL)
    assert "".join(f"\x1bP{piece}\x1b\\" for piece in pieces) == sequence
    assert max(map(len, pieces)) <= 256
    assert "".join(pieces) == f"\x1b]52;c;{payload}\x07"


async def test_it_is_told_what_was_sent_and_where(monkeypatch: pytest.MonkeyPatch) -> None:
    app: App[None] = App()
    async with app.run_test():
        message = await clipboard.copy(app, "abc", "the id")
        assert message == "The id, 3 characters: to the terminal, if it takes it."
        assert app.clipboard == "abc"
        monkeypatch.setenv("STY", "1.x")
        message = await clipboard.copy(app, "é", "it")
        assert message.endswith("to the terminal through screen, if it takes it.")


async def test_too_much_is_refused_and_the_clipboard_stays() -> None:
    app: App[None] = App()
    async with app.run_test():
        await clipboard.copy(app, "before", "it")
        fits = clipboard.MOST // 4 * 3
        assert "✗ Not copied" in await clipboard.copy(app, "x" * (fits + 1), "everything")
        assert app.clipboard == "before"
        assert "if it takes it" in await clipboard.copy(app, "x" * fits, "everything")


async def test_what_is_pasted_elsewhere_can_steer_nothing_there() -> None:
    app: App[None] = App()
    async with app.run_test():
        await clipboard.copy(app, "one\x1b[31m\rtwo\nthree \u202e\ud800", "it")
        assert app.clipboard == "one\ufffd[31m two\nthree \ufffd\ufffd"
