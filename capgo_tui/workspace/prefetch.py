"""A prefetch: a workspace is opened and its first list read while the interface is imported."""

from __future__ import annotations

import asyncio
import contextvars
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from capgo_tui.workspace.session import Workspace
    from capgo_tui.workspace.target import Target


class Prefetch:
    """A workspace, or why it could not be opened, and the reading of one of its lists."""

    def __init__(
        self, target: Target, list_name: str, now: Callable[[], datetime] | None = None
    ) -> None:
        """Open the workspace, which takes 0.1 s for the imports; to be done before the loop."""
        from capgo_tui.workspace.session import (  # noqa: PLC0415 - as it says
            open_workspace,
            read_utc_clock,
        )

        self._list_name = list_name
        self._context = contextvars.copy_context()
        self._reading: asyncio.Task[None] | None = None
        self._workspace: Workspace | Exception
        try:
            self._workspace = open_workspace(target, now or read_utc_clock)
        except Exception as error:  # noqa: BLE001 - `open` raises it
            self._workspace = error

    async def begin(self) -> None:
        """Begin to read the list, if there is one."""
        if isinstance(self._workspace, Exception):
            return
        collection = self._workspace.collections.get(self._list_name)
        if collection is not None:
            self._reading = asyncio.create_task(collection.load_more(), context=self._context)

    def open(self) -> Workspace:
        """Return the workspace; its list may still be read, or have been read.

        Raises:
            ValueError: when the server cannot be used.

        """
        if isinstance(self._workspace, Exception):
            raise self._workspace
        # Listeners in an interface find by context variables what they are a part of.
        for variable, value in contextvars.copy_context().items():
            self._context.run(variable.set, value)
        return self._workspace

    async def finish(self) -> None:
        """Wait until the list is read; a caller that is cancelled stops that."""
        if self._reading is not None:
            await self._reading
