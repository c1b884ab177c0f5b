"""What is done to bundles: put on a channel, described, registered and deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.api.errors import UnsupportedByRevision
from capgo_tui.api.revisions import Extra
from capgo_tui.tui.controllers.confirm import outcome_text
from capgo_tui.tui.controllers.picker import pick
from capgo_tui.tui.overlays.link_form import Choices
from capgo_tui.tui.overlays.row_form import Wish
from capgo_tui.workspace.bundle_draft import NotesDraft, RegistrationDraft
from capgo_tui.workspace.cells import bundle_name
from capgo_tui.workspace.changes.bundle_deletions import deletion, plan_deletions, update_links
from capgo_tui.workspace.changes.outcome import OutcomeState
from capgo_tui.workspace.changes.promotions import promotion

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

    from capgo_tui.api.models import Bundle, Channel
    from capgo_tui.tui.controllers.confirm import Writing
    from capgo_tui.tui.host import Host
    from capgo_tui.workspace.changes.bundle_deletions import DeletionPlan
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.changes.outcome import Outcome
    from capgo_tui.workspace.session import Workspace


class BundleController:
    """Leads what is done to bundles from its key to its end."""

    def __init__(self, screen: Host, workspace: Workspace, writing: Writing) -> None:
        self._screen = screen
        self._workspace = workspace
        self._writing = writing

    # On a channel

    def link(self, bundle: Bundle) -> Coroutine[None, None, None] | None:
        """Ask for a channel, and put the bundle on it; the form has the keyboard at once."""
        self._screen.status.dismiss()

        def refusal(channel: Channel) -> str:
            carried = channel.bundle
            same = carried is not None and bundle.id == carried.id
            return "carries this bundle already" if same else ""

        def carried(channel: Channel) -> str:
            return bundle_name(channel.bundle, self._workspace.cell_context()) or "none"

        choices = Choices(self._workspace.channels, refusal, carried)
        return self._link(bundle, pick(self._screen, f"Put {bundle.name} on a channel", choices))

    async def _link(self, bundle: Bundle, picked: Coroutine[None, None, Channel | None]) -> None:
        channel = await picked
        if channel is None or self._writing.is_busy("channel", str(channel.id)):
            return

        def again() -> Change | None:
            now = self._workspace.channels.records.get(str(channel.id))
            return None if now is None else promotion(self._workspace, now, bundle)

        await self._writing.confirm(promotion(self._workspace, channel, bundle), again)

    # The forms

    def new(self) -> Coroutine[None, None, None]:
        """Register a zip that lies elsewhere; the form has the keyboard at once if it can."""
        return self._when_known(Extra.EXTERNAL_BUNDLES, None)

    def edit(self, bundle: Bundle) -> Coroutine[None, None, None] | None:
        """Edit a bundle's comment and link; the form has the keyboard at once if it can."""
        if self._is_busy(bundle):
            return None
        return self._when_known(Extra.METADATA, bundle)

    def _when_known(self, extra: Extra, bundle: Bundle | None) -> Coroutine[None, None, None]:
        self._screen.status.dismiss()
        client = self._workspace.client
        if client.revision is None or client.read_only or extra not in client.traits.extras:
            return self._ask_first(extra, bundle)
        return self._show(bundle)

    async def _ask_first(self, extra: Extra, bundle: Bundle | None) -> None:
        """Find out whether this can be done at all; the reason why not is told by the guard."""
        traits = await self._workspace.client.traits_for_write(self._workspace.target.app_id)
        if extra not in traits.extras:
            raise UnsupportedByRevision(
                f"this server's API ({traits.revision}) has no {extra.value}"
            )
        if not self._screen.is_taken:
            await self._show(bundle)

    def _show(self, bundle: Bundle | None) -> Coroutine[None, None, None]:
        if bundle is None:
            new = RegistrationDraft(self._workspace)
            self._screen.overlays.fields_form.open(new)
            return self._fill(new)
        notes = NotesDraft(self._workspace, bundle)
        self._screen.overlays.fields_form.open(notes)
        return self._fill(notes)

    async def _fill(self, draft: NotesDraft | RegistrationDraft) -> None:
        form = self._screen.overlays.fields_form
        try:
            while form.shows(draft):
                wish = await form.wish()
                if wish is not Wish.LEAVE:
                    if await self._submit(draft):
                        return
                elif await self._writing.may_lose(draft.dirty):
                    return
        finally:
            form.close(draft)

    async def _submit(self, draft: NotesDraft | RegistrationDraft) -> bool:
        """Ask and send; whether the form has done its work."""
        form = self._screen.overlays.fields_form
        if not draft.dirty:
            form.say("Nothing is changed, so there is nothing to send.", "warn")
            return False
        change: Change = draft.change()
        form.say("")
        again = draft.rebase if isinstance(draft, NotesDraft) else draft.change
        outcome = await self._writing.confirm(change, again)
        if outcome is None:
            if form.shows(draft):
                form.say("Nothing was sent.")
        elif outcome.state is OutcomeState.FAILED:
            if outcome.error is not None and isinstance(draft, RegistrationDraft):
                draft.blame(outcome.error)
            if form.shows(draft):  # else another one's, and the status line tells it anyway
                form.say(outcome_text(change, outcome), "warn")
        else:
            self._go_to(change)
            return True
        return False

    def _go_to(self, change: Change) -> None:
        """Put the cursor on the bundle that was written."""
        bundles = self._workspace.bundles.records.items()
        key = next((key for key, each in bundles if each.wire_key == change.key), None)
        if key is not None and self._screen.rows.look.name == "bundles":
            self._screen.table.move_to_key(key)

    # Deleting

    async def delete(self, bundles: Sequence[Bundle]) -> None:
        """Delete one bundle or those that are marked; what channels use stays where it can."""
        self._screen.say("Looking which channels use it…")
        found = await plan_deletions(self._workspace, bundles)
        self._screen.status.dismiss()
        if self._screen.is_taken:
            return
        if not found.changes:
            name, why = found.refusals[0][0].name, found.refusals[0][1]
            more = f" (and {len(found.refusals) - 1} more)" if len(found.refusals) > 1 else ""
            self._screen.say(f"✗ {name}{more} cannot be deleted: {why}.")
            return
        if len(found.changes) == 1 and not found.refusals:
            await self._delete_one(bundles[0], found)
            return
        await self._writing.confirm_batch(found.batch)

    async def _delete_one(self, bundle: Bundle, found: DeletionPlan) -> Outcome | None:
        def again() -> Change | None:
            now = self._workspace.bundles.records.get(str(bundle.id))
            if now is None:
                return None
            return deletion(self._workspace, now, update_links(self._workspace, found.links))

        if self._is_busy(bundle):
            return None
        return await self._writing.confirm(found.changes[0], again)

    def _is_busy(self, bundle: Bundle) -> bool:
        return self._writing.is_busy("bundle", str(bundle.id))
