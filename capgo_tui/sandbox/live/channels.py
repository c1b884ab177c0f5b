"""GET and DELETE /channel on live (§6.1, §6.3); POST is in ``channel_settings``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.sandbox.answers import OK, Answer
from capgo_tui.sandbox.call import is_truthy, read_body_or_query
from capgo_tui.sandbox.live.access import authenticate, require, require_app_id
from capgo_tui.sandbox.live.errors import BAD_RANGE, NO_ROW, make_no_access, make_refusal
from capgo_tui.sandbox.paging import BadRange, make_numbered_span, make_page_span
from capgo_tui.sandbox.roles import Permission
from capgo_tui.sandbox.tables.bundles import delete_bundle, find_bundle_by_id, is_linked
from capgo_tui.sandbox.tables.channels import delete_channel, find_channel, list_channels
from capgo_tui.sandbox.values import as_text, stamp

if TYPE_CHECKING:
    import sqlite3

    from capgo_tui.sandbox.answers import Json, JsonObject
    from capgo_tui.sandbox.call import Backend, Call
    from capgo_tui.sandbox.rules import Rules
    from capgo_tui.sandbox.tables.channels import Channel
    from capgo_tui.sandbox.tables.keys import Key


def get_channels(backend: Backend, call: Call) -> Answer:
    """Answer one channel or a page of them."""
    with backend.store.open_for_reading() as db:
        key = authenticate(db, backend, call)
        body = read_body_or_query(call)
        app_id = require_app_id(body)
        require(key, Permission.READ_CHANNELS, app_id)
        if is_truthy(body.get("channel")):
            channel = find_channel(db, app_id, as_text(body["channel"]))
            if channel is None:
                # The real text speaks of a version (§11.13).
                more = {"supabaseError": NO_ROW}
                raise make_refusal("cannot_find_version", "Cannot find version", more)
            return Answer(present(channel, backend.rules))
        read_page = make_numbered_span if backend.rules.reads_page_as_number else make_page_span
        try:
            span = read_page(body.get("page"))
        except BadRange as error:
            more = {"supabaseError": BAD_RANGE}
            raise make_refusal("cannot_find_channels", "Cannot find channels", more) from error
        channels = list_channels(db, app_id, span)
        return Answer([present(channel, backend.rules) for channel in channels])


def remove_channel(backend: Backend, call: Call) -> Answer:
    """Delete a channel; one the key cannot see does not exist for it."""
    with backend.store.open_for_writing() as db:
        key = authenticate(db, backend, call)
        body = read_body_or_query(call)
        app_id = require_app_id(body)
        name = body.get("channel")
        if not is_truthy(name):
            raise make_refusal("missing_channel_name", "You must provide a channel name")
        channel = find_channel(db, app_id, as_text(name))
        if channel is None or not key.can_see(channel):
            more = {"supabaseError": NO_ROW}
            raise make_refusal("cannot_find_channel", "Cannot find channel", more)
        if not key.is_allowed(Permission.DELETE_CHANNEL, app_id, channel):
            raise make_no_access({"app_id": app_id, "channel_id": channel.id})
        bundles = (
            _check_preview_bundles(db, key, channel) if body.get("delete_bundle") is True else []
        )
        delete_channel(db, channel.id)
        for bundle_id in bundles:
            delete_bundle(db, bundle_id, stamp(backend.now()))
    return OK


def _check_preview_bundles(db: sqlite3.Connection, key: Key, channel: Channel) -> list[int]:
    """Return the ids of the channel's bundles, which a preview key may delete."""
    if key.role != "app_preview":
        raise make_no_access({"app_id": channel.app_id, "channel_id": channel.id})
    ids = []
    for bundle_id in {channel.version, channel.rollout_version}:
        bundle = find_bundle_by_id(db, channel.app_id, bundle_id)
        if bundle is None:
            continue
        if bundle.created_by_key != key.id:
            text = "This API key can only delete its own preview bundle"
            raise make_refusal("cannot_delete_preview_bundle", text)
        if is_linked(db, bundle.id, besides=channel.id):
            text = "Cannot delete a bundle linked to another channel"
            raise make_refusal("cannot_delete_linked_version", text)
        ids.append(bundle.id)
    return ids


def present(channel: Channel, rules: Rules) -> JsonObject:
    """Return the JSON of a channel; live leaves out the platform flags (§11.7, §18.3)."""
    fields: dict[str, Json] = {
        "id": channel.id,
        "created_at": channel.created_at,
        "name": channel.name,
        "app_id": channel.app_id,
        "created_by": channel.created_by,
        "updated_at": channel.updated_at,
        "public": channel.public,
        "allow_device_self_set": channel.allow_device_self_set,
        "allow_emulator": channel.allow_emulator,
        "allow_device": channel.allow_device,
        "allow_dev": channel.allow_dev,
        "allow_prod": channel.allow_prod,
        "rollout_version": channel.rollout_version,
        "rollout_id": channel.rollout_id,
        "rollout_version_info": _present_bundle(
            channel.rollout_version, channel.rollout_version_name
        ),
        "version": _present_bundle(channel.version, channel.version_name),
        "disableAutoUpdateUnderNative": channel.disable_auto_update_under_native,
        "disableAutoUpdate": channel.disable_auto_update,
        "rolloutPercentageBps": channel.rollout_percentage_bps,
        "rolloutEnabled": channel.rollout_enabled,
        "rolloutPausedAt": channel.rollout_paused_at,
        "rolloutPauseReason": channel.rollout_pause_reason,
        "rolloutCacheTtlSeconds": channel.rollout_cache_ttl_seconds,
        "autoPauseEnabled": channel.auto_pause_enabled,
        "autoPauseWindowMinutes": channel.auto_pause_window_minutes,
        "autoPauseFailureRateBps": channel.auto_pause_failure_rate_bps,
        "autoPauseConfidence": channel.auto_pause_confidence,
        "autoPauseMinAttempts": channel.auto_pause_min_attempts,
        "autoPauseMinFailures": channel.auto_pause_min_failures,
        "autoPauseAction": channel.auto_pause_action,
        "autoPauseCooldownMinutes": channel.auto_pause_cooldown_minutes,
        "autoPauseLastTriggeredAt": channel.auto_pause_last_triggered_at,
        "autoPauseLastCheckedAt": channel.auto_pause_last_checked_at,
    }
    if rules.has_update_packages:
        fields |= {
            "ios": channel.ios,
            "android": channel.android,
            "updatePackage": channel.update_package,
        }
    return fields


def _present_bundle(bundle_id: int | None, name: str | None) -> Json:
    return None if bundle_id is None else {"name": name, "id": bundle_id}
