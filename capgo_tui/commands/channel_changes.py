"""Changes of channels that several verbs share: of one channel, and bundles put on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.api.errors import UnsupportedByRevision
from capgo_tui.commands.exit_codes import CommandError, Exit
from capgo_tui.workspace.changes.promotion_plans import plan_promotions
from capgo_tui.workspace.changes.promotions import Promotion, make_promotion
from capgo_tui.workspace.insight.promotion_warnings import find_promotion_warnings
from capgo_tui.workspace.rollout import list_rollout_steps

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from capgo_tui.api.models import Bundle, Channel
    from capgo_tui.commands.operation import Operation
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.changes.promotions import Rollback
    from capgo_tui.workspace.draft import ChangeDraft
    from capgo_tui.workspace.rollout import RolloutStep


async def change_channel(
    operation: Operation, channel: Channel, make: Callable[[Channel], Change]
) -> Exit:
    """Carry out a change of one channel, made of its record as it is then."""

    def remake() -> Change | None:
        now = operation.workspace.channels.records.get(str(channel.id))
        return None if now is None else make(now)

    return await operation.perform(make(channel), remake)


async def send_draft(operation: Operation, draft: ChangeDraft) -> Exit:
    """Carry out the change of a filled draft."""

    def remake() -> Change | None:
        return draft.change() if draft.rebase() else None

    return await operation.perform(draft.change(), remake)


async def step_rollout(operation: Operation, channel: Channel, label: str) -> Exit:
    """Carry out a step of the rollout of a channel."""
    check_step(find_step(operation, channel, label), channel)

    def make(now: Channel) -> Change:
        return find_step(operation, now, label).change(operation.workspace, now)

    return await change_channel(operation, channel, make)


def find_step(operation: Operation, channel: Channel, label: str) -> RolloutStep:
    """Return a step of a rollout by its label.

    Raises:
        UnsupportedByRevision: where the server has no rollouts.

    """
    for step in list_rollout_steps(operation.workspace, channel):
        if step.label == label:
            return step
    revision = operation.workspace.client.traits.revision
    raise UnsupportedByRevision(f"this server's API ({revision}) has no rollouts")


def check_step(step: RolloutStep, channel: Channel) -> None:
    """Raise `CommandError` where a step cannot be taken now, unless the channel is so already."""
    if step.refusal and not step.is_done:
        raise CommandError(Exit.REFUSED, f"{channel.name}: {step.refusal}")


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
    more_warnings = await find_promotion_warnings(operation.workspace, channel, bundle)
    all_warnings = (*warnings, *more_warnings)

    def make(now: Channel) -> Change:
        return make_promotion(
            operation.workspace, now, bundle, kind=kind, note=note, warnings=all_warnings
        )

    return await change_channel(operation, channel, make)


async def put_on_channels(
    operation: Operation, channels: Sequence[Channel], bundle: Bundle
) -> Exit:
    """Put a bundle on several channels, which are confirmed together."""
    workspace = operation.workspace
    warnings = {
        each.id: await find_promotion_warnings(workspace, each, bundle) for each in channels
    }
    return await operation.perform_batch(plan_promotions(workspace, channels, bundle, warnings))
