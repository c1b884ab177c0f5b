"""A screen as an SVG: a window with its cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from screenshots.drawing import FONT_SIZE, FONTS, Classes, Drawing, number
from screenshots.shapes import HEIGHT, WIDTH

if TYPE_CHECKING:
    from screenshots.cells import CellScreen

PADDING: Final = 12
TITLE_HEIGHT: Final = 30
DOTS: Final = ("#ec6a5e", "#f4bf4f", "#61c554")
FRAME: Final = "#8a94a0"


def draw_svg(screen: CellScreen, title: str) -> str:
    """Return a screen as an SVG."""
    drawing = Drawing(Classes(), screen.background)
    for row, cells in enumerate(screen.rows):
        drawing.add_row(cells, row * HEIGHT)
    elements = drawing.svg
    width, height = screen.columns * WIDTH, len(screen.rows) * HEIGHT
    return wrap(
        elements,
        title,
        css=drawing.classes.css,
        background=screen.background,
        size=(width, height),
    )


def wrap(  # the whole file
    elements: str,
    title: str,
    *,
    css: str,
    background: str,
    size: tuple[float, float],
    below: str = "",
    footer: float = 0,
) -> str:
    """Return an SVG of a window around elements; `below` is drawn in the footer under it."""
    width, height = size[0] + 2 * PADDING, size[1] + TITLE_HEIGHT + PADDING
    dots = "".join(
        f'<circle cx="{20 + 18 * index}" cy="16" r="5" fill="{colour}"/>'
        for index, colour in enumerate(DOTS)
    )
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {number(width)}'
        f' {number(height + footer)}" width="{number(width)}" height="{number(height + footer)}">',
        f"<title>{escape(title)}</title>",
        f"<style>text{{font:{FONT_SIZE}px {FONTS};white-space:pre}}{css}</style>",
        f'<rect x=".5" y=".5" width="{number(width - 1)}" height="{number(height - 1)}" rx="9"'
        f' fill="{background}" stroke="{FRAME}" stroke-opacity=".55"/>',
        dots,
        f'<g transform="translate({PADDING} {TITLE_HEIGHT})">',
        elements,
        "</g>",
        *([below] if below else []),
        "</svg>\n",
    ]
    return "\n".join(lines)
