"""The hands of the monkey on one run of the app: type, wait, and check what must hold."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, NoReturn

from textual import events
from textual.geometry import Size
from textual.widgets import Input
from textual.worker import WorkerState

from capgo_tui.tui.keys import use_keys
from capgo_tui.tui.screens.controllers import ACTIONS
from capgo_tui.tui.screens.main import MainScreen
from capgo_tui.tui.screens.setup import SetupScreen
from capgo_tui.tui.widgets.answer import Answer
from capgo_tui.tui.widgets.tab_page import TabPage
from capgo_tui.workspace.list_state import Loading
from tests.monkey.ledger import LOSING, Ledger, find_journal_difference
from tests.monkey.level import PartCounts
from tests.monkey.strokes import Agree, Click, Key, Paste, Resize, Stroke, WindowFocus
from tests.tui.driving import assert_sound, make_key, screen_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.worker import Worker

    from capgo_tui.tui.app import CapgoApp
    from tests.monkey.sandbox import Sandbox

STUCK_AFTER: Final = 20.0
"""Seconds after which what should end is stuck; the machine may be busy."""
KEY_LOST_AFTER: Final = 1.0
"""Seconds after which a key whose widget is removed is no longer waited for."""
HOME_KEYS: Final = 25
"""The number of keys that lead back to the list from anywhere."""
COUNT_EVERY: Final = 5
"""The number of returns to the list between two counts of living parts."""
LAST_STROKES: Final = 60


class InvariantError(AssertionError):
    """Something does not hold that must hold after any keys."""


@dataclass
class Tally:
    """The counts over all episodes."""

    strokes: int = 0
    episodes: int = 0
    homes: int = 0
    requests: int = 0
    writes: int = 0
    yes: int = 0
    typed_yes: int = 0
    faulty_requests: int = 0
    lost_keys: int = 0
    last: deque[str] = field(default_factory=lambda: deque(maxlen=LAST_STROKES))
    """The last strokes, for the report of a failure."""


class Hands:
    """Types into one run of the app, and checks what must hold."""

    def __init__(self, app: CapgoApp, sandbox: Sandbox, ledger: Ledger, tally: Tally) -> None:
        self.app, self.sandbox, self.ledger, self.tally = app, sandbox, ledger, tally
        use_keys(ACTIONS)  # the screen is drawn from outside the app, too
        self.parts = PartCounts()
        self._workers: list[Worker[Any]] = []
        make = app.workers._new_worker

        def make_and_note(*args: Any, **options: Any) -> Worker[Any]:
            worker = make(*args, **options)
            self._workers.append(worker)
            return worker

        app.workers._new_worker = make_and_note  # type: ignore[method-assign]

    # Typing

    async def do(self, stroke: Stroke) -> None:
        """Make one stroke."""
        self.tally.strokes += 1
        self.tally.last.append(repr(stroke))
        match stroke:
            case Key(name, hasty):
                self._post_key(name)
                if not hasty:
                    await self.wait_for_keys()
            case Paste(text):
                self._post(events.Paste(text))
                await self.wait_for_keys()
            case Resize(width, height):
                driver = self.app._driver
                assert driver is not None
                driver._size = (width, height)
                self._post(events.Resize(Size(width, height), Size(width, height)))
            case Click():
                self._click(stroke)
                await self.wait_for_keys()
            case WindowFocus(has_focus):
                self._post(events.AppFocus() if has_focus else events.AppBlur())
            case Agree():
                await self._agree()

    async def press(self, key: str) -> None:
        """Type one key and wait until it is handled."""
        self._post_key(key)
        await self.wait_for_keys()

    async def _agree(self) -> None:
        await self.wait_for_keys()
        screen = self.app.screen
        if not isinstance(screen, MainScreen) or not screen.has_overlays:
            return
        dialog = screen.overlays.confirmation
        if dialog.visible and screen.focused is dialog.query_one(Input) and dialog.required_text:
            self._post(events.Paste(dialog.required_text))
            await self.press("enter")
        answer = screen.focused
        if isinstance(answer, Answer) and answer.asking:
            await self.wait_until(lambda: self._can_read(answer), "the question drawn")
            await self.press("y")

    def _post_key(self, key: str) -> None:
        event = make_key(key)
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

    async def wait_for_keys(self) -> None:
        """Wait until every key is handled."""
        app, start, rounds = self.app, monotonic(), 0
        while app.is_running and (app.message_queue_size or app.is_handling_key):
            seconds = monotonic() - start
            if seconds > KEY_LOST_AFTER and not app.waiting_key_count:
                self.tally.lost_keys += 1  # its widget is removed; the next key is handled
                return
            if seconds > STUCK_AFTER:
                self._fail("keys are no longer handled")
            rounds += 1
            await asyncio.sleep(0 if rounds < 40 else 0.001)

    async def wait_until(self, holds: Callable[[], bool], what: str) -> None:
        """Wait until a condition holds; fail with `what` when it does not in time."""
        start, rounds = monotonic(), 0
        while self.app.is_running and not holds():
            if monotonic() - start > STUCK_AFTER:
                self._fail(f"never came: {what}")
            rounds += 1
            await asyncio.sleep(0 if rounds < 40 else 0.001)

    def is_idle(self) -> bool:
        """Return whether no request, no write and no worker is under way."""
        self._workers = [worker for worker in self._workers if not worker.is_finished]
        if not self._is_open() and not isinstance(self.app.screen, SetupScreen):
            return len(self.app.screen_stack) > 2
        return not (self._workers or self.sandbox.traffic.under_way or self.app.is_writing)

    # Checking

    def check(self) -> None:
        """Check what must hold after every stroke."""
        app = self.app
        if app.bug is not None:
            self._fail(f"a bug was reported:\n{app.bug}")
        if (error := app._exception) is not None:
            self._fail(f"the app fails with {error!r}")
        for worker in self._workers:
            if worker.state is WorkerState.ERROR:
                self._fail(f"a worker failed: {worker.error!r}")
        if self.ledger.wrong:
            self._fail("; ".join(self.ledger.wrong))

    async def check_screen(self) -> None:
        """Check that the picture is whole, and that the API key is not in it."""
        app = self.app
        await self.wait_until(
            lambda: app.screen._compositor.size == app.size, "a screen of the terminal's size"
        )
        if not app.is_running or self.ledger.has_unseen_question:
            return
        size = app.screen.size
        assert_sound(app, (size.width, size.height))
        if self.sandbox.key in screen_text(app):
            self._fail("the API key is on the screen")

    async def go_home(self) -> None:
        """Return to the list by Esc, and by a yes to losing what was typed."""
        self._post(events.AppFocus())
        await self.wait_for_keys()
        for _ in range(HOME_KEYS):
            if not self.app.is_running:
                return
            if self._is_home():
                break
            await self._step_home()
            self.check()
        else:
            self._fail(f"{HOME_KEYS} keys did not lead back to the list")
        self.tally.homes += 1
        if self._is_watching():  # for five minutes, and Esc was not needed
            await self.press("escape")
        await self.wait_until(
            lambda: self.is_idle() or not self._is_home(), "the end of what was under way"
        )
        await self._wait_until_nothing(self._describe_work)
        if not self.app.is_running:
            return
        self.check()
        if not self._is_home():  # what was under way has put a question at its end
            await self.go_home()
            return
        await self._check_home()
        if self.tally.homes % COUNT_EVERY == 0:
            modals = len(self._main.overlays.mounted_overlays)
            await self._wait_until_nothing(lambda: self.parts.describe_growth(modals))

    async def quit(self) -> None:
        """Quit from the list; each q before returns from a link that led there."""
        for _ in range(HOME_KEYS):
            await self.press("q")
            if self.app.is_leaving or not self.app.is_running:
                break
        await self.wait_until(lambda: not self.app.is_running, "the end after q")

    async def _wait_until_nothing(self, is_left: Callable[[], str]) -> None:
        """Wait until `is_left` names nothing: what has just ended may not be removed yet."""
        start = monotonic()
        while self.app.is_running and self._is_home() and (rest := is_left()):
            if monotonic() - start > STUCK_AFTER:
                self._fail(rest)
            await asyncio.sleep(0.01)

    async def _step_home(self) -> None:
        screen = self.app.screen
        if isinstance(screen, SetupScreen):
            await self._set_up(screen)
            return
        if isinstance(screen, MainScreen) and screen.has_overlays:
            await self.wait_until(
                lambda: (
                    not screen.overlays.batch_dialog.visible
                    or not self.app.is_writing
                    or screen.overlays.batch_dialog.can_stop
                ),
                "the end of a run",
            )
            asks = screen.overlays.prompt.visible and screen.overlays.prompt.asking
            if asks and screen.overlays.prompt.question.startswith(LOSING):
                await self.wait_until(
                    lambda: self._can_read(screen.overlays.prompt), "the question drawn"
                )
                await self.press("y")
                return
        answer = screen.focused
        if isinstance(answer, Answer):
            await self.wait_until(lambda: self._is_drawn(answer), "the question drawn")
        # A page has no list, and Esc leaves it only if a link led there.
        await self.press("1" if isinstance(answer, TabPage) else "escape")
        # What a key starts, such as closing a form, may need other tasks to run first.
        await self.wait_until(self._is_calm, "calm after escape")

    def _is_drawn(self, answer: Answer) -> bool:
        """Return whether a key would now answer the question, if there is one."""
        return not answer.asking or answer.is_drawn

    def _can_read(self, answer: Answer) -> bool:
        """Return whether a ``y`` would now be a yes: one that is held down is not."""
        is_held = answer.asking and monotonic() < answer.held_until
        return self._is_drawn(answer) and not is_held

    def _is_watching(self) -> bool:
        """Return whether a change that was sent is looked for in what the server shows."""
        coroutines = (task.get_coro() for task in asyncio.all_tasks())
        return any("WatchController.watch" in _name_coroutines(each) for each in coroutines)

    def _is_calm(self) -> bool:
        screen = self.app.screen
        if isinstance(screen, MainScreen) and screen.is_taken:
            return not self.app.is_writing and not self.sandbox.traffic.under_way
        return True

    async def _set_up(self, screen: SetupScreen) -> None:
        """Give the API key once more."""
        self.sandbox.faults.set(*(f for f in self.sandbox.faults.active if "expired" not in f))
        screen.query_one("#key", Input).value = self.sandbox.key
        screen.query_one("#app", Input).value = self.sandbox.app_id
        screen.query_one("#app", Input).focus()
        await self.press("enter")
        await self.wait_until(self._is_open, "the app open again")

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

    def _describe_work(self) -> str:
        """Return what is shown as under way although no request is; empty when nothing is."""
        screen = self._main
        workspace = screen.workspace
        if workspace is None:
            return "no workspace was ever opened"
        for collection in (workspace.channels, workspace.devices, workspace.bundles):
            if (
                collection.loading is not Loading.NOTHING
                or collection.loading_all
                or collection.read_again
            ):
                return f"the {collection.name} load for ever"
        if workspace.writing:
            return f"still shown as being written: {workspace.writing}"
        if any(rows.view.busy for rows in screen.controllers.lists.rows.values()):
            return "a view is at work for ever"
        text = "" if self.ledger.has_unseen_question else screen_text(self.app)
        if "⟳" in text or "Loading" in text or "loading" in screen.status.state:
            return "something is shown as under way that is not"
        return ""

    async def _check_home(self) -> None:
        await self.check_screen()
        self.ledger.close()
        difference = find_journal_difference(self._journal, self.sandbox.traffic.writes)
        if difference:
            self._fail(f"the journal: {difference}")

    @property
    def _journal(self) -> Path:
        assert self.app.switcher.launch.journal is not None
        return self.app.switcher.launch.journal

    def _describe_focus(self) -> str:
        """Return who has the focus, and which overlays are open."""
        screen = self.app.screen
        has_any = isinstance(screen, MainScreen) and screen.has_overlays
        open_ones = [repr(overlay) for overlay in self._main.overlays.open] if has_any else []
        return f"{screen.focused!r} of {self.app.screen_stack}, open are {open_ones}"

    def _fail(self, what: str) -> NoReturn:
        try:
            picture = screen_text(self.app)
        except Exception as error:  # noqa: BLE001 - the failure itself matters more
            picture = repr(error)
        under_way = [
            *(worker.state.name for worker in self._workers),
            "a write" if self.app.is_writing else "no write",
            *(busy for task in asyncio.all_tasks() if (busy := _name_coroutines(task.get_coro()))),
            f"{self.sandbox.traffic.under_way} requests",
            f"the keyboard: {self._describe_focus()}",
        ]
        about = "\n".join(["Under way are", *under_way, "The screen is", picture])
        raise InvariantError(f"{what}\n{about}")


def _name_coroutines(work: Any) -> str:
    """Return the names of the coroutines that await each other; empty for an idle task."""
    names = []
    while (name := getattr(work, "__qualname__", None)) is not None:
        names.append(name)
        work = getattr(work, "cr_await", None)
    idle = "Queue.get" in names or "Timer._run" in names
    return "" if idle else " › ".join(names)
