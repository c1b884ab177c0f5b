"""Creating, editing, promoting and deleting channels (contract §6, §8.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from capgo_tui.api import requests
from capgo_tui.api.errors import CapgoError, ErrorKind
from capgo_tui.api.settings import ChannelSettings
from capgo_tui.text import clean
from capgo_tui.workspace.changes.change import Change, State, Value
from capgo_tui.workspace.changes.guard import Guard
from capgo_tui.workspace.columns import POLICY_LABELS

if TYPE_CHECKING:
    from capgo_tui.api.models import Bundle, Channel
    from capgo_tui.api.requests import Request
    from capgo_tui.api.revisions import Traits
    from capgo_tui.workspace.session import Workspace

PLATFORM_FLAGS = frozenset({"ios", "android", "electron"})
"""Can be set, but are never told (contract §11.7)."""
NOT_RESTORED = "its id, its platform flags and the overrides to it cannot be brought back"


def settings_of(state: State) -> ChannelSettings:
    """The settings that send a state's fields; raises InvalidSetting for a value out of range."""
    return ChannelSettings(**state)  # type: ignore[arg-type]  # checked by ChannelSettings itself


class ChannelChange(Change):
    """What changes of one existing or new channel share; ``key`` is its exact name."""

    noun: ClassVar[str] = "channel"

    async def read(self, workspace: Workspace) -> State | None:
        """Read the channel; a change of the default reads the whole list (contract §11.2)."""
        if "public" in (self.after or {}):
            await workspace.channels.refresh()
            if workspace.channels.error is not None:
                raise workspace.channels.error
            return self.find(workspace)
        try:
            channel = await workspace.client.channel(self.app_id, self.key)
        except CapgoError as error:
            if error.kind is not ErrorKind.NOT_FOUND:
                raise
            await workspace.channels.refresh()
            return None
        workspace.channels.put(channel)
        return workspace.state_of(channel)

    def find(self, workspace: Workspace) -> State | None:
        """The channel in the loaded list, by its exact name."""
        channels = workspace.channels.records.values()
        found = next((each for each in channels if each.wire_key == self.key), None)
        return None if found is None else workspace.state_of(found)

    def field_label(self, field: str) -> str:
        """The words of the form."""
        return FIELD_LABELS.get(field, field.replace("_", " "))

    def value_label(self, field: str, value: Value) -> str:
        """Percentages for basis points, and the console's word for a policy."""
        if field.endswith("_bps") and isinstance(value, int):
            return f"{value / 100:g} %"
        if field == "disable_auto_update" and isinstance(value, str):
            return POLICY_LABELS.get(value, clean(value))
        return super().value_label(field, value)


class SettingsChange(ChannelChange):
    """Change some settings of a channel, its bundle among them, in one ``POST /channel``.

    ``before`` and ``after`` hold the changed fields alone. ``sends`` are the fields sent where
    these are others: ``rollback`` for instance makes four fields what they then are.
    """

    kind: Literal["channel.settings"] = "channel.settings"
    verb: ClassVar[str] = "Change"
    sends: State | None = None
    bundle_now: str | None = None
    """The bundle it carries, which older servers take off unless it is sent along (§11.5)."""
    demotes: tuple[str, ...] = ()
    """Exact names of the default channels that this one takes the place of (§11.2)."""

    def request(self, traits: Traits) -> Request:
        """``POST /channel`` with what is changed, and the present bundle where it must be."""
        settings = settings_of(self.sends if self.sends is not None else self.after or {})
        if not traits.keeps_omitted_bundle and "bundle" not in (self.after or {}):
            settings = settings.with_bundle(self.bundle_now)
        return requests.set_channel(traits, self.app_id, self.key, settings)

    @property
    def kept(self) -> State:
        """The bundle, unless that is what is changed."""
        return {} if "bundle" in (self.after or {}) else {"bundle": self.bundle_now}

    def repair(self, lost: State) -> Change | None:
        """Put the bundle back that the server took off."""
        if "bundle" not in lost:
            return None
        return SettingsChange(
            app_id=self.app_id,
            key=self.key,
            row=self.row,
            label=self.label,
            before={"bundle": None},
            after={"bundle": lost["bundle"]},
            guard=self.guard,
        )

    def undone_by(self, found: State | None) -> tuple[Change, ...] | str:
        """The fields as they were; those that were not known cannot be brought back."""
        before, after = self.before or {}, self.after or {}
        if missing := sorted(after.keys() - before.keys()):
            names = ", ".join(self.field_label(field) for field in missing)
            return f"the server does not tell what it was before: {names}"
        if self.demotes:
            return tuple(self._default_again(name) for name in self.demotes)
        now = {field: (found or after).get(field, after[field]) for field in after}
        bundle_now = (found or {}).get("bundle", after.get("bundle", self.bundle_now))
        return (
            self.model_copy(
                update={
                    "before": now,
                    "after": before,
                    "sends": None,
                    "bundle_now": bundle_now,
                    "touches": (),
                }
            ),
        )

    def _default_again(self, name: str) -> SettingsChange:
        return SettingsChange(
            app_id=self.app_id,
            key=name,
            label=clean(name),
            before={"public": False},
            after={"public": True},
            demotes=(self.key,),
            touches=(f"{self.label} is no longer a default where they share a platform",),
            guard=Guard.LIST,
        )


class Promotion(ChannelChange):
    """Put a bundle on a channel by ``PUT /bundle``, which any uploader may (contract §8.4)."""

    kind: Literal["channel.promote"] = "channel.promote"
    verb: ClassVar[str] = "Promote"
    channel_id: int
    bundle_id: int
    bundle_before_id: int | None = None

    def request(self, traits: Traits) -> Request:
        """``PUT /bundle``."""
        return requests.promote_bundle(traits, self.app_id, self.bundle_id, self.channel_id)

    def undone_by(self, found: State | None) -> tuple[Change, ...] | str:
        """The bundle from before, or none."""
        now = {"bundle": (found or self.after or {}).get("bundle")}
        if self.bundle_before_id is None:
            return (
                SettingsChange(
                    app_id=self.app_id,
                    key=self.key,
                    row=self.row,
                    label=self.label,
                    before=now,
                    after=self.before,
                    guard=self.guard,
                ),
            )
        return (
            self.model_copy(
                update={
                    "before": now,
                    "after": self.before,
                    "bundle_id": self.bundle_before_id,
                    "bundle_before_id": self.bundle_id,
                    "touches": (),
                }
            ),
        )


class ChannelCreation(ChannelChange):
    """A new channel with all its settings in one request (contract §6.2)."""

    kind: Literal["channel.create"] = "channel.create"
    verb: ClassVar[str] = "Create"

    def request(self, traits: Traits) -> Request:
        """``POST /channel``; that there is no namesake has been seen to before (§11.15)."""
        settings = settings_of(self.after or {})
        if not traits.keeps_omitted_bundle and "bundle" not in (self.after or {}):
            settings = settings.with_bundle(None)
        return requests.set_channel(traits, self.app_id, self.key, settings)

    def undone_by(self, found: State | None) -> tuple[Change, ...] | str:
        """Its deletion."""
        return (
            ChannelDeletion(
                app_id=self.app_id,
                key=self.key,
                label=self.label,
                before=found or self.after,
                after=None,
                guard=Guard.TYPED,
            ),
        )


class ChannelDeletion(ChannelChange):
    """Delete a channel, and with it the overrides to it (contract §6.3)."""

    kind: Literal["channel.delete"] = "channel.delete"
    verb: ClassVar[str] = "Delete channel"
    guard: Guard = Guard.TYPED

    def request(self, traits: Traits) -> Request:
        """``DELETE /channel``."""
        return requests.delete_channel(traits, self.app_id, self.key)

    def undone_by(self, found: State | None) -> tuple[Change, ...] | str:
        """A new channel of that name with the settings that can be set."""
        del found
        before = self.before or {}
        return (
            ChannelCreation(
                app_id=self.app_id,
                key=self.key,
                label=self.label,
                before=None,
                after={
                    field: value for field, value in before.items() if _restorable(field, value)
                },
                touches=(NOT_RESTORED,),
                guard=Guard.LIST,
            ),
        )


def _restorable(field: str, value: Value) -> bool:
    # A rollout belongs to an existing channel (§6.4); null means «not sent» (§6.2).
    return value is not None and not field.startswith("rollout_")


FIELD_LABELS = {
    "public": "default channel",
    "bundle": "bundle",
    "disable_auto_update": "holds back updates",
    "disable_auto_update_under_native": "not below native version",
    "ios": "iOS",
    "android": "Android",
    "electron": "Electron",
    "allow_device_self_set": "device may choose it itself",
    "allow_emulator": "emulators",
    "allow_device": "physical devices",
    "allow_dev": "development builds",
    "allow_prod": "production builds",
    "rollout_bundle": "rollout target",
    "rollout_percentage_bps": "rollout share",
    "rollout_enabled": "rollout on",
    "rollout_paused": "rollout paused",
}


def promotion(workspace: Workspace, channel: Channel, bundle: Bundle) -> Change:
    """The change that puts a bundle on a channel, by the way this server has for it."""
    state = workspace.state_of(channel)
    guard = Guard.LIST if channel.public else Guard.LINE
    if not workspace.client.traits.promotes:
        return settings_change(workspace, channel, {"bundle": bundle.wire_key})
    return Promotion(
        app_id=workspace.target.app_id,
        key=channel.wire_key,
        row=str(channel.id),
        label=channel.name,
        before={"bundle": state["bundle"]} if "bundle" in state else {},
        after={"bundle": bundle.wire_key},
        guard=guard,
        channel_id=channel.id,
        bundle_id=bundle.id,
        bundle_before_id=channel.bundle.id if channel.bundle else None,
    )


def settings_change(
    workspace: Workspace, channel: Channel, after: State, *, sends: State | None = None
) -> SettingsChange:
    """The change of some settings; ``after`` keeps only those the channel does not have yet."""
    state = workspace.state_of(channel)
    changed = {
        field: value
        for field, value in after.items()
        if field not in state or state[field] != value
    }
    bundle = state.get("bundle")
    wide = channel.public or changed.get("public")
    return SettingsChange(
        app_id=workspace.target.app_id,
        key=channel.wire_key,
        row=str(channel.id),
        label=channel.name,
        before={field: state[field] for field in changed if field in state},
        after=changed,
        sends=sends,
        bundle_now=bundle if isinstance(bundle, str) else None,
        guard=Guard.LIST if wide else Guard.LINE,
    )
