"""Whether the window of the terminal has the focus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.app import App

if TYPE_CHECKING:
    from textual.events import AppBlur, AppFocus


class FocusApp(App[None]):
    """An app whose keyboard stays where it is while the window is left.

    Textual takes the focus away meanwhile. A question that opens then would have no widget to
    give the keyboard back to, and a screen that opens then would never get it.
    """

    is_watched = True
    """Whether the window has the keyboard, as far as the terminal tells."""

    def on_app_blur(self, event: AppBlur) -> None:
        """Note that the window is left."""
        event.prevent_default()
        self.is_watched = False

    def on_app_focus(self, event: AppFocus) -> None:
        """Note that the window has the focus again."""
        event.prevent_default()
        self.is_watched = True

    async def on_event(self, event: events.Event) -> None:
        """Note at each key or click that the window has the focus."""
        if isinstance(event, (events.Key, events.Paste, events.MouseDown)):
            self.is_watched = True
        await super().on_event(event)
