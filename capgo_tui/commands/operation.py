"""Carry out the changes of one command: ask, send, follow and report them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

import click

from capgo_tui.api.errors import Refusal, UnsupportedByRevision
from capgo_tui.commands.change_reports import (
    NOT_NEEDED,
    NOT_SENT,
    NOT_TRIED,
    ChangeReports,
    combine_exits,
    exit_of_outcome,
    exit_of_refusal,
    find_undo_number,
)
from capgo_tui.commands.command_ui import NEEDS_CONSENT, CommandUi, is_terminal, print_question
from capgo_tui.commands.exit_codes import CommandError, Exit
from capgo_tui.commands.follow import LONGEST, follow, is_worth_waiting
from capgo_tui.commands.output import say, show_progress, write
from capgo_tui.commands.running import run
from capgo_tui.workspace.changes.change import NotNeeded
from capgo_tui.workspace.changes.describe import describe
from capgo_tui.workspace.changes.outcome import Outcome, OutcomeState
from capgo_tui.workspace.changes.perform import (
    perform,
    perform_agreed,
    perform_agreed_batch,
    perform_batch,
)
from capgo_tui.workspace.changes.question import Question
from capgo_tui.workspace.curl import find_address, format_curl, redact_body
from capgo_tui.workspace.export.formats import Format
from capgo_tui.workspace.remark import Remark

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from capgo_tui.api.jsonvalue import JSON
    from capgo_tui.api.requests import Request
    from capgo_tui.commands.common_options import CommonOptions, WriteOptions
    from capgo_tui.workspace.changes.batch import Batch, Step
    from capgo_tui.workspace.changes.batch_plan import BatchPlan
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.session import Workspace


def run_operation(
    common: CommonOptions,
    options: WriteOptions,
    command: Callable[[Operation], Coroutine[None, None, Exit]],
) -> NoReturn:
    """Run a command that changes something, and exit with its code.

    What can be refused without any request is: a read-only profile or option, and a question
    that nobody could answer.
    """
    if common.format is Format.CSV:
        raise click.UsageError("changes are written as text, --json or --ndjson, not as --csv")
    target = common.target(writes=True)
    if target.read_only and not options.dry_run:
        say(f"{target.read_only_by} refuses every change: nothing was sent")
        raise SystemExit(Exit.REFUSED)
    has_consent = options.yes or options.confirm is not None
    if not (has_consent or options.dry_run or is_terminal()):
        raise click.UsageError(NEEDS_CONSENT)
    # A dry run of a read-only profile still has to build the request; nothing is ever sent.
    target = replace(target, read_only=False)
    operations: list[Operation] = []

    async def work(workspace: Workspace) -> Exit:
        operation = Operation(workspace, common, options)
        operations.append(operation)
        try:
            await workspace.client.get_traits_for_write(target.app_id)
            return await command(operation)
        except Refusal as refusal:
            say(str(refusal))
            return exit_of_refusal(refusal)
        finally:
            operation.reports.end()

    def report_interrupt() -> None:
        for operation in operations:
            operation.report_interrupt()

    run(target, work, report_interrupt)


class Operation:
    """The changes of one command, with their front end and reports."""

    def __init__(self, workspace: Workspace, common: CommonOptions, options: WriteOptions) -> None:
        self.workspace = workspace
        self.common = common
        self.options = options
        self.reports = ChangeReports(common.format)
        self.ui = CommandUi(workspace, options, writes_lines=self.reports.is_text)

    # One change

    async def perform(self, change: Change, remake: Callable[[], Change | None]) -> Exit:
        """Confirm one change, carry it out and report it."""
        if reason := change.skip_reason(self.workspace):
            return self._report_needless(change, f"{describe(change).name}: {reason}")
        if self.options.dry_run:
            return await self.show_question(Question([change], self.workspace))
        try:
            outcome = await perform(change, self.workspace, self.ui, remake=remake)
        except NotNeeded as why:
            return self._report_needless(remake() or change, str(why))
        return await self._report(change, outcome)

    def _report_needless(self, change: Change, why: str) -> Exit:
        say(f"nothing to do: {why}")
        return self._report_skipped(change, change.skip_reason(self.workspace))

    async def perform_agreed(self, change: Change, undoes: int) -> Exit:
        """Carry out a change that was confirmed, and report it."""
        outcome = await perform_agreed(change, self.workspace, self.ui, undoes=undoes)
        return await self._report(change, outcome)

    async def _report(self, change: Change, outcome: Outcome | None) -> Exit:
        if outcome is None:  # no, or the record is gone; `Ui.say` has told which
            return Exit.REFUSED
        code = Exit.OK
        for sent_change, result in self.ui.outcomes or [(change, outcome)]:
            # The last one decides: it may have repaired what the first one did besides.
            code = exit_of_outcome(sent_change, await self._follow(sent_change, result))
        self._hint_at_undo(change, outcome)
        return code

    def _hint_at_undo(self, change: Change, outcome: Outcome) -> bool:
        """Print the number that undoes a change; return whether there is one."""
        number = find_undo_number(change, outcome)
        if number is not None and self.reports.is_text:
            say(f"undo {number} takes it back")
        return number is not None

    async def _follow(self, change: Change, outcome: Outcome) -> Outcome:
        """Report an outcome, with ``--wait`` after reading until the server shows the change."""
        if not self.options.wait or outcome.state is OutcomeState.FAILED:
            self.reports.add(change, outcome)
            return outcome
        if is_worth_waiting(change, outcome):
            say(f"the server does not show it yet: reading again, for up to {LONGEST:.0f} s")
        sighting = await follow(change, outcome, self.workspace, self.ui.began, self.ui.sleep)
        seconds, name = round(sighting.seconds, 1), describe(change).name
        if self.reports.is_text:
            shown = "shown" if sighting.is_shown else "not shown"
            write(f"{'✓' if sighting.is_shown else '?'} {name}: {shown} after {seconds:g} s\n")
        self.reports.add(
            change, sighting.outcome, is_shown=sighting.is_shown, waited_seconds=seconds
        )
        return sighting.outcome

    # Many changes

    async def perform_batch(self, plan: BatchPlan, *, left_out: Sequence[Exit] = ()) -> Exit:
        """Confirm a batch, carry it out and report each change.

        `left_out` are the exit codes of what was asked for and is not in the plan.
        """
        if not plan.find_needed(self.workspace):
            return self._report_needless_batch(plan, left_out)
        if self.options.dry_run:
            return await self._show_batch_question(plan)
        try:
            batch = await perform_batch(plan, self.workspace, self.ui)
        except NotNeeded:  # by now
            return self._report_needless_batch(plan.remake_changes(), left_out)
        return Exit.REFUSED if batch is None else await self._report_batch(batch, left_out)

    def _report_needless_batch(self, plan: BatchPlan, left_out: Sequence[Exit]) -> Exit:
        """Report a batch of which nothing is to be sent."""
        say(f"nothing to do: {' · '.join(plan.describe_skipped(self.workspace))}")
        codes = [
            self._report_skipped(change, plan.find_skip_reason(change, self.workspace))
            for change in plan.changes
        ]
        return combine_exits([*codes, *[Exit.REFUSED] * plan.missing_count, *left_out])

    def _report_skipped(self, change: Change, reason: str) -> Exit:
        """Report a change that was not sent, and return the exit code of that."""
        is_so = bool(change.needless_reason) or change.is_done(change.find(self.workspace))
        self.reports.add(change, NOT_NEEDED if is_so else NOT_TRIED, reason)
        return Exit.OK if is_so else Exit.REFUSED

    async def _show_batch_question(self, plan: BatchPlan) -> Exit:
        """Print the question of a batch and its requests, and what is left alone."""
        needed, skipped = plan.find_needed(self.workspace), plan.describe_skipped(self.workspace)
        notes = (*plan.notes, *map(Remark, skipped))
        code = await self.show_question(
            Question(needed, self.workspace, plan.title, is_listed=True, notes=notes)
        )
        for change in plan.changes:
            if reason := plan.find_skip_reason(change, self.workspace):
                self._report_skipped(change, reason)
        return code

    async def perform_agreed_batch(self, plan: BatchPlan) -> Exit:
        """Carry out a batch that was confirmed, and report each change."""
        return await self._report_batch(
            await perform_agreed_batch(plan, self.workspace, self.ui), ()
        )

    async def _report_batch(self, batch: Batch, left_out: Sequence[Exit]) -> Exit:
        codes = [await self._report_step(step) for step in batch.steps]
        for step in batch.steps:
            if step.outcome is not None and self._hint_at_undo(step.change, step.outcome):
                break  # the number of one undoes all
        return combine_exits([*codes, *left_out])

    async def _report_step(self, step: Step) -> Exit:
        change = step.change
        if step.outcome is not None:
            return exit_of_outcome(change, await self._follow(change, step.outcome))
        if step.skip_reason:
            return self._report_skipped(change, step.skip_reason)
        self.reports.add(change, NOT_TRIED, step.untried_reason or None)
        return Exit.FAILED

    # Without a change

    async def show_question(self, question: Question) -> Exit:
        """Print a question and the requests of its changes, as curl; nothing is sent."""
        print_question(question)
        for change in question.changes:
            request = await self._build(change)
            target = self.workspace.target
            command = format_curl(request, find_address(target), target.api_key)
            if self.reports.is_text:
                write(f"{command}\n")
            body: JSON = None
            if request.body is not None:
                body = redact_body(request.body, target.api_key)
            self.reports.add(
                change,
                NOT_SENT,
                request={
                    "method": request.method,
                    "path": target.api_key.hide_in(request.target),
                    "body": body,
                    "curl": command,
                },
            )
        say("dry run: nothing was sent")
        return Exit.OK

    async def _build(self, change: Change) -> Request:
        if why_not := describe(change).unsendable:
            raise CommandError(Exit.USAGE, why_not)
        traits = self.workspace.client.traits
        try:
            return change.request(traits)
        except UnsupportedByRevision:  # some need to look something up first
            return (await change.check(self.workspace, alone=True)).request(traits)

    def report_interrupt(self) -> None:
        """Print what is known of the changes when ctrl+c ends the program."""
        show_progress("")
        changes = [] if self.ui.change_under_way is None else [self.ui.change_under_way]
        steps = [] if self.ui.batch is None else self.ui.batch.steps
        changes += [step.change for step in steps if step.is_under_way]
        for step in steps:
            if step.outcome is not None:
                self.reports.add(step.change, step.outcome)
        for change in changes:
            say(
                f"{describe(change).name}: interrupted while it was sent: whether it took effect"
                " is not known; capgo-tui log lists it"
            )
            self.reports.add(change, OutcomeState.UNKNOWN.value, "interrupted")
        self.reports.end()
