"""Labels of the settings of channels and of their values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from capgo_tui.text import clean
from capgo_tui.workspace.cells import POLICY_LABELS

if TYPE_CHECKING:
    from capgo_tui.workspace.changes.states import Value

FIELD_LABELS: Final = {
    "public": "default channel",
    "bundle": "bundle",
    "disable_auto_update": "holds back updates",
    "disable_auto_update_under_native": "not below native version",
    "update_package": "update package",
    "ios": "iOS",
    "android": "Android",
    "electron": "Electron",
    "allow_device_self_set": "device may choose it itself",
    "allow_emulator": "emulators",
    "allow_device": "physical devices",
    "allow_dev": "development builds",
    "allow_prod": "production builds",
    "rollout_bundle": "rollout target",
    "rollout_percentage_bps": "rollout share",
    "rollout_enabled": "rollout on",
    "rollout_paused": "rollout paused",
    "rollout_pause_reason": "reason of the pause",
    "rollout_cache_ttl_seconds": "device keeps its draw, seconds",
    "auto_pause_enabled": "pauses by itself",
    "auto_pause_window_minutes": "looks back, minutes",
    "auto_pause_failure_rate_bps": "at a failure rate of",
    "auto_pause_confidence": "with a confidence of",
    "auto_pause_min_attempts": "from so many attempts",
    "auto_pause_min_failures": "from so many failures",
    "auto_pause_action": "what it then does",
    "auto_pause_cooldown_minutes": "then rests, minutes",
}


def setting_label(field: str) -> str:
    """Return the label of a setting, as in the form."""
    return FIELD_LABELS.get(field, field.replace("_", " "))


def setting_words(field: str, value: Value) -> str:
    """Return the label of any value as clean text."""
    own_words = setting_value(field, value)
    if own_words is not None:
        return own_words
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else clean(str(value))


def setting_value(field: str, value: Value) -> str | None:
    """Return the label of a value where its field has special ones, as clean text; else None."""
    if field.endswith("_bps") and isinstance(value, int):
        return f"{value / 100:g} %"
    if field == "disable_auto_update" and isinstance(value, str):
        return POLICY_LABELS.get(value, clean(value))
    return None
