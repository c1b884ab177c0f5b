"""The pages that explain: why a device gets what it gets, what was changed, how records differ."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from capgo_tui.tui.actions import CHANNELS_ONLY, DEVICES_ONLY, Action, Takes, read_only_reason
from capgo_tui.workspace.resources.bundle import BUNDLES
from capgo_tui.workspace.resources.channel import CHANNELS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.api.models import Channel, Device
    from capgo_tui.tui.controllers.lazy_loader import LazyLoader
    from capgo_tui.tui.host import Host
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.changes.restoration import Restoration
    from capgo_tui.workspace.changes.states import State
    from capgo_tui.workspace.insight.channel_history import HistoryItem
    from capgo_tui.workspace.insight.compare import ComparisonRow
    from capgo_tui.workspace.session import Workspace

LOOKING_UP = "Looking the device up…"


def _import_explanation() -> None:
    """Import the explanation in a thread."""
    from capgo_tui.tui.screens import explanation  # noqa: F401, PLC0415
    from capgo_tui.workspace.insight import device_report  # noqa: F401, PLC0415


def _import_history() -> None:
    """Import the history and the models of all kinds of change in a thread."""
    from capgo_tui.tui.screens import channel_history  # noqa: F401, PLC0415
    from capgo_tui.workspace.changes import kinds, restoration  # noqa: F401, PLC0415
    from capgo_tui.workspace.insight import history_report  # noqa: F401, PLC0415


def _plan(workspace: Workspace, channel: Channel, item: HistoryItem) -> Restoration:
    """Return what brings back the state of a channel before a change."""
    from capgo_tui.workspace.changes.restoration import plan_restoration  # noqa: PLC0415

    changed_fields = {each.field for each in item.fields}
    return plan_restoration(workspace, channel, item.state_before or {}, changed_fields)


class InsightPages:
    """The controller of the pages that explain, which imports them when they are asked for."""

    def __init__(self, host: Host, loader: LazyLoader) -> None:
        self._host = host
        self._loader = loader

    def explain(self) -> None:
        """Explain the device under the cursor."""
        workspace, key = self._host.workspace, self._host.table.cursor_key
        device = None if workspace is None or key is None else workspace.devices.records.get(key)
        if workspace is not None and device is not None:
            self._host.background.read(self._explain(workspace, device), "explain the device")

    def explain_id(self, text: str) -> None:
        """Explain the device of an id, which is looked up where it is not loaded."""
        workspace = self._host.workspace
        if workspace is not None:
            self._host.background.read(self._look_up(workspace, text.strip()), "look the device up")

    async def _look_up(self, workspace: Workspace, device_id: str) -> None:
        device = workspace.devices.records.get(device_id)
        if device is None:
            self._host.say(LOOKING_UP)
            device = await workspace.look_up_device(device_id)
        if device is None:
            self._host.say(f"✗ The server knows no device {device_id}.")
            return
        self._host.status.dismiss()
        await self._explain(workspace, device)

    async def _explain(self, workspace: Workspace, device: Device) -> None:
        await asyncio.to_thread(_import_explanation)
        from capgo_tui.tui.screens.explanation import (  # noqa: PLC0415
            list_report_parts,
            name_device,
        )
        from capgo_tui.tui.screens.report import Part, ReportScreen  # noqa: PLC0415
        from capgo_tui.workspace.insight.device_report import report_device  # noqa: PLC0415

        async def read(is_anew: bool) -> Sequence[Part]:
            report = await report_device(workspace, device, is_anew=is_anew)
            return list_report_parts(report, workspace.make_cell_context())

        if self._is_free():
            title = f"What {name_device(device)} should get, and why"
            self._host.app.push_screen(ReportScreen(title, read))

    def compare(self) -> None:
        """Compare the two marked records of the list in view."""
        from capgo_tui.tui.screens.comparison import ComparisonScreen  # noqa: PLC0415
        from capgo_tui.workspace.insight.compare import (  # noqa: PLC0415
            compare_native_packages,
            compare_records,
            sort_differing_first,
        )

        host, workspace = self._host, self._host.rows.workspace
        context, keys = workspace.make_cell_context(), tuple(host.rows.marks)
        rows: list[ComparisonRow]
        if host.tab == "bundles":
            records = workspace.bundles.records
            # The older one is on the left, so that the other tells what is new.
            older, newer = sorted(
                (records[key] for key in keys), key=lambda each: (str(each.created_at), each.id)
            )
            names = (older.name, newer.name)
            rows = [
                *compare_records(BUNDLES, older, newer, context),
                *compare_native_packages(older, newer),
            ]
        else:
            left, right = (workspace.channels.records[key] for key in keys)
            names = (left.name, right.name)
            rows = [*compare_records(CHANNELS, left, right, context)]
        host.status.dismiss()
        host.app.push_screen(ComparisonScreen(names, sort_differing_first(rows)))

    def show_history(self) -> None:
        """Show the history of the channel under the cursor."""
        workspace, key = self._host.rows.workspace, self._host.table.cursor_key
        channel = None if key is None else workspace.channels.records.get(key)
        if key is not None and channel is not None:
            self._host.background.run(
                self._show_history(workspace, key, channel), "show the history"
            )

    async def _show_history(self, workspace: Workspace, key: str, channel: Channel) -> None:
        """Show a history, and bring back the state that is chosen there."""
        await asyncio.to_thread(_import_history)
        from capgo_tui.tui.screens.channel_history import ChannelHistoryScreen  # noqa: PLC0415
        from capgo_tui.workspace.insight.history_report import report_history  # noqa: PLC0415

        def plan(item: HistoryItem) -> tuple[State, Restoration]:
            current = workspace.channels.records.get(key, channel)
            return workspace.get_state(current), _plan(workspace, current, item)

        if not self._is_free():
            return
        refusal = read_only_reason(workspace.target)
        item = await self._host.app.push_screen_wait(
            ChannelHistoryScreen(
                channel.name,
                lambda: report_history(workspace, channel),
                plan,
                workspace.now,
                "" if refusal is None else refusal.text,
            )
        )
        if item is not None:
            await self._bring_back(workspace, key, item)

    async def _bring_back(self, workspace: Workspace, key: str, item: HistoryItem) -> None:
        """Ask about the state of a channel before a change, and bring it back."""
        from capgo_tui.workspace.changes.batch_plan import BatchPlan  # noqa: PLC0415

        changes = self._loader.lazy.changes

        def plan() -> tuple[Change, ...]:
            channel = workspace.channels.records.get(key)
            return () if channel is None else _plan(workspace, channel, item).changes

        if changes.report_busy("channel", key):
            return
        planned = plan()
        if not planned:
            self._host.say("Nothing was changed: the channel is as it was then.")
        elif len(planned) == 1:
            await changes.confirm(planned[0], lambda: next(iter(plan()), None))
        else:
            title = f"Bring an earlier state of {planned[0].label} back"
            await changes.confirm_batch(BatchPlan(title, planned))

    def _is_free(self) -> bool:
        """Return whether nothing else was opened meanwhile, else say so."""
        if self._host.is_taken or not self._host.is_current:
            self._host.say("Answer what is open first.")
            return False
        return True

    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action(
            "device.explain", "i", "explain",
            "Which channel and bundle this device should get, and why", explain, 215,
            DEVICES_ONLY, takes=Takes.RECORD,
            elsewhere="A device is explained: {tab.devices} shows the devices.",
        ),
        Action(
            "channel.history", "H", "history",
            "The changes of this channel; compare one with now, or go back to before it",
            show_history, 225, CHANNELS_ONLY, takes=Takes.RECORD,
            elsewhere="Only channels have a history: {tab.channels} shows them.",
        ),
        Action(
            "list.compare", "equals_sign", "compare",
            "Compare two marked channels or bundles, side by side", compare, 340,
            frozenset({"channels", "bundles"}), hint=False, shown_key="=", takes=Takes.TWO,
            is_timely=lambda context: context.mark_count == 2,
        ),
    )  # fmt: skip
