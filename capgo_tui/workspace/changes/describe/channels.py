"""Changes of channels in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from capgo_tui.text import clean
from capgo_tui.workspace.changes.channel_words import setting_label, setting_words
from capgo_tui.workspace.changes.channels import (
    BUNDLES,
    DEMOTED_FIELD,
    ChannelChange,
    SettingsChange,
)
from capgo_tui.workspace.changes.describe.description import Description
from capgo_tui.workspace.changes.names import fit, shorten
from capgo_tui.workspace.changes.rollout_state import describe_rollout, target_name

if TYPE_CHECKING:
    from capgo_tui.workspace.changes.states import State, Value

C_co = TypeVar("C_co", bound=ChannelChange, covariant=True)


class ChannelDescription(Description[C_co]):
    """A change of a channel in clean words."""

    def field_label(self, field: str) -> str:
        """Return the words of the form."""
        return setting_label(field)

    def value_label(self, field: str, value: Value) -> str:
        """Return percentages for basis points, and the console's word for a policy."""
        return setting_words(field, value)

    def state_label(self, state: State, field: str) -> str:
        """Return the value, with what is to be said of a bundle where it is named."""
        label = super().state_label(state, field)
        note = self.change.notes.get(str(state.get(field))) if field in BUNDLES else None
        return f"{label} ({note})" if note else label

    def remark(self, state: State | None) -> str:
        """Return which defaults no longer are, as far as that was read back."""
        names = self.change.find_demoted(state) if DEMOTED_FIELD in (state or {}) else []
        return f"demoted {', '.join(map(clean, names))}" if names else ""

    def side_effects_label(self, side_effects: State) -> str:
        """Return the rollout that has ended, or what else has become of it."""
        before = self.change.before or {}
        if side_effects.get("rollout_bundle", "kept") is None:
            return f"rollout of {target_name(before)} ended"
        if self.change.ends_rollout:
            return f"its rollout goes on ({describe_rollout(before)})"
        return super().side_effects_label(side_effects)


class SettingsDescription(ChannelDescription[SettingsChange]):
    """A change of settings in clean words; its bundle's name is taken off in so many words."""

    @property
    def taken_off(self) -> str:
        """The bundle that is taken off and not replaced, if that is all."""
        before, after = (self.change.before or {}).get("bundle"), self.change.after or {}
        is_all = after.keys() == {"bundle"} and after["bundle"] is None
        return clean(str(before)) if is_all and before is not None else ""

    @property
    def title(self) -> str:
        """Which bundle is taken off the channel, where that is all it does."""
        label = self.change.label
        return f"Take {self.taken_off} off {label}" if self.taken_off else super().title

    @property
    def short_title(self) -> str:
        """As for every change, with the bundle that is taken off."""
        return self.title if self.taken_off else super().short_title

    def question(self, width: int) -> str:
        """Return its title where a bundle is taken off: both names, the longer one shortened."""
        if not self.taken_off:
            return super().question(width)
        names = (self.taken_off, self.change.label)
        limits = fit(names, width - len("Take  off ?") - 1)
        return "Take {} off {}?".format(*map(shorten, names, limits))

    def remark(self, state: State | None) -> str:
        """Return the bundle that was taken off, or which defaults no longer are."""
        return f"{self.taken_off} taken off" if self.taken_off else super().remark(state)

    @property
    def _first_field(self) -> str:
        """The label of the first field where that is not the bundle; else empty."""
        first = next(iter(self.change.after or {}), "bundle")
        return "" if first == "bundle" else self.field_label(first)

    @property
    def first_effect(self) -> str:
        """As for every change, with the field's name where it is not the bundle."""
        effect = super().first_effect
        return f"{self._first_field}: {effect}" if effect and self._first_field else effect

    def summary(self, width: int) -> str:
        """Return the summary with the field's name where it is not the bundle."""
        if not self._first_field:
            return super().summary(width)
        return self.summary_of(f"{self.name}, {self._first_field}", width)
