"""The settings of a channel, to send (contract §6.2, §6.4) and as the one table of them.

Requests, names in replies, states that are read back, forms, details and texts follow from
`CHANNEL_SETTINGS`; which revisions take and tell a setting is in `revisions`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from capgo_tui.api.channel_setting import UNSET, ChannelSetting, SettingKind
from capgo_tui.api.errors import InvalidSetting
from capgo_tui.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from datetime import datetime

    from capgo_tui.api.channel_setting import Maybe
    from capgo_tui.api.jsonvalue import JSON

UpdatePolicy: TypeAlias = Literal["major", "minor", "patch", "version_number", "metadata", "none"]
UpdatePackage: TypeAlias = Literal["all", "zip", "delta", "zip_from_builtin", "delta_from_builtin"]
AutoPauseAction: TypeAlias = Literal["pause", "rollback", "notify"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSettings:
    """Settings to send to one channel; whatever is `UNSET` is not sent (contract §6.2, §6.4).

    ``bundle`` is a bundle's name, or None to take the bundle off. ``disable_auto_update``
    takes ``metadata`` as another word for ``version_number``. Percentages are 0-100, ``_bps``
    hundredths of a percent (0-10000), times seconds or minutes as their names say.
    Raises InvalidSetting for a value out of range or two settings that contradict each other;
    which fields a server takes depends on its revision and is checked when a request is built.
    """

    bundle: str | Maybe | None = UNSET
    public: bool | Maybe = UNSET
    disable_auto_update: UpdatePolicy | Maybe = UNSET
    disable_auto_update_under_native: bool | Maybe = UNSET
    update_package: UpdatePackage | Maybe = UNSET
    ios: bool | Maybe = UNSET
    android: bool | Maybe = UNSET
    electron: bool | Maybe = UNSET
    allow_device_self_set: bool | Maybe = UNSET
    allow_emulator: bool | Maybe = UNSET
    allow_device: bool | Maybe = UNSET
    allow_dev: bool | Maybe = UNSET
    allow_prod: bool | Maybe = UNSET
    rollout_bundle: str | int | Maybe | None = UNSET
    rollout_percentage: float | Maybe = UNSET
    rollout_percentage_bps: int | Maybe = UNSET
    rollout_enabled: bool | Maybe = UNSET
    rollout_paused: bool | Maybe = UNSET
    rollout_paused_at: datetime | Maybe | None = UNSET
    rollout_pause_reason: str | Maybe | None = UNSET
    rollout_cache_ttl_seconds: int | Maybe = UNSET
    rollback: Literal[True] | Maybe = UNSET
    promote_to_stable: Literal[True] | Maybe = UNSET
    auto_pause_enabled: bool | Maybe = UNSET
    auto_pause_window_minutes: int | Maybe = UNSET
    auto_pause_failure_rate_bps: int | Maybe | None = UNSET
    auto_pause_confidence: float | Maybe = UNSET
    auto_pause_min_attempts: int | Maybe | None = UNSET
    auto_pause_min_failures: int | Maybe | None = UNSET
    auto_pause_action: AutoPauseAction | Maybe = UNSET
    auto_pause_cooldown_minutes: int | Maybe = UNSET

    def __post_init__(self) -> None:
        values = self.dump()
        for one, other in _RIVALS:
            if one in values and other in values:
                raise InvalidSetting(f"{one} and {other} contradict each other: send one of them")

    def with_bundle(self, bundle: str | None) -> ChannelSettings:
        """Return the same settings with another bundle name, or None for no bundle."""
        return replace(self, bundle=bundle)

    def dump(self) -> dict[str, JSON]:
        """Return the values to send, by field name, as JSON values."""
        values: dict[str, JSON] = {}
        for name, setting in CHANNEL_SETTINGS.items():
            value = getattr(self, name)
            if value is UNSET:
                continue
            try:
                values[name] = setting.check(value)
            except ValueError as error:
                raise InvalidSetting(f"{name} {error}") from None
        return values


_RIVALS = (
    ("rollback", "promote_to_stable"),
    ("rollout_percentage", "rollout_percentage_bps"),
    ("rollout_paused", "rollout_paused_at"),
)

CARRIES: Final = "What it carries"
UPDATES: Final = "Updates"
SERVES: Final = "Who it serves"
ROLLOUT: Final = "Rollout"
AUTO_PAUSE: Final = "Automatic pause of a rollout"

_ROWS: Final = (
    ChannelSetting("bundle", CARRIES, "bundle", SettingKind.BUNDLE, null=True, wire="version"),
    ChannelSetting("public", CARRIES, "default channel"),
    ChannelSetting(
        "disable_auto_update",
        UPDATES,
        "holds back updates",
        SettingKind.CHOICE,
        choices=("major", "minor", "patch", "version_number", "none"),
        choice_labels={"version_number": "metadata"},
    ),
    ChannelSetting(
        "disable_auto_update_under_native",
        UPDATES,
        "not below native",
    ),
    ChannelSetting(
        "update_package",
        UPDATES,
        "update package",
        SettingKind.CHOICE,
        choices=("all", "zip", "delta", "zip_from_builtin", "delta_from_builtin"),
    ),
    ChannelSetting("ios", SERVES, "iOS"),
    ChannelSetting("android", SERVES, "Android"),
    ChannelSetting("electron", SERVES, "Electron"),
    ChannelSetting(
        "allow_device_self_set",
        SERVES,
        "devices may choose it",
        wire="allow_device_self_set",
    ),
    ChannelSetting("allow_emulator", SERVES, "emulators", wire="allow_emulator"),
    ChannelSetting("allow_device", SERVES, "physical devices", wire="allow_device"),
    ChannelSetting("allow_dev", SERVES, "development builds", wire="allow_dev"),
    ChannelSetting("allow_prod", SERVES, "production builds", wire="allow_prod"),
    ChannelSetting(
        "rollout_bundle",
        ROLLOUT,
        "rollout target",
        SettingKind.BUNDLE,
        read_as=("rollout_version_info", "rollout_version"),
        short_label="rollout",
        null=True,
        takes_id=True,
        initial=None,
        wire="rolloutVersion",
    ),
    ChannelSetting("rollout_percentage", kind=SettingKind.NUMBER, most=100),
    ChannelSetting(
        "rollout_percentage_bps", ROLLOUT, "rollout share", SettingKind.BPS, most=10_000, initial=0
    ),
    ChannelSetting("rollout_enabled", ROLLOUT, "rollout on", initial=False),
    ChannelSetting("rollout_paused", ROLLOUT, "rollout paused", initial=False),
    ChannelSetting("rollout_paused_at", kind=SettingKind.MOMENT, null=True),
    ChannelSetting(
        "rollout_pause_reason",
        ROLLOUT,
        "reason of the pause",
        SettingKind.TEXT,
        null=True,
        initial=None,
    ),
    ChannelSetting(
        "rollout_cache_ttl_seconds",
        ROLLOUT,
        "rollout cache TTL, seconds",
        SettingKind.WHOLE,
        least=60,
        most=31_536_000,
    ),
    ChannelSetting("rollback", kind=SettingKind.TRIGGER),
    ChannelSetting("promote_to_stable", kind=SettingKind.TRIGGER),
    ChannelSetting("auto_pause_enabled", AUTO_PAUSE, "auto pause"),
    ChannelSetting(
        "auto_pause_window_minutes",
        AUTO_PAUSE,
        "window, minutes",
        SettingKind.WHOLE,
        least=1,
        most=10_080,
    ),
    ChannelSetting(
        "auto_pause_failure_rate_bps",
        AUTO_PAUSE,
        "failure rate",
        SettingKind.BPS,
        null=True,
        most=10_000,
    ),
    ChannelSetting(
        "auto_pause_confidence",
        AUTO_PAUSE,
        "confidence",
        SettingKind.NUMBER,
        most=1,
        excludes_ends=True,
    ),
    ChannelSetting(
        "auto_pause_min_attempts", AUTO_PAUSE, "minimum attempts", SettingKind.WHOLE, null=True
    ),
    ChannelSetting(
        "auto_pause_min_failures", AUTO_PAUSE, "minimum failures", SettingKind.WHOLE, null=True
    ),
    ChannelSetting(
        "auto_pause_action",
        AUTO_PAUSE,
        "auto pause action",
        SettingKind.CHOICE,
        choices=("pause", "rollback", "notify"),
    ),
    ChannelSetting(
        "auto_pause_cooldown_minutes",
        AUTO_PAUSE,
        "cooldown, minutes",
        SettingKind.WHOLE,
        most=10_080,
    ),
)
CHANNEL_SETTINGS: Final = {row.name: row for row in _ROWS}
"""The rows by name, in the order of forms."""
