"""The draft of a rollout's next step: the chosen target and share, and what each step does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from capgo_tui.api.settings import CHANNEL_SETTINGS
from capgo_tui.cells import measure_width
from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.text import clean
from capgo_tui.workspace.ages import format_age
from capgo_tui.workspace.changes.confirmation_level import ConfirmationLevel
from capgo_tui.workspace.changes.rollout_state import is_served
from capgo_tui.workspace.channel_fields import read_text
from capgo_tui.workspace.numbers import group_digits
from capgo_tui.workspace.rollout import RolloutStep, list_rollout_steps, serve_step
from capgo_tui.workspace.rollout_labels import FINISH, PAUSE, START, STOP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.api.models import Bundle, Channel
    from capgo_tui.workspace.changes.channels import SettingsChange
    from capgo_tui.workspace.insight.audience import Audience
    from capgo_tui.workspace.session import Workspace

SHARES: Final = (100, 500, 1000, 2500, 5000, 7500, 10_000)
"""The usual shares, in basis points."""
FIRST_SHARE: Final = 1000
"""The share that is proposed for a new target, in basis points."""
MOST_TYPED: Final = 6
SHARE: Final = "rollout_percentage_bps"


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step and what it does to whom, or why it cannot be done."""

    name: str
    text: str
    refusal: str = ""


class RolloutDraft:
    """The chosen target and share of one channel's rollout."""

    def __init__(self, workspace: Workspace, channel: Channel) -> None:
        self._workspace = workspace
        self.target: Bundle | None = None
        """The chosen bundle; None for the target that is set."""
        self.typed = ""
        """A share that is being typed."""
        self.audience: Audience | None = None
        """The devices of the channel; None until they are counted."""
        self._chosen_share: int | None = None
        self._read(channel)

    def _read(self, channel: Channel) -> None:
        self.channel = channel
        self._state = self._workspace.get_state(channel)
        steps = list_rollout_steps(self._workspace, channel)
        self._steps = {step.label: step for step in steps}

    def rebase(self) -> bool:
        """Take the channel as the list now has it; return False when it is gone."""
        now = self._workspace.channels.records.get(str(self.channel.id))
        if now is not None:
            self._read(now)
        return now is not None

    # What is chosen

    @property
    def present_share(self) -> int:
        """The share that is set, in basis points."""
        share = self._state.get(SHARE)
        return share if isinstance(share, int) else 0

    @property
    def share(self) -> int:
        """The chosen share, in basis points; for a new target a small one unless chosen."""
        if self._chosen_share is not None:
            return self._chosen_share
        if self.present_target is None:
            return FIRST_SHARE
        if self.is_new_target or (
            not self._state.get("rollout_enabled") and not self.present_share
        ):
            return min(self.present_share or FIRST_SHARE, FIRST_SHARE)
        return self.present_share

    @property
    def present_target(self) -> str | None:
        """The exact name of the target that is set; None for none."""
        target = self._state.get("rollout_bundle")
        return target if isinstance(target, str) else None

    @property
    def is_new_target(self) -> bool:
        """Whether another bundle than the target is chosen."""
        return self.target is not None and self.target.wire_id != self.present_target

    @property
    def has_target(self) -> bool:
        """Whether a target is set or chosen."""
        return self.target is not None or self.present_target is not None

    @property
    def is_changed(self) -> bool:
        """Whether the share or the target is not what is set."""
        return self.is_new_target or self.share != self.present_share

    def choose_target(self, bundle: Bundle) -> None:
        """Choose the bundle that is rolled out."""
        self.target = bundle

    def move_share(self, step: int) -> None:
        """Choose the next of the usual shares, or the one before."""
        self.typed = ""
        if step > 0:
            share = next((each for each in SHARES if each > self.share), SHARES[-1])
        else:
            share = next((each for each in reversed(SHARES) if each < self.share), SHARES[0])
        self._chosen_share = share

    def type_share(self, character: str) -> None:
        """Add a digit or a point to the share that is typed, as far as it is one."""
        typed = f"{self.typed}{character}"
        if len(typed) <= MOST_TYPED and self._take(typed):
            self.typed = typed

    def erase(self) -> None:
        """Take back the last character of the share that is typed."""
        self.typed = self.typed[:-1]
        if not self._take(self.typed):
            self._chosen_share = None

    def _take(self, typed: str) -> bool:
        """Choose the share of a text; return whether it is one, or the beginning of one."""
        try:
            value = read_text(CHANNEL_SETTINGS[SHARE], typed.removesuffix("."))
        except ValueError:
            return False
        if isinstance(value, int):
            self._chosen_share = value
        return isinstance(value, int)

    # The steps

    def step(self, name: str) -> RolloutStep:
        """Return a step as it would be now."""
        if name != START:
            return self._steps[name]
        target = self.target.wire_id if self.target is not None else None
        return serve_step(self._workspace, self.channel, target=target, share=self.share)

    def change(self, name: str, warnings: Sequence[str] = ()) -> SettingsChange:
        """Return a step as a change of the channel, with warnings added to its impact."""
        change = self.step(name).change(self._workspace, self.channel)
        if not warnings:
            return change
        level = max(change.level, ConfirmationLevel.LIST)
        return change.model_copy(update={"impact": (*change.impact, *warnings), "level": level})

    def find_bundle(self, name: str) -> Bundle | None:
        """Return the bundle that devices get by a step; None where it is not loaded, or not new."""
        if name == START:
            return self.target if self.is_new_target else None
        target = self.channel.rollout_bundle
        if name != FINISH or target is None or target.id is None:
            return None
        return self._workspace.bundles.records.get(str(target.id))

    # In words

    def name_verb(self, name: str) -> str:
        """Return what a step does now in one word."""
        if name != START:
            return {PAUSE: "pause", FINISH: "finish", STOP: "stop"}[name]
        if self.is_new_target or self._state.get("rollout_enabled") is not True:
            return "start"
        return "resume" if self._state.get("rollout_paused") else "share"

    @property
    def target_label(self) -> str:
        """The name of the chosen target, or that there is none."""
        if self.target is not None:
            return self.target.name
        return clean(self.present_target) if self.present_target is not None else "no target"

    @property
    def title(self) -> str:
        """The channel, its stable bundle and the target."""
        stable = clean(str(self._state["bundle"])) if self._state.get("bundle") else "none"
        target = self.target_label
        if self.is_new_target and self.present_target is not None:
            target = f"{clean(self.present_target)}, chosen {target}"
        if not self.has_target:
            return f"Rollout {self.channel.name} · stable {stable} · no target yet"
        return f"Rollout {self.channel.name} · stable {stable} → target {target}"

    @property
    def share_label(self) -> str:
        """The share, and the chosen one where that differs: ``10 % → 25 %``."""
        chosen = f"{self.typed or f'{self.share / 100:g}'} %"
        if self.present_target is None or self.share == self.present_share:
            return chosen
        return f"{self.present_share / 100:g} % → {chosen}"

    @property
    def state_label(self) -> str:
        """Whether the rollout runs, and since when it is paused."""
        if self.present_target is None:
            return "not started"
        since = self.channel.rollout_paused_at
        if since is not None:
            reason = clean(str(self._state.get("rollout_pause_reason") or ""))
            paused = f"paused {format_age(since, self._workspace.now())}"
            return f"{paused}: {reason}" if reason else paused
        if self._state.get("rollout_enabled") is not True:
            return "switched off"
        return "running · not paused" if is_served(self._state) else "on, for no device"

    def label_audience(self, width: int) -> str:
        """Return how many devices the channel has, as far as that is known.

        Where `width` cells are too few, what is said of the target goes before what is not known.
        """
        known, on_target, doubt = self._describe_audience(), "", ""
        if self.audience is not None and self.audience.loaded_count:
            if (count := self._count_on_target(self.audience)) is not None:
                on_target = f" · {group_digits(count)} run {self.target_label} now"
            if self.audience.is_assumed:
                doubt = " · if it serves all platforms"
        full = f"{known}{on_target}{doubt}{', which is unknown' if doubt else ''}"
        labels = (full, f"{known}{on_target}{doubt}", f"{known}{doubt}")
        return next((each for each in labels if measure_width(each) <= width), labels[-1])

    def _describe_audience(self) -> str:
        audience = self.audience
        if audience is None:
            return "counting devices…"
        if not audience.loaded_count:
            return "no device is loaded: how many follow it is not known"
        known = f"{self._count_share_of(self.share)} of {self._count(audience.device_count)}"
        if not audience.device_count and audience.unknown_count:
            known = "which devices follow it is unknown"
        elif not audience.device_count:
            known = f"none of {self._count(audience.loaded_count)} follows it"
        elif audience.unknown_count:
            known += f" · {group_digits(audience.unknown_count)} more not known"
        return known

    def _count_on_target(self, audience: Audience) -> int | None:
        """Return how many of them run the target; None without one."""
        if self.target is not None:
            return audience.count_on(self.target.id, self.target.wire_id)
        target = self.channel.rollout_bundle
        return None if target is None else audience.count_on(target.id, target.wire_name)

    def list_lines(self) -> list[StepLine]:
        """Return each step with what it does to whom."""
        target, everyone = self._target_name, self._describe_all()
        return [
            self._make_line(START, self._start_text()),
            self._make_line(PAUSE, f"{target} is served to no device until it is resumed"),
            self._make_line(FINISH, f"{everyone} get {target} as stable; the rollout ends"),
            self._make_line(
                STOP, f"{everyone} get the stable {self._stable_name}; the rollout ends"
            ),
        ]

    def _make_line(self, name: str, text: str) -> StepLine:
        if name == START and not self.has_target:
            return StepLine(name, "choose the target")
        return StepLine(name, text, self.step(name).refusal)

    @property
    def _target_name(self) -> str:
        """The name of the target that is set."""
        return clean(self.present_target) if self.present_target is not None else "the target"

    @property
    def _stable_name(self) -> str:
        return clean(str(self._state["bundle"])) if self._state.get("bundle") else "bundle"

    def _start_text(self) -> str:
        share = f"{self.share / 100:g} %"
        whom = f"{share}{self._describe_in_numbers()} get {self.target_label}"
        if self.is_new_target:
            return whom
        if self._state.get("rollout_paused"):
            return f"goes on: {whom}"
        return whom

    def _describe_in_numbers(self) -> str:
        audience = self.audience
        if audience is None or not audience.device_count:
            return " of devices"
        return f", {self._count_share_of(self.share)} of {self._count(audience.device_count)},"

    def _count_share_of(self, share: int) -> str:
        count = 0 if self.audience is None else self.audience.device_count
        if share == SHARES[-1]:
            return f"all {group_digits(count)}"
        least = 1 if count and share else 0
        return f"about {group_digits(max(least, round(count * share / 10_000)))}"

    def _describe_all(self) -> str:
        if self.audience is None or not self.audience.device_count:
            return "all its devices"
        return f"all {self._count(self.audience.device_count)}"

    def _count(self, count: int) -> str:
        is_whole = self.audience is not None and self.audience.is_whole
        what = "device" if is_whole else "loaded device"
        return f"{group_digits(count)} {what}{'s' * (count != 1)}"
