"""Which of Textual's environment variables the interface heeds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import MutableMapping

HEEDED: Final = frozenset(
    {
        *("TEXTUAL_THEME", "TEXTUAL_COLOR_SYSTEM", "TEXTUAL_DIM_FACTOR", "TEXTUAL_FILTERS"),
        *("TEXTUAL_ANIMATIONS", "TEXTUAL_FPS", "TEXTUAL_SMOOTH_SCROLL"),
        *("TEXTUAL_DISABLE_KITTY_KEY", "TEXTUAL_SPEEDUPS"),
    }
)
"""Those that choose how it looks and how the terminal is spoken to."""


def drop_debugging(environ: MutableMapping[str, str]) -> None:
    """Forget all the others: they write keys and the API key to files and ports, or press keys.

    Textual reads them when it is imported, so this comes before.
    """
    for name in [name for name in environ if _is_of_textual(name) and name not in HEEDED]:
        del environ[name]


def _is_of_textual(name: str) -> bool:
    return name == "TEXTUAL" or name.startswith("TEXTUAL_")
