"""Creation and deletion of channels (contract §6.2, §6.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, Literal

from pydantic import Field

from capgo_tui.api import requests
from capgo_tui.api.revisions import LIVE
from capgo_tui.api.settings import CHANNEL_SETTINGS
from capgo_tui.text import clean
from capgo_tui.workspace.changes.change import CleanText, Inverse, RecordChanged
from capgo_tui.workspace.changes.channel_words import describe_setting, label_setting
from capgo_tui.workspace.changes.channels import ChannelChange, build_settings
from capgo_tui.workspace.changes.confirmation_level import ConfirmationLevel
from capgo_tui.workspace.changes.rollout_state import (
    AFTER_CREATION,
    NO_ROLLOUT,
    describe_rollout,
    has_target,
    pick_rollout,
)
from capgo_tui.workspace.changes.states import State  # noqa: TC001 - pydantic reads it
from capgo_tui.workspace.links import override_lines
from capgo_tui.workspace.remark import Remark
from capgo_tui.workspace.routing import PLATFORMS, without_default

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.api.models import Channel, Device
    from capgo_tui.api.requests import Request
    from capgo_tui.api.revisions import Traits
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.session import Workspace

ANOTHER_ID: Final = "the new channel has another id; overrides to the old one do not come back"
NAME_ALONE: Final = (
    "this server deletes by name alone: a channel of that name in another app may go instead"
)
BUNDLE_GONE: Final = ("its bundle was deleted with it and does not come back",)


class ChannelCreation(ChannelChange):
    """Create a channel with all its settings in one request (contract §6.2)."""

    kind: Literal["channel.create"] = "channel.create"
    right: ClassVar[str] = "create channels"

    @property
    def right_channel(self) -> str:
        """Empty: the right concerns the whole app."""
        return ""

    async def check(self, workspace: Workspace, *, alone: bool) -> Change:
        """Refuse if there is a channel of that name: the request would change it (§11.15)."""
        del alone
        if await self.read_one(workspace) is not None:
            raise RecordChanged(
                f"there is a channel {self.label} already, and this would change it"
            )
        return self

    def request(self, traits: Traits) -> Request:
        """Return ``POST /channel``."""
        settings = build_settings(self.after or {})
        if not traits.keeps_omitted_bundle and "bundle" not in (self.after or {}):
            settings = settings.with_bundle(None)
        return requests.set_channel(traits, self.app_id, self.wire_id, settings)

    def make_inverse(
        self, current: State | None, result: State | None = None, traits: Traits = LIVE
    ) -> Inverse:
        """Return the changes that restore the defaults it demoted, then its deletion."""
        del result, traits
        restored_defaults = self.restore_defaults(current)
        impact = ["devices forced to it meanwhile lose their override"]
        if (current or {}).get("public") and not restored_defaults:
            impact.append("it is a default channel: what it serves is left without one")
        make_channel_deletion = ChannelDeletion(
            app_id=self.app_id,
            wire_id=self.wire_id,
            label=self.label,
            before=current or self.after,
            after=None,
            restores=self.after or {},
            impact=tuple(impact),
        )
        return (*restored_defaults, make_channel_deletion)


class ChannelDeletion(ChannelChange):
    """Delete a channel, and with it the overrides to it (contract §6.3)."""

    kind: Literal["channel.delete"] = "channel.delete"
    right: ClassVar[str] = "delete channels"
    level: ConfirmationLevel = Field(default=ConfirmationLevel.TYPED, alias="guard")
    restores: State = Field(default_factory=dict)
    """The settings that a new channel of that name can be given."""
    not_restored: tuple[CleanText, ...] = (ANOTHER_ID,)
    """Sentences about what a new channel of that name will not have."""

    deletes_bundle: bool = False
    """Whether the bundle of the channel is deleted with it, for good."""

    def request(self, traits: Traits) -> Request:
        """Return ``DELETE /channel``."""
        return requests.delete_channel(
            traits, self.app_id, self.wire_id, delete_bundle=self.deletes_bundle
        )

    def make_inverse(
        self, current: State | None, result: State | None = None, traits: Traits = LIVE
    ) -> Inverse:
        """Return the creation of a channel of that name, then its rollout."""
        del current, result
        restores = {f: v for f, v in self.restores.items() if f not in AFTER_CREATION}
        bundle_note = BUNDLE_GONE if self.deletes_bundle and restores.pop("bundle", None) else ()
        creation = ChannelCreation(
            app_id=self.app_id,
            wire_id=self.wire_id,
            label=self.label,
            before=None,
            after=restores,
            impact=(*self.not_restored, *bundle_note),
            level=ConfirmationLevel.LIST,
        )
        rollout = pick_rollout(self.restores)
        if not has_target(rollout) or bundle_note:
            return (creation,)
        return (creation, *creation.split_into_stages(traits, NO_ROLLOUT, rollout))


def make_channel_deletion(
    workspace: Workspace,
    channel: Channel,
    overridden: Sequence[Device] = (),
    *,
    deletes_bundle: bool = False,
) -> ChannelDeletion:
    """Return the deletion of a channel, with its impact."""
    state = workspace.get_state(channel)
    traits = workspace.client.traits
    settable = traits.channel_fields
    impact = override_lines(workspace, overridden)
    if channel.public:
        rest = without_default(workspace.channels.records.values(), channel.wire_id)
        impact.append(f"it is a default channel; {rest}")
    if channel.bundle is not None and not deletes_bundle:
        bundle = state.get("bundle")
        name = f" {clean(str(bundle))}" if bundle else ""
        impact.append(Remark(f"its bundle{name} stays"))
    if not traits.delete_names_app:
        impact.append(NAME_ALONE)
    if has_target(state):
        impact.append(f"its rollout ends with it ({describe_rollout(state)})")
    return ChannelDeletion(
        app_id=workspace.target.app_id,
        wire_id=channel.wire_id,
        row_key=str(channel.id),
        label=channel.name,
        before=state,
        after=None,
        # Null means «not sent» for what a new channel is given (contract §6.2).
        restores={f: v for f, v in state.items() if f in settable and v is not None},
        not_restored=_list_unrestored_settings(traits, state),
        impact=tuple(impact),
        deletes_bundle=deletes_bundle,
    )


def _list_unrestored_settings(traits: Traits, state: State) -> tuple[str, ...]:
    """Return sentences about the settings that a new channel of that name will not have."""
    lines = [ANOTHER_ID]
    settable_fields = traits.channel_fields
    labelled_fields = [name for name, setting in CHANNEL_SETTINGS.items() if setting.label]
    unknown_fields = [f for f in labelled_fields if f in settable_fields and f not in state]
    platforms = [PLATFORMS[field] for field in unknown_fields if field in PLATFORMS]
    if platforms:
        names = (
            f"{', '.join(platforms[:-1])} and {platforms[-1]}" if platforms[1:] else platforms[0]
        )
        lines.append(f"whether it served {names} is unknown: it serves all of them")
    unknown_labels = [
        label_setting(f) for f in unknown_fields if f not in PLATFORMS and f not in AFTER_CREATION
    ]
    if unknown_labels:
        names = ", ".join(unknown_labels)
        lines.append(f"its old value is unknown, so it is not restored: {names}")
    unsettable_fields = [f for f in state if f in labelled_fields and f not in settable_fields]
    if unsettable_fields:
        labels = ", ".join(
            f"{label_setting(f)} ({describe_setting(f, state[f])})" for f in unsettable_fields
        )
        lines.append(f"this server cannot set it, so it may come back otherwise: {labels}")
    return tuple(lines)
