"""Cleaning up bundles: rules with a live count, the plan, the batch; and deleting all."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from capgo_tui.tui.controllers.failures import report_failures
from capgo_tui.tui.controllers.writing import WritingController
from capgo_tui.tui.keys import fill_keys
from capgo_tui.tui.widgets.detail import Line
from capgo_tui.workspace.ages import format_age
from capgo_tui.workspace.changes.bundle_deletions import (
    bring_up_to_date,
    load_all_links,
    plan_deletion_of_all,
)
from capgo_tui.workspace.changes.clean_up import NOTHING_DELETED, agree_on_cleanup
from capgo_tui.workspace.cleanup_draft import ALL, LOAD, CleanupDraft, group_verdicts

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence
    from datetime import datetime

    from capgo_tui.tui.controllers.change import ChangeController
    from capgo_tui.tui.controllers.form import FormController
    from capgo_tui.tui.host import Host
    from capgo_tui.workspace.changes.batch_plan import BatchPlan
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.changes.question import Question
    from capgo_tui.workspace.cleanup import Plan
    from capgo_tui.workspace.session import Workspace

REREADING = "Reading bundles and channels once more… {form.leave} stops, nothing is deleted yet"


class CleanupController(WritingController):
    """The controller of the bundle clean-up."""

    def __init__(
        self, host: Host, workspace: Workspace, changes: ChangeController, forms: FormController
    ) -> None:
        super().__init__(host, workspace, changes, forms)
        self._stale = False
        """Whether the rules changed since the last count began."""
        self._counting: asyncio.Task[None] | None = None

    def clean_up(self) -> Coroutine[None, None, None]:
        """Ask for the rules; the form has the keyboard when this returns, if it can."""
        return self._forms.begin(self._show)

    def _show(self) -> Coroutine[None, None, None]:
        draft = CleanupDraft(self._workspace)
        self._host.overlays.fields_form.open(draft, lambda: self._recount(draft))
        return self._lead(draft)

    async def _lead(self, draft: CleanupDraft) -> None:
        form = self._host.overlays.fields_form
        loading = asyncio.ensure_future(self._load(draft))
        tasks: list[asyncio.Future[None]] = [loading]
        batch: BatchPlan | None = None

        async def run(action: str) -> bool:
            nonlocal batch
            if action == ALL:
                return await self._delete_all(draft)
            if action == LOAD:
                # Its row goes when it is done: the cursor must not come to the one below.
                form.go_to("newest")
                form.say("Loading all devices…")
                tasks.append(asyncio.ensure_future(self._load_devices(draft)))
                return False
            form.say("Reading bundles and channels…")
            await asyncio.wait([loading])
            ui = _FormUi(self._host, draft, self._changes)
            batch = await agree_on_cleanup(self._workspace, ui, partial(self._plan, draft))
            return batch is not None

        try:
            await self._forms.lead(form, draft, run)
        finally:
            for task in (*tasks, *([self._counting] if self._counting else ())):
                task.cancel()
        if batch is not None:
            await self._changes.carry_out_batch(batch)

    async def _load(self, draft: CleanupDraft) -> None:
        """Refresh the bundles and channels that a plan is made of."""
        for collection in (self._workspace.bundles, self._workspace.channels):
            work = partial(bring_up_to_date, self._workspace, collection)
            await report_failures(self._host, work, f"load the {collection.name}")
        await self._count(draft)

    async def _load_devices(self, draft: CleanupDraft) -> None:
        await report_failures(self._host, self._workspace.devices.load_all, "load the devices")
        if self._host.overlays.fields_form.shows(draft):
            self._host.overlays.fields_form.say("")
            await self._count(draft)

    # Counting

    def _recount(self, draft: CleanupDraft) -> None:
        """Recount after a change of the rules, one count at a time; the latest rules win."""
        self._stale = True
        if self._counting is None or self._counting.done():
            self._counting = asyncio.ensure_future(self._count_until_settled(draft))

    async def _count_until_settled(self, draft: CleanupDraft) -> None:
        while self._stale:
            self._stale = False
            await self._count(draft)

    async def _count(self, draft: CleanupDraft) -> None:
        # In a thread: with 100 000 devices their bundles alone take a moment to count.
        is_invalid = not draft.one_by_one or bool(draft.list_errors())
        draft.plan = None if is_invalid else await asyncio.to_thread(draft.prepare_plan())
        self._host.overlays.fields_form.update()

    async def _plan(self, draft: CleanupDraft) -> Plan | None:
        await self._count(draft)
        return draft.plan

    # All of them

    async def _delete_all(self, draft: CleanupDraft) -> bool:
        """Delete every bundle, if the server supports it; return whether that was tried."""
        form = self._host.overlays.fields_form
        form.say("Counting the bundles…")
        links = await load_all_links(self._workspace)
        if not form.shows(draft):
            return False
        form.say("")
        if not self._workspace.bundles.records:
            form.say("There is no bundle to delete.", "warn")
            return False

        def change() -> Change:
            return plan_deletion_of_all(self._workspace, links)

        outcome = await self._changes.confirm(change(), change)
        if outcome is None:
            form.say(NOTHING_DELETED)
        return outcome is not None


class _FormUi:
    """The `CleanupUi` of the form of the rules."""

    def __init__(self, host: Host, draft: CleanupDraft, changes: ChangeController) -> None:
        self._host = host
        self._form = host.overlays.fields_form
        self._draft = draft
        self._changes = changes

    def is_closed(self) -> bool:
        """Return whether the form was left."""
        return not self._form.shows(self._draft)

    def ask(self, question: Question, plan: Plan) -> asyncio.Future[bool]:
        """List the plan and ask for a yes over the form."""
        self._form.say("")
        lines = _list_lines(plan, self._draft.list_notes(), question.workspace.now())
        return self._changes.ask(question, lines)

    def show_rereading(self) -> None:
        """Say that nothing is deleted yet."""
        self._form.say(fill_keys(REREADING))

    def say(self, text: str) -> None:
        """Show a message in the form; once it was left, in the status line."""
        if self.is_closed():
            self._host.say(text)
        else:
            self._form.say(text)

    def warn(self, text: str) -> None:
        """Show in the form why there is nothing to confirm."""
        self._form.say(text, "warn")


def _list_lines(plan: Plan, notes: Sequence[str], now: datetime) -> list[Line]:
    """Return the lines of the plan: what is not known, what goes, what stays and why."""
    lines = [Line("", plan.summary, "note"), *(Line("", f"! {note}", "note") for note in notes)]
    for heading, members in group_verdicts(plan):
        lines.append(Line("", heading, "heading"))
        lines += [
            Line(
                each.bundle.name,
                f"{format_age(each.bundle.created_at, now) or '?'} · {each.reason}",
            )
            for each in members
        ]
    return lines
