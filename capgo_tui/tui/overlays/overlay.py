"""Overlays: widgets over the lists that have the keyboard until they are closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from textual.screen import Screen
from textual.widget import Widget

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.tui.widgets.asker import Asker

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator

AnswerT = TypeVar("AnswerT")


class Overlay(Widget):
    """A widget that is hidden until it takes the keyboard, and gives it back when it closes.

    It is a part of the screen rather than a screen of its own, so that showing it repaints
    only its own rows. As a mixin it comes last: Textual takes the default CSS of first bases only.
    No key of the screen or the app works meanwhile, and the mouse cannot
    move the focus either: the lists behind are frozen.
    """

    is_open = False
    """Whether it is open, be it below another overlay."""

    @property
    def is_modal(self) -> bool:
        """Whether Textual looks for bindings no further than this; always true."""
        return True

    def take_keyboard(self, target: Widget) -> None:
        """Show this and focus `target` at once, before the next key is looked at.

        While another overlay lies over this, `target` is focused once that closes.
        """
        self.visible = self.is_open = True
        self._overlay_screen.put_over(self, target)

    def give_keyboard_back(self) -> None:
        """Hide this and focus what had the focus before; once hidden, do nothing.

        A question opened over this keeps the keyboard, and gives it back to the same widget.
        """
        if not self.visible:
            return
        # Textual repaints what was in its map of the screen and no longer is. It may make that map
        # again when it is next asked for a region, as the focused input does: if this were off it
        # by then, it would stay on the terminal. Asked for a region now, it makes it with this on.
        _ = self.region
        self.visible = self.is_open = False
        self._overlay_screen.take_off(self)

    def close(self) -> None:
        """Disable the inputs and give the keyboard back; once closed, do nothing."""
        if self.is_open:
            for box in self.query("Input, TextArea"):
                box.disabled = True
            self.give_keyboard_back()

    @property
    def _overlay_screen(self) -> OverlayScreen:
        screen = self.screen
        assert isinstance(screen, OverlayScreen)  # noqa: S101 - no other screen has any
        return screen


class AskingOverlay(Overlay, Asker[AnswerT]):
    """An overlay that is opened to be answered."""

    def ask(self, target: Widget | None = None) -> asyncio.Future[AnswerT]:
        """Return a future of the next answer.

        With a target, open first: the target has the keyboard when this returns.
        """
        if target is not None:
            self.take_keyboard(target)
        return self.expect_answer()

    def close(self) -> None:
        """Close; whoever still waits for an answer is cancelled."""
        if self._answer is not None:
            self._answer.cancel()
            self._answer = None
        super().close()


@dataclass(slots=True)
class _Open:
    """An open overlay, and the widget that gets the keyboard once it is closed."""

    overlay: Overlay
    before: Widget | None


class OverlayScreen(Screen[None]):
    """A screen with overlays: the topmost has the keyboard, and some widget always has it.

    Textual takes the focus away at a click beside everything, and from a widget that was
    hidden, even when it is visible again by the time of the event.
    """

    def __init__(self, *, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self._stack: list[_Open] = []
        """The open overlays, the topmost last."""
        self._frozen: tuple[Widget, ...] = ()

    @property
    def is_taken(self) -> bool:
        """Whether an overlay has the keyboard: nothing may move behind it by itself."""
        return bool(self._stack)

    def put_over(self, overlay: Overlay, target: Widget) -> None:
        """Open an overlay over all others, unless it is open, and focus `target` in it."""
        if all(overlay is not each.overlay for each in self._stack):
            if not self._stack:
                background = self.query(".behind").results(Widget)
                self._frozen = tuple(widget for widget in background if widget.can_focus)
                for widget in self._frozen:
                    widget.can_focus = False
            self._stack.append(_Open(overlay, self.focused))
        self.set_focus(target, scroll_visible=False)

    def take_off(self, overlay: Overlay) -> None:
        """Close an overlay; if it was the topmost, the keyboard goes where it was before."""
        at = next(at for at, each in enumerate(self._stack) if each.overlay is overlay)
        entry = self._stack.pop(at)
        if at < len(self._stack):
            self._stack[at].before = entry.before
            return
        mouse_owner = self.app.mouse_captured
        if mouse_owner is not None and overlay in mouse_owner.ancestors_with_self:
            mouse_owner.release_mouse()  # it hears of no button any more
        if not self._stack:
            for widget in self._frozen:
                widget.can_focus = True
            self._frozen = ()
        heirs = (widget for widget in (entry.before, *self._heirs()) if widget is not None)
        heir = next((widget for widget in heirs if widget.focusable), None)
        self.set_focus(heir, scroll_visible=False)

    def _heirs(self) -> Iterator[Widget]:
        """Yield the widgets that may get the keyboard when the previous one no longer can."""
        top = self._stack[-1].overlay if self._stack else None
        for widget in self.focus_chain:
            if top is None or top in widget.ancestors_with_self:
                yield widget

    def set_focus(
        self, widget: Widget | None, scroll_visible: bool = True, from_app_focus: bool = False
    ) -> None:
        """Focus a widget, or do so once the overlays over it are closed.

        None leaves the focus where it is.
        """
        if widget is None or not widget.focusable:
            return
        above = self._find_above(widget)
        if above is not None:
            above.before = widget
        else:
            super().set_focus(widget, scroll_visible, from_app_focus)

    def _find_above(self, widget: Widget) -> _Open | None:
        """Return the entry right over a widget."""
        line = widget.ancestors_with_self
        at = next((at for at, each in enumerate(self._stack) if each.overlay in line), -1)
        return self._stack[at + 1] if at + 1 < len(self._stack) else None

    def _reset_focus(self, widget: Widget, avoiding: list[Widget] | None = None) -> None:
        """Move the focus away from a widget, but not from one that can still have it."""
        if not widget.focusable or not widget.display or widget in (avoiding or ()):
            super()._reset_focus(widget, avoiding)
