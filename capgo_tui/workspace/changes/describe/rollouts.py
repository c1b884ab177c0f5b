"""Descriptions of the steps of a rollout: start, share, pause, resume, finish and stop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from capgo_tui.cells import measure_width
from capgo_tui.text import clean
from capgo_tui.workspace.changes.describe.channels import SettingsDescription
from capgo_tui.workspace.changes.names import fit, shorten
from capgo_tui.workspace.changes.rollout_state import (
    ROLLOUT,
    describe_rollout,
    share_label,
    target_name,
)

if TYPE_CHECKING:
    from capgo_tui.workspace.changes.channels import SettingsChange
    from capgo_tui.workspace.changes.states import State

ENDLESS: Final = 1000


def is_rollout_step(change: SettingsChange) -> bool:
    """Whether a change of settings is about the rollout alone, and knows it from before."""
    fields = (change.after or {}).keys()
    is_finish = "promote_to_stable" in (change.sends or {})
    return bool(fields) and fields <= {*ROLLOUT, *(("bundle",) if is_finish else ())}


class RolloutDescription(SettingsDescription):
    """A step of a rollout as clean text."""

    @property
    def title(self) -> str:
        """The question as a statement."""
        question = self.ask(ENDLESS)
        return question.removesuffix("?") if self._sentence else super().title

    def ask(self, width: int) -> str:
        """Return the question; the names in it are shortened to `width` cells."""
        if not self._sentence:
            return super().ask(width)
        template, *names = self._sentence
        limits = fit(names, width - measure_width(template.format(*("" for _ in names))))
        return template.format(*map(shorten, names, limits))

    def label_now(self, state: State) -> str:
        """Return the rollout that was read back."""
        if not {*ROLLOUT, "bundle"} <= state.keys():
            return ""
        bundle = clean(str(state["bundle"])) if state.get("bundle") else "no bundle"
        return describe_rollout(state) or f"no rollout, stable is {bundle}"

    @property
    def _sentence(self) -> tuple[str, ...]:
        """The question with a place for each name, and the names; empty where there is none."""
        change, before, after = self.change, self.change.before or {}, self.change.after or {}
        sends, channel = change.sends or after, change.label
        if sends.get("promote_to_stable"):
            stable = clean(str(before.get("bundle") or "none"))
            return (
                "Finish the rollout on {}: {} → {} for all?",
                channel,
                stable,
                target_name(before),
            )
        if sends.get("rollback"):
            return "Stop the rollout of {} on {}?", target_name(before), channel
        state = {**before, **after}
        if state.get("rollout_bundle") is None:
            return ()
        target, share = target_name(state), share_label(state)
        if after.keys() == {"rollout_percentage_bps"} and before.get("rollout_enabled"):
            held = ", paused" if before.get("rollout_paused") else ""
            shares = f"{share_label(before)} → {share}{held}"
            return f"Rollout of {{}} on {{}}: {shares}?", target, channel
        if after.get("rollout_enabled") is False:
            return "Switch the rollout of {} on {} off?", target, channel
        if after.get("rollout_paused"):
            return "Pause the rollout of {} on {}?", target, channel
        if after.get("rollout_paused") is False and "rollout_bundle" not in after:
            return f"Resume the rollout of {{}} on {{}} at {share}?", target, channel
        if state.get("rollout_enabled") and not after.keys().isdisjoint(
            ("rollout_bundle", "rollout_enabled")
        ):
            return f"Roll {{}} out to {share} of devices on {{}}?", target, channel
        return ()
