"""Rows of cells as SVG: paths for what must join, text of a fixed width for the rest.

No font comes with it, as GitHub would strip one: every piece of text states its width, so that
the columns stand whatever monospace font draws them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple
from xml.sax.saxutils import escape

from screenshots.shapes import HEIGHT, WIDTH, Circle, Outline, Polygon, Shape, find_shapes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from screenshots.cells import Cell, Style

BASELINE: Final = 15.6
FONT_SIZE: Final = 16.6
"""At which most monospace fonts are as wide as a cell."""
FONTS: Final = (
    "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace"
)
STROKE: Final = 1.3
_EASY: Final = "…·×–—«»‹›’"
"""What every monospace font has, besides letters."""


class Ink(NamedTuple):
    """How a piece of text is drawn."""

    colour: str
    bold: bool = False
    italic: bool = False


class Classes:
    """Short class names of inks, in the order in which they are first used."""

    def __init__(self) -> None:
        self._names: dict[Ink, str] = {}

    def name(self, ink: Ink) -> str:
        """Return the class of an ink."""
        return self._names.setdefault(ink, f"c{len(self._names)}")

    @property
    def css(self) -> str:
        """The rules of all classes named so far."""
        rules = []
        for ink, name in self._names.items():
            weight = ";font-weight:700" if ink.bold else ""
            slant = ";font-style:italic" if ink.italic else ""
            rules.append(f".{name}{{fill:{ink.colour}{weight}{slant}}}")
        return "".join(rules)


@dataclass
class Drawing:
    """What is drawn, gathered by colour."""

    classes: Classes
    base: str
    """The background that is there already."""
    _areas: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _fills: dict[tuple[str, float], list[str]] = field(default_factory=lambda: defaultdict(list))
    _strokes: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _signs: dict[Ink, list[tuple[float, float, str]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _texts: list[str] = field(default_factory=list)

    def add_row(self, row: Sequence[Cell], top: float) -> None:
        """Draw one row of cells."""
        for background, cells in groupby(row, lambda cell: cell.style.background):
            if background != self.base:
                self._areas[background].append(_rectangle_path(*_extent(cells), top, HEIGHT))
        for (colour, is_under), cells in groupby(row, _line_through):
            if colour:
                y = top + (18 if is_under else HEIGHT / 2)
                self._fills[colour, 1.0].append(_rectangle_path(*_extent(cells), y, 1.2))
        for ink, cells in groupby(row, lambda cell: ink_of(cell.style)):
            self._add_texts(ink, list(cells), top)

    def _add_texts(self, ink: Ink, cells: Sequence[Cell], top: float) -> None:
        easy: list[Cell] = []
        for cell in cells:
            if _is_easy(cell.text):
                easy.append(cell)
                continue
            self._flush(ink, easy, top)
            shapes = find_shapes(cell.text)
            for shape in shapes:
                self._add_shape(shape, ink.colour, cell.column * WIDTH, top)
            if not shapes and cell.text.strip():
                x = (cell.column + cell.width / 2) * WIDTH
                self._signs[ink].append((x, top + BASELINE, cell.text))
        self._flush(ink, easy, top)

    def _flush(self, ink: Ink, cells: list[Cell], top: float) -> None:
        for column, text in _split_at_gaps(cells):
            length = f' textLength="{number(len(text) * WIDTH)}"' if len(text) > 1 else ""
            x, y = number(column * WIDTH), number(top + BASELINE)
            self._texts.append(
                f'<text class="{self.classes.name(ink)}" x="{x}" y="{y}"{length}>'
                f"{escape(text)}</text>"
            )
        cells.clear()

    def _add_shape(self, shape: Shape, colour: str, x: float, y: float) -> None:
        match shape:
            case Polygon(points, opacity):
                self._fills[colour, opacity].append(_line_path(points, x, y) + "z")
            case Outline(points, closed):
                self._strokes[colour].append(_line_path(points, x, y) + ("z" if closed else ""))
            case Circle((centre_x, centre_y), radius, filled):
                r = number(radius)
                path = (
                    f"M{number(x + centre_x - radius)} {number(y + centre_y)}"
                    f"a{r} {r} 0 1 0 {number(2 * radius)} 0a{r} {r} 0 1 0 {number(-2 * radius)} 0z"
                )
                if filled:
                    self._fills[colour, 1.0].append(path)
                else:
                    self._strokes[colour].append(path)

    @property
    def svg(self) -> str:
        """The elements, one a line."""
        return "\n".join(self._elements())

    def _elements(self) -> Iterator[str]:
        for colour, paths in self._areas.items():
            yield f'<path shape-rendering="crispEdges" fill="{colour}" d="{"".join(paths)}"/>'
        for (colour, opacity), paths in self._fills.items():
            faint = f' fill-opacity="{number(opacity)}"' if opacity < 1 else ""
            yield f'<path fill="{colour}"{faint} d="{"".join(paths)}"/>'
        for colour, paths in self._strokes.items():
            stroke = f'fill="none" stroke="{colour}" stroke-width="{STROKE}"'
            yield f'<path {stroke} d="{"".join(paths)}"/>'
        yield from self._texts
        for ink, signs in self._signs.items():
            singles = [sign for sign in signs if len(sign[2]) == 1]
            # A position is for one character, and an accent over it is another.
            groups = [singles] if singles else []
            for group in [*groups, *([sign] for sign in signs if len(sign[2]) > 1)]:
                yield self._draw_signs(ink, group)

    def _draw_signs(self, ink: Ink, signs: Sequence[tuple[float, float, str]]) -> str:
        x = " ".join(number(each) for each, _, _ in signs)
        y = " ".join(number(each) for _, each, _ in signs)
        text = escape("".join(each for _, _, each in signs))
        return (
            f'<text class="{self.classes.name(ink)}" text-anchor="middle" x="{x}" y="{y}">'
            f"{text}</text>"
        )


def ink_of(style: Style) -> Ink:
    """Return the ink of a style; a dim one is half way to the background."""
    return Ink(mix(style) if style.dim else style.foreground, style.bold, style.italic)


def mix(style: Style) -> str:
    """Return the colour half way between a style's foreground and background."""
    pairs = zip(
        bytes.fromhex(style.foreground[1:]), bytes.fromhex(style.background[1:]), strict=True
    )
    return "#" + bytes((one + other) // 2 for one, other in pairs).hex()


def number(value: float) -> str:
    """Return a number as short as can be."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _is_easy(text: str) -> bool:
    return len(text) == 1 and (
        " " <= text <= "~" or text in _EASY or (text < "\u0250" and text.isalpha())
    )


def _line_through(cell: Cell) -> tuple[str, bool]:
    style = cell.style
    return (style.foreground, style.underline) if style.underline or style.strike else ("", False)


def _extent(cells: Iterable[Cell]) -> tuple[float, float]:
    """Return where cells begin and how wide they are."""
    together = list(cells)
    first, last = together[0], together[-1]
    return first.column * WIDTH, (last.column + last.width - first.column) * WIDTH


def _split_at_gaps(cells: Sequence[Cell]) -> Iterator[tuple[int, str]]:
    """Yield the column and text of each piece between two and more spaces."""
    text = "".join(cell.text for cell in cells)
    start = 0
    while start < len(text):
        if text[start] == " ":
            start += 1
            continue
        end = text.find("  ", start)
        piece = text[start : end if end >= 0 else len(text)].rstrip()
        yield cells[start].column, piece
        start += len(piece)


def _rectangle_path(x: float, width: float, y: float, height: float) -> str:
    left = number(x)
    return f"M{left} {number(y)}h{number(width)}v{number(height)}H{left}z"


def _line_path(points: Sequence[tuple[float, float]], x: float, y: float) -> str:
    return "M" + "L".join(f"{number(x + px)} {number(y + py)}" for px, py in points)
