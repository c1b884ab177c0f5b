"""The answers that are not recorded, as far as the contract has them, by number of the request."""

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
class ExpectedAnswer:
    """One answer, as far as the contract has it."""

    status: int
    fields: Mapping[str, object] = field(default_factory=dict)
    more_info: frozenset[str] | None = None
    rows: tuple[str, ...] | None = None
    count: int = 0
    retry_after: str | None = None

    def check(self, status: int, body: Any, retry_after: str | None) -> None:
        """Compare an answer with the expectation."""
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
            more_info = body.get("moreInfo")
            assert (None if more_info is None else frozenset(more_info)) == self.more_info
        elif "status" in self.fields:
            assert set(body) == set(self.fields)


def ok(**fields: object) -> ExpectedAnswer:
    return ExpectedAnswer(200, {"status": "ok", **fields})


def refusal(
    status: int, code: str, *more: str, bare: bool = False, retry_after: str | None = None
) -> ExpectedAnswer:
    fields = {"error": code, "message": MESSAGES[code]}
    return ExpectedAnswer(
        status, fields, None if bare else frozenset(more), retry_after=retry_after
    )


def rows(count: int, *ends: str, more: bool | None = None) -> ExpectedAnswer:
    fields = {} if more is None else {"hasMore": more}
    if more:
        fields["nextCursor"] = ANY  # type: ignore[assignment]
    return ExpectedAnswer(200, fields, rows=ends, count=count)


def channel(name: str, bundle: str | None, **fields: object) -> ExpectedAnswer:
    version = None if bundle is None else ANY
    return ExpectedAnswer(200, {"name": name, "version": version, **fields})


def device(device_id: str, version_name: str) -> ExpectedAnswer:
    return ExpectedAnswer(200, {"device_id": device_id, "version_name": version_name})


def app(app_id: str, **fields: object) -> ExpectedAnswer:
    return ExpectedAnswer(200, {"app_id": app_id, **fields})


_0, _A, _D = ("00000000-0000-0000-0000-", "aaaaaaaa-0000-4000-8000-", "dddddddd-0000-4000-8000-")

EXPECTED_ANSWERS: Mapping[int, ExpectedAnswer] = {
    1: ok(),
    2: ok(),
    3: refusal(401, "no_key_provided"),
    4: refusal(401, "invalid_apikey"),
    8: refusal(401, "invalid_apikey"),
    10: refusal(401, "invalid_apikey"),
    13: refusal(401, "no_key_provided"),
    16: refusal(401, "no_key_provided"),
    18: channel("production", "1.0.0", public=True),
    19: channel("production", "1.0.0", public=True),
    20: refusal(401, "invalid_subkey"),
    21: refusal(400, "cannot_access_app", "app_id"),
    22: refusal(400, "cannot_access_app", "app_id"),
    25: refusal(400, "cannot_access_app", "app_id"),
    27: refusal(400, "cannot_find_channel", "supabaseError"),
    29: refusal(400, "cannot_access_app", "app_id"),
    30: refusal(400, "cannot_delete_bundle", "app_id"),
    32: channel("production", "1.0.0", public=True),
    33: refusal(400, "cannot_access_app", "app_id"),
    34: refusal(400, "cannot_access_app", "app_id", "channel_id"),
    35: rows(
        1, "00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000000", more=True
    ),
    36: refusal(400, "cannot_access_channel", "app_id", "channel"),
    37: refusal(400, "cannot_delete_bundle", "app_id"),
    38: rows(50, "production", "chan-046"),
    39: refusal(400, "cannot_access_app", "app_id"),
    40: ok(),
    41: refusal(400, "cannot_access_app", "app_id", "channel_id"),
    42: refusal(400, "missing_app_id", "body"),
    44: refusal(400, "invalid_app_id", "app_id"),
    45: refusal(400, "cannot_access_app", "app_id"),
    46: refusal(400, "missing_app_id", "body"),
    48: refusal(400, "invalid_json_parse_body"),
    50: refusal(400, "missing_app_id", "body"),
    51: refusal(400, "invalid_app_id", "app_id"),
    55: refusal(400, "invalid_json_parse_body"),
    58: refusal(400, "invalid_app_id", "app_id"),
    60: refusal(400, "missing_app_id", "body"),
    61: refusal(400, "invalid_json_parse_body"),
    63: refusal(400, "missing_app_id", "body"),
    64: refusal(400, "invalid_app_id", "app_id"),
    66: refusal(400, "invalid_json_parse_body", "e"),
    68: refusal(400, "missing_app_id", "body"),
    69: refusal(400, "invalid_json_parse_body", "e"),
    70: refusal(400, "missing_device_id_or_app_id", "body"),
    71: refusal(400, "invalid_app_id", "app_id"),
    72: refusal(400, "invalid_json_parse_body", "e"),
    74: refusal(500, "unknown_error"),
    75: refusal(400, "missing_device_id_or_app_id", "body"),
    76: refusal(400, "invalid_json_parse_body", "e"),
    79: refusal(404, "not_found", bare=True),
    80: rows(50, "production", "chan-046"),
    81: rows(50, "production", "chan-046"),
    84: rows(35, "chan-097", "by-developer"),
    86: rows(0),
    87: rows(50, "chan-047", "chan-096"),
    88: rows(35, "chan-097", "by-developer"),
    89: rows(135, "production", "by-developer"),
    90: rows(0),
    93: refusal(400, "cannot_find_version", "supabaseError"),
    94: refusal(400, "cannot_find_version", "supabaseError"),
    97: ok(),
    98: ok(id=ANY, public=False),
    99: refusal(400, "cannot_find_version"),
    100: refusal(400, "cannot_find_version", "supabaseError"),
    101: ok(),
    102: channel("café über 日本", None, public=False),
    106: ok(id=ANY, public=False),
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
    108: ok(id=ANY, public=False),
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
    112: refusal(400, "invalid_rollout_percentage", "rolloutPercentage"),
    113: ok(),
    114: ok(),
    115: ok(),
    116: ok(),
    122: ok(),
    123: channel("tui-1", "2.0.8", public=False),
    124: refusal(500, "unknown_error"),
    125: ok(),
    127: ok(),
    128: ok(),
    129: refusal(500, "unknown_error"),
    132: channel("tui-2", "2.0.5", public=True),
    133: channel("production", "1.0.0", public=False),
    136: ok(),
    137: ok(),
    138: ok(),
    139: ok(),
    141: channel("chan-128", "2.0.128", public=False),
    143: refusal(400, "cannot_find_channel", "supabaseError"),
    145: ok(),
    147: refusal(400, "cannot_find_channel", "supabaseError"),
    148: refusal(400, "cannot_find_channel", "supabaseError"),
    149: ok(),
    152: channel("a,b", None, public=False),
    153: ok(),
    154: ok(),
    155: channel("a.b(c)", None, public=False),
    156: ok(),
    157: ok(),
    158: channel('q"uote', None, public=False),
    159: ok(),
    160: ok(),
    161: channel("x" * 300, None, public=False),
    162: ok(),
    163: ok(),
    164: channel("slash/name", None, public=False),
    165: ok(),
    166: ok(),
    167: channel("  spaced  ", None, public=False),
    168: ok(),
    169: ok(),
    170: ok(),
    172: channel("pub-ios", None, public=True),
    173: ok(),
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
    182: refusal(400, "invalid_limit", "limit"),
    185: refusal(400, "invalid_limit", "limit"),
    186: refusal(400, "invalid_limit", "limit"),
    188: rows(
        3, "aaaaaaaa-0000-4000-8000-000000000004", "aaaaaaaa-0000-4000-8000-000000000006", more=True
    ),
    189: rows(
        3, "00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000011", more=True
    ),
    190: rows(
        3, "00000000-0000-0000-0000-000000000012", "aaaaaaaa-0000-4000-8000-0000000000e6", more=True
    ),
    191: refusal(400, "invalid_order", "order"),
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
    201: refusal(400, "invalid_updated_at", "updated_at"),
    204: device("aaaaaaaa-0000-4000-8000-00000000000a", "2.0.11"),
    205: refusal(404, "device_not_found", "device_id"),
    206: refusal(404, "device_not_found", "device_id"),
    215: refusal(404, "channel_not_found", "dbError"),
    216: refusal(400, "invalid_version_id"),
    218: ok(),
    219: refusal(400, "missing_device_id_or_app_id", "body"),
    220: refusal(500, "unknown_error"),
    222: refusal(404, "device_not_found", "device_id"),
    225: ok(),
    227: refusal(400, "missing_device_id", "body"),
    228: ok(),
    230: device("aaaaaaaa-0000-4000-8000-000000000014", "2.0.21"),
    232: device("aaaaaaaa-0000-4000-8000-000000000014", "2.0.21"),
    233: device("aaaaaaaa-0000-4000-8000-000000000014", "2.0.21"),
    234: refusal(
        429,
        "too_many_requests",
        "app_id",
        "device_id",
        "rateLimitResetAt",
        "retryAfterSeconds",
        retry_after="1",
    ),
    237: ok(),
    238: refusal(
        429,
        "too_many_requests",
        "app_id",
        "device_id",
        "rateLimitResetAt",
        "retryAfterSeconds",
        retry_after="60",
    ),
    239: ok(),
    240: refusal(
        429,
        "too_many_requests",
        "app_id",
        "device_id",
        "rateLimitResetAt",
        "retryAfterSeconds",
        retry_after="60",
    ),
    242: refusal(404, "device_not_found", "device_id"),
    243: ok(),
    244: refusal(400, "cannot_delete_linked_version", "app_id", "version"),
    245: rows(50, "1.359.0", "2.0.86"),
    248: rows(35, "2.0.35", "2.0.1"),
    250: refusal(400, "cannot_get_bundle", "supabaseError"),
    251: rows(50, "2.0.85", "2.0.36"),
    252: rows(50, "1.359.0", "2.0.86"),
    253: ok(),
    255: refusal(400, "cannot_delete_linked_version", "app_id", "version"),
    257: ok(),
    259: refusal(400, "cannot_delete_version", "supabaseError"),
    261: ok(status="success", message="Bundle 1.0.0 set to channel production"),
    262: refusal(400, "missing_required_fields", "app_id", "version_id"),
    263: ok(),
    264: refusal(400, "invalid_protocol", "external_url"),
    266: ok(id=ANY, public=False),
    267: ok(),
    268: rows(1, "3.0.2", "3.0.2"),
    270: ok(),
    272: ok(),
    273: app("com.demo.app", last_version="1.0.0", rollout_channel_count=1),
    274: refusal(401, "cannot_access_app", "app_id"),
    275: refusal(400, "invalid_app_id", "app_id"),
    276: refusal(401, "no_key_provided"),
}
