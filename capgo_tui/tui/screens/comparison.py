"""The page that compares two records side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from capgo_tui.tui.screens.rows_page import PageRow, RowsPage
from capgo_tui.tui.widgets.detail import Line
from capgo_tui.tui.widgets.record_table import PlainColumn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.workspace.insight.compare import ComparisonRow


class ComparisonScreen(RowsPage[None]):
    """Two records side by side, the lines in which they differ first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("equals_sign", "dismiss(None)", "close", id="comparison.close"),
    ]

    def __init__(self, names: tuple[str, str], rows: Sequence[ComparisonRow]) -> None:
        self._names = names
        self._comparison = rows
        differing = sum(row.differs for row in rows)
        columns = (
            PlainColumn("field", "", 20, 22, 0, cut_middle=True),
            PlainColumn("left", names[0], 27, 56, 0),
            PlainColumn("right", names[1], 27, 56, 0),
        )
        count = f"{differing or 'no'} line{'s' * (differing != 1)}"
        title = f"Compared · {count} of {len(rows)} differ{'s' * (differing == 1)}"
        super().__init__(title, columns, "⏎ all of a line  ↑↓ move  esc close")

    def on_mount(self) -> None:
        """Show the lines."""
        super().on_mount()
        self.show_rows([_make_page_row(row) for row in self._comparison])

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
