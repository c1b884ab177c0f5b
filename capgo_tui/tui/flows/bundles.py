"""What is done to bundles: put on a channel, described, registered, deleted, cleaned up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.tui.dialogs.link_form import Choices
from capgo_tui.workspace.changes.bundle_deletions import delete_all, deletions
from capgo_tui.workspace.changes.channels import promotion
from capgo_tui.workspace.columns import bundle_name

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

    from capgo_tui.api.models import Bundle, Channel
    from capgo_tui.tui.flows.writing import Writing
    from capgo_tui.tui.screens.main import MainScreen
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.session import Workspace


class BundleFlow:
    """Leads each write of bundles from its key to its confirmation."""

    def __init__(self, screen: MainScreen, workspace: Workspace, writing: Writing) -> None:
        self._screen = screen
        self._workspace = workspace
        self._writing = writing

    def link(self, bundle: Bundle) -> Coroutine[None, None, None] | None:
        """Ask for a channel, and put the bundle on it."""
        self._screen.status.dismiss()

        def refusal(channel: Channel) -> str:
            carried = channel.bundle
            same = carried is not None and bundle.id == carried.id
            return "carries this bundle already" if same else ""

        def carried(channel: Channel) -> str:
            return bundle_name(channel.bundle, self._workspace.surroundings()) or "none"

        choices = Choices(self._workspace.channels, refusal, carried)
        return self._link(bundle, self._screen.pick(f"Put {bundle.name} on a channel", choices))

    async def _link(self, bundle: Bundle, picked: Coroutine[None, None, Channel | None]) -> None:
        channel = await picked
        if channel is None:
            return

        def again() -> Change | None:
            now = self._workspace.channels.records.get(str(channel.id))
            return None if now is None else promotion(self._workspace, now, bundle)

        await self._writing.confirm(promotion(self._workspace, channel, bundle), again)

    async def delete(self, bundles: Sequence[Bundle]) -> None:
        """Delete one bundle or those that are marked; what channels use stays where it can."""
        self._screen.say("Looking which channels use it…")
        found = await deletions(self._workspace, bundles)
        self._screen.status.dismiss()
        if not found.changes:
            name, why = found.refused[0][0].name, found.refused[0][1]
            more = f" (and {len(found.refused) - 1} more)" if len(found.refused) > 1 else ""
            self._screen.say(f"✗ {name}{more} cannot be deleted: {why}.")
            return
        if len(found.changes) == 1 and not found.refused:
            await self._delete_one(bundles[0], found.changes[0])
            return
        stay = tuple(f"{bundle.name} stays, {why}" for bundle, why in found.refused)
        first = found.changes[0].model_copy(update={"touches": found.changes[0].touches + stay})
        changes = [first, *found.changes[1:]]
        await self._writing.confirm_run(changes, f"Delete {len(changes)} bundles")

    async def _delete_one(self, bundle: Bundle, change: Change) -> None:
        def again() -> Change | None:
            return change if str(bundle.id) in self._workspace.bundles.records else None

        await self._writing.confirm(change, again)

    async def delete_all(self) -> None:
        """Delete every bundle, as far as this server does that."""
        self._screen.say("Counting the bundles…")
        change = await delete_all(self._workspace)
        self._screen.status.dismiss()
        if not self._workspace.bundles.records:
            self._screen.say("There is no bundle to delete.")
            return
        await self._writing.confirm(change, lambda: change)
