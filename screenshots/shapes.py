"""Characters that are drawn as shapes: lines that must join, and signs fonts disagree about."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import cos, radians, sin
from typing import Final, TypeAlias

WIDTH: Final = 10.0
HEIGHT: Final = 21.0
"""The size of a cell; shapes are given in its units."""
_LINE: Final = 1.4
_MIDDLE_X, _MIDDLE_Y = WIDTH / 2, HEIGHT / 2
Point: TypeAlias = tuple[float, float]


@dataclass(frozen=True)
class Polygon:
    """A filled polygon; `holes` are cut out of it."""

    points: tuple[Point, ...]
    opacity: float = 1.0


@dataclass(frozen=True)
class Outline:
    """The outline of a polygon, or with `closed` unset a line through its points."""

    points: tuple[Point, ...]
    closed: bool = True


@dataclass(frozen=True)
class Circle:
    """A circle, filled or its outline."""

    centre: Point
    radius: float
    filled: bool = True


Shape: TypeAlias = "Polygon | Outline | Circle"


def rectangle(x: float, y: float, width: float, height: float, opacity: float = 1.0) -> Polygon:
    """Return a rectangle by its upper left corner and its size."""
    right, bottom = x + width, y + height
    return Polygon(((x, y), (right, y), (right, bottom), (x, bottom)), opacity)


_LEFT, _RIGHT, _UP, _DOWN = 1, 2, 4, 8
_ARMS: Final = dict(
    zip(
        "─│┌┐└┘├┤┬┴┼╭╮╰╯",
        (
            *(_LEFT | _RIGHT, _UP | _DOWN),
            *(_RIGHT | _DOWN, _LEFT | _DOWN, _RIGHT | _UP, _LEFT | _UP),
            *(_UP | _DOWN | _RIGHT, _UP | _DOWN | _LEFT),
            *(_LEFT | _RIGHT | _DOWN, _LEFT | _RIGHT | _UP, _LEFT | _RIGHT | _UP | _DOWN),
            *(_RIGHT | _DOWN, _LEFT | _DOWN, _RIGHT | _UP, _LEFT | _UP),
        ),
        strict=True,
    )
)
"""In which directions a line goes from the middle of its cell."""
_LOWER: Final = "▁▂▃▄▅▆▇█"
_LEFT_PARTS: Final = "▏▎▍▌▋▊▉"
_SHADES: Final = {"░": 0.28, "▒": 0.5, "▓": 0.8}


def _square(half: float) -> tuple[Point, ...]:
    left, right, top, bottom = (
        _MIDDLE_X - half,
        _MIDDLE_X + half,
        _MIDDLE_Y - half,
        _MIDDLE_Y + half,
    )
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def _diamond(half: float) -> tuple[Point, ...]:
    return (
        (_MIDDLE_X, _MIDDLE_Y - half),
        (_MIDDLE_X + half, _MIDDLE_Y),
        (_MIDDLE_X, _MIDDLE_Y + half),
        (_MIDDLE_X - half, _MIDDLE_Y),
    )


def _on_circle(radius: float, degrees: float) -> Point:
    """Return a point around the middle of a cell, clockwise from the right."""
    angle = radians(degrees)
    return (_MIDDLE_X + radius * cos(angle), _MIDDLE_Y + radius * sin(angle))


_SIGNS: Final[dict[str, tuple[Shape, ...]]] = {
    "●": (Circle((_MIDDLE_X, _MIDDLE_Y), 3.6),),
    "○": (Circle((_MIDDLE_X, _MIDDLE_Y), 3.1, filled=False),),
    "◌": (Circle((_MIDDLE_X, _MIDDLE_Y), 3.1, filled=False),),
    "■": (Polygon(_square(3.6)),),
    "□": (Outline(_square(3.1)),),
    "◆": (Polygon(_diamond(4.6)),),
    "◇": (Outline(_diamond(4.0)),),
    "▲": (Polygon(((5, 6.3), (9.3, 14.3), (0.7, 14.3))),),
    "▼": (Polygon(((5, 14.7), (9.3, 6.7), (0.7, 6.7))),),
    "△": (Outline(((5, 7.2), (8.8, 14), (1.2, 14))),),
    "▸": (Polygon(((2.6, 7), (7.8, 10.5), (2.6, 14))),),
    "▾": (Polygon(((1.5, 8), (8.5, 8), (5, 13.2))),),
    "✓": (Outline(((1.6, 10.8), (4.1, 13.9), (8.4, 6.6)), closed=False),),
    "✗": (
        Outline(((2, 7), (8, 14)), closed=False),
        Outline(((8, 7), (2, 14)), closed=False),
    ),
    "⟳": (
        Outline(tuple(_on_circle(3.6, degrees) for degrees in range(-20, 281, 20)), closed=False),
        Polygon((_on_circle(5.7, -72), _on_circle(1.5, -72), _on_circle(3.9, -20))),
    ),
    "🔒": (
        rectangle(4, 9.6, 12, 8),
        Outline(((6.5, 9.6), (6.5, 6.2), (8, 4.4), (12, 4.4), (13.5, 6.2), (13.5, 9.6)), False),
    ),
}


@cache
def find_shapes(char: str) -> tuple[Shape, ...]:
    """Return the shapes of a character; none if a font draws it."""
    if char in _SIGNS:
        return _SIGNS[char]
    if char in _ARMS:
        return _draw_arms(_ARMS[char])
    if char in _LOWER:
        part = (_LOWER.index(char) + 1) / 8
        return (rectangle(0, HEIGHT * (1 - part), WIDTH, HEIGHT * part),)
    if char in _LEFT_PARTS:
        return (rectangle(0, 0, WIDTH * (_LEFT_PARTS.index(char) + 1) / 8, HEIGHT),)
    if char in _SHADES:
        return (rectangle(0, 0, WIDTH, HEIGHT, _SHADES[char]),)
    match char:
        case "▕":
            return (rectangle(WIDTH * 7 / 8, 0, WIDTH / 8, HEIGHT),)
        case "▔":
            return (rectangle(0, 0, WIDTH, HEIGHT / 8),)
        case "▀":
            return (rectangle(0, 0, WIDTH, HEIGHT / 2),)
        case "▐":
            return (rectangle(WIDTH / 2, 0, WIDTH / 2, HEIGHT),)
        case _:
            return ()


def _draw_arms(arms: int) -> tuple[Shape, ...]:
    left, top = _MIDDLE_X - _LINE / 2, _MIDDLE_Y - _LINE / 2
    x = 0.0 if arms & _LEFT else left
    right = WIDTH if arms & _RIGHT else left + _LINE
    y = 0.0 if arms & _UP else top
    bottom = HEIGHT if arms & _DOWN else top + _LINE
    shapes: list[Shape] = []
    if arms & (_LEFT | _RIGHT):
        shapes.append(rectangle(x, top, right - x, _LINE))
    if arms & (_UP | _DOWN):
        shapes.append(rectangle(left, y, _LINE, bottom - y))
    return tuple(shapes)
