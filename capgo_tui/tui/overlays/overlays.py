"""The overlays of the main screen, mounted at the first need."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from capgo_tui.tui.overlays.batch_dialog import BatchDialog
from capgo_tui.tui.overlays.confirmation import Confirmation
from capgo_tui.tui.overlays.copy_bar import CopyBar
from capgo_tui.tui.overlays.export_bar import ExportBar
from capgo_tui.tui.overlays.filter_bar import FilterBar
from capgo_tui.tui.overlays.form import Form
from capgo_tui.tui.overlays.link_form import LinkForm
from capgo_tui.tui.overlays.overlay import Overlay
from capgo_tui.tui.overlays.palette_bar import PaletteBar
from capgo_tui.tui.overlays.prompt import Prompt
from capgo_tui.tui.overlays.rollout_form import RolloutForm
from capgo_tui.tui.overlays.sort_bar import SortBar

if TYPE_CHECKING:
    from textual.widget import Widget

OverlayT = TypeVar("OverlayT", bound=Overlay)


class Overlays:
    """The overlays of one screen, which `mount` mounts."""

    def __init__(self, screen: Widget) -> None:
        self._screen = screen
        self._mounting = asyncio.Lock()
        self.filter_bar = FilterBar()
        self.sort_bar = SortBar()
        self.copy_bar = CopyBar()
        self.export_bar = ExportBar()
        self.palette_bar = PaletteBar()
        self.prompt = Prompt()
        self.rollout_form = RolloutForm()
        self.link_form = LinkForm()
        self.channel_form = Form(is_whole=True)
        self.fields_form = Form()
        self.confirmation = Confirmation()
        self.batch_dialog = BatchDialog()
        self.mounted_overlays: tuple[Overlay, ...] = ()
        """The mounted overlays: none before `mount`."""

    async def mount(self) -> None:
        """Mount the overlays, the first time.

        They are not needed before there are rows, and mounting them earlier delays the rows by
        a tenth of the start.
        """
        async with self._mounting:
            if not self.mounted_overlays and self._screen.is_attached:
                overlays = (
                    self.filter_bar,
                    self.sort_bar,
                    self.copy_bar,
                    self.export_bar,
                    self.palette_bar,
                    self.prompt,
                    self.rollout_form,
                    self.link_form,
                    self.channel_form,
                    self.fields_form,
                    self.confirmation,
                    self.batch_dialog,
                )
                await self._screen.mount(self.palette_bar.matches, *overlays)
                self.mounted_overlays = overlays

    async def mount_one(self, kind: type[OverlayT]) -> OverlayT:
        """Return the overlay of a kind that few need, mounted the first time."""
        await self.mount()
        for overlay in self.mounted_overlays:
            if isinstance(overlay, kind):
                return overlay
        overlay = kind()
        self.mounted_overlays = (*self.mounted_overlays, overlay)
        await self._screen.mount(overlay)
        return overlay

    @property
    def open(self) -> list[Overlay]:
        """The overlays that are open now."""
        return [overlay for overlay in self.mounted_overlays if overlay.visible]
