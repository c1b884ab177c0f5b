"""The bottom row of key hints, most important first, help always at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.widget import Widget

from capgo_tui.tui.widgets.lines import Run, strip, width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.strip import Strip


class Hint(NamedTuple):
    """A key binding and its label."""

    key: str
    label: str
    off: bool = False
    """Whether it does nothing now: drawn in brackets, for colours may be missing."""


HELP = Hint("?", "help")


class HintBar(Widget):
    """One row of keys; what does not fit gives way to ``…``."""

    DEFAULT_CSS = """
    HintBar {
        height: 1;
        & > .hint-bar--key { color: $text-accent; text-style: bold; }
        & > .hint-bar--label { color: $foreground-muted; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"hint-bar--key", "hint-bar--label"}

    def __init__(self) -> None:
        super().__init__()
        self._hints: Sequence[Hint] = ()

    def show_hints(self, hints: Sequence[Hint]) -> None:
        """Set the keys, most important first; help needs no mention."""
        if hints != self._hints:
            self._hints = hints
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw as many hints as fit."""
        width = self.size.width
        key_style = self.get_component_rich_style("hint-bar--key")
        label_style = self.get_component_rich_style("hint-bar--label")
        room = width - _width(HELP) - 2
        runs: list[Run] = []
        cells = 0
        for hint in self._hints:
            if cells + _width(hint) > room:
                runs.append((" …", label_style))
                cells += 2
                break
            if hint.off:
                runs.append((f"({hint.key} {hint.label})", label_style))
            else:
                runs += [(f" {hint.key}", key_style), (f" {hint.label} ", label_style)]
            cells += _width(hint)
        gap = max(0, width - cells - _width(HELP))
        runs += [
            (" " * gap, self.rich_style),
            (f" {HELP.key}", key_style),
            (f" {HELP.label} ", label_style),
        ]
        return strip(runs, width, self.rich_style)


def _width(hint: Hint) -> int:
    return width_of(hint.key) + width_of(hint.label) + 3
