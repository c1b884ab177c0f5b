"""The signs of outcomes, which have the same colours wherever they are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from capgo_tui.tui.widgets.lines import wrap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from rich.style import Style

    from capgo_tui.tui.widgets.lines import Run

SIGN_TONES: Final[Mapping[str, str]] = {
    "✓": "good",
    "✗": "bad",
    "?": "warn",
    "!": "warn",
    "⟳": "warn",
    "↶": "muted",
    "–": "muted",
}
"""The tone of each sign: verified, failed, unknown, different, under way, undone, not tried."""
SEPARATOR: Final = " · "


def wrap_signed(text: str, width: int) -> list[str]:
    """Return a text in lines as `wrap` does, with nothing below a sign that leads it."""
    if text[:1] not in SIGN_TONES or text[1:2] != " " or width < 4:
        return wrap(text, width)
    first, *others = wrap(text[2:], width - 2)
    return [f"{text[:2]}{first}", *(f"  {line}" for line in others)]


def split_at_signs(text: str, style: Style, style_of: Callable[[str], Style]) -> Iterator[Run]:
    """Yield a text in runs, with the sign that leads it, or one of its parts, in its own style.

    Args:
        text: parts with a separator between them; a sign has a blank behind it.
        style: the style of the text.
        style_of: gives the style of a tone.

    """
    for number, part in enumerate(text.split(SEPARATOR)):
        lead = SEPARATOR if number else ""
        words = part.lstrip(" ")
        lead += part[: len(part) - len(words)]
        tone = SIGN_TONES.get(words[:1]) if words[1:2] in {" ", ""} else None
        if tone is None:
            yield lead + words, style
        else:
            yield lead, style
            yield words[0], style_of(tone)
            yield words[1:], style
