"""Two costs of Textual's pilot that repeat in each test, and that no test is about.

`make_pilot_cheap` patches Textual for the process: a pilot then asks only the widgets that have
something to do whether they have done it, and a style sheet is parsed once for all apps.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeAlias
from weakref import WeakKeyDictionary

from textual.app import ScreenError
from textual.css.stylesheet import Stylesheet
from textual.pilot import Pilot, WaitForScreenTimeout

if TYPE_CHECKING:
    from textual.css.model import RuleSet
    from textual.css.types import CSSLocation
    from textual.message import Message
    from textual.message_pump import MessagePump

    Rules: TypeAlias = dict[tuple[str, CSSLocation, bool, int, str], list[RuleSet]]

PATIENCE = 30.0
_parse_rules = Stylesheet._parse_rules
_rules_by_variables: dict[frozenset[tuple[str, str]], Rules] = {}
_rules_by_sheet: WeakKeyDictionary[Stylesheet, tuple[dict[str, str], Rules]] = WeakKeyDictionary()


def make_pilot_cheap() -> None:
    """Patch the pilot and the style sheet of Textual in this process."""
    Pilot._wait_for_screen = _wait_for_busy_pumps  # type: ignore[method-assign,assignment]
    Stylesheet._parse_rules = _parse_rules_once  # type: ignore[method-assign]


def is_waiting(pump: MessagePump) -> bool:
    """Whether a running pump has handled all of its messages and waits for another."""
    queue: asyncio.Queue[Message | None] = pump._message_queue
    has_waiter = any(not getter.done() for getter in getattr(queue, "_getters", ()))
    return has_waiter and queue.empty() and not pump._next_callbacks


async def _wait_for_busy_pumps(self: Pilot[object], timeout: float = PATIENCE) -> bool:  # noqa: ASYNC109 - the name is Textual's
    """Wait until the app, the screen and its widgets have handled the messages they have now.

    Textual posts a message to every one of them, each of which is handled, followed by an idle
    event: three of five messages of the tests were these.
    """
    app = self.app
    try:
        screen = app.screen
    except ScreenError:
        return False
    # A turn of the loop, so that what was posted to a waiting pump is in its hands.
    await asyncio.sleep(0)
    count = 0
    all_done = asyncio.Event()

    def count_down() -> None:
        nonlocal count
        count -= 1
        if count == 0:
            all_done.set()

    for pump in (app, *screen.walk_children(with_self=True)):
        if not is_waiting(pump) and pump.call_later(count_down):
            count += 1
    if not count:
        return not app._exception_event.is_set()
    waits = [
        asyncio.create_task(all_done.wait()),
        asyncio.create_task(app._exception_event.wait()),
    ]
    _, pending = await asyncio.wait(waits, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    if len(pending) == len(waits):
        raise WaitForScreenTimeout("Some widgets did not handle their messages in time.")
    return count == 0


def _parse_rules_once(  # noqa: PLR0917 - as in Textual
    self: Stylesheet,
    css: str,
    read_from: CSSLocation,
    is_default_rules: bool = False,
    tie_breaker: int = 0,
    scope: str = "",
) -> list[RuleSet]:
    """Return the rules of a source, which Textual keeps for one app, from those of any app."""
    variables, rules = _rules_by_sheet.get(self, (None, {}))
    if variables is not self._variables:
        variables = self._variables
        rules = _rules_by_variables.setdefault(frozenset(variables.items()), {})
        _rules_by_sheet[self] = variables, rules
    source = (css, read_from, is_default_rules, tie_breaker, scope)
    if source not in rules:
        rules[source] = _parse_rules(self, *source)
    return rules[source]
