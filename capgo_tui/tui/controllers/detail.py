"""The detail of one record, beside the table or in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from capgo_tui.text import clean_lines
from capgo_tui.tui.actions import Action, Takes
from capgo_tui.tui.widgets.detail import Line
from capgo_tui.workspace.resources.section import NEVER_TOLD, UNTOLD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.timer import Timer

    from capgo_tui.tui.host import Host
    from capgo_tui.workspace.insight.places import Link
    from capgo_tui.workspace.resources.section import Section

LINKS = "Leads to"
"""The heading above the links of a record."""
FOLLOW_SECONDS = 0.06
"""Seconds for which the cursor rests before the detail beside the table follows it."""


class DetailController:
    """The controller of the detail: labelled fields or the server's own JSON."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self.is_open = False
        """Whether it was opened and has the keyboard; on a wide screen it is visible anyway."""
        self.is_raw = False
        """Whether it shows the server's own JSON."""
        self._follow_timer: Timer | None = None

    def open_detail(self) -> None:
        """Show all of the record under the cursor and scroll in it."""
        self._open(raw=self.is_raw and self._host.detail.display)

    def toggle_raw(self) -> None:
        """Change between labelled fields and the server's own JSON."""
        if self._host.detail.display:
            self.is_raw = not self.is_raw
            self.show()
            self._host.chrome.show_hints()
        else:
            self._open(raw=True)

    def _open(self, *, raw: bool) -> None:
        if self._host.table.cursor_key is not None:
            self._host.show_detail_pane(visible=True)
            self.is_raw, self.is_open = raw, True
            self.show()
            self._host.chrome.show_hints()
            self._host.set_focus(self._host.detail)

    def close(self) -> bool:
        """Go back to the list; return whether the detail was open."""
        if not self.is_open:
            return False
        self.is_raw = self.is_open = False
        self._host.show_detail_pane(visible=False)
        self.show()
        self._host.chrome.show_hints()
        self._host.set_focus(self._host.table)
        return True

    def show_next(self) -> None:
        """Go on to the next record."""
        self._host.table.action_move(1)

    def show_previous(self) -> None:
        """Go back to the record before."""
        self._host.table.action_move(-1)

    def follow(self) -> None:
        """Show what the cursor is on, once it rests."""
        if self._follow_timer is not None:
            self._follow_timer.stop()
        detail = self._host.detail
        if detail.display:
            self._follow_timer = detail.set_timer(FOLLOW_SECONDS, self.show)
        else:
            # On a wider screen it becomes visible before it is filled.
            detail.show_lines(())

    def show(self) -> None:
        """Show what the cursor is on, if there is a place for it."""
        if self._host.detail.display and self._host.workspace is not None:
            key = self._host.table.cursor_key
            self._host.detail.show_lines([] if key is None else self.list_lines(key))

    def list_lines(self, key: str) -> list[Line]:
        """Return the lines about a record of the list in view."""
        rows = self._host.rows
        if self.is_raw:
            record = rows.view.collection.records.get(key)
            if record is not None:
                return [Line("", text, "raw") for text in clean_lines(record.format_raw_json())]
        lines: list[Line] = []
        links = rows.list_links(key)
        for number, section in enumerate(rows.list_sections(key)):
            lines += [Line("", section.title, "heading"), *_field_lines(section, links)]
            lines.append(Line("", ""))
            if number == 0:
                lines += _link_lines(section, links)
        return lines

    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action(
            "record.open", "enter", "open", "Show all of this record", open_detail, 210,
            shown_key="⏎", takes=Takes.RECORD,
        ),
        Action(
            "record.raw", "J", "JSON", "Show the record as the server sent it", toggle_raw, 250,
            takes=Takes.RECORD,
        ),
        Action(
            "record.next", "right_square_bracket", "next record",
            "Go to the next record, in the detail too", show_next, 475, hint=False,
            shown_key="]", takes=Takes.RECORD,
        ),
        Action(
            "record.previous", "left_square_bracket", "record before",
            "Go to the previous record, in the detail too", show_previous, 476, hint=False,
            shown_key="[", takes=Takes.RECORD,
        ),
    )  # fmt: skip


def _field_lines(section: Section, links: Sequence[Link]) -> Sequence[Line]:
    """Return the fields of a section, those that the server never tells in one line at its end."""
    place_of = {(link.field, link.text): link.place for link in links}
    lines: list[Line] = []
    untold: list[str] = []
    for label, text in section.fields:
        if text == UNTOLD:
            untold.append(label)
        elif parts := [link for link in links if link.summary == label]:
            lines += [Line(link.label, link.text, link=link.place) for link in parts]
        elif label != section.title_label:
            lines.append(Line(label, text, link=place_of.get((label, text))))
    if len(untold) > 1:
        return [*lines, Line("", f"{', '.join(untold)}: {NEVER_TOLD}", "muted")]
    return [*lines, *(Line(label, UNTOLD, "value") for label in untold)]


def _link_lines(section: Section, links: Sequence[Link]) -> Sequence[Line]:
    """Return the links that are no fields of the section, below a heading."""
    fields, labels = set(section.fields), {label for label, _ in section.fields}
    lines = [
        Line(link.label, link.text, link=link.place)
        for link in links
        if (link.field, link.text) not in fields and link.summary not in labels
    ]
    return [Line("", LINKS, "heading"), *lines, Line("", "")] if lines else []
