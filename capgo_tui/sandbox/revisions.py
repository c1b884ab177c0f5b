"""The revisions as data: routes, rules and common answers (§0)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from capgo_tui.sandbox.answers import Answer, JsonObject
from capgo_tui.sandbox.call import Backend, Call
from capgo_tui.sandbox.eras import documented, legacy
from capgo_tui.sandbox.eras import errors as era_errors
from capgo_tui.sandbox.live import (
    apps,
    audit,
    bundle_writes,
    bundles,
    channel_settings,
    channels,
    devices,
    lookups,
    statistics,
)
from capgo_tui.sandbox.live import errors as live_errors
from capgo_tui.sandbox.rules import LIVE_RULES, Rules

Handler: TypeAlias = Callable[[Backend, Call], Answer]


@dataclass(frozen=True)
class Revision:
    """One revision of the backend."""

    name: str
    routes: Mapping[str, Mapping[str, Handler]]
    not_found: Answer
    server_error: Answer
    wrong_key: Answer
    too_many: Callable[[JsonObject, dict[str, str]], Answer]
    rules: Rules = LIVE_RULES


_PING: Mapping[str, Handler] = {"GET": apps.get_ok, "POST": apps.post_ok}

LIVE = Revision(
    name="live",
    routes={
        "/ok": _PING,
        "/channel": {
            "GET": channels.get_channels,
            "POST": channel_settings.post_channel,
            "DELETE": channels.remove_channel,
        },
        "/device": {
            "GET": devices.get_devices,
            "POST": devices.post_device,
            "DELETE": devices.remove_override,
        },
        "/bundle": {
            "GET": bundles.get_bundles,
            "POST": bundle_writes.create_bundle,
            "PUT": bundle_writes.put_on_channel,
            "DELETE": bundles.remove_bundles,
        },
        "/bundle/metadata": {"POST": bundle_writes.update_metadata},
        "/app": {"GET": apps.get_apps},
        "/app/{app_id}": {"GET": apps.get_app},
        "/organization/audit": {"GET": audit.get_audit},
        "/statistics/app/{app_id}": {"GET": statistics.get_app_statistics},
        "/statistics/app/{app_id}/bundle_usage": {"GET": statistics.get_bundle_usage},
        "/statistics/app/{app_id}/native_usage": {"GET": statistics.get_native_usage},
    },
    not_found=live_errors.NOT_FOUND,
    server_error=live_errors.SERVER_ERROR,
    wrong_key=live_errors.WRONG_KEY,
    too_many=live_errors.answer_too_many,
)

#: The server of autumn: the same handlers with other rules, and two more reads (§18.3-§18.10).
NEXT = replace(
    LIVE,
    name="next",
    routes={
        **LIVE.routes,
        "/channel/current-bundle": {"GET": lookups.get_current_bundle},
        "/bundle/lookup": {"GET": lookups.look_up_bundle},
    },
    rules=Rules(
        has_update_packages=True,
        reads_page_as_number=True,
        default_needs_app_settings=True,
        switching_off_drops_target=True,
        advances_rollouts=True,
        new_stable_ends_rollout=True,
        reads_assignment_target=True,
        refuses_empty_bundle_page=False,
        finds_custom_ids=True,
        refuses_app_without_devices=True,
        same_set_seconds=5.0,
        enforcing_refuses_external=True,
        tells_device_counts=True,
    ),
)

DOCUMENTED = Revision(
    name="documented",
    routes={
        "/ok": _PING,
        "/channel": {
            "GET": documented.get_channels,
            "POST": documented.post_channel,
            "DELETE": documented.remove_channel,
        },
        "/device": {
            "GET": documented.get_devices,
            "POST": documented.post_device,
            "DELETE": documented.remove_override,
        },
        "/bundle": {"GET": documented.get_bundles, "DELETE": documented.remove_bundles},
    },
    not_found=era_errors.NOT_FOUND,
    server_error=era_errors.SERVER_ERROR,
    wrong_key=era_errors.WRONG_KEY_DOCUMENTED,
    too_many=era_errors.answer_too_many,
)

LEGACY = Revision(
    name="legacy",
    routes={
        "/ok": _PING,
        "/channel": {
            "GET": legacy.get_channels,
            "POST": legacy.post_channel,
            "DELETE": legacy.remove_channel,
        },
        "/device": {
            "GET": legacy.get_devices,
            "POST": legacy.post_device,
            "DELETE": legacy.remove_override,
        },
        "/versions": {"GET": legacy.get_versions, "DELETE": legacy.remove_versions},
    },
    not_found=era_errors.NOT_FOUND,
    server_error=era_errors.SERVER_ERROR,
    wrong_key=era_errors.WRONG_KEY_LEGACY,
    too_many=era_errors.answer_too_many,
)

REVISIONS: Mapping[str, Revision] = {r.name: r for r in (LIVE, NEXT, DOCUMENTED, LEGACY)}
