"""Bundle actions: put on a channel, edit, register and delete."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from capgo_tui.api.revisions import Extra
from capgo_tui.tui.controllers.picker import pick
from capgo_tui.tui.controllers.writing import WritingController
from capgo_tui.tui.overlays.link_form import Choices
from capgo_tui.workspace.bundle_draft import NotesDraft, RegistrationDraft
from capgo_tui.workspace.cells import name_bundle
from capgo_tui.workspace.changes.bundle_deletions import (
    make_bundle_deletion,
    plan_deletions,
    update_links,
)
from capgo_tui.workspace.changes.promotion_plans import plan_promotions
from capgo_tui.workspace.changes.promotions import make_promotion
from capgo_tui.workspace.insight.promotion_warnings import find_promotion_warnings

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping, Sequence

    from capgo_tui.api.models import Bundle, Channel
    from capgo_tui.workspace.changes.bundle_deletions import DeletionPlan
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.changes.outcome import Outcome


class BundleController(WritingController):
    """The controller of the bundle actions."""

    # On a channel

    def link(self, bundle: Bundle) -> Coroutine[None, None, None] | None:
        """Ask for a channel, and put the bundle on it; the form has the keyboard at once."""
        self._host.status.dismiss()

        def explain_refusal(channel: Channel) -> str:
            current = channel.bundle
            is_same = current is not None and bundle.id == current.id
            return "carries this bundle already" if is_same else ""

        def get_current_name(channel: Channel) -> str:
            return name_bundle(channel.bundle, self._workspace.make_cell_context()) or "none"

        choices = Choices(self._workspace.channels, explain_refusal, get_current_name, marks=set())
        warnings: dict[int, tuple[str, ...]] = {}

        async def look_ahead(channel: Channel) -> None:
            for each in choices.marked_records or [channel]:
                warnings[each.id] = await find_promotion_warnings(self._workspace, each, bundle)

        title = f"Put {bundle.name} on a channel"
        picking = pick(self._host, title, choices, look_ahead)
        return self._link(bundle, choices, picking, warnings)

    async def _link(
        self,
        bundle: Bundle,
        choices: Choices[Channel],
        channel_choice: Coroutine[None, None, Channel | None],
        warnings: Mapping[int, Sequence[str]],
    ) -> None:
        channel = await channel_choice
        if channel is None:
            return
        channels = choices.marked_records or [channel]
        if any(self._changes.report_busy("channel", str(each.id)) for each in channels):
            return

        if len(channels) > 1:
            plan = plan_promotions(self._workspace, channels, bundle, warnings)
            await self._changes.confirm_batch(plan)
            return

        def make(now: Channel) -> Change:
            return make_promotion(self._workspace, now, bundle, warnings=warnings.get(now.id, ()))

        def remake() -> Change | None:
            now = self._workspace.channels.records.get(str(channel.id))
            return None if now is None else make(now)

        await self._changes.confirm(make(channels[0]), remake)

    # The forms

    def register(self) -> Coroutine[None, None, None]:
        """Register a zip that lies elsewhere; the form has the keyboard at once if it can."""
        return self._forms.begin(partial(self._show, None), Extra.EXTERNAL_BUNDLES)

    def edit(self, bundle: Bundle) -> Coroutine[None, None, None] | None:
        """Edit a bundle's comment and link; the form has the keyboard at once if it can."""
        if self._report_busy(bundle):
            return None
        return self._forms.begin(partial(self._show, bundle), Extra.METADATA)

    def _show(self, bundle: Bundle | None) -> Coroutine[None, None, None]:
        workspace = self._workspace
        draft = RegistrationDraft(workspace) if bundle is None else NotesDraft(workspace, bundle)
        form = self._host.overlays.fields_form
        form.open(draft)
        return self._forms.write(form, draft)

    # Deleting

    async def delete(self, bundles: Sequence[Bundle]) -> None:
        """Delete the given bundles, except those that channels use."""
        self._host.say("Looking for channels that use it…")
        plan = await plan_deletions(self._workspace, bundles)
        self._host.status.dismiss()
        if self._host.is_taken:
            return
        if not plan.changes:
            name, why = plan.refusals[0][0].name, plan.refusals[0][1]
            more = f" (and {len(plan.refusals) - 1} more)" if len(plan.refusals) > 1 else ""
            self._host.say(f"✗ {name}{more} cannot be deleted: {why}.")
            return
        if len(plan.changes) == 1 and not plan.refusals:
            await self._delete_one(bundles[0], plan)
            return
        await self._changes.confirm_batch(plan.batch)

    async def _delete_one(self, bundle: Bundle, plan: DeletionPlan) -> Outcome | None:
        def remake() -> Change | None:
            now = self._workspace.bundles.records.get(str(bundle.id))
            if now is None:
                return None
            return make_bundle_deletion(
                self._workspace, now, update_links(self._workspace, plan.links)
            )

        if self._report_busy(bundle):
            return None
        return await self._changes.confirm(plan.changes[0], remake)

    def _report_busy(self, bundle: Bundle) -> bool:
        return self._changes.report_busy("bundle", str(bundle.id))
