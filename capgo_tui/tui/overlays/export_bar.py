"""The two bottom rows for choosing the format and the file of an export."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Input

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.tui.overlays.overlay import AskingOverlay
from capgo_tui.tui.widgets.line_input import LineInput
from capgo_tui.tui.widgets.lines import Run, measure_width, pad, strip
from capgo_tui.tui.widgets.text_line import TextLine

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.strip import Strip

KEYS = " ⇥ format  ⏎ write  esc "


@dataclass(frozen=True, slots=True)
class ExportChoice:
    """The chosen format and file; `name` is the path as typed."""

    form: str
    name: str


class FormatLine(Widget):
    """The title of the export or an error, the formats, and the keys."""

    DEFAULT_CSS = """
    FormatLine {
        height: 1;
        & > .format-line--text { color: $text-accent; text-style: bold; }
        & > .format-line--trouble { color: $text-warning; text-style: bold; }
        & > .format-line--form { color: $foreground-muted; }
        & > .format-line--cursor { background: $primary; color: $text; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "format-line--text",
        "format-line--trouble",
        "format-line--form",
        "format-line--cursor",
    }

    def __init__(self) -> None:
        super().__init__()
        self._text, self._part = "", "text"
        self._forms: Sequence[str] = ()
        self._at = 0

    @property
    def form(self) -> str:
        """The format under the cursor."""
        return self._forms[self._at]

    def say(self, text: str, *, trouble: bool = False) -> None:
        """Show the title or an error."""
        self._text, self._part = text, "trouble" if trouble else "text"
        self.refresh()

    def offer(self, forms: Sequence[str]) -> None:
        """Offer formats; the cursor stays on the one it was on before."""
        before = self._forms[self._at] if self._forms else ""
        self._forms = forms
        self._at = forms.index(before) if before in forms else 0
        self.refresh()

    def move(self, step: int) -> None:
        """Go to the format beside this one."""
        self._at = (self._at + step) % len(self._forms)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the text in the room that the formats and the keys leave it."""
        width, base = self.size.width, self.rich_style
        plain = self.get_component_rich_style("format-line--form")
        cursor = self.get_component_rich_style("format-line--cursor")
        forms: list[Run] = [
            (f" {form} ", cursor if at == self._at else plain)
            for at, form in enumerate(self._forms)
        ]
        text = f" {self._text}"
        room = width - sum(measure_width(form) for form, _ in forms)
        keys = KEYS if measure_width(text) + measure_width(KEYS) < room else ""
        style = self.get_component_rich_style(f"format-line--{self._part}")
        title = pad(text, max(0, room - measure_width(keys) - 1)) + " "
        return strip([(title, style), *forms, (keys, plain)], width, base)


class ExportBar(Vertical, AskingOverlay["ExportChoice | None"]):
    """Asks for a format and a file: ⇥ changes the format, Enter writes, Esc cancels."""

    DEFAULT_CSS = """
    ExportBar {
        dock: bottom;
        layer: form;
        height: 2;
        visibility: hidden;
        background: $background;
        & Horizontal { height: 1; }
        & TextLine { width: 11; }
        & Input { width: 1fr; background: transparent; &:focus { background-tint: transparent; } }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "write", priority=True, id="export.choose"),
        Binding("escape", "cancel", "cancel", id="export.cancel"),
        Binding("tab,down", "format(1)", "format", show=False, id="export.next"),
        Binding("shift+tab,up", "format(-1)", "format", show=False, id="export.previous"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._title = ""

    def compose(self) -> ComposeResult:
        """Make the two rows."""
        yield FormatLine()
        with Horizontal():
            yield TextLine(" to file ›", "muted")
            yield LineInput(disabled=True)

    def open(
        self, title: str, forms: Sequence[str], stem: str, form: str = ""
    ) -> asyncio.Future[ExportChoice | None]:
        """Ask for a format and a file; None when nothing is to be written.

        The keyboard is taken at once; it is given back on cancel, else by `close`.

        Args:
            title: what is exported.
            forms: the formats to choose from, which are also the suffixes.
            stem: the offered path, without the suffix.
            form: the format to begin with; empty for that of the last time.

        """
        self._title = title
        line = self.query_one(FormatLine)
        line.offer(forms)
        if form:
            line.move(forms.index(form) - forms.index(line.form))
        box = self.query_one(LineInput)
        box.disabled = False
        box.fill(f"{stem}.{line.form}")
        line.say(title)
        return self.ask(box)

    def ask_again(self, trouble: str) -> asyncio.Future[ExportChoice | None]:
        """Show an error and wait for another choice."""
        self.query_one(FormatLine).say(trouble, trouble=True)
        return self.ask()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Replace the error by the title."""
        event.stop()
        self.query_one(FormatLine).say(self._title)

    def action_format(self, step: int) -> None:
        """Choose the format beside this one."""
        line, box = self.query_one(FormatLine), self.query_one(LineInput)
        before = line.form
        line.move(step)
        stem = box.value.removesuffix(f".{before}")
        if stem != box.value:
            name, was_filled = f"{stem}.{line.form}", box.is_filled
            box.value = name
            box.cursor_position = len(name)
            if was_filled:
                box.select_all()

    def action_choose(self) -> None:
        """Write this format into this file."""
        self.give(
            ExportChoice(self.query_one(FormatLine).form, self.query_one(Input).value.strip())
        )

    def action_cancel(self) -> None:
        """Write nothing."""
        self.give(None)
        self.close()
