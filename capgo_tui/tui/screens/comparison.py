"""The page that compares two records side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType

from capgo_tui.tui.screens.rows_page import PageRow, RowsPage
from capgo_tui.tui.widgets.detail import Line
from capgo_tui.tui.widgets.hint_bar import Hint
from capgo_tui.tui.widgets.record_table import PlainColumn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

    from capgo_tui.workspace.insight.compare import ComparisonRow

CHROME: Final = 6
"""Cells of a row besides its columns: the mark, the edge, and a blank between each two columns."""
LABEL: Final = range(12, 24)
"""The cells of the labels, from the fewest to the most."""
LEAST: Final = 19
"""The cells that each record has before the labels have more: those of a time."""
NARROWEST: Final = 80
"""The width that is laid out for before the screen has its own."""


class ComparisonScreen(RowsPage[None]):
    """Two records side by side, the lines in which they differ first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("equals_sign", "dismiss(None)", "close", id="comparison.close"),
    ]

    def __init__(self, names: tuple[str, str], rows: Sequence[ComparisonRow]) -> None:
        self._names = names
        self._comparison = rows
        differing = sum(row.differs for row in rows)
        count = f"{differing or 'no'} line{'s' * (differing != 1)}"
        title = f"Compared · {count} of {len(rows)} differ{'s' * (differing == 1)}"
        hints = (Hint("⏎", "all of a line"), Hint("↑↓", "move"), Hint("esc", "close"))
        super().__init__(title, self._make_columns(NARROWEST), hints)

    def on_mount(self) -> None:
        """Show the lines."""
        super().on_mount()
        self.show_rows([_make_page_row(row) for row in self._comparison])

    def on_resize(self, event: events.Resize) -> None:
        """Give both records the same width."""
        self.set_columns(self._make_columns(event.size.width))

    def _make_columns(self, width: int) -> Sequence[PlainColumn]:
        """Return the columns at a width: those of the records are equally wide."""
        room = max(0, width - CHROME)
        label = max(LABEL.start, min(LABEL.stop, room - 2 * LEAST))
        value = max(1, (room - label) // 2)
        return (
            PlainColumn("field", "", label, LABEL.stop, 0, cut_middle=True),
            PlainColumn("left", self._names[0], value, value, 0),
            PlainColumn("right", self._names[1], value, value, 0),
        )

    def list_lines(self, index: int) -> Sequence[Line]:
        """Return one line with both values in full."""
        row = self._comparison[index]
        return [
            Line("", row.label, "heading"),
            Line(self._names[0], row.left or "–"),
            Line(self._names[1], row.right or "–"),
        ]


def _make_page_row(row: ComparisonRow) -> PageRow:
    tone = "plain" if row.differs else "muted"
    return PageRow(
        "≠" if row.differs else "=",
        "warn" if row.differs else "muted",
        [(row.label, tone), (row.left or "–", tone), (row.right or "–", tone)],
    )
