"""The palette: a bottom row for typing, with the matches above it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from capgo_tui.tui.keys import fill_keys
from capgo_tui.tui.overlays.typing_bar import TypingBar
from capgo_tui.tui.widgets.line_history import LineHistory
from capgo_tui.tui.widgets.lines import pad, pad_middle, strip
from capgo_tui.tui.workers import start_worker

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from textual.strip import Strip
    from textual.worker import Worker

    from capgo_tui.tui.palette import Entry

    Search: TypeAlias = Callable[[str], Awaitable[Sequence[Entry]]]

ROWS = 6
SUGGESTION = "Lists, names and actions can be typed; {help} shows the actions."


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
        self._explanation = ""

    @property
    def selection(self) -> Entry | None:
        """The entry under the cursor."""
        return self.entries[self._at] if self.entries else None

    def show(self, entries: Sequence[Entry], *, keep: bool = False) -> None:
        """Show other entries, with the cursor on the first unless it is to be kept."""
        self.entries, self._explanation = entries, ""
        if not keep:
            self._at = self._top = 0
        self.visible = bool(entries)
        self.styles.height = min(ROWS, len(entries)) + 1
        self.refresh()

    def explain(self, explanation: str) -> None:
        """Show why there are no entries."""
        self.show(())
        self._explanation = explanation
        self.visible = True
        self.styles.height = 2

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
        if self._explanation and y == 0:
            aside = self.get_component_rich_style("matches--aside")
            return strip([(pad(f" {self._explanation}", width).rstrip(), aside)], width, base)
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
        Binding("up", "go_up", show=False, id="palette.up"),
        Binding("shift+tab", "move(-1)", show=False, id="palette.before"),
        Binding("down", "go_down", show=False, id="palette.down"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.matches = Matches()
        """The matches above the bar; whoever mounts the bar must mount them too."""
        self._offer: Callable[[str], Sequence[Entry]] | None = None
        self._search: Search | None = None
        self._choose: Callable[[Entry, str], Awaitable[None]] | None = None
        self._preview: Callable[[Entry | None], None] | None = None
        self._searching: Worker[None] | None = None
        self._eager = False
        """Whether Enter was pressed before anything was found."""
        self._history = LineHistory()
        self._recalled = ""
        """The earlier line in the input; empty for a text that was typed."""
        self._is_previewing = False
        """Whether the last preview was of an entry."""

    def open(
        self,
        offer: Callable[[str], Sequence[Entry]],
        search: Search,
        text: str = "",
        earlier: Sequence[str] = (),
        *,
        choose: Callable[[Entry, str], Awaitable[None]],
        preview: Callable[[Entry | None], None],
    ) -> None:
        """Take the keyboard.

        Args:
            offer: returns the entries for a text at once.
            search: finds more entries, which takes a while.
            text: the text to begin with.
            earlier: the earlier lines, the latest last.
            choose: runs the chosen entry of a text, once the keyboard was given back.
            preview: shows the entry that the cursor was moved to; None where it was moved away.

        """
        self._choose, self._preview = choose, preview
        self._history, self._recalled = LineHistory(earlier), ""
        self._offer, self._search = offer, search
        self.begin(text)
        self._look()

    @property
    def is_searching(self) -> bool:
        """Whether more entries are being looked for."""
        return self._searching is not None

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
        entry = self.matches.selection
        self._reach(entry if entry is not None and entry.completion == text else None)
        if self._search is not None and text.strip():
            self._searching = start_worker(self, partial(self._add, self._search, text))

    async def _add(self, search: Search, text: str) -> None:
        more = await search(text)
        self._searching = None
        self.matches.show([*self.matches.entries, *more], keep=True)
        if not self.matches.entries:
            self.matches.explain(f"Nothing matches «{text.strip()}». {fill_keys(SUGGESTION)}")
        elif self._eager:
            self.action_choose()
        self._eager = False

    def _reach(self, entry: Entry | None) -> None:
        if self._preview is not None and (entry is not None or self._is_previewing):
            self._is_previewing = entry is not None
            self._preview(entry)

    def _stop_searching(self) -> None:
        self._eager = False
        searching, self._searching = self._searching, None
        if searching is not None:
            searching.cancel()

    def action_move(self, step: int) -> None:
        """Move among the matches."""
        self.matches.move(step)
        self._reach(self.matches.selection)

    def action_go_up(self) -> None:
        """Move among the matches; on an empty line, or an earlier one, to the line before."""
        if self._is_recalling:
            self._recall(-1)
        else:
            self.action_move(-1)

    def action_go_down(self) -> None:
        """Move among the matches, or on to the next later line."""
        if self._is_recalling and self._history.is_inside:
            self._recall(1)
        else:
            self.action_move(1)

    @property
    def _is_recalling(self) -> bool:
        return self.text == self._recalled

    def _recall(self, steps: int) -> None:
        text = self._history.step(steps, self.text)
        if text is not None:
            self._recalled = text
            self._type(text)

    def action_complete(self) -> None:
        """Complete the text with the entry under the cursor."""
        entry = self.matches.selection
        if entry is not None and (entry.completion or entry.is_near):
            self._type(entry.completion or entry.title)

    def _type(self, text: str) -> None:
        box = self.query_one(Input)
        box.value = text
        box.cursor_position = len(text)

    def action_choose(self) -> None:
        """Choose the entry under the cursor; without one, once a match is found.

        Where nothing matches it stays open and says so; what is only near is completed.
        """
        entry, text = self.matches.selection, self.text
        if entry is None and self._searching is not None:
            self._eager = True
            return
        if entry is None and text.strip():
            return
        if entry is None:
            self.action_close()
            return
        if entry.is_near:  # may have come in right before Enter
            self.action_complete()
            return
        self._close()
        if self._choose is not None:
            # Not by the app, whose task this may be: it would take no key until the end of it.
            self.screen.call_later(self._choose, entry, text)

    def action_close(self) -> None:
        """Close without a choice."""
        self._reach(None)
        self._close()

    def _close(self) -> None:
        self._is_previewing = False
        self._stop_searching()
        self.matches.show(())
        self.close()
