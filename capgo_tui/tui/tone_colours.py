"""The colours of texts, derived from the roles of a theme.

A theme is made for headings and buttons: some give their accent and their warnings one colour, and
some are too faint for text. Here each tone keeps its theme's colour where that can be read and told
from the others, and else takes another of the theme's, or one of our own.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from textual.color import Color

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

READABLE: Final = 4.5
"""The least contrast of a text with what is behind it (WCAG 2, AA)."""
READABLE_MUTED: Final = 3.0
"""The same of a text of less weight."""
DISTINCT: Final = 0.075
"""The least distance of two tones, in OKLab."""
TINT: Final = 0.22
"""How much of the theme's primary colour is in the ground of a marked row."""
STEPS: Final = 20
"""Steps from a colour to black or white."""

TONE_ROLES: Final[Mapping[str, Sequence[str]]] = {
    "error": ("error",),
    "success": ("success",),
    "warning": ("warning",),
    "accent": ("accent", "primary", "secondary"),
}
"""The roles of a theme that give a tone its colour, the best first."""
_FALLBACKS: Final[Mapping[bool, Mapping[str, Sequence[str]]]] = {
    True: {
        "error": ("#ff7b7b",),
        "success": ("#6cc98f", "#8fd14f"),
        "warning": ("#f2c14e", "#ff9e4a"),
        "accent": ("#63c5ea", "#b69cff", "#5fd7c7"),
    },
    False: {
        "error": ("#b3261e",),
        "success": ("#1d7a43", "#4f7a00"),
        "warning": ("#8a5a00", "#a84a00"),
        "accent": ("#00658f", "#6a3fb5", "#00736b"),
    },
}
"""Colours of our own for dark and light themes, where those of the theme are too much alike."""
_ANSI: Final[Mapping[bool, Mapping[str, str]]] = {
    True: {
        "text-error": "ansi_red",
        "text-success": "ansi_green",
        "text-warning": "ansi_yellow",
        "text-accent": "ansi_cyan",
    },
    # Yellow cannot be read on white.
    False: {
        "text-error": "ansi_red",
        "text-success": "ansi_green",
        "text-warning": "ansi_magenta",
        "text-accent": "ansi_blue",
    },
}
"""The terminal's own colours, for a dark and for a light one."""


def make_tones(colours: Mapping[str, str], *, is_dark: bool, is_ansi: bool) -> dict[str, str]:
    """Return the variables of the tones of text and of the ground of a marked row.

    Args:
        colours: the variables that Textual makes of the theme.
        is_dark: whether the theme is a dark one.
        is_ansi: whether its colours are the terminal's own.

    """
    if is_ansi:
        return dict(_ANSI[is_dark])
    ground = Color.parse(colours["background"])
    plain = Color.parse(colours["foreground"])
    tint = ground.blend(Color.parse(colours["primary"]), TINT, 1)
    grounds = [tint, *(Color.parse(colours[name]) for name in ("background", "surface", "panel"))]
    muted = _make_muted(plain, ground, tint)
    tones = {"foreground-muted": muted.hex, "primary-muted": tint.hex}
    taken = [plain, muted]
    far = Color(255, 255, 255) if is_dark else Color(0, 0, 0)
    for tone, roles in TONE_ROLES.items():
        candidates = [*(colours[role] for role in roles), *_FALLBACKS[is_dark][tone]]
        readable = [_make_readable(Color.parse(each), grounds, far) for each in candidates]
        chosen = _pick_distinct(readable, taken)
        tones[f"text-{tone}"] = chosen.hex
        taken.append(chosen)
    return tones


def _make_muted(plain: Color, ground: Color, tint: Color) -> Color:
    """Return a fainter colour than that of plain texts, to be read on a marked row if it can."""
    faint = ground.blend(plain, 0.6, 1)
    muted = _make_readable(faint, [ground, tint], plain, READABLE_MUTED)
    if measure_distance(muted, plain) >= DISTINCT:
        return muted
    return _make_readable(faint, [ground], plain, READABLE_MUTED)


def _make_readable(
    colour: Color, grounds: Iterable[Color], far: Color, contrast: float = READABLE
) -> Color:
    """Return a colour moved towards another as little as it takes to be read on some grounds."""
    grounds = list(grounds)
    moved = colour
    for step in range(STEPS + 1):
        moved = colour.blend(far, step / STEPS, 1)
        if all(measure_contrast(moved, ground) >= contrast for ground in grounds):
            break
    return moved


def _pick_distinct(candidates: Sequence[Color], taken: Sequence[Color]) -> Color:
    """Return the first colour that is distinct from all others, else the one that is most so."""

    def measure_nearest(colour: Color) -> float:
        return min(measure_distance(colour, other) for other in taken)

    distinct = (each for each in candidates if measure_nearest(each) >= DISTINCT)
    return next(distinct, max(candidates, key=measure_nearest))


def measure_contrast(one: Color, other: Color) -> float:
    """Return the contrast of two colours, from 1 to 21 (WCAG 2)."""
    low, high = sorted(_measure_luminance(each) for each in (one, other))
    return (high + 0.05) / (low + 0.05)


def measure_distance(one: Color, other: Color) -> float:
    """Return how far two colours are from each other to the eye, in OKLab; white to black is 1."""
    return math.dist(_to_oklab(one), _to_oklab(other))


def _measure_luminance(colour: Color) -> float:
    red, green, blue = _to_linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _to_linear(colour: Color) -> tuple[float, float, float]:
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in colour.normalized
    )
    return red, green, blue


def _to_oklab(colour: Color) -> tuple[float, float, float]:
    red, green, blue = _to_linear(colour)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )
