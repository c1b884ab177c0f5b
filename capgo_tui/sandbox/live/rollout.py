"""Progressive rollout and auto-pause, the fields of POST /channel only live has (§6.4)."""

from __future__ import annotations

import math
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeGuard

from capgo_tui.sandbox.answers import Crash
from capgo_tui.sandbox.call import is_truthy, pick_fields
from capgo_tui.sandbox.live.errors import make_refusal
from capgo_tui.sandbox.roles import Permission
from capgo_tui.sandbox.tables.bundles import find_bundle, find_bundle_by_id
from capgo_tui.sandbox.values import as_bool, as_text, parse_moment, parse_row_id, stamp

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from capgo_tui.sandbox.answers import Json, JsonObject
    from capgo_tui.sandbox.rules import Rules
    from capgo_tui.sandbox.tables.channels import Channel
    from capgo_tui.sandbox.tables.keys import Key
    from capgo_tui.sandbox.tables.rows import Column

_MAX_SAFE_INTEGER = 2**53 - 1

#: Both spellings of each field; ``rollback`` has only one. ``advanceRollout`` and
#: ``updatePackage`` are next's.
_ALIASES: Mapping[str, str] = {
    "rolloutVersion": "rollout_version",
    "rolloutPercentage": "rollout_percentage",
    "rolloutPercentageBps": "rollout_percentage_bps",
    "rolloutEnabled": "rollout_enabled",
    "rolloutPaused": "rollout_paused",
    "rolloutPausedAt": "rollout_paused_at",
    "rolloutPauseReason": "rollout_pause_reason",
    "rolloutCacheTtlSeconds": "rollout_cache_ttl_seconds",
    "promoteToStable": "promote_to_stable",
    "advanceRollout": "advance_rollout",
    "autoPauseEnabled": "auto_pause_enabled",
    "autoPauseWindowMinutes": "auto_pause_window_minutes",
    "autoPauseFailureRateBps": "auto_pause_failure_rate_bps",
    "autoPauseConfidence": "auto_pause_confidence",
    "autoPauseMinAttempts": "auto_pause_min_attempts",
    "autoPauseMinFailures": "auto_pause_min_failures",
    "autoPauseAction": "auto_pause_action",
    "autoPauseCooldownMinutes": "auto_pause_cooldown_minutes",
    "updatePackage": "update_package",
}

#: Whole numbers and their ranges, in the order the real handler checks them around the confidence.
_RANGES_BEFORE: tuple[tuple[str, int, int], ...] = (
    ("rolloutPercentageBps", 0, 10_000),
    ("rolloutCacheTtlSeconds", 60, 31_536_000),
    ("autoPauseWindowMinutes", 1, 10_080),
    ("autoPauseFailureRateBps", 0, 10_000),
)
_RANGES_AFTER: tuple[tuple[str, int, int], ...] = (
    ("autoPauseMinAttempts", 0, _MAX_SAFE_INTEGER),
    ("autoPauseMinFailures", 0, _MAX_SAFE_INTEGER),
    ("autoPauseCooldownMinutes", 0, 10_080),
)
_NULLABLE = frozenset({"autoPauseFailureRateBps", "autoPauseMinAttempts", "autoPauseMinFailures"})
_ACTIONS = frozenset({"pause", "rollback", "notify"})

_NO_PAUSE: Mapping[str, Column] = {"rollout_paused_at": None, "rollout_pause_reason": None}
_NO_TARGET: Mapping[str, Column] = {"rollout_version": None, **_NO_PAUSE}
_NO_ROLLOUT: Mapping[str, Column] = {
    **_NO_TARGET,
    "rollout_enabled": False,
    "rollout_percentage_bps": 0,
}


def resolve_aliases(body: JsonObject) -> JsonObject:
    """Return every field its camelCase name; that spelling wins when both were sent."""
    aliases = {
        name: body[alias] for name, alias in _ALIASES.items() if name not in body and alias in body
    }
    return {**body, **aliases}


@dataclass(frozen=True)
class Plan:
    """The changes to one channel's rollout that a body asks for."""

    db: sqlite3.Connection
    key: Key
    app_id: str
    existing: Channel | None
    stable: Column
    moment: str
    rules: Rules

    def read(self, body: JsonObject) -> dict[str, Column]:
        """Check the fields and return the columns they set."""
        numbers = self._read_numbers(body)
        self._check_target(body)
        values = {**numbers, **self._read_pause(body)}
        if "rolloutVersion" in body:
            values["rollout_version"] = self._find_target(body["rolloutVersion"])
        if is_truthy(body.get("rollback")):
            values |= _NO_ROLLOUT
        if is_truthy(body.get("promoteToStable")):
            current = self.existing.rollout_version if self.existing else None
            target = values.get("rollout_version") or current
            if target is None:
                text = "Cannot promote without a rollout version"
                raise make_refusal(
                    "missing_rollout_version", text, pick_fields(body, "app_id", "channel")
                )
            values |= {**_NO_ROLLOUT, "version": target}
        if self._advances(body):
            values |= self._advance(body, values)
        if self._switches_off(body):
            values |= _NO_TARGET
        return values

    def _advances(self, body: JsonObject) -> bool:
        return self.rules.advances_rollouts and is_truthy(body.get("advanceRollout"))

    def _switches_off(self, body: JsonObject) -> bool:
        """Return whether the rollout is switched off, which on next drops its target (§18.4)."""
        ends = is_truthy(body.get("rollback")) or is_truthy(body.get("promoteToStable"))
        off = body.get("rolloutEnabled") is False
        return self.rules.switching_off_drops_target and off and not ends

    def _advance(self, body: JsonObject, values: Mapping[str, Column]) -> dict[str, Column]:
        """Make the old target stable and the new one the target."""
        target = self.existing.rollout_version if self.existing else None
        if target is None or values.get("rollout_version") is None:
            text = "Cannot advance without an old and a new rollout version"
            raise make_refusal(
                "missing_rollout_version", text, pick_fields(body, "app_id", "channel")
            )
        return {"rollout_enabled": True, **values, "version": target, **_NO_PAUSE}

    def _read_numbers(self, body: JsonObject) -> dict[str, Column]:
        values: dict[str, Column] = {}
        percentage = body.get("rolloutPercentage")
        if percentage is not None:
            if not _is_number(percentage) or not 0 <= percentage <= 100:
                text = "Rollout percentage must be between 0 and 100"
                raise make_refusal(
                    "invalid_rollout_percentage", text, pick_fields(body, "rolloutPercentage")
                )
            if body.get("rolloutPercentageBps") is None:
                body = {**body, "rolloutPercentageBps": math.floor(percentage * 100 + 0.5)}
        for name, low, high in _RANGES_BEFORE:
            values |= _read_whole(body, name, low, high)
        confidence = body.get("autoPauseConfidence")
        if confidence is not None:
            if not _is_number(confidence) or not 0 < confidence < 1:
                text = "Auto-pause confidence must be greater than 0 and less than 1"
                more = {"autoPauseConfidence": confidence}
                raise make_refusal("invalid_auto_pause_confidence", text, more)
            values["auto_pause_confidence"] = float(confidence)
        for name, low, high in _RANGES_AFTER:
            values |= _read_whole(body, name, low, high)
        action = body.get("autoPauseAction")
        if is_truthy(action):
            if not isinstance(action, str) or action not in _ACTIONS:
                text = "Auto-pause action must be pause, rollback, or notify"
                raise make_refusal("invalid_auto_pause_action", text, {"autoPauseAction": action})
            values["auto_pause_action"] = action
        for name in ("rolloutEnabled", "autoPauseEnabled"):
            if body.get(name) is not None:
                values[_ALIASES[name]] = as_bool(body[name])
        return values

    def _check_target(self, body: JsonObject) -> None:
        names = pick_fields(body, "app_id", "channel")
        has_target = is_truthy(body.get("rolloutVersion"))
        ends = is_truthy(body.get("rollback")) or is_truthy(body.get("promoteToStable"))
        drops = (
            self._switches_off(body)
            and self.existing is not None
            and self.existing.rollout_version is not None
        )
        if "rolloutVersion" in body or ends or drops or self._advances(body):
            if self.existing is None:
                raise make_refusal("cannot_find_channel", "Cannot find channel", names)
            if not self.key.is_allowed(Permission.PROMOTE, self.app_id, self.existing):
                text = "You can't promote bundles on this channel"
                more = {**names, "channelId": self.existing.id}
                raise make_refusal("cannot_promote_bundle", text, more)
        if has_target and self.stable is None:
            text = "Cannot set rollout target without a stable bundle"
            raise make_refusal("missing_stable_version", text, names)

    def _read_pause(self, body: JsonObject) -> dict[str, Column]:
        """Read the pause; an explicit moment wins over the switch, and unpausing drops reasons."""
        values: dict[str, Column] = {}
        if "rolloutPauseReason" in body:
            reason = body["rolloutPauseReason"]
            values["rollout_pause_reason"] = None if reason is None else as_text(reason)
        if "rolloutPausedAt" in body:
            values["rollout_paused_at"] = _parse_pause(body["rolloutPausedAt"])
        elif body.get("rolloutPaused") is not None:
            is_paused = is_truthy(body["rolloutPaused"])
            values["rollout_paused_at"] = self.moment if is_paused else None
        if "rollout_paused_at" in values and values["rollout_paused_at"] is None:
            values["rollout_pause_reason"] = None
        return values

    def _find_target(self, version: Json) -> int | None:
        if not is_truthy(version):
            return None
        if isinstance(version, (int, float)):
            bundle = find_bundle_by_id(self.db, self.app_id, parse_row_id(version))
        else:
            bundle = find_bundle(self.db, self.app_id, as_text(version))
        if bundle is None:
            raise Crash("an unknown rollout target is not caught")
        return bundle.id


def apply_database_rules(
    existing: Channel | None, values: Mapping[str, Column], rules: Rules
) -> dict[str, Column]:
    """Return the columns after the database's own rules, which hold for every write.

    On next a new stable bundle ends the rollout of a target that stays the same (§18.4). A target
    that changes gets a new rollout id and no pause.
    """
    after = dict(values)
    if existing is None:
        return after
    target, stable = existing.rollout_version, existing.version
    if (
        rules.new_stable_ends_rollout
        and target is not None
        and after.get("version", stable) != stable
        and after.get("rollout_version", target) == target
    ):
        after |= {"rollout_version": None, "rollout_enabled": False}
    if after.get("rollout_version", target) != target:
        after |= {"rollout_id": str(uuid.uuid4()), **_NO_PAUSE}
    return after


def _is_number(value: Json) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _read_whole(body: JsonObject, name: str, low: int, high: int) -> dict[str, Column]:
    value = body.get(name)
    if value is None:
        return {_ALIASES[name]: None} if name in body and name in _NULLABLE else {}
    if not _is_number(value) or not float(value).is_integer() or not low <= value <= high:
        text = f"{name} must be an integer between {low} and {high}"
        more = {"field": name, "value": value, "min": low, "max": high}
        raise make_refusal("invalid_rollout_config", text, more)
    return {_ALIASES[name]: int(value)}


def _parse_pause(value: Json) -> str | None:
    if value is None:
        return None
    moment = parse_moment(as_text(value))
    if moment is None:
        raise Crash("not a moment")
    return stamp(moment)
