"""The last row of a page or form: its keys, in the look of the key hints of the main screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.widget import Widget

from capgo_tui.tui.widgets.lines import Run, measure_width, strip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.style import Style
    from textual.strip import Strip

    from capgo_tui.tui.widgets.hint_bar import Hint

MORE = "  …"


def measure_keys(hints: Sequence[Hint]) -> int:
    """Return the cells that some keys take, with the blank before each."""
    return sum(measure_width(_join(hint)) + 2 for hint in hints) - 1


def fit_keys(hints: Sequence[Hint], width: int) -> list[Hint]:
    """Return the keys that fit, whole: the last one, which leads away, and the first others."""
    kept = list(hints)
    while len(kept) > 1 and measure_keys(kept) + _measure_more(kept, hints) > width:
        del kept[-2]
    return kept


def draw_keys(hints: Sequence[Hint], width: int, key: Style, label: Style) -> list[Run]:
    """Return the keys that fit as runs; where some do not, ``…`` stands before the last."""
    kept = fit_keys(hints, width)
    runs: list[Run] = []
    for at, hint in enumerate(kept):
        if at == len(kept) - 1 and len(kept) < len(hints):
            runs.append((MORE, label))
        runs.append((" " if at == 0 else "  ", label))
        if hint.off:
            runs.append((_join(hint), label))
        else:
            runs += [(hint.key, key), (f" {hint.label}" if hint.label else "", label)]
    return runs


def _measure_more(kept: Sequence[Hint], hints: Sequence[Hint]) -> int:
    return len(MORE) if len(kept) < len(hints) else 0


def _join(hint: Hint) -> str:
    text = f"{hint.key} {hint.label}".rstrip()
    return f"({text})" if hint.off else text


class KeyLine(Widget):
    """One row of keys; what does not fit gives way, but never the key that leads away."""

    DEFAULT_CSS = """
    KeyLine {
        height: 1;
        & > .key-line--key { color: $text-accent; text-style: bold; }
        & > .key-line--label { color: $foreground-muted; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"key-line--key", "key-line--label"}

    def __init__(self, *hints: Hint) -> None:
        super().__init__()
        self._hints: Sequence[Hint] = hints

    def show_hints(self, hints: Sequence[Hint]) -> None:
        """Show other keys, the one that leads away last; repaints only if they differ."""
        if hints != self._hints:
            self._hints = hints
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the keys."""
        width = self.size.width
        styles = map(self.get_component_rich_style, ("key-line--key", "key-line--label"))
        runs = draw_keys(self._hints, width, *styles) if y == 0 and self._hints else []
        return strip(runs, width, self.rich_style)
