"""Making the lazy controllers, once there is a workspace and the first rows are drawn."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from capgo_tui.tui.controllers.arrange import ArrangeController
    from capgo_tui.tui.controllers.lazy import LazyControllers
    from capgo_tui.tui.host import Host


def _import_controllers() -> type[LazyControllers]:
    """Import the lazy controllers; their models take 0.1 s, too long for the start."""
    from capgo_tui.tui.controllers.lazy import LazyControllers  # noqa: PLC0415

    return LazyControllers


class LazyLoader:
    """Makes the lazy controllers, which run the actions declared without their models."""

    def __init__(self, host: Host, arrange: ArrangeController) -> None:
        self._host = host
        self._arrange = arrange
        self._lazy: LazyControllers | None = None

    @property
    def lazy(self) -> LazyControllers:
        """The lazy controllers; `load` must have run."""
        assert self._lazy is not None  # noqa: S101 - no action of theirs runs offline
        return self._lazy

    async def load(self) -> None:
        """Make the lazy controllers, once there is a workspace."""
        host, workspace = self._host, self._host.workspace
        if workspace is None or self._lazy is not None:
            return
        controllers = await asyncio.to_thread(_import_controllers)
        if self._lazy is None:
            self._lazy = controllers(host, workspace, self._arrange.unmark_devices)
            host.background.run(self._lazy.undo.look_back(), "find out what an earlier run did")

    def stop_waiting(self) -> bool:
        """Cancel the waiting write, the export or the watch; return whether there was one."""
        if self._lazy is None:
            return False
        lazy = self._lazy
        return lazy.changes.stop_waiting() or lazy.export.stop() or lazy.watch.stop()
