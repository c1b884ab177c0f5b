"""Copying or showing a part of the marked records, or of the one under the cursor."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from capgo_tui.tui.overlays.value_screen import ValueScreen
from capgo_tui.tui.terminal.clipboard import copy
from capgo_tui.workspace.copying import Copying, Part

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

    from capgo_tui.tui.host import Host
    from capgo_tui.tui.lists import AnyRows
    from capgo_tui.tui.overlays.copy_bar import CopyChoice
    from capgo_tui.workspace.session import Workspace

MOST = 2_000
"""Records beyond which no terminal's clipboard takes even the ids."""


class CopyController:
    """The controller of the copy action."""

    def __init__(self, host: Host, workspace: Workspace) -> None:
        self._host = host
        self._workspace = workspace

    def ask(
        self, rows: AnyRows, keys: Sequence[str], hidden_count: int
    ) -> Coroutine[None, None, None]:
        """Ask what to copy of the records of some keys, `hidden_count` of which the filter hides.

        The bar has the keyboard when this returns; the returned coroutine copies or shows it.
        """
        return self._await_part(self._host.overlays.copy_bar.open(), rows, keys, hidden_count)

    async def _await_part(
        self,
        answer: asyncio.Future[CopyChoice | None],
        rows: AnyRows,
        keys: Sequence[str],
        hidden_count: int,
    ) -> None:
        choice = await answer
        if choice is None:
            return
        part = Part(choice.part)
        records = rows.list_records(keys)
        if not records:
            self._host.say(f"The record to copy is no longer among the {rows.resource.name}.")
            return
        copying = Copying(
            rows.view.collection.noun,
            records,
            rows.list_texts(keys),
            self._workspace.target,
            self._workspace.client.traits,
        )
        # In a thread: replies are unpacked for the JSON of their rows, of which many may be marked.
        text = await asyncio.to_thread(copying.format_text, part)
        if choice.is_shown:
            self._host.app.push_screen(ValueScreen(text))
            return
        hidden_note = f" ({hidden_count} hidden by filter)" if hidden_count else ""
        what = f"{part.describe(records, copying.noun)}{hidden_note}"
        self._host.say(await copy(self._host.app, text, what))
