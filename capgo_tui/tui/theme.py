"""The themes of our own; every Textual theme works as well."""

from __future__ import annotations

from textual.theme import BUILTIN_THEMES, Theme

CAPGO_DARK = Theme(
    name="capgo-dark",
    primary="#2f6f9f",
    secondary="#2b4a66",
    accent="#63c5ea",
    foreground="#d7dfe7",
    background="#10161d",
    surface="#151d26",
    panel="#1c2733",
    success="#6cc98f",
    warning="#e9b44c",
    error="#ee6c6c",
    dark=True,
)

CAPGO_LIGHT = Theme(
    name="capgo-light",
    primary="#2f6f9f",
    secondary="#5c86a8",
    accent="#00658f",
    foreground="#1c2733",
    background="#fafbfc",
    surface="#f0f3f6",
    panel="#e4e9ee",
    success="#1d7a43",
    warning="#8a5a00",
    error="#b3261e",
    dark=False,
)

CAPGO_CONTRAST = Theme(
    name="capgo-contrast",
    primary="#0b57d0",
    secondary="#3d7be0",
    accent="#6fe3ff",
    foreground="#ffffff",
    background="#000000",
    surface="#0a0a0a",
    panel="#161616",
    success="#6bff9c",
    warning="#ffd60a",
    error="#ff8f8f",
    dark=True,
)
"""For tired eyes and bright rooms: every text has a contrast of 7 at the least."""
OUR_THEMES = (CAPGO_DARK, CAPGO_LIGHT, CAPGO_CONTRAST)
THEME_NAMES = sorted({*BUILTIN_THEMES, *(theme.name for theme in OUR_THEMES)})
