"""What lies over the lists and has the keyboard to itself until it is closed."""

from __future__ import annotations

from textual.widget import Widget


class Modal(Widget):
    """A widget that is hidden until it takes the keyboard, and gives it back when it closes.

    It is a part of the screen rather than a screen of its own, so that showing it repaints
    only its own rows. Mixed in it comes last: Textual takes the default CSS of first bases only.
    No key of the screen or the app works meanwhile, and the mouse cannot
    move the focus either: the lists behind are frozen.
    """

    _before: Widget | None = None
    _frozen: tuple[Widget, ...] = ()

    @property
    def is_modal(self) -> bool:
        """Textual looks for no bindings beyond a modal node."""
        return True

    def take_keyboard(self, target: Widget) -> None:
        """Show this and focus `target` at once, before the next key is looked at."""
        if not self.visible:  # else it has the keyboard, and knows to whom it goes back
            self._before = self.screen.focused
            behind = self.screen.query(".behind").results(Widget)
            self._frozen = tuple(widget for widget in behind if widget.can_focus)
        self.visible = True
        for widget in self._frozen:
            widget.can_focus = False
        self.screen.set_focus(target, scroll_visible=False)

    def give_keyboard_back(self) -> None:
        """Hide this and focus what had the focus before; once hidden, do nothing.

        A question that was opened over this keeps the keyboard, and gives it back to the same.
        """
        if not self.visible:  # who had the focus before may be gone from the screen by now
            return
        # Textual repaints what was on its map of the screen and no longer is. It may make that map
        # anew when it is next asked for a place, as the focused input does: if this were off it
        # by then, it would stay on the terminal. Asked for a place now, it makes it with this on.
        _ = self.region
        self.visible = False
        above = self._above
        if above is not None:
            above._before = self._before
            above._frozen += self._frozen
        else:
            for widget in self._frozen:
                widget.can_focus = True
            self.screen.set_focus(self._before, scroll_visible=False)
        self._frozen = ()

    @property
    def _above(self) -> Modal | None:
        """What took the keyboard from this, and still has it."""
        focused = self.screen.focused
        nodes = () if focused is None else focused.ancestors_with_self
        open_ones = (node for node in nodes if isinstance(node, Modal) and node.visible)
        return next((modal for modal in open_ones if modal is not self), None)
