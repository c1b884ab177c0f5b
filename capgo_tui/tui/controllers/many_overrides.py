"""Overrides of many devices at once: the marked ones, or those of a list of ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.workspace.changes.outcome import OutcomeState
from capgo_tui.workspace.changes.override_plans import describe_left_out, plan_overrides
from capgo_tui.workspace.changes.overrides import explain_channel_refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Sequence

    from capgo_tui.api.models import Bundle, Channel
    from capgo_tui.tui.controllers.change import ChangeController
    from capgo_tui.tui.controllers.overrides import OverrideController
    from capgo_tui.tui.host import Host
    from capgo_tui.tui.overlays.ids_form import IdsForm
    from capgo_tui.workspace.changes.batch import Batch
    from capgo_tui.workspace.device_ids import DeviceFinder, DeviceMatch
    from capgo_tui.workspace.session import Workspace

    OptionalWork = Coroutine[None, None, object] | None

ALL_THERE = "the override all of them have now"


class ManyOverrides:
    """The controller of overrides for a set of devices, fixed when the key was pressed."""

    def __init__(
        self,
        host: Host,
        workspace: Workspace,
        changes: ChangeController,
        one: OverrideController,
        unmark: Callable[[Iterable[str]], None],
    ) -> None:
        self._host = host
        self._workspace = workspace
        self._changes = changes
        self._one = one
        self._unmark = unmark

    def override(
        self,
        devices: Sequence[DeviceMatch],
        hidden_count: int = 0,
        left_out: Sequence[DeviceMatch] = (),
    ) -> Coroutine[None, None, None] | None:
        """Ask for a channel, and force all of the devices to it.

        The form has the keyboard when this returns.

        Args:
            devices: the devices to force.
            hidden_count: how many of them the filter hides.
            left_out: the ids of a list that are left out, which the plan mentions.

        """
        if self._report_busy(devices):
            return None
        if len(devices) == 1 and devices[0].device is not None:
            return self._one.override(devices[0].device)
        known_devices, notes = list(devices), describe_left_out(self._workspace, devices, left_out)
        if not self._workspace.client.traits.links_unseen_devices:
            known_devices = [one for one in devices if one.device is not None]
        if not known_devices:
            self._host.say("The server has seen none of them, and takes no override for such.")
            return None
        self._host.status.dismiss()

        def explain_refusal(channel: Channel) -> str:
            are_all_there = all(
                one.device and one.device.channel == channel.name for one in known_devices
            )
            return explain_channel_refusal(self._workspace, channel) or (
                ALL_THERE if are_all_there else ""
            )

        async def confirm(channel: Channel, bundle: Bundle | None) -> None:
            await self._confirm(known_devices, channel, bundle, notes)

        hidden_note = f" ({hidden_count} hidden by the filter)" if hidden_count else ""
        who = f"{len(known_devices)} devices"
        return self._one.choose(f"{who}{hidden_note}", who, explain_refusal, confirm)

    def clear(
        self, devices: Sequence[DeviceMatch], left_out: Sequence[DeviceMatch] = ()
    ) -> Coroutine[None, None, object] | None:
        """Clear all their overrides; the question has the keyboard when this returns."""
        if self._report_busy(devices):
            return None
        if len(devices) == 1 and devices[0].device is not None:
            return self._one.clear(devices[0].device)
        self._host.status.dismiss()
        return self._confirm(
            devices, None, None, describe_left_out(self._workspace, devices, left_out)
        )

    def ask_for_ids(
        self, form: IdsForm, text: str, finder: DeviceFinder, show: Callable[[str], None]
    ) -> Coroutine[None, None, None]:
        """Open the form for a list of ids; it has the keyboard on return.

        A single device is shown by `show` before anything is asked about it.
        """
        self._host.status.dismiss()
        wish = form.open(text, finder)

        async def lead_on() -> None:
            choice = await wish
            if choice is None:
                return
            form.close()
            if len(choice.devices) == 1 and choice.devices[0].device is not None:
                show(choice.devices[0].id)
            if choice.verb == "override":
                work: OptionalWork = self.override(choice.devices, left_out=choice.left_out)
            else:
                work = self.clear(choice.devices, choice.left_out)
            if work is not None:
                await work

        return lead_on()

    def _report_busy(self, devices: Sequence[DeviceMatch]) -> bool:
        return any(self._changes.report_busy("device", one.id) for one in devices)

    def _confirm(
        self,
        devices: Sequence[DeviceMatch],
        channel: Channel | None,
        bundle: Bundle | None,
        notes: Sequence[str],
    ) -> Coroutine[None, None, None]:
        plan = plan_overrides(self._workspace, devices, channel, bundle, notes)
        return self._unmark_done(self._changes.confirm_batch(plan))

    async def _unmark_done(self, batch_run: Coroutine[None, None, Batch | None]) -> None:
        """Unmark the devices that succeeded, so that the failed ones can be tried again."""
        batch = await batch_run
        if batch is not None:
            verified_steps = [
                s for s in batch.steps if s.outcome and s.outcome.state is OutcomeState.VERIFIED
            ]
            self._unmark([step.change.wire_id for step in verified_steps])
