"""The actions that take something out of the list in view: copying and exporting."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, ClassVar

from capgo_tui.tui.actions import Action, Takes
from capgo_tui.tui.keys import name_key

if TYPE_CHECKING:
    from capgo_tui.tui.controllers.lazy_loader import LazyLoader
    from capgo_tui.tui.host import Host


class ListActions:
    """Hands the list in view to the controllers of copies and of exports."""

    def __init__(self, host: Host, loader: LazyLoader) -> None:
        self._host = host
        self._loader = loader

    def copy(self) -> None:
        """Copy something of the marked records, else of the one under the cursor."""
        from capgo_tui.tui.controllers.copy import MOST  # noqa: PLC0415 - brings the models

        host = self._host
        marks, cursor_key = host.rows.marks, host.table.cursor_key
        keys = tuple(islice(marks, MOST + 1))
        if len(keys) > MOST:
            host.say(
                f"✗ Not copied: {len(marks)} are too many for a clipboard."
                f" {name_key('list.export')} exports them."
            )
            return
        if not keys and cursor_key is not None:
            keys = (cursor_key,)
        host.status.dismiss()
        host.background.run(self._loader.lazy.copy.ask(host.rows, keys, marks.hidden_count), "copy")

    def export_list(self) -> None:
        """Export what the list in view shows."""
        self.export("", "")

    def export(self, form: str, name: str) -> None:
        """Ask for the export of the list in view, with a format and a file to begin with."""
        host = self._host
        host.status.dismiss()
        host.background.run(self._loader.lazy.export.ask(host.rows, form, name), "export the list")

    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action(
            "record.copy", "y", "copy",
            "Copy the id, name, row, JSON, curl or command line of this record or of all marked",
            copy, 270, takes=Takes.MARKED,
        ),
        Action(
            "list.export", "E", "export",
            "Write what the filter shows into a file: csv, json or ndjson", export_list, 280,
        ),
    )  # fmt: skip
