"""The monkey's hands on one run of the app: they type, wait, and look whether all is well."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, NoReturn

from textual import events
from textual.geometry import Size
from textual.keys import _character_to_key
from textual.widgets import Input
from textual.worker import WorkerState

from capgo_tui.tui.screens.main import MainScreen
from capgo_tui.tui.screens.setup import SetupScreen
from capgo_tui.tui.widgets.answer import Answer
from capgo_tui.workspace.list_state import Loading
from tests.monkey.ledger import LOSING, Ledger, journal_differs
from tests.monkey.level import Parts
from tests.monkey.strokes import Agree, Click, Key, Look, Paste, Resize, Stroke
from tests.tui.driving import assert_sound, screen_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.worker import Worker

    from capgo_tui.tui.app import CapgoApp
    from tests.monkey.sandbox import Sandbox

PATIENCE: Final = 20.0
"""Seconds after which what should end counts as stuck; the machine may be busy."""
LOST: Final = 1.0
"""Seconds after which a key whose widget went away counts as worked off."""
HOMING: Final = 25
"""So many keys lead back to the list from anywhere."""
COUNTED: Final = 5
"""Every so many times at home it is counted what lives."""
TOLD: Final = 60


class Found(AssertionError):  # noqa: N818 - what it found, rather than an error of its own
    """The monkey found something."""


@dataclass
class Tally:
    """What came together over all episodes."""

    strokes: int = 0
    episodes: int = 0
    homes: int = 0
    requests: int = 0
    writes: int = 0
    yes: int = 0
    typed_yes: int = 0
    struck: int = 0
    lost_keys: int = 0
    last: deque[str] = field(default_factory=lambda: deque(maxlen=TOLD))
    """The last strokes, for who has to find out why."""


class Hands:
    """Types into one run of the app, and looks whether all is well."""

    def __init__(self, app: CapgoApp, sandbox: Sandbox, ledger: Ledger, tally: Tally) -> None:
        self.app, self.sandbox, self.ledger, self.tally = app, sandbox, ledger, tally
        self.parts = Parts()
        self._workers: list[Worker[Any]] = []
        make = app.workers._new_worker

        def noted(*args: Any, **more: Any) -> Worker[Any]:
            worker = make(*args, **more)
            self._workers.append(worker)
            return worker

        app.workers._new_worker = noted  # type: ignore[method-assign]

    # Typing

    async def do(self, stroke: Stroke) -> None:
        """Make one stroke."""
        self.tally.strokes += 1
        self.tally.last.append(repr(stroke))
        match stroke:
            case Key(name, hasty):
                self._post_key(name)
                if not hasty:
                    await self.worked_off()
            case Paste(text):
                self._post(events.Paste(text))
                await self.worked_off()
            case Resize(width, height):
                assert self.app._driver is not None
                self.app._driver._size = (width, height)
                self._post(events.Resize(Size(width, height), Size(width, height)))
            case Click():
                self._click(stroke)
                await self.worked_off()
            case Look(here):
                self._post(events.AppFocus() if here else events.AppBlur())
            case Agree():
                await self._agree()

    async def press(self, key: str) -> None:
        """Type one key and let it do its work."""
        self._post_key(key)
        await self.worked_off()

    async def _agree(self) -> None:
        await self.worked_off()
        screen = self.app.screen
        if not isinstance(screen, MainScreen) or not screen.overlays.mounted:
            return
        dialog = screen.overlays.confirmation
        if dialog.visible and screen.focused is dialog.query_one(Input) and dialog._wanted:
            self._post(events.Paste(dialog._wanted))
            await self.press("enter")
        focused = screen.focused
        if isinstance(focused, Answer) and focused.asking:
            await self._until(lambda: self._can_read(focused), "the question drawn")
            await self.press("y")

    def _post_key(self, key: str) -> None:
        named = _character_to_key(key) if len(key) == 1 and not key.isalnum() else key
        event = events.Key(named, " " if key == "space" else key if len(key) == 1 else None)
        if key == "y":
            self.ledger.note_y(event.time)
        self._post(event)

    def _click(self, click: Click) -> None:
        size = self.app.size
        x, y = int(click.across * size.width), int(click.down * size.height)
        kinds = (events.MouseScrollDown,) if click.wheel else (events.MouseDown, events.MouseUp)
        for kind in kinds:
            button = 0 if click.wheel else 1
            self._post(kind(None, x, y, 0, 0, button, False, False, False, x, y))

    def _post(self, event: events.Event) -> None:
        event.set_sender(self.app)
        self.app.post_message(event)

    # Waiting

    async def worked_off(self) -> None:
        """Go on until every key has done its work."""
        app, begun, rounds = self.app, monotonic(), 0
        while app.is_running and (app.message_queue_size or app._in_hand is not None):
            waited = monotonic() - begun
            if waited > LOST and not app._typed:
                self.tally.lost_keys += 1  # its widget went away; the next key goes on
                return
            if waited > PATIENCE:
                self._fail("keys are no longer worked off")
            rounds += 1
            await asyncio.sleep(0 if rounds < 40 else 0.001)

    async def _until(self, holds: Callable[[], bool], what: str) -> None:
        begun, rounds = monotonic(), 0
        while self.app.is_running and not holds():
            if monotonic() - begun > PATIENCE:
                self._fail(f"never came: {what}")
            rounds += 1
            await asyncio.sleep(0 if rounds < 40 else 0.001)

    def _has_ended(self) -> bool:
        """Whether nothing is under way: no request, no write, no work beside the loop."""
        self._workers = [worker for worker in self._workers if not worker.is_finished]
        if not self._is_open() and not isinstance(self.app.screen, SetupScreen):
            return len(self.app.screen_stack) > 2
        return not (self._workers or self.sandbox.heard.under_way or self.app._writes)

    # Looking

    def check(self) -> None:
        """What must hold after every stroke."""
        app = self.app
        if app.bug is not None:
            self._fail(f"a bug was told:\n{app.bug}")
        if app._exception is not None:
            self._fail(f"the app fails with {app._exception!r}")
        for worker in self._workers:
            if worker.state is WorkerState.ERROR:
                self._fail(f"a worker failed: {worker.error!r}")
        if self.ledger.wrong:
            self._fail("; ".join(self.ledger.wrong))

    def look(self) -> None:
        """The picture is whole, and the key is not in it."""
        app = self.app
        if not app.is_running or self.ledger.unseen:
            return
        size = app.screen._compositor.size
        assert_sound(app, (size.width, size.height))
        if self.sandbox.key in screen_text(app):
            self._fail("the key is on the screen")

    async def go_home(self) -> None:
        """Escape, and a yes to losing what was typed, lead back to the list from anywhere."""
        self._post(events.AppFocus())
        await self.worked_off()
        for _ in range(HOMING):
            if not self.app.is_running:
                return
            if self._is_home():
                break
            await self._step_home()
            self.check()
        else:
            self._fail(f"{HOMING} keys did not lead back to the list")
        self.tally.homes += 1
        await self._until(
            lambda: self._has_ended() or not self._is_home(), "the end of what was under way"
        )
        await self._until_nothing(self._at_work)
        if not self.app.is_running:
            return
        self.check()
        if not self._is_home():  # what was under way has asked something at its end
            await self.go_home()
            return
        self._look_at_home()
        if self.tally.homes % COUNTED == 0:
            modals = len(self._main.overlays.mounted)
            await self._until_nothing(lambda: self.parts.grown(modals))

    async def _until_nothing(self, is_left: Callable[[], str]) -> None:
        """Go on until nothing is left at home: what has just ended may be on its way out."""
        begun = monotonic()
        while self.app.is_running and self._is_home() and (left := is_left()):
            if monotonic() - begun > PATIENCE:
                self._fail(left)
            await asyncio.sleep(0.01)

    async def _step_home(self) -> None:
        screen = self.app.screen
        if isinstance(screen, SetupScreen):
            await self._set_up(screen)
            return
        if isinstance(screen, MainScreen) and screen.overlays.mounted:
            await self._until(
                lambda: (
                    not screen.overlays.run_dialog.visible
                    or not self.app._writes
                    or self._stops(screen)
                ),
                "the end of a run",
            )
            asks = screen.overlays.prompt.visible and screen.overlays.prompt.asking
            if asks and screen.overlays.prompt._question(200).startswith(LOSING):
                await self._until(
                    lambda: self._can_read(screen.overlays.prompt), "the question drawn"
                )
                await self.press("y")
                return
        focused = screen.focused
        if isinstance(focused, Answer):
            await self._until(lambda: self._is_seen(focused), "the question drawn")
        await self.press("escape")
        # What a key set off, such as a form that closes, may need others to take their turn.
        await self._until(self._is_calm, "calm after escape")

    def _is_seen(self, answer: Answer) -> bool:
        """Whether a key now would be an answer, if there is anything to answer."""
        return not answer.asking or answer._drawn_at is not None

    def _can_read(self, answer: Answer) -> bool:
        """Whether a ``y`` now would be one as well; one that was held down is let go first."""
        held = answer.asking and monotonic() < answer._held_until
        return self._is_seen(answer) and not held

    def _stops(self, screen: MainScreen) -> bool:
        run = screen.overlays.run_dialog._run
        return run is not None and not run.stopped

    def _is_calm(self) -> bool:
        screen = self.app.screen
        if isinstance(screen, MainScreen) and screen.overlays.mounted and screen.is_taken:
            return not self.app._writes and not self.sandbox.heard.under_way
        return True

    async def _set_up(self, screen: SetupScreen) -> None:
        """Give the key once more."""
        self.sandbox.faults.set(*(f for f in self.sandbox.faults.active if "expired" not in f))
        screen.query_one("#key", Input).value = self.sandbox.key
        screen.query_one("#app", Input).value = self.sandbox.app_id
        screen.query_one("#app", Input).focus()
        await self.press("enter")
        await self._until(self._is_open, "the app open again")

    def _is_open(self) -> bool:
        screen = self.app.screen
        return isinstance(screen, MainScreen) and screen.workspace is not None

    def _is_home(self) -> bool:
        screen = self.app.screen
        return (
            isinstance(screen, MainScreen)
            and len(self.app.screen_stack) == 2
            and not screen.is_taken
            and screen.focused is screen.table
        )

    @property
    def _main(self) -> MainScreen:
        assert isinstance(self.app.screen, MainScreen)
        return self.app.screen

    def _at_work(self) -> str:
        """What is shown as under way although no request is; empty when nothing is."""
        screen = self._main
        workspace = screen.workspace
        if workspace is None:
            return "no workspace was ever opened"
        for each in (workspace.channels, workspace.devices, workspace.bundles):
            if each.loading is not Loading.NOTHING or each.loading_all or each.read_again:
                return f"the {each.name} load for ever"
        if workspace.writing:
            return f"still shown as being written: {workspace.writing}"
        if any(rows.view.busy for rows in screen.controllers.lists.rows.values()):
            return "a view is at work for ever"
        text = "" if self.ledger.unseen else screen_text(self.app)
        if "⟳" in text or "Loading" in text or "loading" in screen.status._state[0]:
            return "something is shown as under way that is not"
        return ""

    def _look_at_home(self) -> None:
        self.look()
        self.ledger.close()
        differs = journal_differs(self._journal, self.sandbox.heard.writes)
        if differs:
            self._fail(f"the journal: {differs}")

    @property
    def _journal(self) -> Path:
        assert self.app.launch.journal is not None
        return self.app.launch.journal

    def _keyboard(self) -> str:
        """Who has the keyboard, and what lies open."""
        screen = self.app.screen
        modals = screen.overlays.mounted if isinstance(screen, MainScreen) else ()
        open_ones = [repr(modal) for modal in modals if modal.visible]
        return f"{screen.focused!r} of {self.app.screen_stack}, open are {open_ones}"

    def _fail(self, what: str) -> NoReturn:
        try:
            shown = screen_text(self.app)
        except Exception as error:  # noqa: BLE001 - what was found is worth more
            shown = repr(error)
        under_way = [
            *(f"{worker.state.name} {_stack(worker._work)}" for worker in self._workers),
            *(repr(write) for write in self.app._writes),
            *(busy for task in asyncio.all_tasks() if (busy := _stack(task.get_coro()))),
            f"{self.sandbox.heard.under_way} requests",
            f"the keyboard: {self._keyboard()}",
        ]
        about = "\n".join(["Under way are", *under_way, "The screen is", shown])
        raise Found(f"{what}\n{about}")


def _stack(work: Any) -> str:
    """The names of the coroutines that await each other; empty for what only waits its turn."""
    names = []
    while (name := getattr(work, "__qualname__", None)) is not None:
        names.append(name)
        work = getattr(work, "cr_await", None)
    idle = "Queue.get" in names or "Timer._run" in names
    return "" if idle else " › ".join(names)
