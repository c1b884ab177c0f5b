"""Settings of a channel: all fields of contract §6.2 and §6.4, checked before sending."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from capgo_tui.api.errors import InvalidSetting

if TYPE_CHECKING:
    from capgo_tui.api.jsonvalue import JSON


class Unset(Enum):
    """The type of `UNSET`."""

    UNSET = "unset"

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET
"""Not sent, so that the server keeps its value; None, where allowed, is sent as null."""

UpdatePolicy: TypeAlias = Literal["major", "minor", "patch", "version_number", "metadata", "none"]
UpdatePackage: TypeAlias = Literal["all", "zip", "delta", "zip_from_builtin", "delta_from_builtin"]
AutoPauseAction: TypeAlias = Literal["pause", "rollback", "notify"]
Maybe: TypeAlias = Literal[Unset.UNSET]

INTERNAL_BUNDLES = frozenset({"builtin", "unknown"})
"""Names by which the server means "no bundle" (contract §4, §11.17)."""

Value: TypeAlias = "str | int | float | bool | datetime | None"
Check: TypeAlias = Callable[[Value], "JSON"]


class Kind(Enum):
    """Type of the value of a setting, for a form."""

    FLAG = "yes or no"
    CHOICE = "one of a few words"
    WHOLE = "a whole number"
    BPS = "hundredths of a percent"
    NUMBER = "a number"
    BUNDLE = "a bundle's name"
    TEXT = "a text"
    MOMENT = "a date and time"
    TRIGGER = "nothing but true: it makes something happen"


@dataclass(frozen=True, slots=True)
class Field:
    """One setting: its name in JSON, and the check that returns its JSON value."""

    wire: str
    check: Check
    kind: Kind = Kind.FLAG
    null: bool = False
    """Whether null is a value of its own."""
    choices: tuple[str, ...] = ()


def _flag(value: Value) -> JSON:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _only_true(value: Value) -> JSON:
    if value is not True:
        raise ValueError("can only be true")
    return True


SOME_UPDATES: Final = "some"
"""An update policy that holds back some updates, not known which (§6.1, D)."""
UPDATE_POLICIES = ("major", "minor", "patch", "version_number", "none")
UPDATE_PACKAGES = ("all", "zip", "delta", "zip_from_builtin", "delta_from_builtin")
AUTO_PAUSE_ACTIONS = ("pause", "rollback", "notify")


def _policy(value: Value) -> JSON:
    if value not in (*UPDATE_POLICIES, "metadata"):
        raise ValueError("must be major, minor, patch, version_number (also metadata) or none")
    return "version_number" if value == "metadata" else str(value)


def _package(value: Value) -> JSON:
    if value not in UPDATE_PACKAGES:
        raise ValueError(f"must be {', '.join(UPDATE_PACKAGES[:-1])} or {UPDATE_PACKAGES[-1]}")
    return str(value)


def _action(value: Value) -> JSON:
    if value not in AUTO_PAUSE_ACTIONS:
        raise ValueError("must be pause, rollback or notify")
    return str(value)


def _bundle_name(value: Value) -> JSON:
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be a bundle name, or None for no bundle")
    if value.strip().lower() in INTERNAL_BUNDLES:
        raise ValueError(f"{value.strip()!r} means no bundle; say None for that")
    return value


def _bundle_or_id(value: Value) -> JSON:
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    return _bundle_name(value)


def _text_or_null(value: Value) -> JSON:
    if value is not None and not isinstance(value, str):
        raise ValueError("must be a text or None")
    return value


def _moment_or_null(value: Value) -> JSON:
    if value is None:
        return None
    if not isinstance(value, datetime) or value.utcoffset() is None:
        raise ValueError("must be a date and time with a time zone, or None")
    return iso_utc(value)


def _whole(low: int, high: int | None, *, null: bool = False) -> Check:
    span = f"between {low} and {high}" if high is not None else f"of at least {low}"

    def check(value: Value) -> JSON:
        if value is None and null:
            return None
        good = isinstance(value, int) and not isinstance(value, bool) and value >= low
        if not good or (high is not None and isinstance(value, int) and value > high):
            raise ValueError(f"must be a whole number {span}" + (", or None" if null else ""))
        return int(value) if isinstance(value, int) else None

    return check


def _number(low: float, high: float, *, open_ends: bool = False) -> Check:
    def check(value: Value) -> JSON:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            is_inside = low < value < high if open_ends else low <= value <= high
            if math.isfinite(value) and is_inside:
                return value
        raise ValueError(f"must be a number {'strictly ' * open_ends}between {low:g} and {high:g}")

    return check


def iso_utc(moment: datetime) -> str:
    """Format an aware datetime for the server: ``2026-01-31T12:00:00.000Z``."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


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
        for field in fields(self):
            value = getattr(self, field.name)
            if value is UNSET:
                continue
            try:
                values[field.name] = CHANNEL_FIELDS[field.name].check(value)
            except ValueError as error:
                raise InvalidSetting(f"{field.name} {error}") from None
        return values


_RIVALS = (
    ("rollback", "promote_to_stable"),
    ("rollout_percentage", "rollout_percentage_bps"),
    ("rollout_paused", "rollout_paused_at"),
)

CHANNEL_FIELDS: dict[str, Field] = {
    "bundle": Field("version", _bundle_name, Kind.BUNDLE, null=True),
    "public": Field("public", _flag),
    "disable_auto_update": Field(
        "disableAutoUpdate", _policy, Kind.CHOICE, choices=UPDATE_POLICIES
    ),
    "disable_auto_update_under_native": Field("disableAutoUpdateUnderNative", _flag),
    "update_package": Field("updatePackage", _package, Kind.CHOICE, choices=UPDATE_PACKAGES),
    **{
        name: Field(name, _flag)
        for name in (
            *("ios", "android", "electron", "allow_device_self_set"),
            *("allow_emulator", "allow_device", "allow_dev", "allow_prod"),
        )
    },
    "rollout_bundle": Field("rolloutVersion", _bundle_or_id, Kind.BUNDLE, null=True),
    "rollout_percentage": Field("rolloutPercentage", _number(0, 100), Kind.NUMBER),
    "rollout_percentage_bps": Field("rolloutPercentageBps", _whole(0, 10_000), Kind.BPS),
    "rollout_enabled": Field("rolloutEnabled", _flag),
    "rollout_paused": Field("rolloutPaused", _flag),
    "rollout_paused_at": Field("rolloutPausedAt", _moment_or_null, Kind.MOMENT, null=True),
    "rollout_pause_reason": Field("rolloutPauseReason", _text_or_null, Kind.TEXT, null=True),
    "rollout_cache_ttl_seconds": Field(
        "rolloutCacheTtlSeconds", _whole(60, 31_536_000), Kind.WHOLE
    ),
    "rollback": Field("rollback", _only_true, Kind.TRIGGER),
    "promote_to_stable": Field("promoteToStable", _only_true, Kind.TRIGGER),
    "auto_pause_enabled": Field("autoPauseEnabled", _flag),
    "auto_pause_window_minutes": Field("autoPauseWindowMinutes", _whole(1, 10_080), Kind.WHOLE),
    "auto_pause_failure_rate_bps": Field(
        "autoPauseFailureRateBps", _whole(0, 10_000, null=True), Kind.BPS, null=True
    ),
    "auto_pause_confidence": Field(
        "autoPauseConfidence", _number(0, 1, open_ends=True), Kind.NUMBER
    ),
    "auto_pause_min_attempts": Field(
        "autoPauseMinAttempts", _whole(0, None, null=True), Kind.WHOLE, null=True
    ),
    "auto_pause_min_failures": Field(
        "autoPauseMinFailures", _whole(0, None, null=True), Kind.WHOLE, null=True
    ),
    "auto_pause_action": Field("autoPauseAction", _action, Kind.CHOICE, choices=AUTO_PAUSE_ACTIONS),
    "auto_pause_cooldown_minutes": Field("autoPauseCooldownMinutes", _whole(0, 10_080), Kind.WHOLE),
}
"""JSON name and check of each setting, by field name of `ChannelSettings`."""
