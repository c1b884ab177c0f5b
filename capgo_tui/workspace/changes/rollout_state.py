"""The rollout of a channel, and the effects of changes on it (contract §6.4, §18)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from capgo_tui.api.channel_setting import UNSET
from capgo_tui.api.settings import CHANNEL_SETTINGS
from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.text import clean
from capgo_tui.workspace.remark import Remark

if TYPE_CHECKING:
    from collections.abc import Mapping

    from capgo_tui.api.revisions import Traits
    from capgo_tui.workspace.changes.states import State, Value

PAUSE: Final = ("rollout_paused", "rollout_pause_reason")
NO_ROLLOUT: Final[State] = {
    name: setting.initial
    for name, setting in CHANNEL_SETTINGS.items()
    if setting.initial is not UNSET
}
"""The rollout of a new channel, and of one whose rollout was rolled back or promoted."""
ROLLOUT: Final = tuple(NO_ROLLOUT)
"""The fields of a channel's state that make up its rollout."""
AFTER_CREATION: Final = frozenset(ROLLOUT)
"""Fields that can only be set on an existing channel (contract §6.4)."""
_MOST_STAGES: Final = 4


def pick_rollout(state: Mapping[str, Value]) -> State:
    """Return the rollout fields of a state."""
    return {field: state[field] for field in ROLLOUT if field in state}


def concerns_rollout(after: Mapping[str, Value]) -> bool:
    """Whether a change of these fields can change the rollout."""
    return "bundle" in after or not after.keys().isdisjoint(ROLLOUT)


def has_target(state: Mapping[str, Value]) -> bool:
    """Whether a rollout target is set, served or not."""
    return state.get("rollout_bundle") is not None


def is_served(state: Mapping[str, Value]) -> bool:
    """Whether devices get the target: it is switched on, not paused, and has a share (§18.2)."""
    running = state.get("rollout_enabled") is True and not state.get("rollout_paused")
    return has_target(state) and running and _share(state) > 0


def describe_rollout(state: Mapping[str, Value]) -> str:
    """Return the target and how far it is served, in clean words; empty without a target."""
    if not has_target(state):
        return ""
    target, share = target_name(state), share_label(state)
    if is_served(state):
        return f"{share} of devices get {target}"
    if state.get("rollout_enabled") is not True:
        return f"{target} at {share}, switched off"
    return f"{target} at {share}{', paused' if state.get('rollout_paused') else ''}"


def target_name(state: Mapping[str, Value]) -> str:
    """Return the target's name as clean text."""
    return clean(str(state.get("rollout_bundle")))


def share_label(state: Mapping[str, Value]) -> str:
    """Return the share as a percentage, such as ``25 %``."""
    return f"{_share(state) / 100:g} %"


def _share(state: Mapping[str, Value]) -> int:
    share = state.get("rollout_percentage_bps")
    return share if isinstance(share, int) else 0


def ends_rollout(traits: Traits, state: Mapping[str, Value], after: Mapping[str, Value]) -> bool:
    """Whether this server drops the target of `state` with a change that does not name it."""
    if not has_target(state) or "rollout_bundle" in after:
        return False
    return not has_target(apply_request(traits, state, after))


def describe_effect(traits: Traits, state: Mapping[str, Value], after: Mapping[str, Value]) -> str:
    """Return the impact of a change on the rollout of `state`, as a sentence.

    Empty where there is no target, or where the change itself sets the target.
    """
    if not has_target(state) or "rollout_bundle" in after:
        return ""
    if ends_rollout(traits, state, after):
        return f"this server ends its rollout with it ({describe_rollout(state)})"
    if "bundle" not in after:
        return ""
    if state["rollout_bundle"] == after["bundle"]:
        told = describe_rollout(state)
        return Remark(f"its rollout target is the same bundle and stays set ({told})")
    if is_served(state):
        return f"{share_label(state)} of devices keep getting {target_name(state)}, its rollout"
    return Remark(f"its rollout stays as it is ({describe_rollout(state)})")


def apply_request(traits: Traits, state: Mapping[str, Value], fields: Mapping[str, Value]) -> State:
    """Return the state after one request, with the side effects of the server (§18.4)."""
    result = {**state, **fields}
    target = fields.get("rollout_bundle")
    has_new_target = target is not None and target != state.get("rollout_bundle")
    has_new_bundle = "bundle" in fields and fields["bundle"] != state.get("bundle")
    is_ended = traits.new_bundle_ends_rollout and has_new_bundle and not has_new_target
    if is_ended:
        result["rollout_enabled"] = False
    if is_ended or (traits.disabling_drops_target and fields.get("rollout_enabled") is False):
        result["rollout_bundle"] = None
    if result.get("rollout_bundle") != state.get("rollout_bundle"):
        # A new target is never paused, and without one nothing is.
        result |= {field: NO_ROLLOUT[field] for field in PAUSE if field in result}
    return result


@dataclass(frozen=True, slots=True)
class Stage:
    """One of the requests that bring a channel to a goal."""

    before: State
    after: State
    """The fields that differ afterwards."""
    sends: State
    """These, and the fields sent with a target although they stay the same."""


def plan_stages(traits: Traits, now: State, goal: State) -> list[Stage]:
    """Return the requests, in order, that bring a channel to a goal.

    Target, share and state go together. A new target is never paused, so its pause is a request
    of its own (§6.4); where switching a rollout off drops the target, that is set afterwards.
    """
    bundle_first = {field: goal[field] for field in ("bundle",) if field in goal}
    full_goal = {**bundle_first, **now, **goal}
    state, result = dict(now), list[Stage]()
    while len(result) < _MOST_STAGES:
        missing = {f: v for f, v in full_goal.items() if f not in state or state[f] != v}
        if not missing:
            break
        after = _make_sendable_together(traits, missing)
        sends = after | _pick_sent_with_target(traits, after, full_goal)
        # The rest of the rollout is known before the first request only.
        before = {} if result else pick_rollout(state)
        before |= {field: state[field] for field in after if field in state}
        result.append(Stage(before, after, sends))
        state = apply_request(traits, state, sends)
    return result


def _make_sendable_together(traits: Traits, missing: State) -> State:
    later_fields: set[str] = set()
    if traits.disabling_drops_target and missing.get("rollout_enabled") is False:
        later_fields.add("rollout_bundle")
    elif missing.get("rollout_bundle") is not None:
        later_fields.update(PAUSE)
    return {field: value for field, value in missing.items() if field not in later_fields}


def _pick_sent_with_target(traits: Traits, after: State, goal: State) -> State:
    """Return the share and state that go along with a new target (§18.11)."""
    if after.get("rollout_bundle") is None:
        return {}
    fields = ["rollout_percentage_bps"]
    if goal.get("rollout_enabled") or not traits.disabling_drops_target:
        fields.append("rollout_enabled")
    return {field: goal[field] for field in fields if field in goal}
