"""The Textual app: its theme and its keys; it quits once the writes are done, and tells bugs."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widget import AwaitMount

from capgo_tui.tui import garbage
from capgo_tui.tui.app_base import AppBase
from capgo_tui.tui.app_switcher import AppSwitcher
from capgo_tui.tui.keys import make_keymap, name_key, use_keys
from capgo_tui.tui.rebinding import rebind, rebind_overlays
from capgo_tui.tui.screens.controllers import ACTIONS
from capgo_tui.tui.screens.main import MainScreen
from capgo_tui.tui.theme import CAPGO_DARK, OUR_THEMES
from capgo_tui.tui.theme_choice import ThemeChoice

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from pathlib import PurePath

    from rich.console import RenderableType
    from rich.traceback import Stack
    from textual.actions import ActionParseResult
    from textual.dom import DOMNode
    from textual.driver import Driver

    from capgo_tui.tui.launch import Launch
    from capgo_tui.tui.terminal.background import BackgroundColour
    from capgo_tui.tui.terminal.output_failure import OutputFailure
    from capgo_tui.tui.terminal.pastes import InputDropped
    from capgo_tui.workspace.prefetch import Prefetch

START_SECONDS = 2.0
"""Seconds after which the start is over and garbage is collected again."""
ANSWER_SECONDS = 0.5
"""Seconds in which a terminal may say that it is light; later it would change under the hands."""


class BottomScreen(Screen[None]):
    """The empty screen below the others.

    Textual repaints a screen when the one below it changes, whether that is seen or not: the
    first frame was drawn twice.
    """

    @property
    def is_current(self) -> bool:
        """Whether it is the only one."""
        return self.app.screen is self


class CapgoApp(AppBase):
    """One run of the interface."""

    # The screen's CSS too: read with the screen, it would cause a second parse of everything.
    CSS_PATH: ClassVar[list[str | PurePath]] = ["app.tcss", "screens/main.tcss"]
    TITLE = "Capgo"
    ENABLE_COMMAND_PALETTE = False
    switcher: AppSwitcher
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "interrupt", show=False, priority=True, id="app.interrupt"),
        Binding("ctrl+z", "suspend_process", show=False, priority=True, id="app.suspend"),
        Binding("ctrl+q", "leave", show=False, priority=True, id="app.quit"),
    ]

    def __init__(
        self,
        launch: Launch,
        now: Callable[[], datetime] | None = None,
        prefetch: Prefetch | None = None,
    ) -> None:
        # NO_COLOR needs the terminal's own colours: the filter is chosen before the theme.
        plain = "NO_COLOR" in os.environ
        choice = launch.theme or ThemeChoice(os.environ.get("TEXTUAL_THEME", ""))
        self.light_theme = None if plain else choice.light
        """The theme for a terminal that says at the start that it is light."""
        super().__init__(ansi_color=plain or None, memory=launch.memory)
        for ours in OUR_THEMES:
            self.register_theme(ours)
        theme_name = "ansi-dark" if plain else choice.name
        theme = theme_name if theme_name in self.available_themes else CAPGO_DARK.name
        # Assigned, it would have every style sheet parsed a second time. What this leaves
        # undone is the app's class `-theme-…`, by which nothing is styled.
        self.set_reactive(CapgoApp.theme, theme)
        self._refresh_truecolor_filter(self.ansi_theme)
        self.stylesheet.set_variables(self.get_css_variables())
        self.keys = launch.keys
        """Other keys of actions, by the action's id."""
        self.switcher = AppSwitcher(self, launch, now, prefetch)
        self.theme_place = choice.place
        self.fault: str | None = None
        """Why the terminal can no longer be read or written; ends the app."""
        self._has_interrupt = False

    def get_driver_class(self) -> type[Driver]:
        """Return Textual's driver; for a POSIX terminal or a browser, ours."""
        driver_class = super().get_driver_class()
        if driver_class.__name__ == "WebDriver":
            from capgo_tui.tui.terminal.browser_driver import BrowserDriver  # noqa: PLC0415 - rare

            return BrowserDriver
        if sys.platform != "win32" and driver_class.__name__ == "LinuxDriver":
            from capgo_tui.tui.terminal import driver  # noqa: PLC0415 - POSIX alone

            return driver.ColourQueryDriver if self.light_theme else driver.TerminalDriver
        return driver_class

    def on_load(self) -> None:
        """Have the interface name the keys of this run, and the pages take them."""
        actions = rebind(ACTIONS, self.keys)
        overlay_keys = rebind_overlays(self.keys)
        use_keys(actions)
        use_keys(overlay_keys)
        if self.keys:
            changed_keys = [each for each in overlay_keys if each.id in self.keys]
            self.set_keymap(make_keymap(actions, changed_keys))

    def get_default_screen(self) -> Screen[None]:
        """Return the screen below all others."""
        return BottomScreen(id="_default")

    def on_mount(self) -> None:
        """Open the requested app, or ask for a missing API key or app id."""
        if not gc.isenabled():
            self.set_timer(START_SECONDS, garbage.collect_again)
        self.set_timer(ANSWER_SECONDS, self._keep_theme)
        self.switcher.start()

    @property
    def is_holding_keys(self) -> bool:
        """Whether the screen in view has no workspace yet: ``/`` would do nothing, ``q`` quit."""
        return self.switcher.is_opening

    def on_background_colour(self, event: BackgroundColour) -> None:
        """Use the light theme on a light background, at the start alone."""
        if event.is_light and self.light_theme is not None:
            self.theme = self.light_theme
        self._keep_theme()

    def _keep_theme(self) -> None:
        self.light_theme = None

    def on_input_dropped(self, event: InputDropped) -> None:
        """Say that some input from the terminal was ignored."""
        if isinstance(self.screen, MainScreen):
            self.screen.say(f"! {event.why} was ignored.")

    # Leaving

    def action_leave(self) -> None:
        """Quit."""
        self.leave()

    def action_interrupt(self) -> None:
        """Quit at the second ctrl+c within three seconds; announce that at the first."""
        if self._has_interrupt:
            self.leave()
            return
        self._has_interrupt = True
        self.set_timer(3, self._forget_interrupt)
        if isinstance(self.screen, MainScreen):
            self.screen.say("ctrl+c again quits.")

    def _forget_interrupt(self) -> None:
        self._has_interrupt = False

    async def _leave(self) -> None:
        self.switcher.end_reads()
        while self._writes:
            for stop in self._writes.values():
                if stop is not None:
                    stop()
            for screen in self.screen_stack:
                if isinstance(screen, MainScreen):
                    screen.say("Waiting for the write under way, then quitting…")
            await asyncio.wait(self._writes.keys())
            # The caller of the write shows its outcome first.
            await asyncio.sleep(0)
        self.exit(return_code=self.return_code or 0)

    async def _shutdown(self) -> None:
        """Shut down after the writes under way have ended, whatever ended the app."""
        self.switcher.cancel_waits()
        while self._writes:
            for stop in filter(None, self._writes.values()):
                stop()
            await asyncio.wait(self._writes.keys())
        await super()._shutdown()

    async def on_unmount(self) -> None:
        """Close the connections."""
        await self.switcher.close()

    # Bugs

    async def run_action(
        self,
        action: str | ActionParseResult,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """Run an action as Textual does, but report an exception instead of ending the app."""
        if not self.screen.is_mounted:  # typed ahead: there is nothing on it yet
            await AwaitMount(self.screen, [self.screen])
        if isinstance(self.screen, MainScreen):
            await self.screen.controllers.loader.load()
        try:
            return await super().run_action(action, default_namespace, namespaces)
        except Exception as error:  # noqa: BLE001 - whatever it is, the lists are still there
            self.report_bug(error)
            if isinstance(self.screen, MainScreen):
                self.screen.say(
                    f"✗ A bug in capgo-tui ({type(error).__name__});"
                    f" {name_key('quit')} quits and shows it."
                )
            return True

    def panic(self, *renderables: RenderableType) -> None:
        """Leave as after ``q``: the thread that reads the terminal has ended by an exception.

        Args:
            renderables: the traceback that Textual would print, where values may stand.

        """
        kinds = [stack.exc_type for each in renderables for stack in _stacks(each)]
        self._leave_with(
            f"reading the terminal failed: {kinds[0] if kinds else 'no reason is known'}"
        )

    def on_output_failure(self, event: OutputFailure) -> None:
        """Leave as after ``q``: nothing can be shown any more."""
        self._leave_with(f"writing to the terminal failed: {event.reason}")

    def _leave_with(self, fault: str) -> None:
        self._return_code = 1
        self.fault = fault
        self.leave()

    def _fatal_error(self) -> None:
        """Leave without Textual's traceback, which prints local variables, among them the key."""
        if self._exception is not None:
            self.report_bug(self._exception)
        self._close_messages_no_wait()


def _stacks(renderable: RenderableType) -> Sequence[Stack]:
    """Return the exceptions of a traceback, the last one first."""
    trace = getattr(renderable, "trace", None)
    return trace.stacks if trace is not None else ()
