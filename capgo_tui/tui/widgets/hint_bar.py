"""The bottom row of key hints, most important first, help always at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.message import Message
from textual.widget import Widget

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.tui.widgets.lines import Run, measure_width, strip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.strip import Strip


class Hint(NamedTuple):
    """A key binding and its label."""

    key: str
    label: str
    off: bool = False
    """Whether it does nothing now: drawn in brackets, for colours may be missing."""
    action_id: str = ""
    """The action that a click runs; empty for none."""


HELP = Hint("?", "help", action_id="help")


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

    @dataclass
    class Picked(Message):
        """Posted when a hint is clicked."""

        action_id: str

    def __init__(self) -> None:
        super().__init__()
        self.hints: Sequence[Hint] = ()
        """The keys, most important first, without help."""
        self._help = HELP

    def show_hints(self, hints: Sequence[Hint], help_key: str = HELP.key) -> None:
        """Set the keys, most important first; help needs no mention but its key."""
        help_hint = HELP._replace(key=help_key)
        if (hints, help_hint) != (self.hints, self._help):
            self.hints, self._help = hints, help_hint
            self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Run what is clicked."""
        event.stop()
        hint = self._hint_at(event.x)
        if hint is not None and hint.action_id:
            self.post_message(self.Picked(hint.action_id))

    def _hint_at(self, x: int) -> Hint | None:
        """Return the hint in a column."""
        width = self.size.width
        if x >= width - _measure_width(self._help):
            return self._help
        end = 0
        for hint in self.hints:
            end += _measure_width(hint)
            if end > width - _measure_width(self._help) - 2:
                return None
            if x < end:
                return hint
        return None

    def render_line(self, y: int) -> Strip:
        """Draw as many hints as fit."""
        width = self.size.width
        key_style = self.get_component_rich_style("hint-bar--key")
        label_style = self.get_component_rich_style("hint-bar--label")
        help_hint = self._help
        room = width - _measure_width(help_hint) - 2
        runs: list[Run] = []
        cells = 0
        for hint in self.hints:
            if cells + _measure_width(hint) > room:
                runs.append((" …", label_style))
                cells += 2
                break
            if hint.off:
                runs.append((f"({hint.key} {hint.label})", label_style))
            else:
                runs += [(f" {hint.key}", key_style), (f" {hint.label} ", label_style)]
            cells += _measure_width(hint)
        gap = max(0, width - cells - _measure_width(help_hint))
        runs += [
            (" " * gap, self.rich_style),
            (f" {help_hint.key}", key_style),
            (f" {help_hint.label} ", label_style),
        ]
        return strip(runs, width, self.rich_style)


def _measure_width(hint: Hint) -> int:
    return measure_width(hint.key) + measure_width(hint.label) + 3
