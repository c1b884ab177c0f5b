"""The rows of a form: what each shows, where it is, and what stands below them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.geometry import Region

from capgo_tui.tui.keys import fill_keys, name_key
from capgo_tui.tui.overlays.overlay import AskingOverlay
from capgo_tui.tui.widgets.completing_input import CompletingInput
from capgo_tui.tui.widgets.lines import Run, measure_width, pad, pad_middle, strip, with_edge, wrap
from capgo_tui.tui.words import step_label
from capgo_tui.workspace.draft import REVIEW, Draft, Entry, EntryKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.style import Style
    from textual.app import ComposeResult
    from textual.strip import Strip

    TonedLines = Sequence[tuple[str, str]]
    """Lines with their tone."""

QUIET: Final = ("", "note")
CHROME: Final = 2
"""Lines of the title and of the keys."""
REVIEW_LABEL: Final = "Review and send"
LAST: Final = Entry(REVIEW, REVIEW_LABEL, EntryKind.ACTION, "nothing is sent before a yes")
"""The last row of a form, in sight at every size: Enter there shows what would be sent."""
ABOUT: Final = 4
"""Lines below the rows of a low form."""
BOX: Final = 44
"""Cells of a text in a low form at most."""
MARK: Final = 5
"""Cells of the mark before a label, and of the gap after it."""
LEAST_BOX: Final = 10
LEAST_NOTE: Final = 12
"""Cells below which nothing stands beside a value: a word or two tell nothing."""
NARROW: Final = 70
LOW: Final = 14
"""Height of a whole form below which each text below the rows gets one line."""
MESSAGE: Final = 3
"""Lines of a message in a whole form at most."""
MOST_SUGGESTIONS: Final = 5
"""Suggestions shown."""
DOTS: Final = "••••••••"


class FormView(AskingOverlay["str | None"], can_focus=True):
    """The rows of a `Draft`, one of them under the cursor; a subclass handles the keys.

    A whole form has sections, and shows errors and suggestions below its rows; a low one has
    a hint beside each row. The last row leads to the review: it stays in sight while the others
    scroll.
    """

    DEFAULT_CSS = """
    FormView {
        dock: bottom;
        height: 10;
        background: $panel;
        layer: form;
        visibility: hidden;
        & LineInput { position: absolute; display: none; width: 20; }
        & > .form--title { color: $text-accent; text-style: bold; }
        & > .form--bar { color: $text-accent; text-style: bold; }
        & > .form--muted { color: $foreground-muted; }
        & > .form--note { color: $foreground-muted; }
        & > .form--changed { text-style: bold; }
        & > .form--cursor { color: $text; background: $primary; }
        & > .form--warn { color: $text-warning; text-style: bold; }
        &:ansi { background: ansi_default; }
        &.-whole {
            dock: top;
            height: 100%;
            background: $background;
            & > .form--bar { background: $panel; }
            &:ansi > .form--bar { background: ansi_default; }
            & > .form--note { color: $text-accent; text-style: bold; }
            & > .form--changed { color: $text-warning; text-style: bold; }
            & > .form--warn { color: $text-error; text-style: bold; }
        }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "form--title",
        "form--bar",
        "form--muted",
        "form--note",
        "form--changed",
        "form--cursor",
        "form--warn",
    }

    def __init__(self, *, is_whole: bool = False) -> None:
        super().__init__(classes="-whole" if is_whole else None)
        self._is_whole = is_whole
        self.draft: Draft | None = None
        """What the form edits; None while it is closed."""
        self.entries: tuple[Entry, ...] = ()
        """What its rows show."""
        """The entries on the screen; the draft may have others by the next draw."""
        self.cursor_row = self.scroll_top = 0
        self._message = QUIET
        self._below: TonedLines = ()
        """The lines between the rows and the keys."""
        self._lines: list[list[Run]] = []
        """The lines on the screen, so that only lines that differ are drawn again."""

    def compose(self) -> ComposeResult:
        """Make the one input."""
        yield CompletingInput(disabled=True)

    # The rows

    def _rows_of(self, draft: Draft) -> tuple[Entry, ...]:
        """Return the entries below their headings, and the review if any can be filled in."""
        rows: list[Entry] = []
        section = ""
        for entry in draft.entries:
            if entry.section != section:
                section = entry.section
                rows.append(Entry(f"section {section}", section, EntryKind.HEADING))
            rows.append(entry)
        if any(entry.kind is not EntryKind.ACTION for entry in rows):
            rows.append(LAST)
        return tuple(rows)

    @property
    def _entry(self) -> Entry:
        return self.entries[self.cursor_row]

    @property
    def message(self) -> str:
        """What is said below the rows; empty for nothing."""
        return self._message[0]

    @property
    def row_count(self) -> int:
        """How many rows the form has, with its review."""
        return len(self.entries)

    def takes_cursor(self, at: int) -> bool:
        """Whether the cursor can stand on a row."""
        return self.entries[at].kind not in (EntryKind.LABEL, EntryKind.HEADING)

    @property
    def _has_review(self) -> bool:
        return LAST in self.entries[-1:]

    @property
    def _box(self) -> CompletingInput:
        return self.query_one(CompletingInput)

    # Where everything is; right after it was opened it has not been laid out yet

    @property
    def _width(self) -> int:
        return self.size.width or self.screen.size.width

    @property
    def _height(self) -> int:
        most = self.screen.size.height
        return most if self._is_whole else min(self.row_count + ABOUT + CHROME, most)

    @property
    def _label_width(self) -> int:
        """Cells of the labels, with the mark before them."""
        texts = (EntryKind.ACTION, EntryKind.HEADING)
        labels = [each.label for each in self.entries if each.kind not in texts]
        longest = max(map(measure_width, labels), default=0)
        return min(longest + MARK, max(LEAST_BOX, self._width * 3 // 5))

    @property
    def _box_width(self) -> int:
        """Cells of the input."""
        room = self._width - self._label_width
        if not self._is_whole:
            hints = [each.hint for each in self.entries if each.kind is not EntryKind.ACTION]
            longest = max(map(measure_width, hints), default=0)
            return min(BOX, max(LEAST_BOX, room - longest - 2))
        # In a narrow form errors are shown only below the rows.
        return min(40, room - 1 if self._width < NARROW else (room - 1) * 2 // 5)

    @property
    def scroll_count(self) -> int:
        """How many rows scroll: all but the review."""
        return self.row_count - self._has_review

    @property
    def visible_count(self) -> int:
        """How many of them are in sight."""
        return max(1, self._height - CHROME - self._has_review - len(self._below))

    def _row_at(self, y: int) -> int | None:
        """Return the row that is drawn in a line; None where there is none."""
        if self._has_review and y == self.size.height - 2:
            return self.row_count - 1
        at = y - 1 + self.scroll_top
        return at if 1 <= y <= self.visible_count and at < self.scroll_count else None

    def update(self) -> None:
        """Lay the rows out and draw those that differ."""
        if self.draft is None:
            return
        # At any height there is room for the title, one row, the review and the keys.
        most = max(0, self._height - CHROME - self._has_review - 1)
        self._below = self._about(self.draft, max(20, self._width - 2))[:most]
        row = self.cursor_row
        if row < self.scroll_count:
            # A heading comes into sight with its first entry.
            lead = row > 0 and self.entries[row - 1].kind is EntryKind.HEADING
            self.scroll_top = min(self.scroll_top, row - lead)
            self.scroll_top = max(self.scroll_top, row - self.visible_count + 1)
        self.scroll_top = max(0, min(self.scroll_top, self.scroll_count - self.visible_count))
        self._box.styles.offset = (self._label_width, 1 + row - self.scroll_top)
        self._box.styles.width = self._box_width
        self._draw()

    # Drawing

    def _draw(self) -> None:
        """Draw the lines that differ from what is on the screen."""
        before, self._lines = self._lines, [self._line(y) for y in range(self.size.height)]
        if len(before) != len(self._lines):
            self.refresh()
            return
        for y, (old, new) in enumerate(zip(before, self._lines, strict=True)):
            if old != new:
                self.refresh(Region(0, y, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        """Draw a line: title, rows, messages, keys."""
        if self.draft is not None and len(self._lines) != self.size.height:
            self.update()  # opened before it had its size, and drawn before it was told of it
        runs = self._lines[y] if y < len(self._lines) else []
        return strip(runs, self.size.width, self.rich_style)

    def _line(self, y: int) -> list[Run]:
        width, at, draft = self.size.width, self._row_at(y), self.draft
        if draft is None:
            return []
        if y == 0:
            return [(pad(f" {draft.title}", width), self._style("bar"))]
        if y == self.size.height - 1:
            keys = self._keys()
            hint = next((each for each in keys if measure_width(each) <= width), keys[-1])
            return [(pad(hint, width).rstrip(), self._style("muted"))]
        if at is not None:
            arrow = self._arrow(y)
            runs = self._row(draft, at)
            return with_edge(runs, width, (arrow, self._style("title"))) if arrow else runs
        below = y - 1 - self.visible_count
        if 0 <= below < len(self._below):
            text, tone = self._below[below]
            return [(" ", self.rich_style), (pad(text, width - 1).rstrip(), self._style(tone))]
        return []

    def _arrow(self, y: int) -> str:
        """Return the arrow at the edge of a row: that there are more rows above or below."""
        if not 1 <= y <= self.visible_count:
            return ""
        above = y == 1 and self.scroll_top > 0
        below = y == self.visible_count and self.scroll_top + self.visible_count < self.scroll_count
        return "↕" if above and below else "↑" if above else "↓" if below else ""

    def _row(self, draft: Draft, at: int) -> list[Run]:
        entry = self.entries[at]
        if entry.kind is EntryKind.HEADING:
            return [(f" {entry.label}", self._style("title"))]
        is_current = at == self.cursor_row
        style = self._style("cursor" if is_current else "muted")
        mark = "›" if is_current else " "
        if entry.kind is not EntryKind.ACTION:
            label = pad(f" {mark} {entry.label}", self._label_width - 1)
            runs = self._value(draft, entry, is_current=is_current)
            return [(label, style), (" ", self.rich_style), *runs]
        label = f" {mark} ▸ {entry.label} "
        if self._is_whole and entry is not LAST:
            label = pad(label, self._label_width - 1)
        room = max(0, self._width - measure_width(label))
        return [(label, style), (pad(f" {entry.hint}", room).rstrip(), self._style("muted"))]

    def _value(self, draft: Draft, entry: Entry, *, is_current: bool) -> list[Run]:
        is_changed, width = draft.is_changed(entry.name), self._box_width
        text = draft.format_shown(entry.name)
        if entry.kind is EntryKind.SECRET and text:
            text = DOTS
        style = self._style("changed") if is_changed else self.rich_style
        if is_current and entry.takes_text:
            text = " " * width  # the input lies there
        elif not self._is_whole:
            text = pad_middle(text, width)
        shows_error = is_changed or (self._is_whole and self._message[1] == "warn")
        note, tone = f"  {entry.hint}", "muted"
        if shows_error and (error := error_label(draft, entry.name)):
            note, tone = f"  {'' if self._is_whole else '✗ '}{error}", "warn"
        room = max(0, self._width - self._label_width - measure_width(text))
        # What does not fit here is shown in full below the rows.
        note = note if room >= min(LEAST_NOTE, measure_width(note)) else ""
        return [(text, style), (pad(note, room).rstrip(), self._style(tone))]

    def _about(self, draft: Draft, width: int) -> TonedLines:
        """Return the lines below the rows: a message, and what the draft says of itself."""
        if not self._is_whole:
            parts = [self._message] if self._message[0] else []
            most = max(1, min(ABOUT, self._height - CHROME - self._has_review - 1))
            return _lines([*parts, *draft.describe()], width, most)
        most = 1 if self._height < LOW else max(MESSAGE, self._height // 5)
        first = self._message if self._message[0] else self._entry_note(draft)
        *others, last = draft.describe()
        return [
            *_lines([first], width, MESSAGE),
            *(line for part in others for line in _lines([part], width, min(most, MESSAGE))),
            *_lines([last], width, most),
        ]

    def _entry_note(self, draft: Draft) -> tuple[str, str]:
        """Return the error and the suggestions of the entry under the cursor, and a tone."""
        name = self._entry.name
        error = error_label(draft, name) if draft.is_changed(name) else ""
        texts = draft.list_suggestions(name)
        fits = f"→ takes {' · '.join(texts[:MOST_SUGGESTIONS])}" if texts else ""
        return " · ".join(part for part in (error, fits) if part), "warn" if error else "note"

    def _keys(self) -> Sequence[str]:
        """Return the texts of the last line, from the longest to the shortest."""
        if not self._has_review:
            return (fill_keys(" ↑↓ tab move  {form.enter} choose  {form.leave} leave"),)
        on = fill_keys("{form.enter} next  {form.review} review")
        has_choice = any(entry.kind is EntryKind.CHOICE for entry in self.entries)
        leave = f"{on}  {name_key('form.leave')} leave"
        choose = f"{'space ←→ choose  ' if has_choice else ''}{leave}"
        return (f" ↑↓ tab move  {choose}", f" {choose}", f" {leave}", f" {on}")

    def _style(self, tone: str) -> Style:
        return self.get_component_rich_style(f"form--{tone}")


def error_label(draft: Draft, name: str) -> str:
    """Return what is wrong with an entry, with the key that helps; empty when nothing is."""
    return draft.find_error(name) + step_label(draft.find_next_step(name))


def _lines(parts: Sequence[tuple[str, str]], width: int, most: int) -> TonedLines:
    """Return texts in lines; what goes beyond the last of them is cut off at its end."""
    lines = [(line, tone) for text, tone in parts for line in wrap(text, width)]
    if len(lines) > most:
        rest = " ".join(text for text, _ in lines[most - 1 :])
        lines = [*lines[: most - 1], (pad(rest, width), lines[most - 1][1])]
    return lines
