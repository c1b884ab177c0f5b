"""Labels of the settings of channels and of their values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.api.channel_setting import SettingKind
from capgo_tui.api.settings import CHANNEL_SETTINGS
from capgo_tui.text import clean

if TYPE_CHECKING:
    from capgo_tui.workspace.changes.states import Value


def label_setting(field: str) -> str:
    """Return the label of a setting, as in the form."""
    setting = CHANNEL_SETTINGS.get(field)
    return (setting and setting.label) or field.replace("_", " ")


def describe_setting(field: str, value: Value) -> str:
    """Return the label of any value as clean text."""
    setting = CHANNEL_SETTINGS.get(field)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if setting is not None and setting.kind is SettingKind.BPS and isinstance(value, int):
        return f"{value / 100:g} %"
    text = "none" if value is None else str(value)
    return clean(text if setting is None else setting.choice_labels.get(text, text))
