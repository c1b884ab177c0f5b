"""The tones of texts in every theme: each can be read, and told from all others."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from capgo_tui.help import read_page
from capgo_tui.tui.theme import CAPGO_CONTRAST, OUR_THEMES, THEME_NAMES
from capgo_tui.tui.tone_colours import (
    DISTINCT,
    READABLE,
    READABLE_MUTED,
    make_tones,
    measure_contrast,
    measure_distance,
)

if TYPE_CHECKING:
    from textual.theme import Theme

THEMES = [*OUR_THEMES, *BUILTIN_THEMES.values()]
TONES = ("text-error", "text-success", "text-warning", "text-accent")


def list_colours(theme: Theme) -> dict[str, str]:
    colours = theme.to_color_system().generate()
    return colours | make_tones(colours, is_dark=theme.dark, is_ansi=theme.ansi)


@pytest.mark.parametrize(
    "theme", [each for each in THEMES if not each.ansi], ids=lambda theme: theme.name
)
def test_every_tone_can_be_read_and_told_from_the_others(theme: Theme) -> None:
    texts = list_colours(theme)
    tones = {name: Color.parse(texts[name]) for name in (*TONES, "foreground", "foreground-muted")}
    for (one, first), (other, second) in combinations(tones.items(), 2):
        assert measure_distance(first, second) >= DISTINCT, (one, other)
    primary, marked, *grounds = (
        Color.parse(texts[name])
        for name in ("primary", "primary-muted", "background", "surface", "panel")
    )
    for name in TONES:
        for ground in (marked, *grounds):
            assert measure_contrast(tones[name], ground) >= READABLE, name
    assert measure_contrast(tones["foreground-muted"], grounds[0]) >= READABLE_MUTED
    assert measure_contrast(tones["foreground"], marked) >= READABLE_MUTED
    # The marked row is neither the cursor's nor any other.
    assert measure_distance(marked, primary) >= 2 * DISTINCT
    assert measure_distance(marked, grounds[0]) >= DISTINCT


@pytest.mark.parametrize(
    "theme", [each for each in THEMES if each.ansi], ids=lambda theme: theme.name
)
def test_the_terminals_own_colours_are_pairwise_others(theme: Theme) -> None:
    colours = list_colours(theme)
    assert len({colours[tone] for tone in TONES}) == len(TONES)
    assert "ansi_yellow" not in {colours[tone] for tone in TONES} or theme.dark


@pytest.mark.parametrize("theme", OUR_THEMES, ids=lambda theme: theme.name)
def test_in_our_own_themes_faint_texts_can_be_read_on_a_marked_row(theme: Theme) -> None:
    colours = list_colours(theme)
    muted, marked = Color.parse(colours["foreground-muted"]), Color.parse(colours["primary-muted"])
    assert measure_contrast(muted, marked) >= READABLE_MUTED


def test_the_theme_of_high_contrast_keeps_its_word() -> None:
    colours = list_colours(CAPGO_CONTRAST)
    ground = Color.parse(colours["background"])
    for tone in (*TONES, "foreground", "foreground-muted"):
        assert measure_contrast(Color.parse(colours[tone]), ground) >= 7, tone


def test_a_dark_a_light_and_a_contrasting_theme_of_our_own_can_be_named() -> None:
    assert {"capgo-dark", "capgo-light", "capgo-contrast"} <= set(THEME_NAMES)


@pytest.mark.parametrize(
    ("one", "other", "contrast", "distance"),
    [
        ("#000000", "#ffffff", 21, 1),
        ("#777777", "#777777", 1, 0),
        ("#ffffff", "#767676", 4.54, 0.43),
    ],
)
def test_contrast_and_distance_are_measured_as_published(
    one: str, other: str, contrast: float, distance: float
) -> None:
    colours = Color.parse(one), Color.parse(other)
    assert measure_contrast(*colours) == pytest.approx(contrast, abs=0.01)
    assert measure_distance(*colours) == pytest.approx(distance, abs=0.01)


def test_the_help_names_every_theme_of_our_own() -> None:
    page = read_page("settings")
    assert all(theme.name in page for theme in OUR_THEMES)
