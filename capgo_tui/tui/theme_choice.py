"""Choosing a theme for the terminal: by its colours, its line and its background."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from capgo_tui.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

_MULTIPLEXED: Final = ("screen", "tmux")
"""What TERM begins with inside of a multiplexer."""
_REMOTE: Final = ("SSH_CONNECTION", "SSH_TTY", "TMUX", "STY")
"""What is set over SSH and inside of a multiplexer."""


@dataclass(frozen=True, slots=True)
class ThemeChoice:
    """The theme to begin with."""

    name: str
    light: str | None = None
    """The theme to use instead if the terminal says that its background is light."""
    place: str | None = None
    """What names it, such as ``--theme``; None where nothing does."""


def choose_theme(environ: Mapping[str, str]) -> ThemeChoice:
    """Return the theme for a terminal where nobody named one.

    The terminal's own colours take the fewest bytes, which counts on a slow line, and are all
    that is certain where it does not say that it has 24 bits.
    """
    has_own_colours = any(environ.get(name) for name in _REMOTE) or (
        environ.get("TERM", "").startswith(_MULTIPLEXED)
        or environ.get("COLORTERM", "").strip().lower() not in ("truecolor", "24bit")
    )
    dark, light = ("ansi-dark", "ansi-light") if has_own_colours else ("capgo-dark", "capgo-light")
    match is_light_by(environ):
        case True:
            return ThemeChoice(light)
        case False:
            return ThemeChoice(dark)
        case _:
            return ThemeChoice(dark, light if _can_answer(environ) else None)


def is_light_by(environ: Mapping[str, str]) -> bool | None:
    """Return whether COLORFGBG names a light background; None where it names none."""
    number = environ.get("COLORFGBG", "").rpartition(";")[2]
    if not (number.isdecimal() and int(number) < 16):
        return None
    return int(number) == 7 or int(number) > 8


def _can_answer(environ: Mapping[str, str]) -> bool:
    """Return whether a terminal may be asked: Linux's own would print the question."""
    return not environ.get("STY") and not environ.get("TERM", "").startswith(("linux", "screen"))
