"""Overrides of one device: choose a channel for it, or clear its override."""

from __future__ import annotations

import asyncio
import math
from contextlib import suppress
from typing import TYPE_CHECKING

from capgo_tui.api.errors import Refusal
from capgo_tui.short_ids import lead_with_id
from capgo_tui.tui.controllers.picker import pick
from capgo_tui.tui.overlays.link_form import Choices
from capgo_tui.workspace.cells import name_bundle
from capgo_tui.workspace.changes.overrides import (
    explain_bundle_refusal,
    explain_channel_refusal,
    make_override,
)
from capgo_tui.workspace.changes.recall import recall
from capgo_tui.workspace.write_limits import link_limits

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from capgo_tui.api.models import Bundle, Channel, Device
    from capgo_tui.tui.controllers.change import ChangeController
    from capgo_tui.tui.host import Host
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.session import Workspace

    OverrideStep = Callable[[Channel, Bundle | None], Coroutine[None, None, object]]

CURRENT = "the override it has now"
NO_BUNDLE = "no bundle"


class OverrideController:
    """The controller of the override of one device."""

    def __init__(self, host: Host, workspace: Workspace, changes: ChangeController) -> None:
        self._host = host
        self._workspace = workspace
        self._changes = changes

    def override(self, device: Device) -> Coroutine[None, None, None] | None:
        """Ask for a channel, and force the device to it.

        The form has the keyboard when this returns; the returned coroutine goes on from it.
        """
        if self._changes.report_busy("device", device.wire_id):
            return None
        self._host.status.dismiss()
        without = "none" if self._workspace.has_known_override(device) else "unknown"
        about = [f"now {device.channel or without}", device.device_id]
        if device.custom_id is None:
            about.reverse()
        else:
            about.insert(0, device.custom_id)

        def explain_refusal(channel: Channel) -> str:
            return self._explain_refusal(device, channel)

        def confirm(channel: Channel, bundle: Bundle | None) -> Coroutine[None, None, object]:
            return self._confirm(device, channel, bundle)

        who = device.custom_id or device.device_id
        return self.choose(
            " · ".join(about), who, explain_refusal, confirm, device_id=device.device_id
        )

    def choose(
        self,
        about: str,
        who: str,
        refusal: Callable[[Channel], str],
        step: OverrideStep,
        *,
        device_id: str = "",
    ) -> Coroutine[None, None, None]:
        """Ask for a channel, and a bundle where the server takes one, and go on with them.

        The form has the keyboard when this returns.

        Args:
            about: the full text for the device or devices.
            who: the short text for them.
            refusal: returns why a channel cannot be chosen.
            step: what to do with the choice.
            device_id: the id of the one device, which the titles show beside any name.

        """

        def entitle(title: str) -> str:
            width = self._host.size.width - 1
            return lead_with_id(title, device_id, width) if device_id else title

        def describe_bundle(channel: Channel) -> str:
            return name_bundle(channel.bundle, self._workspace.make_cell_context()) or "none"

        choices = Choices(self._workspace.channels, refusal, describe_bundle)
        channel = pick(self._host, entitle(f"Override {about}"), choices)
        return self._choose(lambda name: entitle(f"{who} → {name}"), channel, step)

    def clear(self, device: Device) -> Coroutine[None, None, object] | None:
        """Clear the device's override; the question has the keyboard when this returns."""
        if self._changes.report_busy("device", device.wire_id):
            return None
        self._host.status.dismiss()
        if device.channel is None and self._workspace.has_known_override(device):
            self._host.say(f"{device.custom_id or device.device_id} has no override to clear.")
            return None
        return self._confirm(device, None)

    def _explain_refusal(self, device: Device, channel: Channel) -> str:
        if why_not := explain_channel_refusal(self._workspace, channel):
            return why_not
        if channel.name == device.channel:
            return CURRENT
        limits = link_limits(device.wire_id, channel.wire_id)
        wait = self._workspace.write_limits.wait(limits)
        return f"linked a moment ago: again in {math.ceil(wait)} s" if wait > 0 else ""

    async def _choose(
        self,
        entitle: Callable[[str], str],
        channel_choice: Coroutine[None, None, Channel | None],
        step: OverrideStep,
    ) -> None:
        recalling = asyncio.ensure_future(self._recall())
        try:
            channel = await channel_choice
        finally:
            recalling.cancel()
        if channel is None:
            return
        bundle = None
        if self._workspace.client.traits.link_bundle_field is not None:
            choices = Choices(
                self._workspace.bundles,
                lambda bundle: explain_bundle_refusal(self._workspace, bundle),
                without=NO_BUNDLE,
            )
            bundle = await pick(self._host, f"{entitle(channel.name)}, with a bundle?", choices)
            if bundle is None and not choices.is_none_chosen:
                return
        await step(channel, bundle)

    async def _recall(self) -> None:
        """Read the journal for recent overrides, which limit the channels to choose from."""
        with suppress(asyncio.CancelledError):
            await recall(self._workspace)
            self._host.overlays.link_form.update_reasons()

    def _confirm(
        self, device: Device, channel: Channel | None, bundle: Bundle | None = None
    ) -> Coroutine[None, None, object]:
        def remake() -> Change | None:
            now = self._workspace.devices.records.get(device.wire_id)
            if now is None:
                return None
            if channel is not None and (
                why_not := explain_channel_refusal(self._workspace, channel)
            ):
                raise Refusal(why_not)
            return make_override(self._workspace, now, channel, bundle)

        return self._changes.confirm(
            make_override(self._workspace, device, channel, bundle), remake
        )
