"""A page of the help, laid out for the width of the terminal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType

from capgo_tui.help import TOPICS, read_page
from capgo_tui.tui.screens.detail_page import DetailPage
from capgo_tui.tui.widgets.detail import Detail, Line
from capgo_tui.tui.widgets.hint_bar import Hint

if TYPE_CHECKING:
    from collections.abc import Sequence

INDENT: Final = "    "
"""What an example, or an entry of a list, begins with; what follows it is indented further."""
GAP: Final = re.compile(r" {2,}")
"""What separates the columns of an entry."""
LABEL_WIDTH: Final = 15
"""Characters of the longest label; a longer text before a gap is a line of code."""


def page_lines(text: str) -> Sequence[Line]:
    """Return the lines of a page: its headings, paragraphs, entries and examples."""
    lines: list[Line] = []
    is_open = False
    """Whether the next line of text goes on with the last one."""
    for row in text.splitlines()[1:]:
        if not row:
            if lines:
                lines.append(Line("", "", "note"))
            is_open = False
        elif not row.startswith(INDENT):
            lines[-1:] = (
                [lines[-1]._replace(text=f"{lines[-1].text} {row}")]
                if is_open
                else [*lines[-1:], Line("", row, "note")]
            )
            is_open = True
        elif row.startswith(f"{INDENT} "):
            lines[-1] = lines[-1]._replace(text=f"{lines[-1].text} {row.strip()}")
        else:
            label, *columns = GAP.split(row.strip(), maxsplit=2)
            is_entry = bool(columns) and len(label) <= LABEL_WIDTH
            lines.append(Line(label, ": ".join(columns)) if is_entry else Line("", row, "raw"))
            is_open = False
    return lines


class HelpPageScreen(DetailPage):
    """A page of the help."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark", "dismiss(None)", "back", id="help-page.close"),
    ]

    def __init__(self, topic: str) -> None:
        hints = [Hint("↑↓ pgup pgdn", "scroll"), Hint("esc", "back")]
        super().__init__(f"Help · {topic} · {TOPICS[topic]}", hints)
        self._topic = topic

    def on_mount(self) -> None:
        """Fill the page."""
        detail = self.query_one(Detail)
        detail.show_lines(page_lines(read_page(self._topic)))
        detail.focus()
