"""One run of the app under the monkey's hands, from its start to its end."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from capgo_tui.api.key import ApiKey
from capgo_tui.api.revisions import Revision
from capgo_tui.profiles import Profile
from capgo_tui.tui.app import CapgoApp
from capgo_tui.tui.launch import Launch
from tests.monkey.hands import Found, Hands, Tally
from tests.monkey.ledger import Ledger, journal_differs
from tests.monkey.sandbox import Sandbox, served
from tests.support.clock import Clock
from tests.tui.world import NOW

if TYPE_CHECKING:
    import random
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from tests.monkey.strokes import Stroke


REVISIONS: Final = (
    Revision.LIVE, Revision.LIVE, Revision.LIVE, Revision.DOCUMENTED, Revision.LEGACY
)  # fmt: skip
HOME_EVERY: Final = (15, 120)
"""So many strokes lie between two ways back to the list."""
SANDBOX_LOGS: Final = ("capgo_tui.sandbox", "uvicorn.error")
"""Where a failure of the sandbox is told: its own, or that of a fault before it."""


@dataclass(frozen=True)
class Plan:
    """What an episode is like."""

    revision: Revision
    told_revision: bool
    read_only: bool
    size: tuple[int, int]
    refresh_seconds: float | None
    length: int
    production: bool

    @classmethod
    def drawn(cls, dice: random.Random, length: int) -> Plan:
        """Draw one."""
        return cls(
            revision=dice.choice(REVISIONS),
            told_revision=dice.random() < 0.2,
            read_only=dice.random() < 0.08,
            size=dice.choice([(80, 24), (80, 24), (140, 40), (60, 20)]),
            refresh_seconds=dice.choice([None, None, 5.0]),
            length=length,
            production=dice.random() < 0.15,
        )


async def play(
    dice: random.Random,
    more: Iterator[Stroke],
    length: int,
    journal: Path,
    tally: Tally,
) -> None:
    """Open the app on a sandbox, make strokes until it quits or enough were made, and close it."""
    plan = Plan.drawn(dice, length)
    clock = Clock(NOW)
    troubles: list[str] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _, context: troubles.append(repr(context))
    )
    ledger = Ledger(plan.production)
    with _sandbox_bugs(troubles), ledger.watching():
        async with served(dice, plan.revision.value, clock) as sandbox:
            sandbox.heard.on_write = ledger.note_write
            launch = Launch(
                ApiKey(sandbox.key),
                sandbox.app_id,
                sandbox.url,
                revision=plan.revision if plan.told_revision else None,
                journal=journal,
                read_only=plan.read_only,
                refresh_seconds=plan.refresh_seconds,
                profile=Profile("prod", production=plan.production),
            )
            app = CapgoApp(launch, now=clock)
            async with _running(app, plan.size):
                hands = Hands(app, sandbox, ledger, tally)
                await _type(hands, dice, more, plan, clock)
                if app.is_running:
                    await hands.go_home()
                if app.is_running:
                    await hands.press("q")
                    await hands._until(lambda: not app.is_running, "the end after q")
            _assert_gone(app, sandbox, plan, ledger, journal)
        tally.requests += sandbox.heard.requests
        tally.writes += len(sandbox.heard.writes)
        tally.yes += ledger.yes
        tally.typed_yes += ledger.typed_yes
        tally.struck += sum(bool(each.faults) for each in sandbox.faults.request_log)
    left = asyncio.all_tasks() - {asyncio.current_task()}
    if left:
        raise Found(f"tasks are left: {left}")
    if troubles:
        raise Found("\n".join(troubles))
    tally.episodes += 1


async def _type(
    hands: Hands, dice: random.Random, more: Iterator[Stroke], plan: Plan, clock: Clock
) -> None:
    if dice.random() < 0.7:
        await hands._until(hands._has_ended, "a first list")
    next_home = dice.randint(*HOME_EVERY)
    for number in range(plan.length):
        if not hands.app.is_running:
            return
        await hands.do(next(more))
        clock.advance(1)
        hands.check()
        if number % 25 == 0:
            hands.look()
        if number == next_home:
            next_home += dice.randint(*HOME_EVERY)
            await hands.go_home()


@asynccontextmanager
async def _running(app: CapgoApp, size: tuple[int, int]) -> AsyncIterator[None]:
    """The app without a terminal. Unlike a bare `run_test` it tells a failure of its own first."""
    async with app.run_test(size=size):
        yield


def _assert_gone(
    app: CapgoApp, sandbox: Sandbox, plan: Plan, ledger: Ledger, journal: Path
) -> None:
    """Nothing of the app is left once it has ended."""
    if app.bug is not None:
        raise Found(f"a bug was told at the end:\n{app.bug}")
    if app._writes:
        raise Found("a write was under way when the app ended")
    if ledger.wrong:
        raise Found("; ".join(ledger.wrong))
    if plan.read_only and sandbox.heard.writes:
        raise Found(f"read-only, and yet: {sandbox.heard.writes}")
    differs = journal_differs(journal, sandbox.heard.writes)
    if differs:
        raise Found(f"the journal: {differs}")


class _Errors(logging.Handler):
    def __init__(self, troubles: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._troubles = troubles

    def emit(self, record: logging.LogRecord) -> None:
        self._troubles.append(f"the sandbox: {self.format(record)}")


def _sandbox_bugs(troubles: list[str]) -> Any:
    """Take down what the sandbox logs: a failure there is a bug as well."""
    return _logged(_Errors(troubles))


class _logged:  # noqa: N801
    def __init__(self, handler: logging.Handler) -> None:
        self._handler = handler

    def __enter__(self) -> None:
        for name in SANDBOX_LOGS:
            logging.getLogger(name).addHandler(self._handler)

    def __exit__(self, *_: object) -> None:
        for name in SANDBOX_LOGS:
            logging.getLogger(name).removeHandler(self._handler)
