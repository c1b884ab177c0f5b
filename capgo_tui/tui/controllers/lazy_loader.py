"""Making what the first rows do not need: the overlays, and the controllers that use them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from capgo_tui.tui.controllers.arrange import ArrangeController
    from capgo_tui.tui.controllers.lazy import LazyControllers
    from capgo_tui.tui.host import Host
    from capgo_tui.tui.overlays.overlays import Overlays


def _import_overlays() -> type[Overlays]:
    """Import the overlays, which takes 20 ms."""
    from capgo_tui.tui.overlays.overlays import Overlays  # noqa: PLC0415

    return Overlays


def _import_controllers() -> type[LazyControllers]:
    """Import the lazy controllers; their models take 0.1 s, too long for the start."""
    from capgo_tui.tui.controllers.lazy import LazyControllers  # noqa: PLC0415

    return LazyControllers


class LazyLoader:
    """Mounts the overlays and makes the lazy controllers, whose actions are declared without them.

    `load` does so once the first rows are drawn, or before the first action if that comes earlier.
    """

    def __init__(self, host: Host, arrange: ArrangeController) -> None:
        self._host = host
        self._arrange = arrange
        self._overlays: Overlays | None = None
        self._lazy: LazyControllers | None = None

    @property
    def has_overlays(self) -> bool:
        """Whether the overlays are mounted."""
        return self._overlays is not None and bool(self._overlays.mounted_overlays)

    @property
    def overlays(self) -> Overlays:
        """The overlays; `load` must have run."""
        assert self._overlays is not None  # noqa: S101 - every action and paste awaits it
        return self._overlays

    @property
    def lazy(self) -> LazyControllers:
        """The lazy controllers; `load` must have run."""
        assert self._lazy is not None  # noqa: S101 - no action of theirs runs offline
        return self._lazy

    async def load(self) -> None:
        """Mount the overlays, and make the lazy controllers once there is a workspace."""
        await self._mount_overlays()
        await self._make_controllers()

    async def _mount_overlays(self) -> None:
        overlays = await asyncio.to_thread(_import_overlays)
        if self._overlays is None:
            self._overlays = overlays(self._host.table.screen)
        await self._overlays.mount()

    async def _make_controllers(self) -> None:
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
