"""The fields of records that changes set, with the exact texts of the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from capgo_tui.api.channel_setting import SOME_UPDATES, SettingKind
from capgo_tui.api.settings import CHANNEL_SETTINGS

if TYPE_CHECKING:
    from collections.abc import Callable

    from capgo_tui.api.models import Bundle, Channel, Device
    from capgo_tui.api.records import BundleRef, Record

Value: TypeAlias = str | int | float | bool | None
State: TypeAlias = dict[str, Value]
"""Some fields of a record, with the exact texts of the server. A field that is missing is not
known; the state of a record that does not exist is None."""

_THRESHOLDS = tuple(
    name
    for name, setting in CHANNEL_SETTINGS.items()
    if setting.null and setting.kind in (SettingKind.BPS, SettingKind.WHOLE)
)
"""Fields in which null is a value of its own: no such threshold (contract §6.4)."""


def read_device_state(device: Device, *, tells_overrides: bool) -> State:
    """Return the override of a device; without it where the server tells none (contract §7.1)."""
    if device.channel is None:
        return {"channel": None} if tells_overrides and device.is_override_known else {}
    return {"channel": _find_exact_spelling(device, "channel", device.channel)}


def read_channel_state(channel: Channel, name_of_bundle: Callable[[int], str | None]) -> State:
    """Return every setting that the server tells, never platform flags (contract §11.7).

    `name_of_bundle` gives the exact name of a bundle by its id, for servers that tell ids alone.
    """
    state: State = {}
    bundles = {"bundle": channel.bundle}
    if channel.rollout_percentage_bps is not None:  # else a server without rollouts
        bundles["rollout_bundle"] = channel.rollout_bundle
        state["rollout_paused"] = channel.rollout_paused_at is not None
        reason, wire = channel.rollout_pause_reason, CHANNEL_SETTINGS["rollout_pause_reason"].wire
        state["rollout_pause_reason"] = reason and _find_exact_spelling(channel, wire, reason)
        state |= dict.fromkeys(_THRESHOLDS)
    for field, bundle in bundles.items():
        name = _wire_name(bundle, name_of_bundle)
        if bundle is None or name is not None:
            state[field] = name
    for field in CHANNEL_SETTINGS:
        if field in bundles or field == "rollout_pause_reason":
            continue
        value = getattr(channel, field, None)
        if isinstance(value, (str, int, float, bool)):
            state[field] = value
    if channel.disable_auto_update == SOME_UPDATES:
        del state["disable_auto_update"]  # which is unknown
    return state


def read_bundle_state(bundle: Bundle) -> State:
    """Return the fields that can be set on a bundle."""
    state: State = {}
    for field, text in (("link", bundle.link), ("comment", bundle.comment)):
        state[field] = _find_exact_spelling(bundle, field, text) if text else None
    return state


def _wire_name(bundle: BundleRef | None, name_of: Callable[[int], str | None]) -> str | None:
    if bundle is None or bundle.wire_name is not None or bundle.id is None:
        return None if bundle is None else bundle.wire_name
    return name_of(bundle.id)


def _find_exact_spelling(record: Record, field: str, text: str) -> str:
    """Return the server's spelling of a text that was cleaned, if a request can hold it."""
    raw = record.parse_raw()
    value = raw.get(field) if isinstance(raw, dict) else None
    if not isinstance(value, str) or not value:
        return text
    try:
        value.encode()
    except UnicodeEncodeError:  # half a character is legal in JSON, but not in UTF-8
        return text
    return value
