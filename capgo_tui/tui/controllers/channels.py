"""Channel actions: new, edit, promote, clear, roll back and delete."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from capgo_tui.tui.controllers.failures import report_failures
from capgo_tui.tui.controllers.picker import make_bundle_choices, pick
from capgo_tui.tui.controllers.writing import WritingController
from capgo_tui.tui.keys import name_key
from capgo_tui.tui.overlays.confirmation import Choice
from capgo_tui.workspace.cells import name_bundle
from capgo_tui.workspace.changes.channels import make_settings_change
from capgo_tui.workspace.changes.names import NAME_WIDTH, shorten
from capgo_tui.workspace.changes.new_channels import make_channel_deletion
from capgo_tui.workspace.changes.promotions import Rollback, make_promotion
from capgo_tui.workspace.channel_draft import ChannelDraft
from capgo_tui.workspace.insight.promotion_warnings import find_promotion_warnings
from capgo_tui.workspace.links import list_overridden_devices, reread_devices
from capgo_tui.workspace.rollback import find_rollback_candidate

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from capgo_tui.api.models import Bundle, Channel
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.changes.outcome import Outcome

ALREADY_CURRENT = "what it carries now"


class ChannelController(WritingController):
    """The controller of the channel actions."""

    # The form

    def create(self) -> Coroutine[None, None, None]:
        """Open the form of a new channel."""
        return self._forms.begin(partial(self._show_form, None))

    def edit(self, channel: Channel) -> Coroutine[None, None, None] | None:
        """Open the form of a channel's settings and rollout."""
        if self._report_busy(channel):
            return None
        return self._forms.begin(partial(self._show_form, channel))

    def _show_form(self, channel: Channel | None) -> Coroutine[None, None, None]:
        form, draft = self._host.overlays.channel_form, ChannelDraft(self._workspace, channel)
        form.open(draft)
        return self._forms.write(form, draft, self._load)

    async def _load(self) -> None:
        """Load all channels and bundles, against which the form is validated."""
        for collection in (self._workspace.channels, self._workspace.bundles):
            await report_failures(self._host, collection.load_all, f"load the {collection.name}")

    # Bundles on channels

    def promote(self, channel: Channel) -> Coroutine[None, None, None] | None:
        """Choose a bundle and put it on the channel; the picker has the keyboard at once."""
        if self._report_busy(channel):
            return None
        self._host.status.dismiss()
        warnings: list[str] = []

        def explain_refusal(bundle: Bundle) -> str:
            return ALREADY_CURRENT if channel.bundle and bundle.id == channel.bundle.id else ""

        async def look_ahead(bundle: Bundle) -> None:
            warnings.extend(await find_promotion_warnings(self._workspace, channel, bundle))

        choices = make_bundle_choices(self._workspace, explain_refusal)
        current_name = name_bundle(channel.bundle, self._workspace.make_cell_context()) or "none"
        title = f"Promote to {channel.name} · now {current_name}"
        picking = pick(self._host, title, choices, look_ahead)
        return self._promote(channel, picking, warnings)

    async def _promote(
        self,
        channel: Channel,
        bundle_choice: Coroutine[None, None, Bundle | None],
        warnings: Sequence[str],
    ) -> None:
        bundle = await bundle_choice
        if bundle is not None:
            await self._confirm(
                channel,
                lambda now: make_promotion(self._workspace, now, bundle, warnings=warnings),
            )

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
        previous = await find_rollback_candidate(self._workspace, channel)
        if self._host.is_taken:
            return
        if isinstance(previous, str):
            self._host.say(previous)
            return
        warnings = await find_promotion_warnings(self._workspace, channel, previous.bundle)
        if self._host.is_taken:
            return
        await self._confirm(
            channel,
            lambda now: make_promotion(
                self._workspace,
                now,
                previous.bundle,
                kind=Rollback,
                note=previous.why,
                warnings=(*previous.warnings, *warnings),
            ),
        )

    # Deleting

    def delete(self, channel: Channel) -> Coroutine[None, None, None] | None:
        """Delete the channel; the dialog has the keyboard when this returns."""
        if self._report_busy(channel):
            return None
        self._host.status.dismiss()
        devices = list_overridden_devices(self._workspace, channel)
        choice = self._make_bundle_choice(channel)

        def make(now: Channel) -> Change:
            deletes_bundle = choice is not None and choice.is_chosen
            return make_channel_deletion(
                self._workspace, now, devices, deletes_bundle=deletes_bundle
            )

        asking = self._confirm(channel, make, choice)
        return self._delete([each.wire_id for each in devices], asking, choice)

    def _make_bundle_choice(self, channel: Channel) -> Choice | None:
        """Return the row that offers to delete the bundle as well, where the server can."""
        name = name_bundle(channel.bundle, self._workspace.make_cell_context())
        if not name or not self._workspace.client.traits.deletes_channel_with_bundle:
            return None
        return Choice(f"also delete bundle {shorten(name, NAME_WIDTH)} (preview keys)")

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
            self._host.tell(
                f"! {left} devices still show the override:"
                f" {name_key('list.refresh')} reads them again"
            )

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
