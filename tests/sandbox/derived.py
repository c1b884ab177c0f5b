"""What the contract tells of the answers nobody recorded for us, by number of the request."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The message of each code; §6 to §8 and §1.
MESSAGES = {
    "cannot_access_app": "You can't access this app",
    "cannot_access_channel": "You can't manage forced devices for this channel",
    "cannot_delete_bundle": "You can't access this app",
    "cannot_delete_linked_version": "Cannot delete a bundle linked to a channel",
    "cannot_delete_version": "Cannot delete version",
    "cannot_find_channel": "Cannot find channel",
    "cannot_find_version": "Cannot find version",
    "cannot_get_bundle": "Cannot get bundle",
    "channel_not_found": "Cannot find channel",
    "device_not_found": "Cannot find device",
    "invalid_apikey": "Invalid apikey",
    "invalid_app_id": "App ID must be a reverse domain string",
    "invalid_json_parse_body": "Invalid JSON body",
    "invalid_limit": "limit must be a positive integer",
    "invalid_order": "order must be asc or desc",
    "invalid_protocol": "External URL must use HTTPS protocol",
    "invalid_rollout_percentage": "Rollout percentage must be between 0 and 100",
    "invalid_subkey": "Invalid x-limited-key-id",
    "invalid_updated_at": "updated_at must be a valid ISO date",
    "invalid_version_id": "Cannot set version to device, use channel instead",
    "missing_app_id": "Missing app_id",
    "missing_device_id": "Missing device_id",
    "missing_device_id_or_app_id": "Missing device_id or app_id",
    "missing_required_fields": "Missing required fields",
    "no_key_provided": "No key provided",
    "not_found": "Not found",
    "too_many_requests": "Too many requests",
    "unknown_error": "Unknown error",
}
ANY = object()


@dataclass(frozen=True)
class Derived:
    """One answer, as far as it can be told."""

    status: int
    fields: Mapping[str, object] = field(default_factory=dict)
    more_info: frozenset[str] | None = None
    rows: tuple[str, ...] | None = None
    count: int = 0
    retry_after: str | None = None

    def check(self, status: int, body: Any, retry_after: str | None) -> None:
        """Compare an answer with it."""
        assert status == self.status, body
        assert retry_after == self.retry_after
        if self.rows is not None:
            rows = body["data"] if isinstance(body, dict) else body
            assert len(rows) == self.count
            names = [row.get("name", row.get("device_id")) for row in rows]
            assert ([*names[:1], *names[-1:]] if names else []) == list(self.rows)
        for name, value in self.fields.items():
            assert name in body
            assert value is ANY or body[name] == value, name
        if status >= 400:
            told = body.get("moreInfo")
            assert (None if told is None else frozenset(told)) == self.more_info
        elif "status" in self.fields:
            assert set(body) == set(self.fields)


def done(**fields: object) -> Derived:
    return Derived(200, {"status": "ok", **fields})


def refused(
    status: int, code: str, *more: str, bare: bool = False, retry_after: str | None = None
) -> Derived:
    fields = {"error": code, "message": MESSAGES[code]}
    return Derived(status, fields, None if bare else frozenset(more), retry_after=retry_after)


def rows(count: int, *ends: str, more: bool | None = None) -> Derived:
    fields = {} if more is None else {"hasMore": more}
    if more:
        fields["nextCursor"] = ANY  # type: ignore[assignment]
    return Derived(200, fields, rows=ends, count=count)


def channel(name: str, bundle: str | None, **fields: object) -> Derived:
    version = None if bundle is None else ANY
    return Derived(200, {"name": name, "version": version, **fields})


def device(device_id: str, version_name: str) -> Derived:
    return Derived(200, {"device_id": device_id, "version_name": version_name})


def app(app_id: str, **fields: object) -> Derived:
    return Derived(200, {"app_id": app_id, **fields})


def limited(retry_after: str) -> Derived:
    more = ("app_id", "device_id", "rateLimitResetAt", "retryAfterSeconds")
    return refused(429, "too_many_requests", *more, retry_after=retry_after)


_0, _A, _D = ("00000000-0000-0000-0000-", "aaaaaaaa-0000-4000-8000-", "dddddddd-0000-4000-8000-")

DERIVED: Mapping[int, Derived] = {
    1: done(),
    2: done(),
    3: refused(401, "no_key_provided"),
    4: refused(401, "invalid_apikey"),
    8: refused(401, "invalid_apikey"),
    10: refused(401, "invalid_apikey"),
    13: refused(401, "no_key_provided"),
    16: refused(401, "no_key_provided"),
    18: channel("production", "1.0.0", public=True),
    19: channel("production", "1.0.0", public=True),
    20: refused(401, "invalid_subkey"),
    21: refused(400, "cannot_access_app", "app_id"),
    22: refused(400, "cannot_access_app", "app_id"),
    25: refused(400, "cannot_access_app", "app_id"),
    27: refused(400, "cannot_find_channel", "supabaseError"),
    29: refused(400, "cannot_access_app", "app_id"),
    30: refused(400, "cannot_delete_bundle", "app_id"),
    32: channel("production", "1.0.0", public=True),
    33: refused(400, "cannot_access_app", "app_id"),
    34: refused(400, "cannot_access_app", "app_id", "channel_id"),
    35: rows(
        1, "00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000000", more=True
    ),
    36: refused(400, "cannot_access_channel", "app_id", "channel"),
    37: refused(400, "cannot_delete_bundle", "app_id"),
    38: rows(50, "production", "chan-046"),
    39: refused(400, "cannot_access_app", "app_id"),
    40: done(),
    41: refused(400, "cannot_access_app", "app_id", "channel_id"),
    42: refused(400, "missing_app_id", "body"),
    44: refused(400, "invalid_app_id", "app_id"),
    45: refused(400, "cannot_access_app", "app_id"),
    46: refused(400, "missing_app_id", "body"),
    48: refused(400, "invalid_json_parse_body"),
    50: refused(400, "missing_app_id", "body"),
    51: refused(400, "invalid_app_id", "app_id"),
    55: refused(400, "invalid_json_parse_body"),
    58: refused(400, "invalid_app_id", "app_id"),
    60: refused(400, "missing_app_id", "body"),
    61: refused(400, "invalid_json_parse_body"),
    63: refused(400, "missing_app_id", "body"),
    64: refused(400, "invalid_app_id", "app_id"),
    66: refused(400, "invalid_json_parse_body", "e"),
    68: refused(400, "missing_app_id", "body"),
    69: refused(400, "invalid_json_parse_body", "e"),
    70: refused(400, "missing_device_id_or_app_id", "body"),
    71: refused(400, "invalid_app_id", "app_id"),
    72: refused(400, "invalid_json_parse_body", "e"),
    74: refused(500, "unknown_error"),
    75: refused(400, "missing_device_id_or_app_id", "body"),
    76: refused(400, "invalid_json_parse_body", "e"),
    79: refused(404, "not_found", bare=True),
    80: rows(50, "production", "chan-046"),
    81: rows(50, "production", "chan-046"),
    84: rows(35, "chan-097", "by-developer"),
    86: rows(0),
    87: rows(50, "chan-047", "chan-096"),
    88: rows(35, "chan-097", "by-developer"),
    89: rows(135, "production", "by-developer"),
    90: rows(0),
    93: refused(400, "cannot_find_version", "supabaseError"),
    94: refused(400, "cannot_find_version", "supabaseError"),
    97: done(),
    98: done(id=ANY, public=False),
    99: refused(400, "cannot_find_version"),
    100: refused(400, "cannot_find_version", "supabaseError"),
    101: done(),
    102: channel("café über 日本", None, public=False),
    106: done(id=ANY, public=False),
    107: channel(
        "tui-all",
        "2.0.6",
        public=False,
        disableAutoUpdate="minor",
        disableAutoUpdateUnderNative=False,
        allow_device_self_set=True,
        allow_emulator=False,
        allow_device=False,
        allow_dev=False,
        allow_prod=False,
    ),
    108: done(id=ANY, public=False),
    109: channel(
        "tui-roll",
        "2.0.6",
        public=False,
        rolloutPercentageBps=2500,
        rolloutEnabled=True,
        rolloutCacheTtlSeconds=3600,
        autoPauseEnabled=True,
        autoPauseWindowMinutes=30,
        autoPauseFailureRateBps=500,
        autoPauseConfidence=0.9,
        autoPauseMinAttempts=10,
        autoPauseMinFailures=2,
        autoPauseAction="notify",
        autoPauseCooldownMinutes=15,
    ),
    112: refused(400, "invalid_rollout_percentage", "rolloutPercentage"),
    113: done(),
    114: done(),
    115: done(),
    116: done(),
    122: done(),
    123: channel("tui-1", "2.0.8", public=False),
    124: refused(500, "unknown_error"),
    125: done(),
    127: done(),
    128: done(),
    129: refused(500, "unknown_error"),
    132: channel("tui-2", "2.0.5", public=True),
    133: channel("production", "1.0.0", public=False),
    136: done(),
    137: done(),
    138: done(),
    139: done(),
    141: channel("chan-128", "2.0.128", public=False),
    143: refused(400, "cannot_find_channel", "supabaseError"),
    145: done(),
    147: refused(400, "cannot_find_channel", "supabaseError"),
    148: refused(400, "cannot_find_channel", "supabaseError"),
    149: done(),
    152: channel("a,b", None, public=False),
    153: done(),
    154: done(),
    155: channel("a.b(c)", None, public=False),
    156: done(),
    157: done(),
    158: channel('q"uote', None, public=False),
    159: done(),
    160: done(),
    161: channel("x" * 300, None, public=False),
    162: done(),
    163: done(),
    164: channel("slash/name", None, public=False),
    165: done(),
    166: done(),
    167: channel("  spaced  ", None, public=False),
    168: done(),
    169: done(),
    170: done(),
    172: channel("pub-ios", None, public=True),
    173: done(),
    176: rows(
        50,
        "aaaaaaaa-0000-4000-8000-00000000002e",
        "aaaaaaaa-0000-4000-8000-00000000005f",
        more=True,
    ),
    177: rows(
        100,
        "00000000-0000-0000-0000-000000000000",
        "aaaaaaaa-0000-4000-8000-00000000005f",
        more=True,
    ),
    182: refused(400, "invalid_limit", "limit"),
    185: refused(400, "invalid_limit", "limit"),
    186: refused(400, "invalid_limit", "limit"),
    188: rows(
        3, "aaaaaaaa-0000-4000-8000-000000000004", "aaaaaaaa-0000-4000-8000-000000000006", more=True
    ),
    189: rows(
        3, "00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000011", more=True
    ),
    190: rows(
        3, "00000000-0000-0000-0000-000000000012", "aaaaaaaa-0000-4000-8000-0000000000e6", more=True
    ),
    191: refused(400, "invalid_order", "order"),
    192: rows(
        2, "00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000010", more=True
    ),
    196: rows(
        3, "00000000-0000-0000-0000-000000000010", "00000000-0000-0000-0000-000000000012", more=True
    ),
    198: rows(
        999,
        "00000000-0000-0000-0000-000000000000",
        "dddddddd-0000-4000-8000-0000000003e5",
        more=True,
    ),
    199: rows(
        1000,
        "00000000-0000-0000-0000-000000000000",
        "dddddddd-0000-4000-8000-0000000003e6",
        more=False,
    ),
    201: refused(400, "invalid_updated_at", "updated_at"),
    204: device("aaaaaaaa-0000-4000-8000-00000000000a", "2.0.11"),
    205: refused(404, "device_not_found", "device_id"),
    206: refused(404, "device_not_found", "device_id"),
    215: refused(404, "channel_not_found", "dbError"),
    216: refused(400, "invalid_version_id"),
    218: done(),
    219: refused(400, "missing_device_id_or_app_id", "body"),
    220: refused(500, "unknown_error"),
    222: refused(404, "device_not_found", "device_id"),
    225: done(),
    227: refused(400, "missing_device_id", "body"),
    228: done(),
    230: device("aaaaaaaa-0000-4000-8000-000000000014", "2.0.21"),
    232: device("aaaaaaaa-0000-4000-8000-000000000014", "2.0.21"),
    233: device("aaaaaaaa-0000-4000-8000-000000000014", "2.0.21"),
    234: refused(
        429,
        "too_many_requests",
        "app_id",
        "device_id",
        "rateLimitResetAt",
        "retryAfterSeconds",
        retry_after="1",
    ),
    237: done(),
    238: refused(
        429,
        "too_many_requests",
        "app_id",
        "device_id",
        "rateLimitResetAt",
        "retryAfterSeconds",
        retry_after="60",
    ),
    239: done(),
    240: refused(
        429,
        "too_many_requests",
        "app_id",
        "device_id",
        "rateLimitResetAt",
        "retryAfterSeconds",
        retry_after="60",
    ),
    242: refused(404, "device_not_found", "device_id"),
    243: done(),
    244: refused(400, "cannot_delete_linked_version", "app_id", "version"),
    245: rows(50, "1.359.0", "2.0.86"),
    248: rows(35, "2.0.35", "2.0.1"),
    250: refused(400, "cannot_get_bundle", "supabaseError"),
    251: rows(50, "2.0.85", "2.0.36"),
    252: rows(50, "1.359.0", "2.0.86"),
    253: done(),
    255: refused(400, "cannot_delete_linked_version", "app_id", "version"),
    257: done(),
    259: refused(400, "cannot_delete_version", "supabaseError"),
    261: done(status="success", message="Bundle 1.0.0 set to channel production"),
    262: refused(400, "missing_required_fields", "app_id", "version_id"),
    263: done(),
    264: refused(400, "invalid_protocol", "external_url"),
    266: done(id=ANY, public=False),
    267: done(),
    268: rows(1, "3.0.2", "3.0.2"),
    270: done(),
    272: done(),
    273: app("com.demo.app", last_version="1.0.0", rollout_channel_count=1),
    274: refused(401, "cannot_access_app", "app_id"),
    275: refused(400, "invalid_app_id", "app_id"),
    276: refused(401, "no_key_provided"),
}
