"""The width of texts in terminal cells, as Rich and Textual draw them."""

from __future__ import annotations

from rich.cells import cell_len


def measure_width(text: str) -> int:
    """Return how many terminal cells a clean text takes."""
    return len(text) if text.isascii() else cell_len(text)


def truncate(text: str, width: int) -> str:
    """Cut a clean text to at most `width` cells; a cut one ends in ``…``."""
    if measure_width(text) <= width:
        return text
    end, cells = 0, 1
    while cells + measure_width(text[end]) <= width:
        cells += measure_width(text[end])
        end += 1
    return f"{text[:end]}…"
