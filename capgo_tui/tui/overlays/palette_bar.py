"""The palette: a bottom row for typing, with the matches above it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from capgo_tui.tui.overlays.typing_bar import TypingBar
from capgo_tui.tui.widgets.lines import pad, pad_middle, strip

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from textual.strip import Strip
    from textual.worker import Worker

    from capgo_tui.tui.palette import Entry

    Search: TypeAlias = Callable[[str], Awaitable[Sequence[Entry]]]

ROWS = 6


class Matches(Widget):
    """The entries that match, one of them under the cursor; the last row is the bar's."""

    DEFAULT_CSS = f"""
    Matches {{
        dock: bottom;
        layer: form;
        height: {ROWS + 1};
        visibility: hidden;
        background: $panel;
        & > .matches--title {{ color: $foreground; }}
        & > .matches--aside {{ color: $foreground-muted; }}
        & > .matches--cursor {{ background: $primary; color: $text; }}
        &:ansi {{ background: ansi_default; }}
    }}
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "matches--title",
        "matches--aside",
        "matches--cursor",
    }

    def __init__(self) -> None:
        super().__init__()
        self.entries: Sequence[Entry] = ()
        self._at = self._top = 0

    @property
    def selection(self) -> Entry | None:
        """The entry under the cursor."""
        return self.entries[self._at] if self.entries else None

    def show(self, entries: Sequence[Entry], *, keep: bool = False) -> None:
        """Show other entries, with the cursor on the first unless it is to be kept."""
        self.entries = entries
        if not keep:
            self._at = self._top = 0
        self.visible = bool(entries)
        self.styles.height = min(ROWS, len(entries)) + 1
        self.refresh()

    def move(self, step: int) -> None:
        """Move the cursor, round the ends."""
        if self.entries:
            self._at = (self._at + step) % len(self.entries)
            self._top = min(self._at, max(self._top, self._at - ROWS + 1))
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw one entry: its title and its explanation."""
        width, base = self.size.width, self.rich_style
        at = self._top + y
        if y >= ROWS or at >= len(self.entries):
            return strip((), width, base)
        entry = self.entries[at]
        first = min(28, width // 2)
        title = f" {pad_middle(entry.title, first - 2)} "
        explanation = pad(entry.explanation, max(0, width - first)).rstrip()
        if at == self._at:
            cursor = self.get_component_rich_style("matches--cursor")
            return strip([(pad(title + explanation, width), cursor)], width, base)
        muted_style = self.get_component_rich_style("matches--aside")
        plain = muted_style if entry.off else self.get_component_rich_style("matches--title")
        return strip([(title, plain), (explanation, muted_style)], width, base)


class PaletteBar(TypingBar):
    """A ``:`` and what is typed after it; Enter does what is under the cursor, ⇥ completes it."""

    SIGN = ":"
    PLACEHOLDER = "dev qa  ch beta  theme  export csv  q, or an action's name"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "do it", priority=True, id="palette.choose"),
        Binding("escape", "close", "cancel", id="palette.cancel"),
        Binding("tab", "complete", "complete", show=False, id="palette.complete"),
        Binding("up,shift+tab", "move(-1)", show=False, id="palette.up"),
        Binding("down", "move(1)", show=False, id="palette.down"),
    ]

    @dataclass
    class Chosen(Message):
        """An entry was chosen; the keyboard has been given back."""

        entry: Entry

    def __init__(self) -> None:
        super().__init__()
        self.matches = Matches()
        """The matches above the bar; whoever mounts the bar must mount them too."""
        self._offer: Callable[[str], Sequence[Entry]] | None = None
        self._search: Search | None = None
        self._searching: Worker[None] | None = None
        self._eager = False
        """Whether Enter was pressed before anything was found."""

    def open(
        self,
        offer: Callable[[str], Sequence[Entry]],
        search: Search,
        text: str = "",
    ) -> None:
        """Take the keyboard.

        Args:
            offer: returns the entries for a text at once.
            search: finds more entries, which takes a while.
            text: the text to begin with.

        """
        self._offer, self._search = offer, search
        self.begin(text)
        self._look()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show the current matches."""
        event.stop()
        if self.visible:  # what was typed in a bar that is closed by now has been seen to
            self._look()

    def _look(self) -> None:
        self._stop_searching()
        text = self.text
        if self._offer is not None:
            self.matches.show(self._offer(text))
        if self._search is not None and text.strip():
            self._searching = self.run_worker(self._add(self._search, text), exit_on_error=False)

    async def _add(self, search: Search, text: str) -> None:
        more = await search(text)
        self._searching = None
        self.matches.show([*self.matches.entries, *more], keep=True)
        if self._eager:
            self.action_choose()

    def _stop_searching(self) -> None:
        self._eager = False
        searching, self._searching = self._searching, None
        if searching is not None:
            searching.cancel()

    def action_move(self, step: int) -> None:
        """Move among the matches."""
        self.matches.move(step)

    def action_complete(self) -> None:
        """Complete the text with the entry under the cursor."""
        entry, box = self.matches.selection, self.query_one(Input)
        if entry is not None and entry.completion:
            box.value = entry.completion
            box.cursor_position = len(box.value)

    def action_choose(self) -> None:
        """Choose the entry under the cursor; without one, once a match is found."""
        entry = self.matches.selection
        if entry is None and self._searching is not None:
            self._eager = True
            return
        self.action_close()
        if entry is not None:
            self.post_message(self.Chosen(entry))

    def action_close(self) -> None:
        """Close without a choice."""
        self._stop_searching()
        self.matches.show(())
        self.close()
