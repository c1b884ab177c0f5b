"""The picker of a channel or a bundle, docked to the bottom: six rows, more on a high screen."""

from __future__ import annotations

from dataclasses import field
from itertools import product
from typing import TYPE_CHECKING, ClassVar, Generic, TypeAlias, TypeVar, cast

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.tui.keys import name_key
from capgo_tui.tui.overlays.overlay import AskingOverlay
from capgo_tui.tui.widgets.line_input import LineInput
from capgo_tui.tui.widgets.lines import measure_width
from capgo_tui.tui.widgets.record_table import Column, PlainColumn, RecordTable, Row, TableState
from capgo_tui.tui.widgets.text_line import TextLine
from capgo_tui.workspace.changes.names import shorten
from capgo_tui.workspace.list_state import Loading

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from textual.app import ComposeResult

    from capgo_tui.api.models import Bundle, Channel
    from capgo_tui.workspace.collection import Collection

T = TypeVar("T", "Channel", "Bundle")
NONE = "none"
"""The key of the row that chooses none; ids are numbers."""


COLUMNS = (
    PlainColumn("name", "NAME", 16, 24, 0, cut_middle=True),
    PlainColumn("aside", "", 10, 16, 2, cut_middle=True),
    PlainColumn("note", "", 20, 40, 1),
)
CHROME = 3
"""Rows besides those of the choices: the title, the input and the hint."""
LEAST_ROWS = 3
HIGH_SCREEN = 30
"""Lines of a screen that has room for more choices than `LEAST_ROWS`, and the list behind."""


def _describe_empty(_: object) -> str:
    return ""


@dataclass(slots=True)
class Choices(Generic[T]):
    """The records of a list that match what was typed, best match first."""

    collection: Collection[T]
    refusal: Callable[[T], str] = _describe_empty
    """Returns why a record cannot be chosen, at every draw; empty when it can."""
    detail: Callable[[T], str] = _describe_empty
    """Returns the text beside the name of a record."""
    columns: Sequence[PlainColumn] = COLUMNS
    """The columns; ``note`` holds the reason against a choice."""
    cells: Callable[[T], Mapping[str, str]] | None = None
    """Returns the texts of a record for `columns`; None for `detail` alone."""
    about: Callable[[], Sequence[str]] = tuple
    """Returns what the hint says of the columns, such as which devices are counted: the same in
    fewer and fewer words."""
    marks: set[str] | None = None
    """The row keys that were marked by space, to choose them together; None for one choice."""
    without: str = ""
    """The text of a first row that chooses none; without a text there is no such row."""
    is_none_chosen: bool = False
    """Whether the row that chooses none was chosen."""
    text: str = ""
    matches: list[T] = field(default_factory=list)

    @property
    def noun(self) -> str:
        """The noun for one record."""
        return self.collection.noun

    def narrow(self, text: str) -> None:
        """Keep the records whose name holds every word typed."""
        self.text = text
        words = text.casefold().split()
        whole = text.strip().casefold()

        def rank(record: T) -> int:
            name = record.name.casefold()
            return 0 if name == whole else 1 if name.startswith(whole) else 2

        candidates = self.collection.records.values()
        records = [
            each for each in candidates if all(word in each.name.casefold() for word in words)
        ]
        self.matches = sorted(records, key=rank)

    @property
    def offers_none(self) -> bool:
        """Whether the first row is the one that chooses none."""
        return bool(self.without) and not self.text.strip()

    def get_at(self, index: int) -> T | None:
        """Return the record in a row; None in the row that chooses none."""
        index -= self.offers_none
        return None if index < 0 else self.matches[index]

    def name_at(self, index: int) -> str:
        """Return the text of a row."""
        record = self.get_at(index)
        return self.without if record is None else record.name

    def get_refusal_at(self, index: int) -> str:
        """Return why a row cannot be chosen; empty when it can."""
        record = self.get_at(index)
        return "" if record is None else self.refusal(record)

    @property
    def is_settled(self) -> bool:
        """Whether no further record can come."""
        return self.collection.at_end or self.collection.error is not None

    @property
    def is_unmistakable(self) -> bool:
        """Whether the text is a whole name, or matches only one."""
        if self.offers_none:
            return True
        if not self.matches:
            return False
        is_whole_name = self.matches[0].name.casefold() == self.text.strip().casefold()
        return is_whole_name or (self.is_settled and len(self.matches) == 1)

    @property
    def first_allowed(self) -> int:
        """The first row that can be chosen, else the first of all.

        A whole name means that record, and no other that begins like it.
        """
        if self.matches and self.matches[0].name.casefold() == self.text.strip().casefold():
            return 0
        return next((at for at in range(len(self)) if not self.get_refusal_at(at)), 0)

    def __len__(self) -> int:
        return len(self.matches) + self.offers_none

    def get_key_at(self, index: int) -> str:
        """Return the row key at an index."""
        record = self.get_at(index)
        return NONE if record is None else str(record.id)

    def index_of(self, key: str) -> int | None:
        """Return the index of a row key."""
        return next((at for at in range(len(self)) if self.get_key_at(at) == key), None)

    def make_row(self, index: int, columns: Sequence[Column]) -> Row:
        """Return a choice, muted with its reason where it cannot be chosen."""
        record = self.get_at(index)
        refusal = self.get_refusal_at(index)
        detail = "" if record is None else self.detail(record)
        texts = {"name": self.name_at(index), "aside": detail, "note": refusal}
        if record is not None and self.cells is not None:
            texts = {**texts, **self.cells(record)}
            texts["note"] = refusal or texts["note"]
        tone = "muted" if refusal else "plain"
        return Row(
            "×" if refusal else " ",
            "muted",
            [texts[column.id] for column in columns],
            [tone for _ in columns],
            self.marks is not None and self.get_key_at(index) in self.marks,
        )

    def toggle(self, index: int) -> None:
        """Mark a row that can be chosen, or take its mark away."""
        if self.marks is not None and not self.get_refusal_at(index):
            self.marks ^= {self.get_key_at(index)}

    @property
    def marked_records(self) -> list[T]:
        """The marked records, in the order of their list."""
        records = self.collection.records
        return [records[key] for key in records if key in (self.marks or ())]


AnyChoices: TypeAlias = "Choices[Channel] | Choices[Bundle]"


def _iterate_hints(choices: AnyChoices) -> Iterator[str]:
    """Yield the keys, how many records there are and what is told of them, ever shorter."""
    abouts = (*(f" · {text}" for text in choices.about()), "")
    for count, about, keys in product(_list_counts(choices), abouts, _list_keys(choices)):
        yield f"{'  '.join([*keys, _name_leave()])} · {count}{about}"


def _list_keys(choices: AnyChoices) -> Sequence[Sequence[str]]:
    """Return the keys that choose, without those best known in each further list."""
    choose = f"{name_key('picker.choose')} choose"
    keys = ["↑↓ move", choose]
    if choices.marks is not None:
        marked = f" {len(choices.marks)} marked" if choices.marks else ""
        keys = ["↑↓ move", f"{name_key('picker.mark')} mark", f"{choose}{marked}"]
    fewest = 1 if choices.marks else 0
    return [keys[at:] for at in range(len(keys) + 1 - fewest)]


def _name_leave() -> str:
    return f"{name_key('picker.leave')} leave"


def _list_counts(choices: AnyChoices) -> Sequence[str]:
    """Return how many records match and what is loaded of them, in more and in fewer words."""
    count = f"{len(choices.matches)} of {len(choices.collection)}"
    aside = f" ({state})" if (state := _find_state(choices)) else ""
    return f"{count} {choices.collection.name}{aside}", f"{count}{aside}", count


def _find_state(choices: AnyChoices) -> str:
    """Return what becomes of the records that are not loaded; empty where all are."""
    collection = choices.collection
    if collection.waiting is not None:
        return "failed, tries again"
    if collection.loading is not Loading.NOTHING:
        return "loading more…"
    return "loading the rest failed" if collection.error is not None else ""


class ChoiceInput(LineInput):
    """The text that narrows the choices; it leaves the space to the form where that marks."""

    takes_spaces = True

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Return whether a key is typed here, so that no binding takes it."""
        return (key != "space" or self.takes_spaces) and super().check_consume_key(key, character)


class LinkForm(Vertical, AskingOverlay["Channel | Bundle | None"]):
    """Picks one of `Choices`: typing narrows them, arrows move, Enter picks, Esc cancels."""

    DEFAULT_CSS = """
    LinkForm {
        dock: bottom;
        layer: form;
        height: 6;
        visibility: hidden;
        background: $panel;
        & Horizontal { height: 1; }
        & #form-noun { width: 11; }
        & Input { width: 1fr; }
        & RecordTable { height: 3; background: $panel; }
        &:ansi { background: ansi_default; & RecordTable { background: ansi_default; } }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "pick", "choose", priority=True, id="picker.choose"),
        Binding("escape", "cancel", "cancel", id="picker.leave"),
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("pageup", "move_page(-1)", show=False),
        Binding("pagedown", "move_page(1)", show=False),
        Binding("space", "mark", show=False, priority=True, id="picker.mark"),
        Binding("tab,shift+tab", "stay", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._choices: AnyChoices | None = None
        self._reasons: list[str] = []
        """The reasons against the choices in view, as they were drawn."""
        self._has_moved = False
        """Whether a key moved the cursor: then it stays where it is."""
        self._offered_key: str | None = None
        """The row key that the cursor was put on."""
        self._eager = False
        """Whether Enter was pressed before the record it meant was loaded."""
        self._refused_key: str | None = None
        """The row key on which Enter was refused, until the next key."""

    def compose(self) -> ComposeResult:
        """Make the rows."""
        yield TextLine(tone="title", id="form-title")
        with Horizontal():
            yield TextLine("", "muted", id="form-noun")
            yield ChoiceInput(disabled=True)
        yield RecordTable(header=False, takes_focus=False)
        yield TextLine(tone="muted", id="form-hint")

    def open(self, title: str, choices: Choices[T]) -> asyncio.Future[T | None]:
        """Ask for one of the choices; None when the form is left without one.

        The keyboard is taken at once, so that keys typed ahead reach the form. It is given back
        on cancel; after a choice only by `close`, so that it passes to the question without
        a gap.
        """
        self._has_moved = self._eager = False
        self._refused_key = None
        self._choices = choices
        self._fit_height()
        self.query_one("#form-title", TextLine).show(f" {title}")
        self.query_one("#form-noun", TextLine).show(f" {choices.noun} ›")
        box = self.query_one(ChoiceInput)
        box.disabled = False
        box.takes_spaces = choices.marks is None
        box.hold("")
        self._narrow(choices)
        return cast("asyncio.Future[T | None]", self.ask(box))

    @property
    def height(self) -> int:
        """Its rows on this screen: on a high one as many as there are choices, up to half of it."""
        lines, choices = self.screen.size.height, self._choices
        rows = LEAST_ROWS if lines < HIGH_SCREEN else lines // 2 - CHROME
        if choices is not None and choices.is_settled:
            rows = max(LEAST_ROWS, min(rows, len(choices.collection) + bool(choices.without)))
        return CHROME + rows

    def _fit_height(self) -> None:
        """Take the rows that this screen has for it."""
        if self.height != self.size.height:
            self.styles.height = self.height
            self._table.styles.height = self.height - CHROME

    def on_resize(self) -> None:
        """Take the rows that the screen now has for it, and say what fits there."""
        self._fit_height()
        if self.is_open:
            self._hint()

    def shows(self, choices: AnyChoices) -> bool:
        """Whether it is open with these choices."""
        return self.is_open and self._choices is choices

    @property
    def _is_answered(self) -> bool:
        """Whether a choice was made, and what it needs is being read before this is closed."""
        return self.is_open and not self.asking

    def update_choices(self) -> None:
        """Update the choices after records came in or a reason changed."""
        if self._choices is None or not self.asking:
            return
        cursor_key = self._table.cursor_key if self._was_moved else None
        self._narrow(self._choices)
        if cursor_key is not None:
            self._has_moved = True
            self._table.move_to_key(cursor_key)
        if self._eager and self._choices.is_unmistakable:
            self.action_pick()
        elif self._eager and self._choices.is_settled:
            self._eager = False
            self._hint()

    def update_reasons(self) -> None:
        """Draw the rows and the hint again if a reason in view has changed, such as a countdown.

        The cursor stays: the choice must not change right before Enter.
        """
        if self.is_open and self._reasons != (reasons := self._list_reasons()):
            self._reasons = reasons
            self._table.refresh()
            self._hint()

    def _list_reasons(self) -> list[str]:
        """Return the reasons against the choices in view."""
        choices, top = self._choices, self._table.state.top
        if choices is None:
            return []
        in_view = range(top, min(len(choices), top + self.screen.size.height))
        return [choices.get_refusal_at(at) for at in in_view]

    def update_counts(self) -> None:
        """Draw the rows and the hint again after devices were counted."""
        if self.is_open:
            self._table.refresh()
            self._hint()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the choices; once one was made, take back what is typed."""
        event.stop()
        choices = self._choices
        if self._is_answered and choices is not None:
            self.query_one(ChoiceInput).hold(choices.text)
        self._narrow_to_typed()

    def on_record_table_opened(self, event: RecordTable.Opened) -> None:
        """Pick the row that was clicked twice."""
        event.stop()
        self._has_moved, self._eager = True, False
        self.action_pick()

    def on_record_table_near_end(self, event: RecordTable.NearEnd) -> None:
        """Ignore the end: nothing is loaded from here."""
        event.stop()

    def on_record_table_cursor_moved(self, event: RecordTable.CursorMoved) -> None:
        """Update the hint; a move by mouse cancels a waiting Enter."""
        event.stop()
        self._eager = self._eager and not self._was_moved
        self._hint()

    def action_move(self, rows: int) -> None:
        """Move among the choices."""
        if self._is_answered:
            return
        self._has_moved, self._eager = True, False
        self._refused_key = None
        self._table.action_move(rows)

    def action_move_page(self, pages: int) -> None:
        """Move by as many choices as are in view."""
        self.action_move(pages * self._table.rows_on_screen)

    def action_mark(self) -> None:
        """Mark the choice under the cursor and go on, where many can be chosen."""
        choices, key = self._choices, self._table.cursor_key
        at = choices.index_of(key) if choices is not None and key is not None else None
        if choices is None or at is None or self._is_answered:
            return
        choices.toggle(at)
        self.action_move(1)
        self._table.refresh()
        self._hint()

    def action_stay(self) -> None:
        """Do nothing: there is only one field."""

    def action_cancel(self) -> None:
        """Close without a choice."""
        self.give(None)
        self.close()

    @property
    def _was_moved(self) -> bool:
        """Whether the operator moved the cursor, by a key or the mouse."""
        return self._has_moved or self._table.cursor_key != self._offered_key

    @property
    def _table(self) -> RecordTable:
        return self.query_one(RecordTable)

    def _narrow_to_typed(self) -> None:
        choices = self._choices
        if choices is not None and self.asking and choices.text != self.query_one(Input).value:
            self._has_moved = self._eager = False
            self._refused_key = None
            self._narrow(choices)

    def _narrow(self, choices: AnyChoices) -> None:
        choices.narrow(self.query_one(Input).value)
        at = choices.first_allowed
        self._offered_key = key = choices.get_key_at(at) if len(choices) else None
        self._table.attach(choices, choices.columns, TableState(key, at, max(0, at - 2)))
        self._reasons = self._list_reasons()
        self._hint()

    def _hint(self) -> None:
        choices = self._choices
        if choices is None:
            return
        if self._is_answered:
            self._say([f"chosen: looking at what it does…  {_name_leave()}"], "warn")
        elif self._eager:
            name = choices.collection.name
            self._say([f"loading the rest of the {name}, then choosing…"], "warn")
        elif refusal := self._find_refusal(choices):
            self._say(refusal, "warn")
        elif len(choices):
            self._say(_iterate_hints(choices), "muted")
        else:
            counts = (*_list_counts(choices), _find_state(choices))
            no_match = f"no {choices.noun} matches"
            texts = [f"{no_match} · {count} · {_name_leave()}" for count in counts if count]
            self._say(texts, "warn")

    def _find_refusal(self, choices: AnyChoices) -> Sequence[str]:
        """Return why the choice under the cursor was refused, in more and in fewer words."""
        key = self._table.cursor_key
        at = choices.index_of(key) if key is not None and key == self._refused_key else None
        if at is None or not (refusal := choices.get_refusal_at(at)):
            return ()
        # The name also stands above; the reason is nowhere else in full.
        name = shorten(choices.name_at(at), self.screen.size.width - measure_width(refusal) - 4)
        return [f"{name}: {refusal}", refusal]

    def _say(self, hints: Iterable[str], tone: str) -> None:
        """Show the first of the hints that fits, else the last one shortened."""
        room, hint = self.screen.size.width - 2, ""
        for hint in hints:
            if measure_width(hint) <= room:
                break
        self._hint_line.show(f" {shorten(hint, room)}", tone)

    def action_pick(self) -> None:
        """Pick the row under the cursor, if it can be picked."""
        self._narrow_to_typed()
        choices, key = self._choices, self._table.cursor_key
        if choices is None:
            return
        if not (choices.is_settled or choices.is_unmistakable or self._was_moved):
            # The text may mean a record that is not loaded yet: pick once that is known.
            self._eager = True
            self._hint()
            return
        at = choices.index_of(key) if key is not None else None
        if choices.marked_records and self.asking:
            # The marks are the choice, wherever the cursor is.
            self.give(choices.marked_records[0])
            self._hint()
            return
        if at is None:
            return
        if choices.get_refusal_at(at):
            self._refused_key = key
            self._hint()
        elif self.asking:
            choice = choices.get_at(at)
            choices.is_none_chosen = choice is None
            self.give(choice)
            self._hint()

    @property
    def _hint_line(self) -> TextLine:
        return self.query_one("#form-hint", TextLine)
