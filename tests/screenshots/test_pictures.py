"""The pictures of `screenshots/` show the app as it is.

They are drawn from the pictures of `tests/snapshots`, which `test_snapshots` compares with the
running app, and the recordings, which `test_recordings` plays.
"""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from PIL import Image, ImageChops, ImageStat
from rich.cells import cell_len

from screenshots import png
from screenshots.cells import CellScreen, Style, read_picture, read_style
from screenshots.drawing import Classes, Drawing
from screenshots.gallery import list_pictures, list_pngs
from screenshots.scripts import SCRIPTS
from screenshots.shapes import HEIGHT, WIDTH, find_shapes
from screenshots.svg import draw_svg
from screenshots.writing import (
    FOLDER,
    draw_files,
    fingerprint,
    list_screens,
    list_strays,
    read_fingerprint,
    read_screen,
)
from tests.snapshots.picture import compose_picture
from tests.support.pseudo_terminal import ROOT

AGAIN = "they are written by: python -m screenshots"
SVG = "{http://www.w3.org/2000/svg}"
HAS_FONT = all(png.find_font(bold) for bold in (False, True))


def test_every_drawing_is_as_it_would_be_written_now() -> None:
    stale = [
        name
        for name, text in draw_files().items()
        if not (FOLDER / name).exists() or (FOLDER / name).read_text(encoding="utf-8") != text
    ]
    assert not stale, AGAIN


def test_nothing_else_lies_in_the_folder() -> None:
    assert list_strays() == [], AGAIN


@pytest.mark.parametrize("name", list_pngs())
def test_a_png_is_of_the_screen_as_it_is_now(name: str) -> None:
    stored = (FOLDER / f"{name}.png").read_bytes()
    assert read_fingerprint(stored) == fingerprint(list_screens()[name]), AGAIN


@pytest.mark.skipif(not HAS_FONT, reason="DejaVu Sans Mono draws the PNGs")
def test_a_png_looks_as_it_is_drawn_now() -> None:
    """Within what another release of the font's library, and few colours, make of it."""
    drawn = {name: png.draw_image(screen) for name, screen in list_screens().items()}
    for name, image in drawn.items():
        with Image.open(FOLDER / f"{name}.png") as file:
            stored = file.convert("RGB")
        assert stored.size == image.size
        assert _difference(stored, image) < 1.0, f"{name}: {AGAIN}"
        blank = Image.new("RGB", image.size, image.getpixel((40, 200)))
        assert _difference(stored, blank) > 3.0, "this comparison tells nothing"


def _difference(one: Image.Image, other: Image.Image) -> float:
    return max(ImageStat.Stat(ImageChops.difference(one, other)).mean)


def test_the_readme_shows_pictures_that_are_there() -> None:
    shown = re.findall(r"\]\((screenshots/[^)]+)\)", (ROOT / "README.md").read_text("utf-8"))
    assert len(shown) >= 3
    assert {f"screenshots/{script.name}.svg" for script in SCRIPTS} <= set(shown)
    assert [file for file in shown if not (ROOT / file).exists()] == []


@pytest.mark.parametrize("name", sorted(list_pictures())[::12])
def test_every_character_stands_in_its_cell(name: str) -> None:
    """What is read from the SVG, by position and width alone, is the screen again."""
    screen = read_screen(list_pictures()[name])
    grid = [[" "] * screen.columns for _ in screen.rows]
    for text in ET.fromstring(draw_svg(screen, name)).iter(f"{SVG}text"):
        for char, column, row, width in _list_characters(text):
            grid[row][column : column + width] = [char, *[""] * (width - 1)]
    expected = [
        "".join(cell.text if not find_shapes(cell.text) else " " * cell.width for cell in row)
        for row in screen.rows
    ]
    assert ["".join(row).rstrip() for row in grid] == [row.rstrip() for row in expected]


def _list_characters(text: ET.Element) -> list[tuple[str, int, int, int]]:
    """Return each character of an element, its column, row, and width."""
    assert text.text
    xs, ys = text.attrib["x"].split(), text.attrib["y"].split()
    if "text-anchor" in text.attrib:
        places = zip(text.text, xs, ys, strict=True)
        return [(char, int(float(x) // WIDTH), int(float(y) // HEIGHT), 1) for char, x, y in places]
    column, row = int(float(xs[0]) // WIDTH), int(float(ys[0]) // HEIGHT)
    if len(text.text) > 1:
        assert float(text.attrib["textLength"]) == len(text.text) * WIDTH
    return [(char, column + index, row, 1) for index, char in enumerate(text.text)]


def test_lines_and_bars_reach_the_edges_of_their_cells() -> None:
    for char, across in (("│", False), ("─", True), ("█", True), ("▇", True), ("▓", True)):
        points = [point for shape in find_shapes(char) for point in _points(shape)]
        axis, size = (0, WIDTH) if across else (1, HEIGHT)
        assert (min(p[axis] for p in points), max(p[axis] for p in points)) == (0, size), char


def _points(shape: object) -> tuple[tuple[float, float], ...]:
    points: tuple[tuple[float, float], ...] = getattr(shape, "points")  # noqa: B009
    return points


def test_hostile_text_is_text_in_an_svg() -> None:
    row = "<script>&\"'</script>]]>  wide 漢字 🔒 e\u0301"
    screen = _screen(row, "#ffffff on #000000")
    root = ET.fromstring(draw_svg(screen, "<title> & more"))
    assert {each.tag.removeprefix(SVG) for each in root.iter()} <= {
        *("svg", "title", "style", "rect", "circle", "g", "path", "text")
    }
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert "<script>&\"'</script>]]>" in texts
    assert {"漢字", "e\u0301"} <= set(texts)


def test_a_wide_character_is_drawn_over_its_two_cells() -> None:
    drawing = Drawing(Classes(), "#000000")
    drawing.add_row(_screen("a漢b", "#ffffff on #000000").rows[0], 0)
    texts = [ET.fromstring(line) for line in drawing.svg.splitlines()]
    assert [(text.text, text.attrib["x"]) for text in texts] == [
        ("a", "0"),
        ("b", "30"),
        ("漢", "20"),
    ]


@pytest.mark.parametrize(
    ("description", "style"),
    [
        ("#010203 on #040506", Style("#010203", "#040506")),
        ("bold reverse #010203 on #040506", Style("#040506", "#010203", bold=True)),
        ("default on default", Style()),
        ("color(2) on default", Style(foreground="#8ec07c")),
    ],
)
def test_a_style_of_a_legend(description: str, style: Style) -> None:
    assert read_style(description) == style


def _screen(row: str, style: str) -> CellScreen:
    return read_picture(compose_picture([row], [[style] * cell_len(row)]))


def test_the_same_screen_is_drawn_the_same() -> None:
    names = sorted(list_pictures())[:4]
    screens = [read_screen(list_pictures()[name]) for name in names]
    assert all(draw_svg(screen, "x") == draw_svg(screen, "x") for screen in screens)
    assert all(fingerprint(one) != fingerprint(other) for one, other in pairwise(screens))
