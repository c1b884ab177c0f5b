"""Overrides of many devices at once: the marked ones, or those of a list of ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.api.errors import Refused
from capgo_tui.text import clean
from capgo_tui.workspace.changes.change import NAME_WIDTH
from capgo_tui.workspace.changes.names import shorten
from capgo_tui.workspace.changes.outcome import Fate
from capgo_tui.workspace.changes.overrides import channel_refusal, override, override_unseen

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Sequence

    from capgo_tui.api.models import Bundle, Channel
    from capgo_tui.tui.controllers.confirm import Writing
    from capgo_tui.tui.controllers.overrides import OverrideController
    from capgo_tui.tui.host import Host
    from capgo_tui.tui.overlays.ids_form import IdsForm
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.changes.overrides import OverrideChange
    from capgo_tui.workspace.changes.run import Run
    from capgo_tui.workspace.device_ids import DeviceFinder, Named
    from capgo_tui.workspace.session import Workspace

    Flow = Coroutine[None, None, object] | None

NAMED = 5
"""So many of the ids that are left out are named."""
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
        self, devices: Sequence[Named], hidden: int = 0, left_out: Sequence[Named] = ()
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
        seen, notes = list(devices), self._notes(devices, left_out)
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
        self, devices: Sequence[Named], left_out: Sequence[Named] = ()
    ) -> Coroutine[None, None, object] | None:
        """Clear all their overrides; the question has the keyboard when this returns."""
        if self._is_busy(devices):
            return None
        if len(devices) == 1 and devices[0].device is not None:
            return self._one.clear(devices[0].device)
        self._screen.status.dismiss()
        return self._confirm(devices, None, None, self._notes(devices, left_out))

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

    def _is_busy(self, devices: Sequence[Named]) -> bool:
        return any(self._writing.is_busy("device", one.id) for one in devices)

    def _notes(self, devices: Sequence[Named], left_out: Sequence[Named]) -> list[str]:
        unknown = [one.id for one in left_out if not one.trouble]
        notes = [f"1 left out: {_shown(one.id)}: {one.trouble}" for one in left_out if one.trouble]
        if unknown:
            names = ", ".join(map(_shown, unknown[:NAMED]))
            more = f" and {len(unknown) - NAMED} more" if len(unknown) > NAMED else ""
            told = f"{len(unknown)} left out: the server has not seen them"
            notes.append(f"{told} ({names}{more})")
        unseen = sum(one.device is None for one in devices)
        if not unseen:
            return notes
        if self._workspace.client.traits.links_unseen_devices:
            told = f"{unseen} the server has not seen: it takes them, but cannot be read back"
        else:
            why = "the server has not seen them, and takes no override for such"
            told = f"{unseen} left out: {why}"
        return [*notes, told]

    def _confirm(
        self,
        devices: Sequence[Named],
        channel: Channel | None,
        bundle: Bundle | None,
        notes: Sequence[str],
    ) -> Coroutine[None, None, None]:
        changes = [self._change(one, channel, bundle) for one in devices]

        def again(change: Change) -> Change | None:
            if channel is not None and (why_not := channel_refusal(self._workspace, channel)):
                raise Refused(why_not)
            now = self._workspace.devices.records.get(change.key)
            if now is None:
                return change if change.row is None else None
            return override(self._workspace, now, channel, bundle)

        title = self._title(changes, channel)
        asked = self._writing.confirm_run(changes, title, again=again, notes=notes)
        return self._unmark_done(asked)

    def _change(
        self, named: Named, channel: Channel | None, bundle: Bundle | None
    ) -> OverrideChange:
        """The change of one of them, from its record as the list now has it."""
        device = self._workspace.devices.records.get(named.id, named.device)
        if device is None:
            return override_unseen(self._workspace, named.id, channel, bundle)
        return override(self._workspace, device, channel, bundle)

    def _title(self, changes: Sequence[Change], channel: Channel | None) -> str:
        needed = [change for change in changes if not change.needless(self._workspace)]
        who = needed[0].full_name if len(needed) == 1 else f"{len(needed)} devices"
        return (
            f"Clear the override of {who}"
            if channel is None
            else f"Override {who} → {channel.name}"
        )

    async def _unmark_done(self, asked: Coroutine[None, None, Run | None]) -> None:
        """What is done is no longer marked, so that what failed can be done again."""
        run = await asked
        if run is not None:
            done = [s for s in run.steps if s.outcome and s.outcome.fate is Fate.VERIFIED]
            self._unmark([step.change.key for step in done])


def _shown(device_id: str) -> str:
    return shorten(clean(device_id), NAME_WIDTH)
