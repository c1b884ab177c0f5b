"""What leaves the program: a list as a file."""

from __future__ import annotations

from capgo_tui.tui.screens.editing import EditingScreen
from capgo_tui.tui.screens.lists import NOT_CONNECTED


class SharingScreen(EditingScreen):
    """The lists, and what is taken along of them; nothing here changes anything at the server."""

    async def action_export(self) -> None:
        """Export what the list in view shows."""
        await self.export("", "")

    async def export(self, form: str, name: str) -> None:
        """Ask where to export the list in view to, beginning with a format and a file."""
        if self.workspace is None:
            self.say(NOT_CONNECTED)
            return
        from capgo_tui.tui.widgets.export_bar import ExportBar  # noqa: PLC0415 - few export

        bar = await self.furnish_with(ExportBar)
        self.status.dismiss()
        self._begin(self.flows.exporting.ask(bar, self.rows, form, name), "export the list")
