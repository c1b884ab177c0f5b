"""A screen over which rows and forms can lie; they are mounted once there is need of them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from capgo_tui.tui.overlays.channel_form import ChannelForm
from capgo_tui.tui.overlays.confirmation import Confirmation
from capgo_tui.tui.overlays.copy_bar import CopyBar
from capgo_tui.tui.overlays.export_bar import ExportBar
from capgo_tui.tui.overlays.fields_form import FieldsForm
from capgo_tui.tui.overlays.filter_bar import FilterBar
from capgo_tui.tui.overlays.link_form import LinkForm
from capgo_tui.tui.overlays.overlay import Overlay, OverlayScreen
from capgo_tui.tui.overlays.palette_bar import PaletteBar
from capgo_tui.tui.overlays.prompt import Prompt
from capgo_tui.tui.overlays.run_dialog import RunDialog
from capgo_tui.tui.overlays.sort_bar import SortBar

if TYPE_CHECKING:
    from textual.geometry import Size

M = TypeVar("M", bound=Overlay)


class ScreenWithModals(OverlayScreen):
    """The widgets exist from the start; `furnish` mounts them."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]  # noqa: RUF012 - as Textual declares it
    VERTICAL_BREAKPOINTS = [(0, "-low"), (10, "-high")]  # noqa: RUF012

    def __init__(self) -> None:
        # Textual gives these with the first resize, after a first layout in vain.
        super().__init__(classes=self._classes_at(self.app.size))
        self.filter_bar = FilterBar()
        self.sort_bar = SortBar()
        self.copy_bar = CopyBar()
        self.export_bar = ExportBar()
        self.palette_bar = PaletteBar()
        self.prompt = Prompt()
        self.link_form = LinkForm()
        self.channel_form = ChannelForm()
        self.fields_form = FieldsForm()
        self.confirmation = Confirmation()
        self.run_dialog = RunDialog()
        self.modals: tuple[Overlay, ...] = ()
        """What lies over the lists, once it is there."""
        self._furnishing = asyncio.Lock()

    async def furnish(self) -> None:
        """Mount what lies over the lists; the app awaits this before any action.

        Nobody needs it before there are rows, and mounting it before them held them up by a
        tenth of the whole start.
        """
        async with self._furnishing:
            if not self.modals and self.is_attached:
                modals = (
                    self.filter_bar,
                    self.sort_bar,
                    self.copy_bar,
                    self.export_bar,
                    self.palette_bar,
                    self.prompt,
                    self.link_form,
                    self.channel_form,
                    self.fields_form,
                    self.confirmation,
                    self.run_dialog,
                )
                await self.mount(self.palette_bar.matches, *modals)
                self.modals = modals

    async def furnish_with(self, kind: type[M]) -> M:
        """Mount one more that lies over the lists, the first time it is asked for."""
        await self.furnish()
        for modal in self.modals:
            if isinstance(modal, kind):
                return modal
        modal = kind()
        self.modals = (*self.modals, modal)
        await self.mount(modal)
        return modal

    @classmethod
    def _classes_at(cls, size: Size) -> str:
        """The breakpoints that a size has passed."""
        extents = (
            (cls.HORIZONTAL_BREAKPOINTS, size.width),
            (cls.VERTICAL_BREAKPOINTS, size.height),
        )
        return " ".join(max(p for p in points if p[0] <= extent)[1] for points, extent in extents)

    @property
    def is_taken(self) -> bool:
        """Whether something modal has the keyboard: nothing may move behind it by itself."""
        return any(modal.visible for modal in self.modals)
