"""The default theme; every Textual theme works as well."""

from __future__ import annotations

from textual.theme import Theme

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
