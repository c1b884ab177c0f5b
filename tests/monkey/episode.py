"""One episode of the monkey: one run of the app, from its start to its end."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from capgo_tui.api.key import ApiKey
from capgo_tui.api.revisions import Revision
from capgo_tui.profiles import Profile
from capgo_tui.tui.app import CapgoApp
from capgo_tui.tui.launch import Launch
from tests.monkey.hands import Hands, InvariantError, Tally
from tests.monkey.ledger import Ledger, find_journal_difference
from tests.monkey.sandbox import Sandbox, serve_sandbox
from tests.support.clock import Clock
from tests.support.world import NOW

if TYPE_CHECKING:
    import random
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from tests.monkey.strokes import Stroke


REVISIONS: Final = (
    Revision.LIVE, Revision.LIVE, Revision.LIVE, Revision.DOCUMENTED, Revision.LEGACY
)  # fmt: skip
HOME_EVERY: Final = (15, 120)
"""The fewest and the most strokes between two returns to the list."""
SANDBOX_LOGS: Final = ("capgo_tui.sandbox", "uvicorn.error")
"""The loggers that report a failure of the sandbox or of a fault before it."""


@dataclass(frozen=True)
class Plan:
    """The parameters of one episode."""

    revision: Revision
    gives_revision: bool
    read_only: bool
    size: tuple[int, int]
    refresh_seconds: float | None
    length: int
    production: bool

    @classmethod
    def draw(cls, dice: random.Random, length: int) -> Plan:
        """Draw the parameters at random."""
        return cls(
            revision=dice.choice(REVISIONS),
            gives_revision=dice.random() < 0.2,
            read_only=dice.random() < 0.08,
            size=dice.choice([(80, 24), (80, 24), (140, 40), (60, 20)]),
            refresh_seconds=dice.choice([None, None, 5.0]),
            length=length,
            production=dice.random() < 0.15,
        )


async def play(
    dice: random.Random,
    strokes: Iterator[Stroke],
    length: int,
    journal: Path,
    tally: Tally,
) -> None:
    """Open the app on a sandbox, make `length` strokes or until it quits, and close it."""
    plan = Plan.draw(dice, length)
    clock = Clock(NOW)
    troubles: list[str] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _, context: troubles.append(repr(context))
    )
    ledger = Ledger(plan.production)
    with _collect_sandbox_errors(troubles), ledger.watch():
        async with serve_sandbox(dice, plan.revision.value, clock) as sandbox:
            sandbox.traffic.on_write = ledger.note_write
            launch = Launch(
                ApiKey(sandbox.key),
                sandbox.app_id,
                sandbox.url,
                revision=plan.revision if plan.gives_revision else None,
                journal=journal,
                read_only=plan.read_only,
                refresh_seconds=plan.refresh_seconds,
                profile=Profile("prod", production=plan.production),
            )
            app = CapgoApp(launch, now=clock)
            async with _run_app(app, plan.size):
                hands = Hands(app, sandbox, ledger, tally)
                await _type(hands, dice, strokes, plan, clock)
                if app.is_running:
                    await hands.go_home()
                if app.is_running:
                    await hands.quit()
            _assert_gone(app, sandbox, plan, ledger, journal)
        tally.requests += sandbox.traffic.requests
        tally.writes += len(sandbox.traffic.writes)
        tally.yes += ledger.yes
        tally.typed_yes += ledger.typed_yes
        tally.faulty_requests += sum(bool(request.faults) for request in sandbox.faults.request_log)
    tasks_left = asyncio.all_tasks() - {asyncio.current_task()}
    if tasks_left:
        raise InvariantError(f"tasks are left: {tasks_left}")
    if troubles:
        raise InvariantError("\n".join(troubles))
    tally.episodes += 1


async def _type(
    hands: Hands, dice: random.Random, strokes: Iterator[Stroke], plan: Plan, clock: Clock
) -> None:
    if dice.random() < 0.7:
        await hands.wait_until(hands.is_idle, "a first list")
    next_home = dice.randint(*HOME_EVERY)
    for number in range(plan.length):
        if not hands.app.is_running:
            return
        await hands.do(next(strokes))
        clock.advance(1)
        hands.check()
        if number % 25 == 0:
            await hands.check_screen()
        if number == next_home:
            next_home += dice.randint(*HOME_EVERY)
            await hands.go_home()


@asynccontextmanager
async def _run_app(app: CapgoApp, size: tuple[int, int]) -> AsyncIterator[None]:
    """Run the app without a terminal; unlike a bare `run_test`, raise its own failure first."""
    async with app.run_test(size=size):
        yield


def _assert_gone(
    app: CapgoApp, sandbox: Sandbox, plan: Plan, ledger: Ledger, journal: Path
) -> None:
    """Assert that nothing of the app is left once it has ended."""
    if app.bug is not None:
        raise InvariantError(f"a bug was reported at the end:\n{app.bug}")
    if app.is_writing:
        raise InvariantError("a write was under way when the app ended")
    if ledger.wrong:
        raise InvariantError("; ".join(ledger.wrong))
    if plan.read_only and sandbox.traffic.writes:
        raise InvariantError(f"read-only, and yet: {sandbox.traffic.writes}")
    difference = find_journal_difference(journal, sandbox.traffic.writes)
    if difference:
        raise InvariantError(f"the journal: {difference}")


class _Errors(logging.Handler):
    def __init__(self, troubles: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._troubles = troubles

    def emit(self, record: logging.LogRecord) -> None:
        self._troubles.append(f"the sandbox: {self.format(record)}")


@contextmanager
def _collect_sandbox_errors(troubles: list[str]) -> Iterator[None]:
    """Collect the errors that the sandbox logs: a failure there is a bug as well."""
    handler = _Errors(troubles)
    for name in SANDBOX_LOGS:
        logging.getLogger(name).addHandler(handler)
    try:
        yield
    finally:
        for name in SANDBOX_LOGS:
            logging.getLogger(name).removeHandler(handler)
