"""The fields of the channel form, their order, and how their texts are read."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final

from capgo_tui.api.channel_setting import SettingKind
from capgo_tui.api.settings import CHANNEL_SETTINGS
from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.text import clean
from capgo_tui.workspace.changes.rollout_state import AFTER_CREATION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.api.channel_setting import ChannelSetting
    from capgo_tui.api.revisions import Traits
    from capgo_tui.workspace.changes.states import Value

NAME: Final = "name"
COPY: Final = "copy"
"""Fields that are no settings: the name of a new channel, and the channel to copy from."""
NAME_RULE: Final = re.compile(r"[\w.-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of the form: a flag or choice with its options, or a text."""

    name: str
    label: str
    section: str
    kind: SettingKind
    null: bool = False
    options: tuple[Value, ...] = ()
    """The values to choose from; empty for a text."""

    @property
    def is_text(self) -> bool:
        """Whether it is typed rather than chosen."""
        return not self.options


def list_form_fields(traits: Traits, *, new: bool) -> list[FormField]:
    """Return the fields of the settings that a revision takes; a new channel has no rollout yet."""
    fields = []
    if new:
        fields.append(FormField(NAME, "name", "Its name", SettingKind.TEXT))
        fields.append(
            FormField(COPY, "copy settings from", "Its name", SettingKind.TEXT, null=True)
        )
    left_out = AFTER_CREATION if new else frozenset()
    return fields + [
        _make_field(setting, traits)
        for name, setting in CHANNEL_SETTINGS.items()
        if setting.section and name in traits.channel_fields and name not in left_out
    ]


def _make_field(setting: ChannelSetting, traits: Traits) -> FormField:
    name, kind = setting.name, setting.kind
    options: tuple[Value, ...] = (True, False) if kind is SettingKind.FLAG else setting.choices
    if name == "disable_auto_update":
        options = tuple(each for each in setting.choices if each in traits.update_policies)
    null = setting.null and (name != "bundle" or traits.clears_bundle)
    return FormField(name, setting.label, setting.section, kind, null, options)


def as_text(field: FormField | ChannelSetting, value: Value) -> str:
    """Return the text of a value in a text field."""
    if value is None:
        return ""
    if field.kind is SettingKind.BPS and isinstance(value, int):
        return f"{value / 100:g}"
    return clean(f"{value:g}" if isinstance(value, float) else str(value))


def read_text(field: FormField | ChannelSetting, text: str) -> Value:
    """Return the value of a text; raises ValueError with what is wrong with it."""
    text = text.strip()
    if not text:
        if field.null:
            return None
        raise ValueError("cannot be empty")
    value: Value = text
    if field.kind is SettingKind.BPS:
        value = _parse_basis_points(text)
    elif field.kind is SettingKind.WHOLE:
        value = _parse_number(text, "a whole number")
        if not value.is_integer():
            raise ValueError("must be a whole number")
        value = int(value)
    elif field.kind is SettingKind.NUMBER:
        value = _parse_number(text, "a number")
    try:
        wire_value = CHANNEL_SETTINGS[field.name].check(value)
    except ValueError as error:
        raise ValueError(str(error).removesuffix(", or None")) from None
    return wire_value if isinstance(wire_value, str) else value


NAME_TAKEN: Final = "there is a channel of that name"


def read_name(text: str, names: Sequence[str]) -> str:
    """Return the name of a new channel; raises ValueError with what is wrong with it."""
    name = text.strip()
    if not name:
        raise ValueError("give it a name")
    if not NAME_RULE.fullmatch(name):
        raise ValueError("only letters, digits, _ . and - (no spaces)")
    if name in names:
        raise ValueError(NAME_TAKEN)
    return name


def _parse_number(text: str, what: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"must be {what}")
    return number


def _parse_basis_points(text: str) -> int:
    points = round(_parse_number(text.removesuffix("%"), "a percentage") * 100, 6)
    if not 0 <= points <= 10_000 or not points.is_integer():
        raise ValueError("must be between 0 and 100 %, with at most two decimals")
    return int(points)
