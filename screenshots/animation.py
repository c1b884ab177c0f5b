"""A recording as an SVG that plays by itself, with what is typed under it.

Each row of the screen is drawn once for all frames that show it so; a rule for each such set of
frames tells when it is visible. Where nothing moves the last frame is seen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import accumulate, groupby
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from screenshots.drawing import Classes, Drawing, Ink, number
from screenshots.shapes import HEIGHT, WIDTH
from screenshots.svg import PADDING, TITLE_HEIGHT, wrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from screenshots.cells import CellScreen
    from screenshots.scripts import Script

FOOTER: Final = 46
_KEY_INK: Final = Ink("#16202a", bold=True)
_CAPTION_INK: Final = Ink("#e8eef4")
_KEY_FILL: Final = "#f2c14e"
_STRIP_FILL: Final = "#26323f"
Frames = frozenset[int]


@dataclass
class _Times:
    """The rules by which groups are visible during their frames."""

    seconds: Sequence[float]
    _names: dict[Frames, str] = field(default_factory=dict)

    def wrap(self, elements: str, frames: Frames) -> str:
        """Return elements as a group that is visible during frames; as they are if it is all."""
        if len(frames) == len(self.seconds) or not elements:
            return elements
        name = self._names.setdefault(frames, f"f{len(self._names)}")
        return f'<g class="{name}">\n{elements}\n</g>'

    @property
    def css(self) -> str:
        """The rules of all groups."""
        total = sum(self.seconds)
        shown = ",".join(f".{name}" for name in self._names.values())
        at_end = ",".join(
            f".{name}" for frames, name in self._names.items() if len(self.seconds) - 1 in frames
        )
        rules = [
            f"{shown}{{visibility:hidden;animation:{number(total)}s step-end infinite}}",
            f"{at_end}{{visibility:visible}}",
        ]
        for frames, name in self._names.items():
            rules.append(f".{name}{{animation-name:{name}}}")
            rules.append(f"@keyframes {name}{{{self._list_keyframes(frames, total)}}}")
        rules.append(f"@media(prefers-reduced-motion:reduce){{{shown}{{animation:none}}}}")
        return "".join(rules)

    def _list_keyframes(self, frames: Frames, total: float) -> str:
        starts = [0.0, *accumulate(self.seconds)]
        changes = groupby(range(len(self.seconds)), frames.__contains__)
        return "".join(
            f"{number(100 * starts[next(group)] / total)}%"
            f"{{visibility:{'visible' if is_shown else 'hidden'}}}"
            for is_shown, group in changes
        )


def draw_animation(script: Script, screens: Sequence[CellScreen]) -> str:
    """Return the animation of a recording's frames."""
    classes = Classes()
    times = _Times([step.seconds for step in script.steps])
    background = screens[-1].background
    first = screens[0]
    elements = []
    for row in range(len(first.rows)):
        frames_by_cells: dict[object, set[int]] = {}
        for index, screen in enumerate(screens):
            frames_by_cells.setdefault(screen.rows[row], set()).add(index)
        for frames in frames_by_cells.values():
            drawing = Drawing(classes, background)
            drawing.add_row(screens[min(frames)].rows[row], row * HEIGHT)
            elements.append(times.wrap(drawing.svg, frozenset(frames)))
    size = (first.columns * WIDTH, len(first.rows) * HEIGHT)
    captions = _draw_captions(script, times, classes, size)
    return wrap(
        "\n".join(filter(None, elements)),
        script.title,
        css=classes.css + times.css,
        background=background,
        size=size,
        below=captions,
        footer=FOOTER,
    )


def _draw_captions(
    script: Script, times: _Times, classes: Classes, size: tuple[float, float]
) -> str:
    """Return the strip under the window: the keys that were typed, and what they do."""
    width, top = size[0] + 2 * PADDING, size[1] + TITLE_HEIGHT + PADDING + 8
    middle = top + (FOOTER - 8) / 2
    lines = [
        f'<rect x=".5" y="{number(top)}" width="{number(width - 1)}"'
        f' height="{FOOTER - 8.5}" rx="9" fill="{_STRIP_FILL}"/>'
    ]
    frames_by_caption: dict[tuple[str, str], set[int]] = {}
    for index, step in enumerate(script.steps):
        frames_by_caption.setdefault((step.label, step.caption), set()).add(index)
    for (label, caption), frames in frames_by_caption.items():
        x: float = 2 * PADDING
        parts = []
        if label:
            key_width = len(label) * WIDTH + 18
            parts.append(
                f'<rect x="{number(x)}" y="{number(middle - 13)}" width="{number(key_width)}"'
                f' height="26" rx="5" fill="{_KEY_FILL}"/>'
                f'<text class="{classes.name(_KEY_INK)}" text-anchor="middle"'
                f' x="{number(x + key_width / 2)}" y="{number(middle + 5.6)}">'
                f"{escape(label)}</text>"
            )
            x += key_width + 14
        parts.append(
            f'<text class="{classes.name(_CAPTION_INK)}" x="{number(x)}"'
            f' y="{number(middle + 5.6)}">{escape(caption)}</text>'
        )
        lines.append(times.wrap("\n".join(parts), frozenset(frames)))
    return "\n".join(lines)
