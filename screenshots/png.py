"""A screen as a PNG, drawn from its cells with Pillow and DejaVu Sans Mono."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from screenshots.drawing import ink_of
from screenshots.shapes import HEIGHT, WIDTH, Circle, Outline, Polygon, Shape, find_shapes
from screenshots.svg import DOTS, FRAME, PADDING, TITLE_HEIGHT

if TYPE_CHECKING:
    from screenshots.cells import Cell, CellScreen

SCALE: Final = 2
_FINE: Final = 4
"""Shapes are drawn this much larger, then reduced: Pillow's have no soft edges."""
FONT_FOLDERS: Final = (
    Path("/usr/share/fonts/truetype/dejavu"),
    Path("/usr/share/fonts/dejavu"),
    Path("/usr/share/fonts/TTF"),
    Path("/Library/Fonts"),
)
CELL: Final = (int(WIDTH * SCALE), int(HEIGHT * SCALE))
_FONT_SIZE: Final = 33
_BASELINE: Final = 32


def find_font(bold: bool) -> Path | None:
    """Return the file of the font, if it is installed."""
    name = f"DejaVuSansMono{'-Bold' if bold else ''}.ttf"
    return next((each / name for each in FONT_FOLDERS if (each / name).exists()), None)


@cache
def _font(bold: bool) -> ImageFont.FreeTypeFont:
    file = find_font(bold)
    if file is None:
        raise FileNotFoundError("DejaVu Sans Mono draws the PNGs: apt install fonts-dejavu-core")
    return ImageFont.truetype(file, _FONT_SIZE)


def draw_image(screen: CellScreen) -> Image.Image:
    """Return a screen as an image, in a window as in the SVG."""
    padding, title = PADDING * SCALE, TITLE_HEIGHT * SCALE
    size = (
        screen.columns * CELL[0] + 2 * padding,
        len(screen.rows) * CELL[1] + title + padding,
    )
    image = Image.new("RGB", size, screen.background)
    draw = ImageDraw.Draw(image)
    for row, cells in enumerate(screen.rows):
        for cell in cells:
            _draw_cell(image, draw, cell, (padding + cell.column * CELL[0], title + row * CELL[1]))
    _draw_window(image)
    return image


def _draw_cell(
    image: Image.Image, draw: ImageDraw.ImageDraw, cell: Cell, at: tuple[int, int]
) -> None:
    x, y = at
    style, ink = cell.style, ink_of(cell.style)
    right, bottom = x + cell.width * CELL[0] - 1, y + CELL[1] - 1
    draw.rectangle((x, y, right, bottom), fill=style.background)
    if cell.text.strip():
        mask = _mask(cell.text, cell.width, ink.bold)
        image.paste(ink.colour, (x, y), mask)
    for is_there, line in ((style.underline, 36), (style.strike, 20)):
        if is_there:
            draw.rectangle((x, y + line, right, y + line + 1), fill=ink.colour)


@cache
def _mask(text: str, width: int, bold: bool) -> Image.Image:
    size = (width * CELL[0], CELL[1])
    shapes = find_shapes(text)
    if not shapes:
        mask = Image.new("L", size)
        ImageDraw.Draw(mask).text(
            (size[0] / 2, _BASELINE), text, fill=255, font=_font(bold), anchor="ms"
        )
        return mask
    fine = Image.new("L", (size[0] * _FINE, size[1] * _FINE))
    draw = ImageDraw.Draw(fine)
    for shape in shapes:
        _draw_shape(draw, shape)
    return fine.resize(size, Image.Resampling.BOX)


def _draw_shape(draw: ImageDraw.ImageDraw, shape: Shape) -> None:
    factor = SCALE * _FINE
    thickness = round(1.3 * factor)
    match shape:
        case Polygon(points, opacity):
            shade = round(255 * opacity)
            (left, top), (right, bottom) = points[0], points[len(points) // 2]
            if _is_rectangle(points):
                draw.rectangle(
                    (
                        round(left * factor),
                        round(top * factor),
                        round(right * factor) - 1,
                        round(bottom * factor) - 1,
                    ),
                    fill=shade,
                )
            else:
                draw.polygon([(x * factor, y * factor) for x, y in points], fill=shade)
        case Outline(points, closed):
            path = [(x * factor, y * factor) for x, y in points]
            if closed:
                path += path[:2]
            draw.line(path, fill=255, width=thickness, joint="curve")
        case Circle((x, y), radius, filled):
            outer = radius if filled else radius + 0.65
            box = (
                (x - outer) * factor,
                (y - outer) * factor,
                (x + outer) * factor,
                (y + outer) * factor,
            )
            if filled:
                draw.ellipse(box, fill=255)
            else:
                draw.ellipse(box, outline=255, width=thickness)


def _is_rectangle(points: tuple[tuple[float, float], ...]) -> bool:
    return len(points) == 4 and points[0][1] == points[1][1] and points[1][0] == points[2][0]


def _draw_window(image: Image.Image) -> None:
    """Draw the buttons, the frame, and the round corners."""
    draw = ImageDraw.Draw(image)
    for index, colour in enumerate(DOTS):
        x, y, radius = (20 + 18 * index) * SCALE, 16 * SCALE, 5 * SCALE
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
    draw.rectangle((0, 0, image.width - 1, image.height - 1), outline=FRAME, width=1)


def save_png(image: Image.Image, file: Path, fingerprint: str) -> None:
    """Write an image with few colours, and with the fingerprint of what it shows."""
    info = PngInfo()
    info.add_text("fingerprint", fingerprint)
    reduced = image.quantize(256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    reduced.save(file, optimize=True, pnginfo=info)
