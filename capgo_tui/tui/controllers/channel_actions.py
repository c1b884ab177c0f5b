"""The actions on channels."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from capgo_tui.tui.actions import CHANNELS_ONLY, Action, Takes

if TYPE_CHECKING:
    from capgo_tui.api.models import Channel
    from capgo_tui.api.revisions import Traits
    from capgo_tui.tui.controllers.lazy_loader import LazyLoader
    from capgo_tui.tui.host import Host

ELSEWHERE = "That is done to a channel: {tab.channels} shows the channels."
NEW_ELSEWHERE = (
    "Channels and bundles are made on their own tabs: {tab.channels} shows them, or {tab.bundles}."
)


def _explain_no_clearing(traits: Traits) -> str:
    return "" if traits.clears_bundle else "this server has no way to take the bundle off a channel"


def _explain_no_rollout(traits: Traits) -> str:
    return "" if traits.has_rollouts else f"this server's API ({traits.revision}) has no rollouts"


class ChannelActions:
    """Hands the channel that a key means to the controller of channels."""

    def __init__(self, host: Host, loader: LazyLoader) -> None:
        self._host = host
        self._run = host.background.run
        self._loader = loader

    def promote(self) -> None:
        """Put a bundle on the channel under the cursor."""
        if (channel := self._get_channel()) is not None:
            self._run(self._loader.lazy.channels.promote(channel), "promote the bundle")

    def roll_back(self) -> None:
        """Put the previous bundle on the channel under the cursor."""
        if (channel := self._get_channel()) is not None:
            self._run(self._loader.lazy.channels.roll_back(channel), "roll the channel back")

    def roll_out(self) -> None:
        """Show the rollout of the channel under the cursor."""
        if (channel := self._get_channel()) is not None:
            self._run(self._loader.lazy.rollout.open(channel), "lead the rollout")

    def edit(self) -> None:
        """Change the settings of the channel under the cursor."""
        if (channel := self._get_channel()) is not None:
            self._run(self._loader.lazy.channels.edit(channel), "change the channel")

    def create(self) -> None:
        """Make a new channel."""
        self._run(self._loader.lazy.channels.create(), "create a channel")

    def clear(self) -> None:
        """Take the bundle off the channel under the cursor."""
        if (channel := self._get_channel()) is not None:
            self._run(self._loader.lazy.channels.clear(channel), "take the bundle off")

    def delete(self) -> None:
        """Delete the channel under the cursor."""
        if (channel := self._get_channel()) is not None:
            self._run(self._loader.lazy.channels.delete(channel), "delete the channel")

    def _get_channel(self) -> Channel | None:
        """Return the channel under the cursor."""
        key = self._host.table.cursor_key
        return None if key is None else self._host.rows.workspace.channels.records.get(key)

    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action(
            "channel.promote", "l", "promote", "Put a bundle on this channel", promote, 120,
            CHANNELS_ONLY, writes=True, takes=Takes.RECORD, right="promote bundles",
            elsewhere=ELSEWHERE,
        ),
        Action(
            "channel.roll-back", "b", "roll back",
            "Go back to the bundle this channel carried before; it is named first", roll_back, 121,
            CHANNELS_ONLY, writes=True, takes=Takes.RECORD, right="promote bundles",
            elsewhere=ELSEWHERE,
        ),
        Action(
            "channel.edit", "e", "edit", "Change this channel's settings, or its rollout", edit,
            122, CHANNELS_ONLY, writes=True, takes=Takes.RECORD,
            right="change settings of channels", elsewhere=ELSEWHERE,
        ),
        Action(
            "channel.new", "n", "new", "Create a channel", create, 123, CHANNELS_ONLY, writes=True,
            elsewhere=NEW_ELSEWHERE,
        ),
        Action(
            "channel.rollout", "R", "rollout",
            "Roll a bundle out to a share of the devices: start, share, pause, finish, stop",
            roll_out, 126, CHANNELS_ONLY, writes=True, takes=Takes.RECORD,
            right="change settings of channels", server_reason=_explain_no_rollout,
            elsewhere=ELSEWHERE,
        ),
        Action(
            "channel.clear", "x", "clear", "Take the bundle off this channel", clear, 124,
            CHANNELS_ONLY, writes=True, hint=False, takes=Takes.RECORD,
            right="change settings of channels", server_reason=_explain_no_clearing,
        ),
        Action(
            "channel.delete", "D", "delete", "Delete this channel", delete, 125, CHANNELS_ONLY,
            hint=False, writes=True, takes=Takes.RECORD, elsewhere=ELSEWHERE,
        ),
    )  # fmt: skip
