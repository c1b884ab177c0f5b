"""Descriptions of changes of channels."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from capgo_tui.api.channel_setting import SettingKind
from capgo_tui.api.settings import CHANNEL_SETTINGS
from capgo_tui.text import clean
from capgo_tui.workspace.changes.channel_words import describe_setting, label_setting
from capgo_tui.workspace.changes.channels import DEMOTED_FIELD, ChannelChange, SettingsChange
from capgo_tui.workspace.changes.describe.description import Description
from capgo_tui.workspace.changes.names import fit, shorten
from capgo_tui.workspace.changes.rollout_state import describe_rollout, target_name

if TYPE_CHECKING:
    from capgo_tui.workspace.changes.states import State, Value

C_co = TypeVar("C_co", bound=ChannelChange, covariant=True)


class ChannelDescription(Description[C_co]):
    """A change of a channel as clean text."""

    def label_field(self, field: str) -> str:
        """Return the label of the setting, as in the form."""
        return label_setting(field)

    def label_value(self, field: str, value: Value) -> str:
        """Return percentages for basis points, and the label of a policy."""
        return describe_setting(field, value)

    def label_state(self, state: State, field: str) -> str:
        """Return the label of the value, with the note on a bundle."""
        label = super().label_state(state, field)
        has_bundle = (
            field in CHANNEL_SETTINGS and CHANNEL_SETTINGS[field].kind is SettingKind.BUNDLE
        )
        note = self.change.notes.get(str(state.get(field))) if has_bundle else None
        return f"{label} ({note})" if note else label

    def remark(self, state: State | None) -> str:
        """Return the defaults it demoted, as far as they were read back."""
        names = self.change.find_demoted(state) if DEMOTED_FIELD in (state or {}) else []
        return f"demoted {', '.join(map(clean, names))}" if names else ""

    def label_side_effects(self, side_effects: State) -> str:
        """Return whether the rollout has ended or goes on, or the label of other side effects."""
        before = self.change.before or {}
        if side_effects.get("rollout_bundle", "kept") is None:
            return f"rollout of {target_name(before)} ended"
        if self.change.ends_rollout:
            return f"its rollout goes on ({describe_rollout(before)})"
        return super().label_side_effects(side_effects)


class SettingsDescription(ChannelDescription[SettingsChange]):
    """A change of settings as clean text; it names a bundle that is taken off."""

    @property
    def taken_off(self) -> str:
        """The bundle that is taken off without a replacement, if that is all."""
        before, after = (self.change.before or {}).get("bundle"), self.change.after or {}
        is_all = after.keys() == {"bundle"} and after["bundle"] is None
        return clean(str(before)) if is_all and before is not None else ""

    @property
    def title(self) -> str:
        """The title, with the bundle that is taken off."""
        label = self.change.label
        return f"Take {self.taken_off} off {label}" if self.taken_off else super().title

    @property
    def short_title(self) -> str:
        """The short title, with the bundle that is taken off."""
        return self.title if self.taken_off else super().short_title

    def ask(self, width: int) -> str:
        """Return the question; where a bundle is taken off, the longer name is shortened."""
        if not self.taken_off:
            return super().ask(width)
        names = (self.taken_off, self.change.label)
        limits = fit(names, width - len("Take  off ?") - 1)
        return "Take {} off {}?".format(*map(shorten, names, limits))

    def remark(self, state: State | None) -> str:
        """Return the bundle that was taken off, or the defaults it demoted."""
        return f"{self.taken_off} taken off" if self.taken_off else super().remark(state)

    @property
    def _first_field(self) -> str:
        """The label of the first field where that is not the bundle; else empty."""
        first = next(iter(self.change.after or {}), "bundle")
        return "" if first == "bundle" else self.label_field(first)

    @property
    def first_effect(self) -> str:
        """The first effect, with the label of the field unless it is the bundle."""
        effect = super().first_effect
        return f"{self._first_field}: {effect}" if effect and self._first_field else effect

    def summarize(self, width: int) -> str:
        """Return the summary, with the label of the field unless it is the bundle."""
        if not self._first_field:
            return super().summarize(width)
        return self.summarize_values(f"{self.name}, {self._first_field}", width)
