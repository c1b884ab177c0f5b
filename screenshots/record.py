"""Recordings: the installed command in a real terminal, on a sandbox, one frame a state.

A frame is taken when the screen shows what its step expects and no longer changes, and not at a
time, so that the same program gives the same recording. It is kept as text, as the pictures of
``tests/snapshots`` are, and drawn from there.
"""

from __future__ import annotations

import re
import tempfile
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from screenshots.cells import ANSI
from screenshots.shop import write_shop
from tests.snapshots.picture import compose_picture
from tests.support.pseudo_terminal import COMMAND, PseudoTerminal
from tests.support.sandbox_process import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyte.screens import Char

    from screenshots.scripts import Script, Step

FOLDER: Final = Path(__file__).parent / "recordings"
PROFILE: Final = """\
default_profile = "staging"

[profiles.staging]
app = "{app}"
api_url = "{url}"
key_env = "STAGING_KEY"
revision = "live"
"""
_TIME: Final = re.compile(r"\b\d\d:\d\d(:\d\d)?\b")
"""A time of the day, which is another one in each recording."""
_QUIET_READS: Final = 10
_SEPARATOR: Final = "\f\n"
_NAMES: Final = ("black", "red", "green", "brown", "blue", "magenta", "cyan", "white")


@contextmanager
def playing(script: Script) -> Iterator[PseudoTerminal]:
    """Run the app on a sandbox with the shop; yield its terminal."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_shop(folder / "state.json")
        command = (str(COMMAND), "sandbox", "--port", "0", "--state", str(folder / "state.json"))
        with serving([*command, *script.sandbox], folder) as sandbox:
            settings = folder / ".config" / "capgo-tui" / "config.toml"
            settings.parent.mkdir(parents=True)
            settings.write_text(PROFILE.format(app=sandbox.app, url=sandbox.url), encoding="utf-8")
            environ = {"STAGING_KEY": sandbox.key}
            with PseudoTerminal([str(COMMAND)], environ=environ, folder=folder) as terminal:
                yield terminal


def record(script: Script) -> list[str]:
    """Play a script and return its frames as pictures.

    Raises:
        AssertionError: when the screen never shows what a step expects.

    """
    frames = []
    with playing(script) as terminal:
        for step in script.steps:
            if step.keys:
                terminal.type(step.keys)
            condition = partial(_is_reached, terminal, step)
            quiet = 0
            while quiet < _QUIET_READS:
                terminal.wait_for(condition, f"{step.label}: {step.shows}")
                quiet = 0 if terminal.read(0.03) else quiet + 1
            frames.append(draw_terminal(terminal))
    return frames


def _is_reached(terminal: PseudoTerminal, step: Step) -> bool:
    text = " ".join(terminal.text.split())
    return all(each in text for each in step.shows) and (
        not step.has_cursor or _has_cursor(terminal)
    )


def _has_cursor(terminal: PseudoTerminal) -> bool:
    """Return whether a single blank cell has another background than the two beside it."""
    buffer, columns = terminal.screen.buffer, range(terminal.screen.columns - 2)
    return any(
        row[column + 1].data == " "
        and row[column + 1].bg not in (row[column].bg, row[column + 2].bg)
        for row in (buffer[line] for line in range(terminal.screen.lines))
        for column in columns
    )


def draw_terminal(terminal: PseudoTerminal) -> str:
    """Return the picture of a terminal, with a fixed time of the day."""
    buffer, columns = terminal.screen.buffer, range(terminal.screen.columns)
    rows = [[buffer[line][column] for column in columns] for line in range(terminal.screen.lines)]
    words = ["".join(char.data for char in row) for row in rows]
    texts = [_TIME.sub(lambda time: "14:02:11"[: len(time[0])], row) for row in words]
    return compose_picture(texts, [[_describe(char) for char in row] for row in rows])


def _describe(char: Char) -> str:
    is_blank = char.data == " "
    flags = {
        "bold": char.bold and not is_blank,
        "italic": char.italics and not is_blank,
        "underline": char.underscore,
        "reverse": char.reverse,
        "strike": char.strikethrough,
    }
    words = [flag for flag, is_set in flags.items() if is_set]
    # What colour a blank would have is left over from what was drawn there before.
    foreground = "default" if is_blank and not words else _name(char.fg)
    return " ".join([*words, foreground, "on", _name(char.bg)])


def _name(colour: str) -> str:
    if colour == "default":
        return colour
    plain = colour.removeprefix("bright")
    if plain in _NAMES:
        return f"color({_NAMES.index(plain) + (len(ANSI) // 2 if plain != colour else 0)})"
    return f"#{colour}"


def file_of(script: Script) -> Path:
    """Return the file of the frames of a recording."""
    return FOLDER / f"{script.name}.txt"


def read_frames(script: Script) -> list[str]:
    """Return the frames of a recording as they are kept."""
    return file_of(script).read_text(encoding="utf-8").split(_SEPARATOR)


def write_frames(script: Script, frames: list[str]) -> None:
    """Keep the frames of a recording."""
    FOLDER.mkdir(exist_ok=True)
    file_of(script).write_text(_SEPARATOR.join(frames), encoding="utf-8")
