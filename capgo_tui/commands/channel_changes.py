"""Changes of channels that several verbs share: of one channel, and bundles put on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.workspace.changes.batch_plan import BatchPlan
from capgo_tui.workspace.changes.promotions import Promotion, promotion

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from capgo_tui.api.models import Bundle, Channel
    from capgo_tui.commands.exit_codes import Exit
    from capgo_tui.commands.operation import Operation
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.changes.promotions import Rollback


async def change_channel(
    operation: Operation, channel: Channel, make: Callable[[Channel], Change]
) -> Exit:
    """Carry out a change of one channel, made of its record as it is then."""

    def remake() -> Change | None:
        now = operation.workspace.channels.records.get(str(channel.id))
        return None if now is None else make(now)

    return await operation.perform(make(channel), remake)


async def put_on_channel(
    operation: Operation,
    channel: Channel,
    bundle: Bundle,
    *,
    kind: type[Promotion | Rollback] = Promotion,
    note: str = "",
    warnings: Sequence[str] = (),
) -> Exit:
    """Put a bundle on one channel."""

    def make(now: Channel) -> Change:
        return promotion(operation.workspace, now, bundle, kind=kind, note=note, warnings=warnings)

    return await change_channel(operation, channel, make)


async def put_on_channels(
    operation: Operation, channels: Sequence[Channel], bundle: Bundle
) -> Exit:
    """Put a bundle on several channels, which are confirmed together."""
    workspace = operation.workspace

    def make(channel: Channel) -> Change:
        return promotion(workspace, channel, bundle)

    def again(change: Change) -> Change | None:
        now = workspace.channels.records.get(change.row or "")
        return None if now is None else make(now)

    plan = BatchPlan(
        f"Put {bundle.name} on {len(channels)} channels", [*map(make, channels)], remake=again
    )
    return await operation.perform_batch(plan)
