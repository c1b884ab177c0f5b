"""The steps of a channel's rollout: start, pause, resume, promote, roll back (§6.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from capgo_tui.workspace.changes.channels import make_settings_change
from capgo_tui.workspace.changes.rollout_state import NO_ROLLOUT

if TYPE_CHECKING:
    from capgo_tui.api.models import Channel
    from capgo_tui.workspace.changes.channels import SettingsChange
    from capgo_tui.workspace.changes.states import State
    from capgo_tui.workspace.session import Workspace

NO_TARGET: Final = "there is no rollout target"


@dataclass(frozen=True, slots=True)
class RolloutStep:
    """A step of a rollout."""

    label: str
    after: State
    sends: State | None = None
    """What is sent, where it differs from `after`."""
    refusal: str = ""
    """Why it cannot be done now; empty when it can."""

    def change(self, workspace: Workspace, channel: Channel) -> SettingsChange:
        """Return the step as a change of a channel."""
        return make_settings_change(workspace, channel, self.after, sends=self.sends)


def rollout_steps(workspace: Workspace, channel: Channel) -> list[RolloutStep]:
    """Return all steps of a rollout, possible now or not; none before live."""
    if not workspace.client.traits.has_rollouts:
        return []
    state = workspace.state_of(channel)
    none = "" if channel.rollout_bundle is not None else NO_TARGET
    is_paused = bool(state.get("rollout_paused"))
    stable = {"bundle": state["rollout_bundle"]} if state.get("rollout_bundle") else {}
    resume: State = {"rollout_paused": False, "rollout_pause_reason": None}
    return [
        RolloutStep(
            "start",
            {"rollout_enabled": True},
            refusal=none or ("it is on already" if channel.rollout_enabled else ""),
        ),
        RolloutStep(
            "pause", {"rollout_paused": True}, refusal=none or ("it is paused" if is_paused else "")
        ),
        RolloutStep(
            "resume",
            resume,
            sends={"rollout_paused": False},
            refusal="" if is_paused else "it is not paused",
        ),
        RolloutStep(
            "promote to stable",
            {**stable, **NO_ROLLOUT},
            sends={"promote_to_stable": True},
            refusal=none,
        ),
        RolloutStep("roll back", NO_ROLLOUT, sends={"rollback": True}, refusal=none),
    ]
