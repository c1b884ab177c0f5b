"""The command line's part in every write: the question, the progress and the outcome."""

from __future__ import annotations

import asyncio
import math
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, TypeVar

import click

from capgo_tui.commands.exit_codes import CommandError, Exit
from capgo_tui.commands.output import say, show_progress, write
from capgo_tui.text import clean
from capgo_tui.workspace.changes.batch import TICK
from capgo_tui.workspace.changes.confirmation_level import ConfirmationLevel
from capgo_tui.workspace.changes.describe import describe
from capgo_tui.workspace.changes.describe.outcomes import describe_outcome_line, label_outcome
from capgo_tui.workspace.changes.names import shorten
from capgo_tui.workspace.changes.outcome import OutcomeState
from capgo_tui.workspace.remark import sign_warning

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from datetime import datetime

    from capgo_tui.commands.common_options import WriteOptions
    from capgo_tui.workspace.changes.batch import Batch, Step
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.changes.outcome import Outcome
    from capgo_tui.workspace.changes.question import Question
    from capgo_tui.workspace.session import Workspace

T = TypeVar("T")

MOST_LISTED: Final = 20
"""Most changes of a batch that a question lists."""
NAME_ROOM: Final = 60
"""Cells of a change in a list or a progress line."""
NEEDS_CONSENT: Final = "this is no terminal to ask on: --yes agrees, --dry-run shows the request"


def is_terminal() -> bool:
    """Whether somebody can be asked."""
    streams = (sys.stdin, sys.stderr)
    return all(stream is not None and stream.isatty() for stream in streams)


class CommandUi:
    """The `Ui` of the writes of one command, on standard error; outcomes on standard output."""

    def __init__(
        self,
        workspace: Workspace,
        options: WriteOptions,
        *,
        writes_lines: bool,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """Initialise; without `writes_lines` the outcomes are left to the caller."""
        self._workspace = workspace
        self._options = options
        self._writes_lines = writes_lines
        self.sleep = sleep
        """Waits some seconds."""
        self.outcomes: list[tuple[Change, Outcome]] = []
        """The outcomes of single changes, in their order."""
        self.began: datetime = workspace.now()
        """When the latest change or batch was begun."""
        self.change_under_way: Change | None = None
        self.batch: Batch | None = None
        """The batch under way, or the last one."""
        self._noted_waits: set[str] = set()

    # The question

    def ask(self, question: Question) -> Awaitable[bool]:
        """Print what would be changed, then ask, or go by what the options agree to."""
        print_question(question)
        return self._answer(question)

    async def _answer(self, question: Question) -> bool:
        is_typed = question.level is ConfirmationLevel.TYPED
        needed = question.text_to_type
        if (text := self._options.confirm) is not None:
            if text.strip() == needed:
                return True
            raise CommandError(
                Exit.REFUSED, f"--confirm {text!r} is not {needed!r}: nothing was sent"
            )
        if self._options.yes and not is_typed:
            return True
        if not is_terminal():
            raise click.UsageError(
                f"this needs --confirm {needed!r}: nothing was sent" if is_typed else NEEDS_CONSENT
            )
        if is_typed:
            return (await _read_line(f"type {needed} to go on:")).strip() == needed
        return (await _read_line("go on? [y/N]")).strip().lower() in ("y", "yes")

    def can_ask_again(self) -> bool:
        """Return True: nothing else can have the keyboard."""
        return True

    # The progress

    def begin(self) -> None:
        """Start the clock of the change."""
        self.began = self._workspace.now()

    async def wait(self, change: Change, seconds: float) -> bool:
        """Show the countdown of a rate limit for a moment; it is always waited for."""
        text = f"{describe(change).name}: the server takes it in {math.ceil(seconds)} s"
        if is_terminal():
            show_progress(text)
        elif change.wire_id not in self._noted_waits:
            self._noted_waits.add(change.wire_id)
            say(text)
        await self.sleep(min(seconds, TICK))
        return True

    def show_sending(self, change: Change) -> None:
        """Note the change, for the case that it is interrupted."""
        show_progress("")
        self.began, self.change_under_way = self._workspace.now(), change

    def see_through(
        self, work: Awaitable[T], stop: Callable[[], None] | None = None
    ) -> Awaitable[T]:
        """Return the work; only ctrl+c ends it early, and the program with it."""
        del stop
        return work

    def say(self, text: str) -> None:
        """Print a message."""
        show_progress("")
        say(text)

    # The outcome

    def tell(self, change: Change, outcome: Outcome) -> None:
        """Note an outcome, and print its line."""
        self.change_under_way = None
        self.outcomes.append((change, outcome))
        if self._writes_lines:
            write(describe_outcome_line(change, outcome) + "\n")

    @contextmanager
    def show_batch(self, title: str, batch: Batch) -> Iterator[None]:
        """Show how far a batch is while the context lasts."""
        self.batch, self.began = batch, self._workspace.now()
        task = asyncio.ensure_future(_show_batch(title, batch)) if is_terminal() else None
        try:
            yield
        finally:
            if task is not None:
                task.cancel()
            show_progress("")

    async def tell_batch(self, title: str, batch: Batch) -> None:
        """Print the outcome of each change of a batch, and their numbers."""
        if self._writes_lines:
            for step in batch.steps:
                write(f"{describe_step(step)}\n")
        say(f"{title}: {summarize(batch)}")


def print_question(question: Question) -> None:
    """Print the changes of a question: before → after and the impact of each."""
    title = question.title or describe(question.changes[0]).title
    place = f" · {question.place}" if question.place else ""
    lead = "It has changed meanwhile. " if question.is_repeated else ""
    lead = "To restore what the server dropped: " if question.is_repair else lead
    click.echo(clean(f"{lead}{question.lead}{title}{place}"), err=True)
    lines: list[str] = []
    is_single = len(question.changes) == 1
    for change in question.changes[:MOST_LISTED]:
        if is_single:
            lines += [f"{each.field}: {each}" for each in describe(change).list_effects()]
        else:
            lines.append(_list_line(change))
    if len(question.changes) > MOST_LISTED:
        lines.append(f"and {len(question.changes) - MOST_LISTED} more")
    impacts = dict.fromkeys(text for change in question.changes for text in change.impact)
    lines += map(sign_warning, [*impacts][:MOST_LISTED])
    lines += map(sign_warning, question.notes)
    if question.effort:
        lines.append(question.effort)
    for line in lines:
        click.echo(f"  {clean(line)}", err=True)


def _list_line(change: Change) -> str:
    words = describe(change)
    effect = words.first_effect
    return f"{words.list_name}: {effect}" if effect else words.list_name


def describe_step(step: Step) -> str:
    """Return the line of one change of a batch."""
    name = describe(step.change).list_name
    if step.outcome is not None:
        label = label_outcome(step.change, step.outcome)
        return f"{label[:1]} {name}: {label[2:]}"
    if step.skip_reason:
        return f"· {name}: {step.skip_reason}"
    return f"✗ {name}: not tried{': ' * bool(step.untried_reason)}{step.untried_reason}"


def summarize(batch: Batch) -> str:
    """Return how many changes of a batch had which outcome."""
    counts = {
        "done": batch.count(OutcomeState.VERIFIED),
        "accepted, not verified": batch.count(OutcomeState.UNVERIFIED),
        "not as intended": batch.count(OutcomeState.DIFFERENT),
        "failed": batch.count(OutcomeState.FAILED),
        "unknown": batch.count(OutcomeState.UNKNOWN),
        "not needed": batch.skipped_count,
        "not tried": len(batch.steps) - batch.finished_count,
    }
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count) or "nothing"


async def _show_batch(title: str, batch: Batch) -> None:
    with suppress(asyncio.CancelledError):
        while True:
            wait = batch.wait_seconds
            rest = f" · goes on in {math.ceil(wait)} s" if wait > 0 else ""
            count = f"{batch.finished_count} of {len(batch.steps)}"
            show_progress(f"{shorten(title, NAME_ROOM)}: {count}{rest}")
            await asyncio.sleep(1)


async def _read_line(prompt: str) -> str:
    """Print a prompt and read a line; the end of the input is an empty one."""
    click.echo(f"{clean(prompt)} ", err=True, nl=False)
    line: str = await asyncio.to_thread(sys.stdin.readline)
    if not line.endswith("\n"):
        click.echo("", err=True)
    return line
