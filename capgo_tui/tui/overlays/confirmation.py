"""The dialog that confirms a wide or final change: its impact, before → after, and a yes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.short_ids import lead_with_id
from capgo_tui.text import clean
from capgo_tui.tui.keys import fill_keys
from capgo_tui.tui.overlays.overlay import Overlay
from capgo_tui.tui.widgets.answer import Answer
from capgo_tui.tui.widgets.check_row import CheckRow
from capgo_tui.tui.widgets.detail import Detail, Line
from capgo_tui.tui.widgets.line_input import LineInput
from capgo_tui.tui.widgets.lines import measure_width
from capgo_tui.tui.widgets.text_line import TextLine
from capgo_tui.workspace.changes.confirmation_level import ConfirmationLevel
from capgo_tui.workspace.changes.describe import describe
from capgo_tui.workspace.remark import Remark, sign_warning

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence

    from textual import events
    from textual.app import ComposeResult

    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.changes.question import Question

CHROME = 2
"""Rows besides those of the list: the title and the question."""
ABOVE = 4
"""Rows of the screen that stay in sight above it."""
MOST_LISTED = 200
"""Changes listed; the rest is only counted."""
TYPING_KEYS = "  {confirmation.typed} when typed  {confirmation.cancel} no "


@dataclass(slots=True)
class Choice:
    """An optional addition to a change, not done unless ticked."""

    label: str
    is_chosen: bool = False


class Yes(Answer):
    """The bottom row of the dialog."""

    DEFAULT_CSS = """
    Yes {
        height: 1;
        background: $warning-muted;
        color: $text-warning;
        text-style: bold;
        /* As in a prompt. */
        &:ansi { background: ansi_default; text-style: bold reverse; }
    }
    """

    typing = False
    """Whether a text must be typed first: until then ``y`` and ``n`` are ordinary letters."""

    def keys(self) -> str:
        """Return the keys that answer, or the one that leads to them."""
        return fill_keys(TYPING_KEYS) if self.typing else super().keys()

    def on_key(self, event: events.Key) -> None:
        """Ignore keys until the required text is typed."""
        if self.typing:
            event.stop()
            event.prevent_default()


class Confirmation(Vertical, Overlay):
    """Lists the changes; on level `TYPED` a name or number must be typed before the yes.

    Enter never confirms: in the input it leads on to the question, where it means no.
    """

    DEFAULT_CSS = """
    Confirmation {
        dock: bottom;
        layer: form;
        height: 8;
        visibility: hidden;
        background: $panel;
        & #confirmation-typed { height: 1; }
        & #confirmation-typed TextLine { width: auto; }
        & Input { width: 1fr; }
        &:ansi { background: ansi_default; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "typed", "on", priority=True, id="confirmation.typed"),
        Binding("tab,shift+tab", "next", show=False, priority=True, id="confirmation.next"),
        Binding("escape", "cancel", "cancel", priority=True, id="confirmation.cancel"),
        Binding("up", "scroll_list(-1)", show=False, priority=True),
        Binding("down", "scroll_list(1)", show=False, priority=True),
        Binding("pageup", "scroll_list(-8)", show=False, priority=True),
        Binding("pagedown", "scroll_list(8)", show=False, priority=True),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._required_text: str | None = None
        """The text that must be typed; None for none."""
        self._choice: Choice | None = None

    @property
    def required_text(self) -> str | None:
        """The text that must be typed before the ``y``; None for none."""
        return self._required_text

    def compose(self) -> ComposeResult:
        """Make the rows."""
        yield TextLine(tone="title", id="confirmation-title")
        yield Detail(id="confirmation-list")
        yield CheckRow(id="confirmation-choice")
        with Horizontal(id="confirmation-typed"):
            yield TextLine("", "muted", id="confirmation-hint")
            yield LineInput(disabled=True)
        yield Yes()

    def open(
        self, question: Question, lines: Sequence[Line] = (), choice: Choice | None = None
    ) -> asyncio.Future[bool]:
        """Ask for confirmation; True only for ``y`` after the required text.

        Args:
            question: what it is about; level `LINE` is asked as `LIST` here.
            lines: what is listed instead of the changes.
            choice: an optional addition; not done unless it is ticked.

        """
        changes = question.changes
        title = question.title or describe(changes[0]).title
        place = f"{question.place} · " if question.place else ""
        line = f"{place}{'Changed! ' if question.is_repeated else ''}{title}"
        who = _find_shared_identity(changes)
        if who:  # a name of any length must not hide it
            line = lead_with_id(line, who, self.screen.size.width - 1)
        self.query_one("#confirmation-title", TextLine).show(f" {line}")
        listing = self.query_one("#confirmation-list", Detail)
        notes = [Line("", question.effort, "note")] if question.effort else []
        notes += map(_make_note, question.notes)
        self._required_text = (
            question.text_to_type if question.level is ConfirmationLevel.TYPED else None
        )
        typing_row = self.query_one("#confirmation-typed", Horizontal)
        typing_row.display = self._required_text is not None
        self._offer(choice)
        chrome = CHROME + (self._required_text is not None) + (self._choice is not None)
        room = self.screen.size.height - ABOVE
        # Warnings go before a list that is too long.
        effects, warnings = (lines, []) if lines else _list_lines(changes)
        listing.show_lines([*notes, *effects, *warnings])
        rows = listing.rows_at(self.screen.size.width) + chrome
        if rows > room:
            listing.show_lines([*notes, *warnings, *effects])
        self.styles.height = max(4, min(rows, room))
        yes = self.query_one(Yes)
        yes.typing = self._required_text is not None
        first = describe(changes[0])
        short = title if question.title or not who else f"{first.verb} {first.name}"

        def ask(width: int) -> str:
            if self._required_text is None:
                return "Sure?"
            # The id stands before it where not all of it fits.
            return f"{title}?" if measure_width(title) < width else f"{short}?"

        answer = yes.put(ask, who)
        answer.add_done_callback(self._close)
        box = self.query_one(Input)
        box.value = ""
        box.disabled = self._required_text is None
        self._hint("")
        self.take_keyboard(yes if self._required_text is None else box)
        return answer

    def _offer(self, choice: Choice | None) -> None:
        self._choice = choice
        row = self.query_one(CheckRow)
        row.display = row.can_focus = choice is not None
        if choice is not None:
            choice.is_chosen = False
            row.offer(choice.label)

    def action_next(self) -> None:
        """Switch between the check box and the input; without a box, go on to the question."""
        box, row = self.query_one(Input), self.query_one(CheckRow)
        if self.query_one(Yes).has_focus:
            return  # there is nothing beyond it
        if self._choice is None or self._required_text is None or box.disabled:
            self.action_typed()
        else:
            self.screen.set_focus(row if box.has_focus else box)

    def action_typed(self) -> None:
        """Go on to the question, once the required text is typed."""
        yes = self.query_one(Yes)
        if self.query_one(CheckRow).has_focus:
            self.screen.set_focus(self.query_one(Input))
            return
        if self.screen.focused is yes:
            self.action_cancel()
        elif clean(self.query_one(Input).value) == self._required_text:
            self._hint("")
            self.screen.set_focus(yes)
            self.query_one(Input).disabled = True
            self.query_one(CheckRow).can_focus = False
            yes.typing = False
            yes.ask_again()
        else:
            self._hint("not the same · ")

    def action_cancel(self) -> None:
        """Change nothing."""
        self.query_one(Yes).give(False)

    def action_scroll_list(self, lines: int) -> None:
        """Scroll the list."""
        self.query_one("#confirmation-list", Detail).action_move(lines)

    def _hint(self, problem: str) -> None:
        hint = self.query_one("#confirmation-hint", TextLine)
        text = f" {problem}type {self._required_text} › "
        hint.styles.width = min(len(text), max(10, self.screen.size.width // 2))
        hint.show(text, "warn" if problem else "muted")

    def _close(self, _: asyncio.Future[bool]) -> None:
        if not self.is_attached:  # the program is being left
            return
        if self._choice is not None:
            self._choice.is_chosen = self.query_one(CheckRow).is_ticked
        if self.query_one(Yes).asking:  # another question has taken its place by now
            return
        self.close()


def _find_shared_identity(changes: Sequence[Change]) -> str:
    """Return the id of the changed record, if all changes are of one."""
    identities = {(change.wire_id, describe(change).identity) for change in changes}
    return describe(changes[0]).identity if len(identities) == 1 else ""


def _list_lines(changes: Sequence[Change]) -> tuple[Sequence[Line], Sequence[Line]]:
    """Return the lines of the effects, and those of the impact."""
    if len({(change.noun, change.wire_id) for change in changes}) == 1:
        effects = [effect for change in changes for effect in describe(change).list_effects()]
        lines = [Line(effect.field, str(effect)) for effect in effects]
    else:
        lines = [
            Line(each.list_name, each.first_effect or each.verb)
            for each in map(describe, changes[:MOST_LISTED])
        ]
        if len(changes) > MOST_LISTED:
            lines.append(Line("", f"and {len(changes) - MOST_LISTED} more", "raw"))
    touches = dict.fromkeys(touch for change in changes for touch in change.impact)
    return lines, [*map(_make_note, touches)]


def _make_note(sentence: str) -> Line:
    """Return the line of a warning behind its sign, or of a remark as dim as a label."""
    tone = "muted" if isinstance(sentence, Remark) else "note"
    return Line("", sign_warning(sentence), tone)
