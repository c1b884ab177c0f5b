"""The apps of Capgo that a run opens: each has a screen with its lists, one is in view."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from textual.widget import AwaitMount

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.text import clean
from capgo_tui.tui.keys import fill_keys
from capgo_tui.tui.screens.main import MainScreen, make_screen_class
from capgo_tui.tui.words import describe_demo
from capgo_tui.tui.workers import start_worker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from capgo_tui.tui.app_base import AppBase
    from capgo_tui.tui.launch import Launch
    from capgo_tui.workspace.prefetch import Prefetch
    from capgo_tui.workspace.session import Workspace
    from capgo_tui.workspace.target import Target


async def open_workspace(target: Target, now: Callable[[], datetime] | None) -> Workspace:
    """Import what speaks HTTP beside the loop, and open the workspace of a target."""
    from capgo_tui.workspace import session  # noqa: PLC0415 - brings pydantic, after the paint

    arguments = (target,) if now is None else (target, now)
    return await asyncio.to_thread(session.open_workspace, *arguments)


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


class AppSwitcher:
    """Opens apps of Capgo, switches between those that are open, and closes them.

    An app is connected to after its first paint at the latest, or what was read before is shown.
    """

    def __init__(
        self,
        app: AppBase,
        launch: Launch,
        now: Callable[[], datetime] | None,
        prefetch: Prefetch | None,
    ) -> None:
        self._app = app
        self.launch = launch
        """The settings of the app in view."""
        self._now = now
        self._prefetch = prefetch
        """The workspace of the first app, until it is shown."""
        self.opened: list[OpenedApp] = []
        """The apps that were opened, each with its lists."""
        self._opening: MainScreen | None = None
        """The screen that has no workspace yet."""

    @property
    def is_opening(self) -> bool:
        """Whether the screen in view has no workspace yet."""
        return self._opening is not None and self._opening is self._app.screen

    @property
    def profile_names(self) -> Sequence[str]:
        """The profiles that can be opened."""
        return self.launch.profile_names

    def start(self) -> None:
        """Open the requested app, or ask for a missing API key or app id."""
        target = self.launch.target
        if target is None:
            self._ask("")
        else:
            self._show(target)

    def _ask(self, problem: str) -> None:
        def open_or_exit(target: Target | None) -> None:
            if target is None:
                self._app.exit()
            else:
                self._show(target)

        from capgo_tui.tui.screens.setup import SetupScreen  # noqa: PLC0415 - seldom needed

        self._app.push_screen(SetupScreen(self.launch, problem, self._now), open_or_exit)

    def ask_for_key(self) -> None:
        """Ask for another API key in place of a refused one, unless a write is under way."""
        self._app.call_later(self._ask_for_key)

    async def _ask_for_key(self) -> None:
        app = self._app
        if app.is_writing:
            if isinstance(app.screen, MainScreen):
                app.screen.say(
                    fill_keys("A write is under way: {list.refresh} asks for another key after it.")
                )
            return
        current = self._get_current()
        self.opened.remove(current)
        await current.close()
        app.pop_screen()
        if app.is_screen_installed(current.screen):
            app.uninstall_screen(current.screen)
            current.screen.remove()
        self.launch = replace(self.launch, app_id=current.target.app_id)
        self._ask("The key was refused; give another one.")

    def _get_current(self) -> OpenedApp:
        return next(each for each in self.opened if each.screen is self._app.screen)

    # Switching

    def open_app(self, app_id: str) -> None:
        """Show another app of the API key in use; its lists are kept while this runs."""
        screen = self._app.screen
        if isinstance(screen, MainScreen):
            self._switch(self.launch, self.launch.open_with(screen.target.api_key, app_id))

    def open_profile(self, name: str) -> None:
        """Show the app of another profile."""
        start_worker(self._app, partial(self._open_profile, name))

    async def _open_profile(self, name: str) -> None:
        """Read its settings in a thread: its key may come from a command."""
        screen, launch_profile = self._app.screen, self.launch.launch_profile
        if launch_profile is None or not isinstance(screen, MainScreen):
            return
        reading = f"Reading the profile {name}…"
        screen.say(reading)
        try:
            launch = await asyncio.to_thread(launch_profile, self.launch, name)
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
        elif screen is self._app.screen:
            self._switch(launch, launch.target)

    def _switch(self, launch: Launch, target: Target) -> None:
        """Show the screen of a target, a new one if it was not opened before."""
        app, current = self._app, self._get_current()
        opened = next((each for each in self.opened if each.has(target)), None)
        if opened is current:
            current.screen.say(f"This is {target.app_id}.")
            return
        if not app.is_screen_installed(current.screen):
            app.install_screen(current.screen, current.name)
        if opened is None:
            self.launch = replace(launch, device=None, record=None)
            self._show(target)
        else:
            self.launch = opened.launch
            app.switch_screen(opened.screen)
            opened.screen.chrome.show()

    # Opening

    def _show(self, target: Target) -> None:
        """Show a new screen, and open its workspace."""
        app, launch = self._app, self.launch
        bound_screen = make_screen_class(launch.keys)
        screen = bound_screen(
            target, launch.device, launch.refresh_seconds, launch.first_tab, launch.record
        )
        opened = OpenedApp(target, launch, screen)
        if self.opened:
            app.install_screen(screen, opened.name)
            app.switch_screen(screen)
        else:
            app.push_screen(screen)
        self.opened.append(opened)
        self._opening = screen
        prefetch, self._prefetch = self._prefetch, None
        if prefetch is not None:
            self._connect(screen, prefetch)
        else:
            screen.call_after_refresh(self._connect, screen)

    def _connect(self, screen: MainScreen, prefetch: Prefetch | None = None) -> None:
        start_worker(self._app, partial(self._open, screen, prefetch))

    async def _open(self, screen: MainScreen, prefetch: Prefetch | None) -> None:
        """Show the workspace of a screen, or why there is none, and have it take keys."""
        try:
            await self._show_workspace(screen, prefetch)
        finally:
            if self._opening is screen:
                self._opening = None
                self._app.take_held_keys()

    async def _show_workspace(self, screen: MainScreen, prefetch: Prefetch | None) -> None:
        """Show the workspace that a prefetch has opened, or one that is opened now."""
        try:
            if not screen.is_mounted:
                await AwaitMount(screen, [screen])
            workspace = (
                prefetch.open() if prefetch else await open_workspace(screen.target, self._now)
            )
        except ValueError as error:
            screen.table.say("This server cannot be used.", str(error))
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, the screen says so
            screen.table.say("The connection could not be set up.", type(error).__name__)
            self._app.report_bug(error)
            return
        screen.open(workspace)
        if self.launch.is_demo and len(self.opened) == 1:
            screen.status.hint(describe_demo())
        if prefetch is not None:
            name = screen.rows.view.collection.name
            screen.background.read(prefetch.finish(), f"load the {name}")

    # Closing

    def cancel_waits(self) -> None:
        """End the waiting of reads."""
        for opened in self.opened:
            opened.cancel_waits()

    def end_reads(self) -> None:
        """Read nothing more, because the app is quitting."""
        self.cancel_waits()
        for opened in self.opened:
            opened.screen.controllers.loading.end()

    async def close(self) -> None:
        """Close the connections and the journals."""
        for opened in self.opened:
            await opened.close()
