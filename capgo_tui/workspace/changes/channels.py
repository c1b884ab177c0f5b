"""Changes of channel settings, their bundle among them (contract §6.2, §6.4, §8.4)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from capgo_tui.api import requests
from capgo_tui.api.errors import CapgoError, ErrorKind, UnsupportedByRevision
from capgo_tui.api.revisions import LIVE
from capgo_tui.api.settings import ChannelSettings
from capgo_tui.text import clean
from capgo_tui.workspace.changes.change import Change, CleanText, Inverse, RecordChanged
from capgo_tui.workspace.changes.channel_words import label_setting
from capgo_tui.workspace.changes.confirmation_level import ConfirmationLevel
from capgo_tui.workspace.changes.rollout_state import (
    concerns_rollout,
    describe_effect,
    ends_rollout,
    is_served,
    pick_rollout,
    plan_stages,
    share_label,
    target_name,
)
from capgo_tui.workspace.changes.states import State, Value  # noqa: TC001 - pydantic reads it
from capgo_tui.workspace.routing import (
    PLATFORMS,
    compute_flags_after,
    drops_electron,
    find_demotions,
    list_default_channels,
    list_demotions,
    without_default,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Self

    from capgo_tui.api.models import Channel
    from capgo_tui.api.requests import Request
    from capgo_tui.api.revisions import Traits
    from capgo_tui.workspace.session import Workspace

DEMOTED_FIELD = "demoted"
"""The field of a state read back with the exact names of demoted default channels, as JSON."""


def build_settings(state: State) -> ChannelSettings:
    """Return the settings that send the fields of a state.

    Raises:
        InvalidSetting: for a value out of range.

    """
    return ChannelSettings(**state)  # type: ignore[arg-type]  # checked by ChannelSettings itself


class ChannelChange(Change):
    """Base class of changes of one existing or new channel; ``key`` is its exact name."""

    noun: ClassVar[str] = "channel"
    notes: dict[str, CleanText] = Field(default_factory=dict)
    """Notes shown beside names of bundles, such as their age, by exact name."""
    demotes: tuple[str, ...] = ()
    """Exact names of the default channels that it may demote (§11.2)."""
    is_default: bool = False
    """Whether the channel was a default when the change was made."""
    ends_rollout: bool = False
    """Whether the server ends the channel's rollout with it (§18.4)."""

    async def read(self, workspace: Workspace) -> State | None:
        """Read the channel; with the whole list if it may demote others (contract §11.2)."""
        if self.moves_defaults:
            await workspace.channels.reread()
            if (state := self.find(workspace)) is not None or workspace.channels.at_end:
                return state
        return await self.read_one(workspace)

    @property
    def right_channel(self) -> str:
        """The channel: an API key may have the right for it alone."""
        return self.wire_id

    @property
    def moves_defaults(self) -> bool:
        """Whether it may demote other channels; a default that serves more platforms may, too."""
        return "public" in (self.after or {}) or bool(self.demotes)

    async def read_one(self, workspace: Workspace) -> State | None:
        """Read the channel alone."""
        try:
            channel = await workspace.client.get_channel(self.app_id, self.wire_id)
        except CapgoError as error:
            if error.kind is not ErrorKind.NOT_FOUND:
                raise
            channels = workspace.channels.records.items()
            row_keys = (key for key, each in channels if each.wire_id == self.wire_id)
            if (key := next(row_keys, None)) is not None:
                await workspace.channels.remove(key)
            return None
        workspace.channels.put(channel)
        return self.find(workspace)

    def find_channel(self, workspace: Workspace) -> Channel | None:
        """Return the record in the collection, by its exact name."""
        channels = workspace.channels.records.values()
        return next((each for each in channels if each.wire_id == self.wire_id), None)

    def refresh_identity(self, workspace: Workspace) -> Self:
        """Return it with the row that has its name now."""
        channel = self.find_channel(workspace)
        row_key = None if channel is None else str(channel.id)
        return super().refresh_identity(workspace).model_copy(update={"row_key": row_key})

    def find(self, workspace: Workspace) -> State | None:
        """Return the state of the channel in the collection, with the defaults it has demoted."""
        channel = self.find_channel(workspace)
        if channel is None:
            return None
        state = workspace.get_state(channel)
        if self.demotes:
            channels = workspace.channels.records.values()
            names = [c.wire_id for c in channels if c.wire_id in self.demotes and not c.public]
            state[DEMOTED_FIELD] = json.dumps(names)
        return state

    async def look_up_side_effects(self, workspace: Workspace) -> Change:
        """Return it with the channels it demotes, where it makes its channel a default."""
        after = self.after or {}
        if not after.get("public") or self.demotes:
            return self
        await workspace.channels.reread()
        impact, demoted_names = find_default_effects(workspace, self.find_channel(workspace), after)
        return self.model_copy(update={"impact": (*self.impact, *impact), "demotes": demoted_names})

    def is_expected(self, side_effects: State) -> bool:
        """Whether the rollout is what the operator was told before."""
        if not self.ends_rollout:
            return not side_effects
        return side_effects.get("rollout_bundle", "kept") is None

    def get_state_before(self, result: State | None) -> State:
        """Return the fields that it or the server changed, as they were before."""
        before = self.before or {}
        changed_fields = (self.after or {}).keys() | self.list_side_effects(result).keys()
        return {field: value for field, value in before.items() if field in changed_fields}

    def get_state_now(self, state: State | None) -> State:
        """Return the fields that it knew or changed, as they are now or should be."""
        now = {**(self.before or {}), **(self.after or {})}
        return now | {field: value for field, value in (state or {}).items() if field in now}

    def restore_defaults(self, state: State | None) -> list[SettingsChange]:
        """Return the changes that restore the defaults it demoted."""
        return [self._restore_default(name) for name in self.find_demoted(state)]

    def find_demoted(self, state: State | None) -> list[str]:
        """Return the exact names of the defaults it demoted, as far as known."""
        names_json = (state or {}).get(DEMOTED_FIELD)
        if not isinstance(names_json, str):
            return list(self.demotes)
        try:
            names: object = json.loads(names_json)
        except (ValueError, RecursionError):  # a damaged journal
            names = None
        return [name for name in self.demotes if isinstance(names, list) and name in names]

    def split_into_stages(
        self, traits: Traits, now: State, goal: State, impact: Sequence[str] = ()
    ) -> list[SettingsChange]:
        """Return the changes, of one request each, that bring the channel to a goal."""
        steps: list[SettingsChange] = []
        for stage in plan_stages(traits, now, goal):
            step_impact = () if steps else tuple(impact)
            step = self.change_settings(traits, stage.before, stage.after, step_impact)
            sends = None if stage.sends == stage.after else stage.sends
            steps.append(step.model_copy(update={"sends": sends}))
        return steps

    def change_settings(
        self, traits: Traits, before: State, after: State, impact: tuple[str, ...] = ()
    ) -> SettingsChange:
        """Return a change of settings of its channel."""
        return SettingsChange(
            app_id=self.app_id,
            wire_id=self.wire_id,
            row_key=self.row_key,
            label=self.label,
            before=before,
            after=after,
            impact=impact,
            is_default=self.is_default,
            level=ConfirmationLevel.LIST if after.get("public") else self.level,
            ends_rollout=ends_rollout(traits, before, after),
        )

    def _restore_default(self, name: str) -> SettingsChange:
        return SettingsChange(
            app_id=self.app_id,
            wire_id=name,
            label=clean(name),
            before={"public": False},
            after={"public": True},
            demotes=(self.wire_id,),
            impact=(f"{self.label} stops being a default if they share a platform",),
            level=ConfirmationLevel.LIST,
        )


class SettingsChange(ChannelChange):
    """Change settings of a channel, its bundle among them, with one ``POST /channel``.

    ``before`` and ``after`` hold the changed fields only. ``sends`` are the fields to send where
    those differ: ``rollback`` for instance changes four fields.
    """

    kind: Literal["channel.settings"] = "channel.settings"
    right: ClassVar[str] = "change settings of channels"
    sends: State | None = None
    keeps: State = Field(default_factory=dict)
    """The bundle of the channel, which older servers drop unless it is sent along (§11.5); if it
    is not known, it is looked up right before sending."""

    async def check(self, workspace: Workspace, *, alone: bool) -> Change:
        """Refuse to create a channel that was deleted, or to overwrite another change."""
        del alone
        state = await self.read_one(workspace)
        if state is None:
            raise RecordChanged(
                f"there is no channel {self.label} any more, and this would make one"
            )
        if any(state.get(field, value) != value for field, value in self.keeps.items()):
            raise RecordChanged("its bundle was changed meanwhile: look at it and try again")
        if self.is_outdated_by(state):
            raise RecordChanged("it was changed meanwhile: look at it and try again")
        if self.keeps or "bundle" not in state:
            return self
        return self.model_copy(update={"keeps": {"bundle": state["bundle"]}})

    def request(self, traits: Traits) -> Request:
        """Return ``POST /channel`` with the changed fields, and the present bundle if needed."""
        fields = self.sends if self.sends is not None else self.after or {}
        settings = build_settings(fields)
        if not traits.keeps_omitted_bundle and "bundle" not in fields:
            if "bundle" not in self.keeps:
                raise UnsupportedByRevision(
                    "this server takes the bundle off a channel when it is not named, and does"
                    f" not report the name of the one that {self.label} carries"
                )
            bundle = self.keeps["bundle"]
            settings = settings.with_bundle(bundle if isinstance(bundle, str) else None)
        return requests.set_channel(traits, self.app_id, self.wire_id, settings)

    @property
    def invariants(self) -> State:
        """The bundle, unless the change sets it."""
        return {} if "bundle" in (self.after or {}) else self.keeps

    def repair(self, dropped_fields: State) -> Change | None:
        """Return the change that puts back the bundle that the server dropped."""
        if "bundle" not in dropped_fields:
            return None
        return self.change_settings(LIVE, {"bundle": None}, {"bundle": dropped_fields["bundle"]})

    def make_inverse(
        self, current: State | None, result: State | None = None, traits: Traits = LIVE
    ) -> Inverse:
        """Return what restores its fields, the defaults it demoted, and the rollout it ended."""
        before, after = self.before or {}, self.after or {}
        untold = ", ".join(label_setting(field) for field in after if field not in before)
        back = self.get_state_before(current if result is None else result)
        # If it was a default before, restoring the others would demote it.
        steps = self.restore_defaults(current) if "public" in after else []
        if steps:
            back.pop("public", None)  # the first of them demotes this channel by itself
        now = self.get_state_now(current)
        impact: list[str] = []
        if untold:
            impact.append(f"stays as it is now, its old value is unknown: {untold}")
        if self.demotes and not steps:
            others = ", ".join(clean(name) for name in self.demotes)
            impact.append(f"see whether {others} should be a default again")
        if "public" not in after and self.is_default:
            impact += describe_default_impact(back, now)
        steps += self.split_into_stages(traits, now, back, impact)
        if steps:
            return tuple(steps)
        if untold:
            return f"the server did not report what it was before: {untold}"
        return "it is as it was before"


def make_settings_change(
    workspace: Workspace, channel: Channel, after: State, *, sends: State | None = None
) -> SettingsChange:
    """Return a change of settings; of ``after`` only what the channel does not have yet."""
    state = workspace.get_state(channel)
    new_values = {
        field: value
        for field, value in after.items()
        if field not in state or state[field] != value
    }
    fields = new_values if sends is None else sends
    impact, demoted_names = find_default_effects(workspace, channel, fields)
    traits = workspace.client.traits
    rollout = pick_rollout(state) if concerns_rollout(new_values) else {}
    rollout_told = describe_effect(traits, state, new_values)
    wide = channel.public or new_values.get("public") or rollout_told
    return SettingsChange(
        app_id=workspace.target.app_id,
        wire_id=channel.wire_id,
        row_key=str(channel.id),
        label=channel.name,
        before={**rollout, **{field: state[field] for field in new_values if field in state}},
        after=new_values,
        sends=sends,
        keeps={"bundle": state["bundle"]} if "bundle" in state else {},
        level=ConfirmationLevel.LIST if wide else ConfirmationLevel.LINE,
        is_default=bool(channel.public),
        impact=(
            *(describe_default_impact(new_values, state) if channel.public else ()),
            *((rollout_told,) if rollout_told else ()),
            *impact,
        ),
        demotes=demoted_names,
        ends_rollout=ends_rollout(traits, state, new_values),
    )


def find_default_effects(
    workspace: Workspace, channel: Channel | None, fields: Mapping[str, Value]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the impact of a change of the default, and the exact names it may demote."""
    channels = workspace.channels
    name = channel.wire_id if channel is not None else None
    if fields.get("public") is False and channel is not None and channel.public:
        return (without_default(channels.records.values(), channel.wire_id),), ()
    stays = channel is not None and bool(channel.public)
    if not fields.get("public") and not (stays and any(fields.get(each) for each in PLATFORMS)):
        return (), ()
    flags = compute_flags_after(channel, fields, new=channel is None)
    losses = find_demotions(list_default_channels(channels.records.values(), name), flags)
    lines = list(list_demotions(losses, flags, channels))
    if drops_electron(fields) and "electron" in workspace.client.traits.channel_fields:
        lines.append("Electron is taken off it: iOS and Android are not set alike")
    lines += [
        f"{label_setting(field)} are allowed on it"
        for field in ("allow_emulator", "allow_dev")
        if fields.get(field, getattr(channel, field, None))
    ]
    return tuple(lines), tuple(each.channel.wire_id for each in losses)


def describe_default_impact(
    after: Mapping[str, Value], before: Mapping[str, Value]
) -> tuple[str, ...]:
    """Return the impact of a change of a default channel on devices without an override."""
    now = {**before, **after}
    if "bundle" in after:
        what = "devices without an override get " + ("it" if after["bundle"] else "no update")
    elif any(field.startswith("rollout_") for field in after):
        what = "devices without an override all get its stable bundle"
        if is_served(now):
            what = f"{share_label(now)} of the devices without an override get {target_name(now)}"
    else:
        what = "devices without an override go by it"
    return (f"it is a default channel: {what}",)
