"""Plan promotions of one bundle to several channels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.workspace.changes.batch_plan import BatchPlan
from capgo_tui.workspace.changes.describe import describe
from capgo_tui.workspace.changes.promotions import make_promotion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from capgo_tui.api.models import Bundle, Channel
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.session import Workspace


def plan_promotions(
    workspace: Workspace,
    channels: Sequence[Channel],
    bundle: Bundle,
    warnings: Mapping[int, Sequence[str]],
) -> BatchPlan:
    """Return the plan that puts a bundle on channels; `warnings` are by the id of a channel."""

    def make(channel: Channel) -> Change:
        return make_promotion(workspace, channel, bundle, warnings=warnings.get(channel.id, ()))

    def remake(change: Change) -> Change | None:
        now = workspace.channels.records.get(change.row_key or "")
        return None if now is None else make(now)

    changes = [*map(make, channels)]
    needed = [change for change in changes if not change.needless_reason]
    where = describe(needed[0]).name if len(needed) == 1 else f"{len(needed)} channels"
    return BatchPlan(f"Put {bundle.name} on {where}", changes, remake=remake)
