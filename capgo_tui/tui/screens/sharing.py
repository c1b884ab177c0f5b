"""What leaves the program: a list as a file, and what is copied."""

from __future__ import annotations

from itertools import islice

from capgo_tui.tui.screens.editing import EditingScreen
from capgo_tui.tui.screens.lists import NOT_CONNECTED


class SharingScreen(EditingScreen):
    """The lists, and what is taken along of them; nothing here changes anything at the server."""

    def action_copy(self) -> None:
        """Copy something of the marked records, else of the one under the cursor."""
        if self.workspace is None:
            self.say(NOT_CONNECTED)
            return
        from capgo_tui.tui.controllers.copy import MOST  # noqa: PLC0415 - brings the models

        marks = self.rows.marks
        keys = tuple(islice(marks, MOST + 1)) or self._under_cursor()
        if len(keys) > MOST:
            self.say(f"✗ Not copied: {len(marks)} are too many for a clipboard. E exports them.")
        elif not keys:
            self.say("There is nothing under the cursor.")
        else:
            self.status.dismiss()
            copying = self.flows.copying.ask(self.copy_bar, self.rows, keys, marks.hidden)
            self._begin(copying, "copy")

    def _under_cursor(self) -> tuple[str, ...]:
        key = self.table.cursor_key
        return () if key is None else (key,)

    def action_export(self) -> None:
        """Export what the list in view shows."""
        self.export("", "")

    def export(self, form: str, name: str) -> None:
        """Ask where to export the list in view to, beginning with a format and a file."""
        if self.workspace is None:
            self.say(NOT_CONNECTED)
            return
        self.status.dismiss()
        asking = self.flows.exporting.ask(self.export_bar, self.rows, form, name)
        self._begin(asking, "export the list")
