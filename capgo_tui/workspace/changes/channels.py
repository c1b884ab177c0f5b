"""Changing the settings of channels, and what they carry (contract §6.2, §6.4, §8.4)."""

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
from capgo_tui.workspace.changes.channel_words import setting_label
from capgo_tui.workspace.changes.guard import Guard
from capgo_tui.workspace.changes.rollout_state import (
    concerns_rollout,
    describe_effect,
    ends_rollout,
    is_served,
    rollout_of,
    share_label,
    stages,
    target_name,
)
from capgo_tui.workspace.changes.states import State, Value  # noqa: TC001 - pydantic reads it
from capgo_tui.workspace.routing import (
    PLATFORMS,
    default_channels,
    demotion_lines,
    demotions,
    drops_electron,
    flags_after,
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
"""In what was found after a change: the exact names of the defaults that no longer are, as JSON."""
BUNDLES = ("bundle", "rollout_bundle")


def build_settings(state: State) -> ChannelSettings:
    """The settings that send a state's fields; raises InvalidSetting for a value out of range."""
    return ChannelSettings(**state)  # type: ignore[arg-type]  # checked by ChannelSettings itself


class ChannelChange(Change):
    """What changes of one existing or new channel share; ``key`` is its exact name."""

    noun: ClassVar[str] = "channel"
    notes: dict[str, CleanText] = Field(default_factory=dict)
    """What is to be said of a bundle where it is named, by its exact name: how old it is."""
    demotes: tuple[str, ...] = ()
    """Exact names of the default channels that this one may take the place of (§11.2)."""
    is_default: bool = False
    """Whether the channel was a default when it was asked for."""
    ends_rollout: bool = False
    """Whether the server is known to end the channel's rollout with it (§18.4)."""

    async def read(self, workspace: Workspace) -> State | None:
        """Read the channel; a change of a default reads the whole list (contract §11.2)."""
        if self.moves_defaults:
            await workspace.channels.reread()
            if (state := self.find(workspace)) is not None or workspace.channels.ended:
                return state
        return await self.read_one(workspace)

    @property
    def right_channel(self) -> str:
        """The channel: a key may have the right on that one alone."""
        return self.key

    @property
    def moves_defaults(self) -> bool:
        """Whether other channels may change; a default that serves more demotes some, too."""
        return "public" in (self.after or {}) or bool(self.demotes)

    async def read_one(self, workspace: Workspace) -> State | None:
        """Read nothing but the channel."""
        try:
            channel = await workspace.client.channel(self.app_id, self.key)
        except CapgoError as error:
            if error.kind is not ErrorKind.NOT_FOUND:
                raise
            row_keys = (k for k, c in workspace.channels.records.items() if c.wire_key == self.key)
            if (key := next(row_keys, None)) is not None:
                await workspace.channels.remove(key)
            return None
        workspace.channels.put(channel)
        return self.find(workspace)

    def channel(self, workspace: Workspace) -> Channel | None:
        """The record in the loaded list, by its exact name."""
        channels = workspace.channels.records.values()
        return next((each for each in channels if each.wire_key == self.key), None)

    def refresh_identity(self, workspace: Workspace) -> Self:
        """By its name, which a channel keeps; with the row that has it now."""
        channel = self.channel(workspace)
        row = None if channel is None else str(channel.id)
        return super().refresh_identity(workspace).model_copy(update={"row": row})

    def find(self, workspace: Workspace) -> State | None:
        """The channel in the loaded list, and which other defaults no longer are."""
        channel = self.channel(workspace)
        if channel is None:
            return None
        state = workspace.state_of(channel)
        if self.demotes:
            channels = workspace.channels.records.values()
            names = [c.wire_key for c in channels if c.wire_key in self.demotes and not c.public]
            state[DEMOTED_FIELD] = json.dumps(names)
        return state

    async def look_up_side_effects(self, workspace: Workspace) -> Change:
        """Find out whom it demotes, where it makes the channel a default."""
        after = self.after or {}
        if not after.get("public") or self.demotes:
            return self
        await workspace.channels.reread()
        touches, demoted_names = default_effects(workspace, self.channel(workspace), after)
        return self.model_copy(
            update={"touches": (*self.touches, *touches), "demotes": demoted_names}
        )

    def is_expected(self, side_effects: State) -> bool:
        """Whether the rollout is what the operator was told it would be."""
        if not self.ends_rollout:
            return not side_effects
        return side_effects.get("rollout_bundle", "kept") is None

    def state_before(self, result: State | None) -> State:
        """Return the fields it changed, itself or by what the server did besides, as they were."""
        before = self.before or {}
        changed_fields = (self.after or {}).keys() | self.side_effects(result).keys()
        return {field: value for field, value in before.items() if field in changed_fields}

    def state_now(self, state: State | None) -> State:
        """Return the fields it knew or changed, as they are now or should be."""
        now = {**(self.before or {}), **(self.after or {})}
        return now | {field: value for field, value in (state or {}).items() if field in now}

    def restore_defaults(self, state: State | None) -> list[SettingsChange]:
        """The changes that make those defaults again whose place it took."""
        return [self._restore_default(name) for name in self.find_demoted(state)]

    def find_demoted(self, state: State | None) -> list[str]:
        """Return the exact names of the defaults whose place it took, as far as that is known."""
        names_json = (state or {}).get(DEMOTED_FIELD)
        if not isinstance(names_json, str):
            return list(self.demotes)
        try:
            names: object = json.loads(names_json)
        except (ValueError, RecursionError):  # a damaged journal
            names = None
        return [name for name in self.demotes if isinstance(names, list) and name in names]

    def split_into_stages(
        self, traits: Traits, now: State, goal: State, touches: Sequence[str] = ()
    ) -> list[SettingsChange]:
        """Return the changes, a request each, that make the channel what is wanted."""
        steps: list[SettingsChange] = []
        for stage in stages(traits, now, goal):
            impact = () if steps else tuple(touches)
            step = self.change_settings(traits, stage.before, stage.after, impact)
            sends = None if stage.sends == stage.after else stage.sends
            steps.append(step.model_copy(update={"sends": sends}))
        return steps

    def change_settings(
        self, traits: Traits, before: State, after: State, touches: tuple[str, ...] = ()
    ) -> SettingsChange:
        """Return a change of settings of the same channel."""
        return SettingsChange(
            app_id=self.app_id,
            key=self.key,
            row=self.row,
            label=self.label,
            before=before,
            after=after,
            touches=touches,
            is_default=self.is_default,
            level=Guard.LIST if after.get("public") else self.level,
            ends_rollout=ends_rollout(traits, before, after),
        )

    def _restore_default(self, name: str) -> SettingsChange:
        return SettingsChange(
            app_id=self.app_id,
            key=name,
            label=clean(name),
            before={"public": False},
            after={"public": True},
            demotes=(self.key,),
            touches=(f"{self.label} stops being a default if they share a platform",),
            level=Guard.LIST,
        )


class SettingsChange(ChannelChange):
    """Change some settings of a channel, its bundle among them, in one ``POST /channel``.

    ``before`` and ``after`` hold the changed fields alone. ``sends`` are the fields sent where
    these are others: ``rollback`` for instance makes four fields what they then are.
    """

    kind: Literal["channel.settings"] = "channel.settings"
    right: ClassVar[str] = "change settings of channels"
    sends: State | None = None
    keeps: State = Field(default_factory=dict)
    """The bundle it carries, which older servers drop unless it is sent along (§11.5); looked up
    right before it is sent where it is not known."""

    async def check(self, workspace: Workspace, *, alone: bool) -> Change:
        """Refuse to make a channel anew that has gone, or to undo what somebody else just did."""
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
        """``POST /channel`` with what is changed, and the present bundle where it must be."""
        fields = self.sends if self.sends is not None else self.after or {}
        settings = build_settings(fields)
        if not traits.keeps_omitted_bundle and "bundle" not in fields:
            if "bundle" not in self.keeps:
                raise UnsupportedByRevision(
                    "this server takes the bundle off a channel when it is not named, and does"
                    f" not tell the name of the one that {self.label} carries"
                )
            bundle = self.keeps["bundle"]
            settings = settings.with_bundle(bundle if isinstance(bundle, str) else None)
        return requests.set_channel(traits, self.app_id, self.key, settings)

    @property
    def invariants(self) -> State:
        """The bundle, unless that is what is changed."""
        return {} if "bundle" in (self.after or {}) else self.keeps

    def repair(self, dropped_fields: State) -> Change | None:
        """Put the bundle back that the server took off."""
        if "bundle" not in dropped_fields:
            return None
        return self.change_settings(LIVE, {"bundle": None}, {"bundle": dropped_fields["bundle"]})

    def inverse(
        self, current: State | None, result: State | None = None, traits: Traits = LIVE
    ) -> Inverse:
        """The fields as they were, defaults it took the place of, and the rollout it ended."""
        before, after = self.before or {}, self.after or {}
        untold = ", ".join(setting_label(field) for field in after if field not in before)
        back = self.state_before(current if result is None else result)
        # Where it was a default before, theirs again would take it away from this one.
        steps = self.restore_defaults(current) if "public" in after else []
        if steps:
            back.pop("public", None)  # the first of them sends this one back by itself
        now = self.state_now(current)
        touches: list[str] = []
        if untold:
            touches.append(f"stays as it is now, for it was not told before: {untold}")
        if self.demotes and not steps:
            others = ", ".join(clean(name) for name in self.demotes)
            touches.append(f"see whether {others} should be a default again")
        if "public" not in after and self.is_default:
            touches += describe_default_impact(back, now)
        steps += self.split_into_stages(traits, now, back, touches)
        if steps:
            return tuple(steps)
        if untold:
            return f"the server did not tell what it was before: {untold}"
        return "it is as it was before"


def settings_change(
    workspace: Workspace, channel: Channel, after: State, *, sends: State | None = None
) -> SettingsChange:
    """The change of some settings; ``after`` keeps only those the channel does not have yet."""
    state = workspace.state_of(channel)
    new_values = {
        field: value
        for field, value in after.items()
        if field not in state or state[field] != value
    }
    fields = new_values if sends is None else sends
    touches, demoted_names = default_effects(workspace, channel, fields)
    traits = workspace.client.traits
    rollout = rollout_of(state) if concerns_rollout(new_values) else {}
    rollout_told = describe_effect(traits, state, new_values)
    wide = channel.public or new_values.get("public") or rollout_told
    return SettingsChange(
        app_id=workspace.target.app_id,
        key=channel.wire_key,
        row=str(channel.id),
        label=channel.name,
        before={**rollout, **{field: state[field] for field in new_values if field in state}},
        after=new_values,
        sends=sends,
        keeps={"bundle": state["bundle"]} if "bundle" in state else {},
        level=Guard.LIST if wide else Guard.LINE,
        is_default=bool(channel.public),
        touches=(
            *(describe_default_impact(new_values, state) if channel.public else ()),
            *((rollout_told,) if rollout_told else ()),
            *touches,
        ),
        demotes=demoted_names,
        ends_rollout=ends_rollout(traits, state, new_values),
    )


def default_effects(
    workspace: Workspace, channel: Channel | None, fields: Mapping[str, Value]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a change of the default does besides, in sentences, and whom it may demote."""
    channels = workspace.channels
    name = channel.wire_key if channel is not None else None
    if fields.get("public") is False and channel is not None and channel.public:
        return (without_default(channels.records.values(), channel.wire_key),), ()
    stays = channel is not None and bool(channel.public)
    if not fields.get("public") and not (stays and any(fields.get(each) for each in PLATFORMS)):
        return (), ()
    flags = flags_after(channel, fields, new=channel is None)
    losses = demotions(default_channels(channels.records.values(), name), flags)
    lines = list(demotion_lines(losses, flags, channels))
    if drops_electron(fields) and "electron" in workspace.client.traits.channel_fields:
        lines.append("Electron is taken off it: iOS and Android are not set alike")
    for field, who in (("allow_emulator", "emulators"), ("allow_dev", "development builds")):
        if fields.get(field, getattr(channel, field, None)):
            lines.append(f"{who} are allowed on it")
    return tuple(lines), tuple(each.channel.wire_key for each in losses)


def describe_default_impact(
    after: Mapping[str, Value], before: Mapping[str, Value]
) -> tuple[str, ...]:
    """Return what a change of a default channel comes to for the devices that listen to it."""
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
