"""The help: keys that run what Enter is pressed on, the filter language, the glyphs, the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from textual.binding import Binding, BindingType

from capgo_tui.help import TOPICS, read_page
from capgo_tui.tui.actions import FORMS, MOVES
from capgo_tui.tui.keys import fill_keys, name_key
from capgo_tui.tui.widgets.column_list import ColumnList, Item
from capgo_tui.tui.widgets.find_bar import FindBar, FindPage, matches_texts
from capgo_tui.tui.widgets.hint_bar import Hint
from capgo_tui.tui.widgets.key_line import KeyLine
from capgo_tui.tui.widgets.page_title import PageTitle
from capgo_tui.tui.widgets.record_table.drawing import MARK
from capgo_tui.workspace.query import Query, Vocabulary
from capgo_tui.workspace.resources.registry import RESOURCES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.app import ComposeResult

    from capgo_tui.tui.actions import Action, ActionContext, DisabledReason

FILTERS: tuple[tuple[str, str], ...] = (
    ("word word", "rows that have all of them, in any case"),
    ('"two words"', "so, with the blank; also for signs that mean something here"),
    ("!word", "rows without it"),
    ("a|b", "one of them; after column: both are of that column"),
    ("~word", "its letters in this order in one cell"),
    ("/pattern/", "a regular expression"),
    ("column:word", "in that column; a beginning of its name is enough"),
    ("seen:<7d", "compares ages, versions and numbers: < <= > >= ="),
)
WRITING: tuple[tuple[str, str], ...] = (
    ("y", "is the only key that confirms; Enter and Esc mean no"),
    ("⟳", "until the server has been read back; a write is never sent twice"),
)
PAGE_PREFIX: Final = "page "
"""What the id of a line begins with that opens a page: no action has a blank in its id."""


class HelpLine(NamedTuple):
    """A key or a sign, and its meaning; a line without a label is a heading."""

    label: str
    text: str
    action_id: str = ""
    """The action that Enter runs; empty for none."""
    page: str = ""
    """The text of the page that Enter opens, to be found by its words; empty for none."""


def _make_tooltip(action: Action, reason: DisabledReason | None) -> str:
    return f"✗ {action.description} · not now: {reason}" if reason else action.description


def help_lines(
    actions: Sequence[Action], context: ActionContext, vocabulary: Vocabulary | None = None
) -> Sequence[HelpLine]:
    """Return the lines of the help: what can be done here comes first."""
    tab = context.tab
    reasons = {action.id: action.disabled_reason(context) for action in actions}
    here = [a for a in actions if tab in a.tabs]
    valid = [a for a in here if reasons[a.id] is None]
    off = [a for a in here if reasons[a.id] is not None]
    others = [a for a in actions if tab not in a.tabs]
    lines = [HelpLine("", f"Keys on {tab}")]
    lines += [HelpLine(a.key, _make_tooltip(a, None), a.id) for a in valid]
    if off:
        lines += [HelpLine("", "Not now")]
        lines += [HelpLine(a.key, _make_tooltip(a, reasons[a.id]), a.id) for a in off]
    lines += _make_section("Moving", MOVES)
    lines += _make_section("Filters", FILTERS)
    if vocabulary is not None and vocabulary.columns:
        lines += [HelpLine("columns", ", ".join([*vocabulary.columns, *vocabulary.aliases]))]
        lines += [HelpLine("is:", ", ".join(vocabulary.facts))] if vocabulary.facts else []
        lines += [HelpLine("has:", ", ".join(vocabulary.has_words))] if vocabulary.has_words else []
    if others:
        lines += [HelpLine("", "Keys on other tabs")]
        for action in others:
            where = ", ".join(sorted(action.tabs))
            text = _make_tooltip(action, action.find_lasting_reason(context))
            lines.append(HelpLine(action.key, f"{text} ({where})", action.id))
    lines.append(HelpLine("", "Glyphs"))
    for resource in RESOURCES:
        lines += [HelpLine(glyph, meaning) for (glyph, _), meaning in resource.legend]
        if resource.colour_legend:
            lines.append(HelpLine("colour", resource.colour_legend))
    lines.append(HelpLine(MARK, "marked"))
    lines += [
        *_make_section("Forms", FORMS),
        *_make_section("Writing", WRITING),
        HelpLine("", "Pages"),
    ]
    for name, about in TOPICS.items():
        lines.append(HelpLine(name, about, PAGE_PREFIX + name, read_page(name)))
    return lines


def _make_section(title: str, rows: Iterable[tuple[str, str]]) -> list[HelpLine]:
    return [HelpLine("", title), *(HelpLine(fill_keys(label), text) for label, text in rows)]


def find_lines(lines: Sequence[HelpLine], query: Query) -> list[HelpLine]:
    """Return the lines that a query fits, each below its heading."""
    found: list[HelpLine] = []
    heading: HelpLine | None = None
    for line in lines:
        if not line.label:
            heading = line
        elif matches_texts(query, line.label, line.text, line.page):
            found += [line] if heading is None else [heading, line]
            heading = None
    return found


class HelpScreen(FindPage[str]):
    """The help for the tab it was opened on; dismissed with the id of an action to run."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "close", id="help.leave"),
        Binding("q", "dismiss(None)", "close", id="help.close"),
        Binding("question_mark", "dismiss(None)", "close", id="help.key"),
        Binding("slash", "find", "find", id="help.find"),
    ]

    def __init__(
        self, actions: Sequence[Action], context: ActionContext, vocabulary: Vocabulary | None
    ) -> None:
        super().__init__()
        self._lines = help_lines(actions, context, vocabulary)

    def compose(self) -> ComposeResult:
        """Make the page."""
        yield PageTitle(f" Help · G: pages about {', '.join(TOPICS)}")
        yield ColumnList()
        yield KeyLine(
            Hint("↑↓", "move"),
            Hint("⏎", "do it"),
            Hint(name_key("list.filter"), "find"),
            Hint("esc", "close"),
        )
        yield FindBar()

    def on_mount(self) -> None:
        """Fill the page."""
        self._show(Query())
        self.query_one(ColumnList).focus()

    def _show(self, query: Query) -> None:
        lines = find_lines(self._lines, query)
        self.query_one(ColumnList).show_items(
            [Item(each.label, each.text, each.action_id) for each in lines]
            or [Item("", "No line has these words. Esc shows all.")]
        )

    def on_column_list_picked(self, event: ColumnList.Picked) -> None:
        """Open the page, or close and run the action."""
        topic = event.item_id.removeprefix(PAGE_PREFIX)
        if topic == event.item_id:
            self.dismiss(event.item_id)
        else:
            from capgo_tui.tui.screens.help_page import HelpPageScreen  # noqa: PLC0415

            self.app.push_screen(HelpPageScreen(topic))

    def on_find_bar_typed(self, event: FindBar.Typed) -> None:
        """Show the lines that have all words."""
        self._show(event.query)

    def on_find_bar_left(self) -> None:
        """Go back to the lines."""
        self.query_one(ColumnList).focus()
