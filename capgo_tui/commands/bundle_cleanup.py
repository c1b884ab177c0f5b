"""Clean up bundles: read the lists, judge by the rules, ask, judge again, delete."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from capgo_tui.api.revisions import Extra
from capgo_tui.commands.exit_codes import CommandError, Exit
from capgo_tui.commands.output import say, show_progress
from capgo_tui.commands.selection import load_bundles, load_channels
from capgo_tui.workspace.changes.bundle_deletions import (
    ONLY_ALL,
    explain_refused_cleanup,
    plan_cleanup,
    prepare_cleanup,
)
from capgo_tui.workspace.changes.clean_up import agree_on_cleanup
from capgo_tui.workspace.changes.question import Question

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from capgo_tui.commands.operation import Operation
    from capgo_tui.workspace.cleanup import Plan, Rules
    from capgo_tui.workspace.session import Workspace


class _CommandCleanupUi:
    """The `CleanupUi` of the command line."""

    def __init__(self, operation: Operation) -> None:
        self._operation = operation
        self.exit_code = Exit.REFUSED
        """The exit code where nothing is agreed on."""

    def is_closed(self) -> bool:
        """Return False: only ctrl+c leaves, and ends the program."""
        return False

    def ask(self, question: Question, plan: Plan) -> Awaitable[bool]:
        """Print the plan and put the question about it."""
        say(plan.summary)
        return self._operation.ui.ask(question)

    def show_rereading(self) -> None:
        """Say nothing: it takes a moment at most."""

    def say(self, text: str) -> None:
        """Print a message."""
        say(text)

    def warn(self, text: str) -> None:
        """Print why there is nothing to confirm."""
        say(text)


async def clean_up(operation: Operation, rules: Rules) -> Exit:
    """Delete the bundles that no rule keeps."""
    workspace = operation.workspace
    if Extra.DELETE_ONE_BUNDLE not in workspace.client.traits.extras:
        raise CommandError(Exit.REFUSED, ONLY_ALL)
    await load_channels(workspace)
    await load_bundles(workspace)
    if rules.run:
        await _load_devices(workspace)

    async def make_plan() -> Plan:
        return await asyncio.to_thread(prepare_cleanup(workspace, rules))

    plan = await make_plan()
    if why_not := explain_refused_cleanup(workspace):
        raise CommandError(Exit.REFUSED, f"nothing can be deleted: {why_not}")
    batch = plan_cleanup(workspace, plan)
    if not batch.changes:
        say(f"nothing to do: {plan.summary}")
        return Exit.OK
    if operation.options.dry_run:
        say(plan.summary)
        question = Question(batch.changes, workspace, batch.title, is_listed=True)
        return await operation.show_question(question)
    ui = _CommandCleanupUi(operation)
    agreed = await agree_on_cleanup(workspace, ui, make_plan)
    return ui.exit_code if agreed is None else await operation.perform_agreed_batch(agreed)


async def _load_devices(workspace: Workspace) -> None:
    """Load all devices: what any of them runs stays."""
    devices = workspace.devices
    while not devices.at_end and devices.error is None:
        await devices.load_more()
        show_progress(f"{len(devices)} devices read")
    show_progress("")
    if devices.error is not None:
        raise devices.error
