"""The Textual app: connects, at the latest after the first paint; finishes writes, then quits."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widget import AwaitMount

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.text import clean
from capgo_tui.tui import garbage
from capgo_tui.tui.app_base import AppBase
from capgo_tui.tui.keys import fill_keys, make_page_keymap, name_key, use_keys
from capgo_tui.tui.rebinding import rebind
from capgo_tui.tui.screens.controllers import ACTIONS
from capgo_tui.tui.screens.main import MainScreen, make_screen_class
from capgo_tui.tui.theme import CAPGO_DARK, OUR_THEMES
from capgo_tui.tui.theme_choice import ThemeChoice
from capgo_tui.tui.words import describe_demo
from capgo_tui.tui.workers import start_worker

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
    from capgo_tui.workspace.session import Workspace
    from capgo_tui.workspace.target import Target

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
    """One run of the interface over one app of Capgo."""

    # The screen's CSS too: read with the screen, it would cause a second parse of everything.
    CSS_PATH: ClassVar[list[str | PurePath]] = ["app.tcss", "screens/main.tcss"]
    TITLE = "Capgo"
    ENABLE_COMMAND_PALETTE = False
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
        # FocusApp, the change would have every style sheet parsed a second time. What it leaves
        # undone is the app's class `-theme-…`, by which nothing is styled.
        self.set_reactive(CapgoApp.theme, theme)
        self._refresh_truecolor_filter(self.ansi_theme)
        self.stylesheet.set_variables(self.get_css_variables())
        self.launch = launch
        self.theme_place = choice.place
        self.fault: str | None = None
        """Why the terminal can no longer be read or written; ends the app."""
        self._now = now
        self._prefetch = prefetch
        """The workspace of the launch, until it is shown."""
        self._has_interrupt = False
        self._opened: list[OpenedApp] = []
        """The apps that were opened, each with its lists."""
        self._opening: MainScreen | None = None
        """The screen that has no workspace yet, for which keys wait."""

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
        actions = rebind(ACTIONS, self.launch.keys)
        use_keys(actions)
        if self.launch.keys:
            self.set_keymap(make_page_keymap(actions))

    def get_default_screen(self) -> Screen[None]:
        """Return the screen below all others."""
        return BottomScreen(id="_default")

    def on_mount(self) -> None:
        """Open the requested app, or ask for a missing API key or app id."""
        if not gc.isenabled():
            self.set_timer(START_SECONDS, garbage.collect_again)
        self.set_timer(ANSWER_SECONDS, self._keep_theme)
        target = self.launch.target
        if target is None:
            self._ask("")
        else:
            self._show(target)

    def _ask(self, problem: str) -> None:
        def open_or_exit(target: Target | None) -> None:
            if target is None:
                self.exit()
            else:
                self._show(target)

        from capgo_tui.tui.screens.setup import SetupScreen  # noqa: PLC0415 - seldom needed

        self.push_screen(SetupScreen(self.launch, problem, self._now), open_or_exit)

    def _show(self, target: Target) -> None:
        launch = self.launch
        bound_screen = make_screen_class(launch.keys)
        screen = bound_screen(
            target, launch.device, launch.refresh_seconds, launch.first_tab, launch.record
        )
        opened = OpenedApp(target, launch, screen)
        if self._opened:
            self.install_screen(screen, opened.name)
            self.switch_screen(screen)
        else:
            self.push_screen(screen)
        self._opened.append(opened)
        self._opening = screen
        prefetch, self._prefetch = self._prefetch, None
        if prefetch is not None:
            start_worker(self, partial(self._open, screen, prefetch))
        else:
            screen.call_after_refresh(self._connect, screen)

    @property
    def is_holding_keys(self) -> bool:
        """Whether the screen in view has no workspace yet: ``/`` would do nothing, ``q`` quit."""
        return self._opening is not None and self._opening is self.screen

    # Other apps

    @property
    def profile_names(self) -> Sequence[str]:
        """The profiles that can be opened."""
        return self.launch.profile_names

    def open_app(self, app_id: str) -> None:
        """Show another app of the API key in use; its lists are kept while this runs."""
        screen = self.screen
        if isinstance(screen, MainScreen):
            self._switch(self.launch, self.launch.open_with(screen.target.api_key, app_id))

    def open_profile(self, name: str) -> None:
        """Show the app of another profile."""
        start_worker(self, partial(self._open_profile, name))

    async def _open_profile(self, name: str) -> None:
        """Read its settings in a thread: its key may come from a command."""
        if self.launch.launch_profile is None or not isinstance(self.screen, MainScreen):
            return
        screen = self.screen
        reading = f"Reading the profile {name}…"
        screen.say(reading)
        try:
            launch = await asyncio.to_thread(self.launch.launch_profile, self.launch, name)
        except asyncio.CancelledError:  # by the end of the app, which waits for its threads
            from capgo_tui.key_command import end_commands  # noqa: PLC0415 - seldom needed

            end_commands()
            raise
        except ValueError as error:
            screen.say(f"✗ {clean(str(error))}")
            return
        finally:
            if screen.status.message == reading:
                screen.status.dismiss()
        if launch.target is None:
            screen.say(f"✗ The profile {name} lacks something: capgo-tui --profile {name} asks.")
        elif screen is self.screen:
            self._switch(launch, launch.target)

    def _switch(self, launch: Launch, target: Target) -> None:
        """Show the screen of a target, a new one if it was not opened before."""
        current = next(each for each in self._opened if each.screen is self.screen)
        opened = next((each for each in self._opened if each.has(target)), None)
        if opened is current:
            current.screen.say(f"This is {target.app_id}.")
            return
        if not self.is_screen_installed(current.screen):
            self.install_screen(current.screen, current.name)
        if opened is None:
            self.launch = replace(launch, device=None, record=None)
            self._show(target)
        else:
            self.launch = opened.launch
            self.switch_screen(opened.screen)
            opened.screen.chrome.show()

    def on_background_colour(self, event: BackgroundColour) -> None:
        """Use the light theme on a light background, at the start alone."""
        if event.is_light and self.light_theme is not None:
            self.theme = self.light_theme
        self._keep_theme()

    def _keep_theme(self) -> None:
        self.light_theme = None

    def _connect(self, screen: MainScreen) -> None:
        start_worker(self, partial(self._open, screen))

    async def _open(self, screen: MainScreen, prefetch: Prefetch | None = None) -> None:
        """Show the workspace of a screen, or why there is none, and have it take keys."""
        try:
            await self._show_workspace(screen, prefetch)
        finally:
            if self._opening is screen:
                self._opening = None
                self.take_held_keys()

    async def _show_workspace(self, screen: MainScreen, prefetch: Prefetch | None) -> None:
        """Show the workspace that a prefetch has opened, or one that is opened now."""
        try:
            if not screen.is_mounted:
                await AwaitMount(screen, [screen])
            workspace = prefetch.open() if prefetch else await self._open_workspace(screen)
        except ValueError as error:
            screen.table.say("This server cannot be used.", str(error))
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, the screen says so
            screen.table.say("The connection could not be set up.", type(error).__name__)
            self.report_bug(error)
            return
        screen.open(workspace)
        if self.launch.is_demo and len(self._opened) == 1:
            screen.status.hint(describe_demo())
        if prefetch is not None:
            screen.background.read(
                prefetch.finish(), f"load the {screen.rows.view.collection.name}"
            )

    async def _open_workspace(self, screen: MainScreen) -> Workspace:
        """Import what speaks HTTP beside the loop, and open the workspace of a screen."""
        from capgo_tui.workspace import session  # noqa: PLC0415 - brings pydantic, after the paint

        arguments = (screen.target,) if self._now is None else (screen.target, self._now)
        return await asyncio.to_thread(session.open_workspace, *arguments)

    def ask_for_key(self) -> None:
        """Ask for another API key in place of a refused one, unless a write is under way."""
        self.call_later(self._ask_for_key)

    async def _ask_for_key(self) -> None:
        if self._writes:
            if isinstance(self.screen, MainScreen):
                self.screen.say(
                    fill_keys("A write is under way: {list.refresh} asks for another key after it.")
                )
            return
        opened = next(each for each in self._opened if each.screen is self.screen)
        self._opened.remove(opened)
        await opened.close()
        self.pop_screen()
        if self.is_screen_installed(opened.screen):
            self.uninstall_screen(opened.screen)
            opened.screen.remove()
        self.launch = replace(self.launch, app_id=opened.target.app_id)
        self._ask("The key was refused; give another one.")

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
        for opened in self._opened:
            opened.cancel_waits()
            opened.screen.controllers.loading.end()
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
        for opened in self._opened:
            opened.cancel_waits()
        while self._writes:
            for stop in filter(None, self._writes.values()):
                stop()
            await asyncio.wait(self._writes.keys())
        await super()._shutdown()

    async def on_unmount(self) -> None:
        """Close the connections."""
        for opened in self._opened:
            await opened.close()

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


@dataclass(slots=True)
class OpenedApp:
    """An app that was opened, and its screen."""

    target: Target
    launch: Launch
    """The settings that it was opened with."""
    screen: MainScreen

    @property
    def name(self) -> str:
        """A name for its screen, of which no two are alike."""
        return f"app-{id(self.screen)}"

    def has(self, target: Target) -> bool:
        """Return whether it shows the app of a target, with the same key, server and profile."""
        ours, profile = self.target, target.profile
        same = ours.app_id == target.app_id and ours.server == target.server
        same = same and ours.api_key == target.api_key
        return same and (ours.profile and ours.profile.name) == (profile and profile.name)

    def cancel_waits(self) -> None:
        """End the waiting of reads."""
        if self.screen.workspace is not None:
            self.screen.workspace.client.cancel_waits()

    async def close(self) -> None:
        """Close its connections and its journal."""
        if self.screen.workspace is not None:
            await self.screen.workspace.aclose()


def _stacks(renderable: RenderableType) -> Sequence[Stack]:
    """Return the exceptions of a traceback, the last one first."""
    trace = getattr(renderable, "trace", None)
    return trace.stacks if trace is not None else ()
