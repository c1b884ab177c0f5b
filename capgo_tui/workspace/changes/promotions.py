"""Promotions and rollbacks: a bundle is put on a channel (contract §8.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from capgo_tui.api import requests
from capgo_tui.api.revisions import LIVE
from capgo_tui.text import clean
from capgo_tui.workspace.ages import format_age
from capgo_tui.workspace.changes.change import Inverse, RecordChanged
from capgo_tui.workspace.changes.channels import (
    ChannelChange,
    SettingsChange,
    describe_default_impact,
    make_settings_change,
)
from capgo_tui.workspace.changes.confirmation_level import ConfirmationLevel
from capgo_tui.workspace.changes.rollout_state import (
    apply_request,
    describe_effect,
    ends_rollout,
    pick_rollout,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from capgo_tui.api.models import Bundle, Channel
    from capgo_tui.api.requests import Request
    from capgo_tui.api.revisions import Traits
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.changes.states import State
    from capgo_tui.workspace.session import Workspace


class BundleLink(ChannelChange):
    """Put a bundle on a channel with ``PUT /bundle``, which any uploader may (contract §8.4)."""

    right: ClassVar[str] = "promote bundles"
    channel_id: int
    bundle_id: int
    bundle_before_id: int | None = None

    @property
    def needless_reason(self) -> str:
        """Why it changes nothing: the channel was known to carry the bundle."""
        if self.bundle_before_id is None:
            is_carried = bool(super().needless_reason)
        else:
            is_carried = self.bundle_before_id == self.bundle_id
        return f"carries {clean(str((self.after or {})['bundle']))} already" if is_carried else ""

    def refresh_identity(self, workspace: Workspace) -> Self:
        """Return it with the id of the channel that has its name now."""
        channel = self.find_channel(workspace)
        ids = {} if channel is None else {"channel_id": channel.id}
        return super().refresh_identity(workspace).model_copy(update=ids)

    async def check(self, workspace: Workspace, *, alone: bool) -> Change:
        """Refuse to replace a bundle that somebody else has put there since."""
        del alone
        if self.is_outdated_by(await self.read_one(workspace)):
            raise RecordChanged("it was changed meanwhile: look at it and try again")
        return self

    def request(self, traits: Traits) -> Request:
        """Return ``PUT /bundle``."""
        return requests.promote_bundle(traits, self.app_id, self.bundle_id, self.channel_id)

    def make_inverse(
        self, current: State | None, result: State | None = None, traits: Traits = LIVE
    ) -> Inverse:
        """Return what puts the bundle from before back, then the rollout that it ended."""
        before = self.before or {}
        if "bundle" not in before:
            return "the server did not report which bundle it carried before"
        previous = self.get_state_before(current if result is None else result)
        state = self.get_state_now(current)
        bundle_back = {"bundle": before["bundle"]}
        rollout_told = describe_effect(traits, state, bundle_back)
        impact = (
            *(describe_default_impact(bundle_back, state) if self.is_default else ()),
            *((rollout_told,) if rollout_told and not pick_rollout(previous) else ()),
        )
        settings = self.change_settings(traits, state, bundle_back, impact)
        first: Change = settings
        if self.bundle_before_id is not None:
            first = self.model_copy(
                update={
                    "before": state,
                    "after": bundle_back,
                    "bundle_id": self.bundle_before_id,
                    "bundle_before_id": self.bundle_id,
                    "impact": impact,
                    "notes": {},
                    "ends_rollout": settings.ends_rollout,
                }
            )
        state_after = apply_request(traits, state, bundle_back)
        goal = {**pick_rollout(state), **pick_rollout(previous)}
        return (first, *self.split_into_stages(traits, state_after, goal))


class Promotion(BundleLink):
    """Put a bundle on a channel."""

    kind: Literal["channel.promote"] = "channel.promote"


class Rollback(BundleLink):
    """Put a bundle on a channel that it carried before."""

    kind: Literal["channel.rollback"] = "channel.rollback"


def make_promotion(
    workspace: Workspace,
    channel: Channel,
    bundle: Bundle,
    *,
    kind: type[Promotion | Rollback] = Promotion,
    note: str = "",
    warnings: Sequence[str] = (),
) -> SettingsChange | Promotion | Rollback:
    """Return the change that puts a bundle on a channel, by the request this server has for it.

    `note` is shown beside the bundle in place of its age; `warnings` are added to the impact.
    """
    state = workspace.get_state(channel)
    notes = _format_ages(workspace, channel, bundle, note)
    lowest_level = ConfirmationLevel.LIST if warnings else ConfirmationLevel.LINE
    if not workspace.client.traits.promotes:
        change = make_settings_change(workspace, channel, {"bundle": bundle.wire_id})
        fields = {"impact": (*change.impact, *warnings), "level": max(change.level, lowest_level)}
        return change.model_copy(update={"notes": notes, **fields})
    traits, rollout = workspace.client.traits, pick_rollout(state)
    after: State = {"bundle": bundle.wire_id}
    rollout_told = describe_effect(traits, state, after)
    return kind(
        app_id=workspace.target.app_id,
        wire_id=channel.wire_id,
        row_key=str(channel.id),
        label=channel.name,
        before={**rollout, **({"bundle": state["bundle"]} if "bundle" in state else {})},
        after=after,
        is_default=bool(channel.public),
        level=ConfirmationLevel.LIST if channel.public or rollout_told else lowest_level,
        channel_id=channel.id,
        bundle_id=bundle.id,
        bundle_before_id=channel.bundle.id if channel.bundle else None,
        impact=(
            *(describe_default_impact(after, state) if channel.public else ()),
            *((rollout_told,) if rollout_told else ()),
            *warnings,
        ),
        ends_rollout=ends_rollout(traits, state, after),
        notes=notes,
    )


def _format_ages(
    workspace: Workspace, channel: Channel, bundle: Bundle, note: str
) -> dict[str, str]:
    if note:  # in one line there is no room for the ages as well
        return {bundle.wire_id: note}
    now = workspace.now()
    previous = workspace.bundles.records.get(str(channel.bundle.id)) if channel.bundle else None
    return {each.wire_id: format_age(each.created_at, now) for each in (previous, bundle) if each}
