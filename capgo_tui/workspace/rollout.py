"""The steps of a channel's rollout: start, pause, resume, promote, roll back (§6.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from capgo_tui.api.channel_setting import UNSET
from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.workspace.changes.channels import make_settings_change
from capgo_tui.workspace.changes.rollout_state import NO_ROLLOUT, share_label
from capgo_tui.workspace.changes.rollout_state import PAUSE as PAUSE_FIELDS
from capgo_tui.workspace.rollout_labels import FINISH, NO_TARGET, PAUSE, START, STOP

if TYPE_CHECKING:
    from capgo_tui.api.models import Channel
    from capgo_tui.workspace.changes.channels import SettingsChange
    from capgo_tui.workspace.changes.states import State
    from capgo_tui.workspace.session import Workspace

NO_STABLE: Final = "a rollout needs a bundle on the channel first"
TOGETHER: Final = frozenset({"rollout_bundle", "rollout_percentage_bps", "rollout_enabled"})
"""The fields that are sent together with a new target, which is never paused (§6.4)."""


@dataclass(frozen=True, slots=True)
class RolloutStep:
    """A step of a rollout."""

    label: str
    after: State
    sends: State | None = None
    """What is sent, where it differs from `after`."""
    refusal: str = ""
    """Why it cannot be done now; empty when it can."""
    is_done: bool = False
    """Whether the rollout is so already, which is why it cannot be done."""

    def change(self, workspace: Workspace, channel: Channel) -> SettingsChange:
        """Return the step as a change of a channel."""
        return make_settings_change(workspace, channel, self.after, sends=self.sends)


def list_rollout_steps(workspace: Workspace, channel: Channel) -> list[RolloutStep]:
    """Return all steps of a rollout, possible now or not; none before live."""
    if not workspace.client.traits.has_rollouts:
        return []
    state = workspace.get_state(channel)
    has_target = channel.rollout_bundle is not None
    none = "" if has_target else NO_TARGET
    is_on, is_paused = bool(channel.rollout_enabled), bool(state.get("rollout_paused"))
    has_none = all(state.get(field, UNSET) == value for field, value in NO_ROLLOUT.items())
    stable = {"bundle": state["rollout_bundle"]} if state.get("rollout_bundle") else {}
    resume: State = {"rollout_paused": False, "rollout_pause_reason": None}
    return [
        RolloutStep(
            START,
            {"rollout_enabled": True},
            refusal=none or ("it is on already" if is_on else ""),
            is_done=has_target and is_on,
        ),
        RolloutStep(
            PAUSE,
            {"rollout_paused": True},
            refusal=none or ("it is paused" if is_paused else ""),
            is_done=has_target and is_paused,
        ),
        RolloutStep(
            "resume",
            resume,
            sends={"rollout_paused": False},
            refusal="" if is_paused else "it is not paused",
            is_done=has_target and not is_paused,
        ),
        RolloutStep(
            FINISH,
            {**stable, **NO_ROLLOUT},
            sends={"promote_to_stable": True},
            refusal=none,
        ),
        RolloutStep(STOP, NO_ROLLOUT, sends={"rollback": True}, refusal=none, is_done=has_none),
    ]


def serve_step(
    workspace: Workspace, channel: Channel, *, target: str | None, share: int
) -> RolloutStep:
    """Return the step that serves a target to a share of the devices, by one request.

    It starts a rollout, goes on with one that is switched off or paused, and changes the share or
    the target of one that runs.

    Args:
        workspace: the app.
        channel: the channel.
        target: the exact name of the bundle; None for the target that is set.
        share: the share, in basis points.

    """
    state = workspace.get_state(channel)
    present = state.get("rollout_bundle")
    if target is None and present is None:
        return RolloutStep(START, {}, refusal=NO_TARGET)
    is_new = target is not None and target != present
    goal: State = {
        **({"rollout_bundle": target} if is_new else {}),
        "rollout_percentage_bps": share,
        "rollout_enabled": True,
    }
    if state.get("rollout_paused"):
        goal |= {field: NO_ROLLOUT[field] for field in PAUSE_FIELDS}
    after = {field: value for field, value in goal.items() if state.get(field, UNSET) != value}
    if state.get("bundle", UNSET) is None:
        refusal = NO_STABLE
    elif after:
        refusal = "" if share else "0 % is no device"
    else:
        refusal = f"{share_label(state)} of devices get it already"
    sent_fields = TOGETHER if is_new else after.keys() - {"rollout_pause_reason"}
    sends = {field: value for field, value in goal.items() if field in sent_fields}
    return RolloutStep(START, after, sends, refusal)
