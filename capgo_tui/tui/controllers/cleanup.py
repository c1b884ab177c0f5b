"""Cleaning up bundles: rules with a live count, the plan, the batch; and deleting all."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from capgo_tui.tui.controllers.failures import report_failures
from capgo_tui.tui.overlays.row_form import Wish
from capgo_tui.tui.widgets.detail import Line
from capgo_tui.workspace.ages import age
from capgo_tui.workspace.changes.bundle_deletions import (
    bring_up_to_date,
    load_all_links,
    plan_cleanup,
    plan_deletion_of_all,
)
from capgo_tui.workspace.changes.question import Question
from capgo_tui.workspace.cleanup_draft import ALL, LOAD, CleanupDraft, listing

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence
    from datetime import datetime

    from capgo_tui.tui.controllers.change import ChangeController
    from capgo_tui.tui.host import Host
    from capgo_tui.workspace.changes.batch_plan import BatchPlan
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.cleanup import Plan
    from capgo_tui.workspace.session import Workspace


class CleanupController:
    """The controller of the bundle clean-up."""

    def __init__(self, host: Host, workspace: Workspace, changes: ChangeController) -> None:
        self._host = host
        self._workspace = workspace
        self._changes = changes
        self._stale = False
        """Whether the rules changed since the last count began."""
        self._counting: asyncio.Task[None] | None = None

    def clean_up(self) -> Coroutine[None, None, None]:
        """Ask for the rules; the form has the keyboard when this returns, if it can."""
        self._host.status.dismiss()
        client = self._workspace.client
        if client.revision is None or client.read_only:
            return self._ask_first()
        return self._show()

    async def _ask_first(self) -> None:
        await self._workspace.client.traits_for_write(self._workspace.target.app_id)
        if not self._host.is_taken:
            await self._show()

    def _show(self) -> Coroutine[None, None, None]:
        draft = CleanupDraft(self._workspace)
        self._host.overlays.fields_form.open(draft, lambda: self._recount(draft))
        return self._fill(draft)

    async def _fill(self, draft: CleanupDraft) -> None:
        form = self._host.overlays.fields_form
        tasks = [asyncio.ensure_future(self._load(draft))]
        plan: BatchPlan | None = None
        try:
            while form.shows(draft):
                wish = await form.wish()
                if wish is Wish.LEAVE:
                    if await self._changes.may_lose(draft.dirty):
                        return
                elif wish is Wish.REVIEW:
                    form.say("Reading bundles and channels…")
                    await asyncio.wait(tasks[:1])
                    if plan := await self._agree(draft):
                        break
                elif wish == ALL:
                    if await self._delete_all(draft):
                        return
                elif wish == LOAD:
                    # Its row goes when it is done: the cursor must not come to the one below.
                    form.go_to("newest")
                    form.say("Loading all devices…")
                    tasks.append(asyncio.ensure_future(self._load_devices(draft)))
        finally:
            for task in (*tasks, *([self._counting] if self._counting else ())):
                task.cancel()
            form.close(draft)
        if plan:
            await self._changes.carry_out_batch(plan)

    async def _load(self, draft: CleanupDraft) -> None:
        """Refresh the bundles and channels that a plan is made of."""
        for collection in (self._workspace.bundles, self._workspace.channels):
            work = bring_up_to_date(self._workspace, collection)
            await report_failures(self._host, work, f"load the {collection.name}")
        await self._count(draft)

    async def _load_devices(self, draft: CleanupDraft) -> None:
        await report_failures(self._host, self._workspace.devices.load_all(), "load the devices")
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
        is_invalid = not draft.one_by_one or draft.first_error() is not None
        draft.plan = None if is_invalid else await asyncio.to_thread(draft.planning())
        self._host.overlays.fields_form.update()

    # Agreeing

    async def _agree(self, draft: CleanupDraft) -> BatchPlan | None:
        """Show the plan and ask for confirmation; return None when it is declined."""
        form, has_changed = self._host.overlays.fields_form, False
        await self._count(draft)
        while form.shows(draft) and (plan := draft.plan) is not None:
            if draft.refusal:
                form.say(f"Nothing can be deleted: {draft.refusal}.", "warn")
                return None
            batch = plan_cleanup(self._workspace, plan)
            if not batch.changes:
                form.say("These rules delete nothing.", "warn")
                return None
            form.say("")
            lines = _lines(plan, draft.notes(), self._workspace.now())
            question = Question(
                batch.changes, self._workspace, batch.title, is_listed=True, is_repeated=has_changed
            )
            if not await self._changes.ask(question, lines):
                form.say("Nothing was deleted.")
                return None
            # The operator may have read for long: plan again before anything is deleted.
            form.say("Reading bundles and channels once more… esc stops, nothing is deleted yet")
            await bring_up_to_date(self._workspace, self._workspace.bundles)
            await bring_up_to_date(self._workspace, self._workspace.channels)
            await self._count(draft)
            if not form.shows(draft):
                self._host.say("Nothing was deleted.")
                return None
            if draft.plan is not None and plan.does_the_same(draft.plan):
                return batch
            has_changed = True
        return None

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
            form.say("Nothing was deleted.")
        return outcome is not None


def _lines(plan: Plan, notes: Sequence[str], now: datetime) -> list[Line]:
    """Return the lines of the plan: what is not known, what goes, what stays and why."""
    lines = [Line("", plan.summary, "note"), *(Line("", f"! {note}", "note") for note in notes)]
    for heading, members in listing(plan):
        lines.append(Line("", heading, "heading"))
        lines += [
            Line(each.bundle.name, f"{age(each.bundle.created_at, now) or '?'} · {each.reason}")
            for each in members
        ]
    return lines
