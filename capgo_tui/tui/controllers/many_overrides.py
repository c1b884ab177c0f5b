"""Overrides of many devices at once: the marked ones, or those of a list of ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.workspace.changes.outcome import OutcomeState
from capgo_tui.workspace.changes.override_plans import describe_left_out, plan_overrides
from capgo_tui.workspace.changes.overrides import channel_refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Sequence

    from capgo_tui.api.models import Bundle, Channel
    from capgo_tui.tui.controllers.confirm import Writing
    from capgo_tui.tui.controllers.overrides import OverrideController
    from capgo_tui.tui.host import Host
    from capgo_tui.tui.overlays.ids_form import IdsForm
    from capgo_tui.workspace.changes.batch import Batch
    from capgo_tui.workspace.device_ids import DeviceFinder, DeviceMatch
    from capgo_tui.workspace.session import Workspace

    Flow = Coroutine[None, None, object] | None

ALL_THERE = "the override all of them have now"


class ManyOverrides:
    """Leads overrides from a set of devices, fixed when the key was pressed, to a run."""

    def __init__(
        self,
        screen: Host,
        workspace: Workspace,
        writing: Writing,
        one: OverrideController,
        unmark: Callable[[Iterable[str]], None],
    ) -> None:
        self._screen = screen
        self._workspace = workspace
        self._writing = writing
        self._one = one
        self._unmark = unmark

    def override(
        self, devices: Sequence[DeviceMatch], hidden: int = 0, left_out: Sequence[DeviceMatch] = ()
    ) -> Coroutine[None, None, None] | None:
        """Ask for a channel, and force all of the devices to it.

        The form has the keyboard when this returns.

        Args:
            devices: whom to force.
            hidden: how many of them the filter hides, which is pointed out.
            left_out: what was in a list of ids besides, which is told in the plan.

        """
        if self._is_busy(devices):
            return None
        if len(devices) == 1 and devices[0].device is not None:
            return self._one.override(devices[0].device)
        seen, notes = list(devices), describe_left_out(self._workspace, devices, left_out)
        if not self._workspace.client.traits.links_unseen_devices:
            seen = [one for one in devices if one.device is not None]
        if not seen:
            self._screen.say("The server has seen none of them, and takes no override for such.")
            return None
        self._screen.status.dismiss()

        def refusal(channel: Channel) -> str:
            there = all(one.device and one.device.channel == channel.name for one in seen)
            return channel_refusal(self._workspace, channel) or (ALL_THERE if there else "")

        async def confirm(channel: Channel, bundle: Bundle | None) -> None:
            await self._confirm(seen, channel, bundle, notes)

        filtered = f" ({hidden} hidden by the filter)" if hidden else ""
        who = f"{len(seen)} devices"
        return self._one.choose(f"{who}{filtered}", who, refusal, confirm)

    def clear(
        self, devices: Sequence[DeviceMatch], left_out: Sequence[DeviceMatch] = ()
    ) -> Coroutine[None, None, object] | None:
        """Clear all their overrides; the question has the keyboard when this returns."""
        if self._is_busy(devices):
            return None
        if len(devices) == 1 and devices[0].device is not None:
            return self._one.clear(devices[0].device)
        self._screen.status.dismiss()
        return self._confirm(
            devices, None, None, describe_left_out(self._workspace, devices, left_out)
        )

    def ask_for_ids(
        self, form: IdsForm, text: str, finder: DeviceFinder
    ) -> Coroutine[None, None, None]:
        """Let ids be pasted and say what to do to them; the form has the keyboard on return."""
        self._screen.status.dismiss()
        wish = form.open(text, finder)

        async def lead_on() -> None:
            wanted = await wish
            if wanted is None:
                return
            form.close()
            if wanted.verb == "override":
                flow: Flow = self.override(wanted.devices, left_out=wanted.left_out)
            else:
                flow = self.clear(wanted.devices, wanted.left_out)
            if flow is not None:
                await flow

        return lead_on()

    def _is_busy(self, devices: Sequence[DeviceMatch]) -> bool:
        return any(self._writing.is_busy("device", one.id) for one in devices)

    def _confirm(
        self,
        devices: Sequence[DeviceMatch],
        channel: Channel | None,
        bundle: Bundle | None,
        notes: Sequence[str],
    ) -> Coroutine[None, None, None]:
        plan = plan_overrides(self._workspace, devices, channel, bundle, notes)
        return self._unmark_done(self._writing.confirm_batch(plan))

    async def _unmark_done(self, asked: Coroutine[None, None, Batch | None]) -> None:
        """What is done is no longer marked, so that what failed can be done again."""
        batch = await asked
        if batch is not None:
            done = [
                s for s in batch.steps if s.outcome and s.outcome.state is OutcomeState.VERIFIED
            ]
            self._unmark([step.change.key for step in done])
