"""Channel actions: new, edit, promote, clear, roll back and delete."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

from capgo_tui.api.errors import Refusal
from capgo_tui.tui.controllers.change import outcome_text
from capgo_tui.tui.controllers.failures import report_failures
from capgo_tui.tui.controllers.picker import pick
from capgo_tui.tui.overlays.channel_form import error_label
from capgo_tui.tui.overlays.confirmation import Choice
from capgo_tui.tui.overlays.link_form import Choices
from capgo_tui.tui.overlays.row_form import Wish
from capgo_tui.workspace.ages import age
from capgo_tui.workspace.cells import bundle_name
from capgo_tui.workspace.changes.channels import make_settings_change
from capgo_tui.workspace.changes.names import NAME_WIDTH, shorten
from capgo_tui.workspace.changes.new_channels import make_channel_deletion
from capgo_tui.workspace.changes.outcome import OutcomeState
from capgo_tui.workspace.changes.promotions import Rollback, make_promotion
from capgo_tui.workspace.channel_draft import ChannelDraft
from capgo_tui.workspace.links import overridden_devices, reread_devices
from capgo_tui.workspace.rollback import candidate
from capgo_tui.workspace.rollout import rollout_steps

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from capgo_tui.api.models import Bundle, Channel
    from capgo_tui.tui.controllers.change import ChangeController
    from capgo_tui.tui.host import Host
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.changes.outcome import Outcome
    from capgo_tui.workspace.rollout import RolloutStep
    from capgo_tui.workspace.session import Workspace

ALREADY_CURRENT = "what it carries now"


class ChannelController:
    """The controller of the channel actions."""

    def __init__(self, host: Host, workspace: Workspace, changes: ChangeController) -> None:
        self._host = host
        self._workspace = workspace
        self._changes = changes

    # The form

    def new(self) -> Coroutine[None, None, None]:
        """Open the form of a new channel."""
        return self._open_form(None)

    def edit(self, channel: Channel) -> Coroutine[None, None, None] | None:
        """Open the form of a channel's settings and rollout."""
        return None if self._report_busy(channel) else self._open_form(channel)

    def _open_form(self, channel: Channel | None) -> Coroutine[None, None, None]:
        """Open the form; it has the keyboard on return if the server's revision is known."""
        self._host.status.dismiss()
        if self._workspace.client.revision is None:
            return self._detect_first(channel)
        return self._show_form(channel)

    async def _detect_first(self, channel: Channel | None) -> None:
        """Detect the server's revision, then open the form with its settings."""
        await self._workspace.client.learn_revision(self._workspace.target.app_id)
        if self._host.is_taken:
            return
        await self._show_form(channel)

    def _show_form(self, channel: Channel | None) -> Coroutine[None, None, None]:
        draft = ChannelDraft(self._workspace, channel)
        self._host.overlays.channel_form.open(draft, self._steps(draft))
        return self._fill(draft)

    def _steps(self, draft: ChannelDraft) -> list[RolloutStep]:
        return [] if draft.channel is None else rollout_steps(self._workspace, draft.channel)

    async def _fill(self, draft: ChannelDraft) -> None:
        form = self._host.overlays.channel_form
        loading = asyncio.ensure_future(self._load())
        try:
            while form.shows(draft):
                wish = await self._wish(loading)
                if wish is Wish.LEAVE:
                    if not draft.dirty or await self._agrees_to_lose(draft):
                        return
                elif wish is Wish.COPY:
                    form.say(draft.copy_from(draft.text(draft.fields[1])))
                elif await self._submit(draft, wish):
                    return
        finally:
            loading.cancel()
            # If it was left during its write, it may show another draft by now.
            if form.shows(draft):
                form.close()

    async def _wish(self, loading: asyncio.Future[None]) -> Wish | RolloutStep:
        """Return the next wish; one that needs all channels and bundles waits for them."""
        form = self._host.overlays.channel_form
        wish = await form.ask()
        while wish not in (Wish.LEAVE, Wish.COPY) and not loading.done():
            form.say("Loading the rest of the channels and bundles…")
            newer = form.ask()  # esc leaves while it loads
            both: set[asyncio.Future[Any]] = {loading, newer}
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            if newer.done():
                wish = newer.result()
            else:
                newer.cancel()
        return wish

    async def _load(self) -> None:
        """Load all channels and bundles, against which the form is validated."""
        for collection in (self._workspace.channels, self._workspace.bundles):
            await report_failures(self._host, collection.load_all(), f"load the {collection.name}")

    async def _agrees_to_lose(self, draft: ChannelDraft) -> bool:
        count = f"{draft.dirty} change{'s' * (draft.dirty > 1)}"
        return await self._host.overlays.prompt.open(lambda _: f"Leave and lose {count}?")

    async def _submit(self, draft: ChannelDraft, wish: Wish | RolloutStep) -> bool:
        """Confirm and send the draft; return whether the form is finished."""
        form = self._host.overlays.channel_form
        make = self._choose_maker(draft, wish)
        if make is None:
            return False
        try:
            change = make()
            change.request(self._workspace.client.traits)
        except Refusal as error:
            form.say(f"✗ Nothing was sent: {error}.", "warn")
            return False
        form.say("")
        outcome = await self._changes.confirm(change, partial(self._remake, draft, make))
        if outcome is None:
            draft.rebase()
            if form.shows(draft):
                form.say("Nothing was sent.")
        elif outcome.state is OutcomeState.FAILED:
            draft.rebase()
            if form.shows(draft):
                form.show_steps(self._steps(draft))
                form.say(outcome_text(change, outcome), "warn")
        else:
            self._go_to(change)
            return True
        return False

    def _choose_maker(
        self, draft: ChannelDraft, wish: Wish | RolloutStep
    ) -> Callable[[], Change] | None:
        """Return a function that makes the wished change; None after saying why there is none."""
        form = self._host.overlays.channel_form
        if not isinstance(wish, Wish):
            step, channel = wish, draft.channel
            problem = step.refusal
            if draft.dirty:
                problem = "send or drop what is changed above first"
            if problem or channel is None:
                form.say(f"{step.label}: {problem}", "warn")
                return None
            return lambda: step.change(self._workspace, draft.channel or channel)
        errors = draft.errors()
        if errors:
            field = errors[0][0]
            form.go_to(field)
            form.say(f"{field.label}: {error_label(draft, field)}", "warn")
            return None
        if not draft.dirty:
            form.say("Nothing is changed, so there is nothing to send.", "warn")
            return None
        return draft.change

    def _remake(self, draft: ChannelDraft, make: Callable[[], Change]) -> Change | None:
        return make() if draft.rebase() else None

    def _go_to(self, change: Change) -> None:
        """Put the cursor on the channel that was written."""
        channels = self._workspace.channels.records.items()
        key = next((key for key, each in channels if each.wire_id == change.wire_id), None)
        if key is not None and self._host.rows.resource.name == "channels":
            self._host.table.move_to_key(key)

    # Bundles on channels

    def promote(self, channel: Channel) -> Coroutine[None, None, None] | None:
        """Choose a bundle and put it on the channel; the picker has the keyboard at once."""
        if self._report_busy(channel):
            return None
        self._host.status.dismiss()
        now = self._workspace.now()

        def refusal(bundle: Bundle) -> str:
            return ALREADY_CURRENT if channel.bundle and bundle.id == channel.bundle.id else ""

        choices = Choices(
            self._workspace.bundles, refusal, lambda bundle: age(bundle.created_at, now)
        )
        current_name = bundle_name(channel.bundle, self._workspace.cell_context()) or "none"
        title = f"Promote to {channel.name} · now {current_name}"
        return self._promote(channel, pick(self._host, title, choices))

    async def _promote(
        self, channel: Channel, bundle_choice: Coroutine[None, None, Bundle | None]
    ) -> None:
        bundle = await bundle_choice
        if bundle is not None:
            await self._confirm(channel, lambda now: make_promotion(self._workspace, now, bundle))

    def clear(self, channel: Channel) -> Coroutine[None, None, Outcome | None] | None:
        """Take the bundle off the channel; the question has the keyboard when this returns."""
        if self._report_busy(channel):
            return None
        self._host.status.dismiss()
        if not self._workspace.client.traits.clears_bundle:
            self._host.say("This server has no way to take the bundle off a channel.")
            return None
        if channel.bundle is None:
            self._host.say(f"{channel.name} carries no bundle.")
            return None
        return self._confirm(
            channel, lambda now: make_settings_change(self._workspace, now, {"bundle": None})
        )

    async def roll_back(self, channel: Channel) -> None:
        """Put the previous bundle back on the channel; the question names it."""
        if self._report_busy(channel):
            return
        self._host.status.dismiss()
        previous = await candidate(self._workspace, channel)
        if self._host.is_taken:
            return
        if isinstance(previous, str):
            self._host.say(previous)
            return
        await self._confirm(
            channel,
            lambda now: make_promotion(
                self._workspace,
                now,
                previous.bundle,
                kind=Rollback,
                note=previous.why,
                warnings=previous.warnings,
            ),
        )

    # Deleting

    def delete(self, channel: Channel) -> Coroutine[None, None, None] | None:
        """Delete the channel; the dialog has the keyboard when this returns."""
        if self._report_busy(channel):
            return None
        self._host.status.dismiss()
        devices = overridden_devices(self._workspace, channel)
        choice = self._bundle_choice(channel)

        def make(now: Channel) -> Change:
            deletes_bundle = choice is not None and choice.is_chosen
            return make_channel_deletion(
                self._workspace, now, devices, deletes_bundle=deletes_bundle
            )

        asking = self._confirm(channel, make, choice)
        return self._delete([each.wire_id for each in devices], asking, choice)

    def _bundle_choice(self, channel: Channel) -> Choice | None:
        """Return the row that offers to delete the bundle as well, where the server can."""
        name = bundle_name(channel.bundle, self._workspace.cell_context())
        if not name or not self._workspace.client.traits.deletes_channel_with_bundle:
            return None
        return Choice(f"also delete bundle {shorten(name, NAME_WIDTH)} (preview keys only)")

    async def _delete(
        self,
        overridden: list[str],
        asking: Coroutine[None, None, Outcome | None],
        choice: Choice | None,
    ) -> None:
        outcome = await asking
        if outcome is None or not outcome.state.is_accepted:
            return
        if choice is not None and choice.is_chosen:
            await self._workspace.bundles.refresh()
        left = await reread_devices(self._workspace, overridden)
        if left:
            self._host.tell(f"! {left} devices still show the override: r reads them again")

    # All of them

    def _report_busy(self, channel: Channel) -> bool:
        return self._changes.report_busy("channel", str(channel.id))

    def _confirm(
        self,
        channel: Channel,
        make: Callable[[Channel], Change],
        choice: Choice | None = None,
    ) -> Coroutine[None, None, Outcome | None]:
        def remake() -> Change | None:
            now = self._workspace.channels.records.get(str(channel.id))
            return None if now is None else make(now)

        return self._changes.confirm(make(channel), remake, choice)
