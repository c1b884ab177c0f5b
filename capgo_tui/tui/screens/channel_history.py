"""The page with the history of a channel."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType

from capgo_tui.text import clean
from capgo_tui.tui.keys import name_key
from capgo_tui.tui.screens.rows_page import PageRow, RowsPage
from capgo_tui.tui.widgets.detail import Line
from capgo_tui.tui.widgets.hint_bar import Hint
from capgo_tui.tui.widgets.record_table import PlainColumn
from capgo_tui.tui.workers import start_worker
from capgo_tui.workspace.ages import format_age, format_full_time
from capgo_tui.workspace.changes.channel_words import describe_setting, label_setting
from capgo_tui.workspace.changes.names import shorten
from capgo_tui.workspace.insight.channel_history import HistoryItem

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime

    from capgo_tui.tui.app_base import AppBase
    from capgo_tui.workspace.changes.restoration import Restoration
    from capgo_tui.workspace.changes.states import State
    from capgo_tui.workspace.insight.channel_history import FieldChange
    from capgo_tui.workspace.insight.history_report import HistoryReport

COLUMNS: Final = (
    PlainColumn("when", "WHEN", 16, 16, 0),
    PlainColumn("field", "WHAT", 14, 17, 0, cut_middle=True),
    PlainColumn("effect", "BEFORE → AFTER", 28, 60, 0, cut_middle=True),
    PlainColumn("who", "WHO", 12, 32, 0, cut_middle=True),
)
NOTHING: Final = (
    "No change of this channel is known.",
    "Overrides and older changes are not kept.",
)
LONGEST: Final = 200
"""Most cells of one text."""


def list_hints(*, is_read_only: bool) -> Sequence[Hint]:
    """Return the keys of the page."""
    undo = name_key("change.undo")
    return [
        Hint("⏎", "compare with now"),
        Hint(f"{undo}:", "read-only", off=True)
        if is_read_only
        else Hint(undo, "back to before it"),
        Hint(name_key("list.refresh"), "read again"),
        *([] if is_read_only else [Hint("●", "ours")]),
        Hint("esc", "close"),
    ]


class ChannelHistoryScreen(RowsPage[HistoryItem]):
    """The changes of a channel; dismissed with the one to go back before, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("H", "dismiss(None)", "close", id="history.close"),
        Binding("z", "restore", "back to before it", id="history.restore"),
        Binding("r", "reload", "read again", id="history.reload"),
    ]

    HAS_ROW_BESIDE: ClassVar[bool] = True

    app: AppBase

    def __init__(
        self,
        channel: str,
        read: Callable[[], Awaitable[HistoryReport]],
        plan: Callable[[HistoryItem], tuple[State, Restoration]],
        now: Callable[[], datetime],
        refusal: str,
    ) -> None:
        super().__init__(f"History of {channel}", COLUMNS, list_hints(is_read_only=bool(refusal)))
        self._read = read
        self._plan = plan
        """Returns the state now, and what brings back the one before a change."""
        self._now = now
        self._refusal = refusal
        """Why nothing is changed here; empty when it may be."""
        self._items: Sequence[HistoryItem] = ()

    def on_mount(self) -> None:
        """Begin to read."""
        super().on_mount()
        self.action_reload()

    def action_reload(self) -> None:
        """Read the history again."""
        self.show_rows((), "Reading the history…")
        start_worker(self, self._load, exclusive=True)

    async def _load(self) -> None:
        try:
            report = await self._read()
        except Exception as error:  # noqa: BLE001 - a bug in a worker must not end the program
            self.show_rows((), f"✗ Not read: {type(error).__name__}, a bug in capgo-tui.")
            self.app.report_bug(error)
            return
        self._items = report.items
        self.show_rows([_make_page_row(item, self._now()) for item in report.items], *NOTHING)
        self.say(" ".join(report.gaps))

    def list_lines(self, index: int) -> Sequence[Line]:
        """Return all of a change, and how the channel before it differs from now."""
        item = self._items[index]
        lines = [
            Line(
                "",
                f"{item.operation.capitalize()} {format_full_time(item.at, self._now())}",
                "heading",
            ),
            Line("by", item.who or "unknown"),
            *(Line(_label_side(each.field), _describe_effect(each)) for each in item.fields),
            Line("", "Before it → now", "heading"),
            *self._list_comparison(item),
        ]
        return [
            line._replace(label=shorten(line.label, 40), text=shorten(line.text, LONGEST))
            for line in lines
        ]

    def _list_comparison(self, item: HistoryItem) -> Sequence[Line]:
        if item.state_before is None:
            return [Line("", "There was no channel before it.", "note")]
        now, restoration = self._plan(item)
        lines = [
            Line(
                _label_side(field),
                f"{describe_setting(field, value)} → {describe_setting(field, now[field])}",
            )
            for field, value in item.state_before.items()
            if field in now and now[field] != value
        ] or [Line("", "All that is known of it is as it is now.", "note")]
        if restoration.obstacles:
            lines.append(Line("", "Cannot be brought back", "heading"))
            lines += [Line("", f"{each}.", "note") for each in restoration.obstacles]
        return lines

    def action_restore(self) -> None:
        """Dismiss with the change to go back before, or say why that cannot be done."""
        if (index := self.index) is None:
            return
        item = self._items[index]
        reason = self._refusal or self._find_objection(item)
        if reason:
            self.say(f"✗ Nothing to bring back: {reason}.")
        else:
            self.dismiss(item)

    def _find_objection(self, item: HistoryItem) -> str:
        if item.state_before is None:
            return "there was no channel before it"
        _, restoration = self._plan(item)
        if restoration.changes:
            return ""
        return "; ".join(restoration.obstacles) or "all that is known of it is as it is now"


def _make_page_row(item: HistoryItem, now: datetime) -> PageRow:
    when = f"{format_age(item.at, now):>4} {item.at.astimezone():%m-%d %H:%M}"
    first = next((each for each in item.fields if each.field == "bundle"), None)
    shown = first or next(iter(item.fields), None)
    more = f" +{len(item.fields) - 1} more" if len(item.fields) > 1 else ""
    return PageRow(
        "●" if item.entry_id is not None else "○",
        "accent" if item.entry_id is not None else "muted",
        [
            (when, "muted"),
            (item.operation if shown is None else f"{_label_side(shown.field)}{more}", "plain"),
            ("" if shown is None else _describe_effect(shown), "muted"),
            (item.who or "unknown", "muted"),
        ],
    )


def _describe_effect(change: FieldChange) -> str:
    before, after = (describe_setting(change.field, each) for each in (change.before, change.after))
    return f"{before} → {after}"


def _label_side(field: str) -> str:
    """Return the label of a field; that of an unknown column is a text of the server."""
    return clean(label_setting(field))
