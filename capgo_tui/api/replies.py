"""Parse the error replies of all revisions (contract §2, §3, §12)."""

from __future__ import annotations

import math
import re
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from capgo_tui.api.errors import CapgoError, ErrorKind
from capgo_tui.api.hiding import hide_key
from capgo_tui.api.jsonvalue import JSON, clean_json, load_json
from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

_CODE = re.compile(r"[a-z][a-z0-9_]*")
_TITLE = re.compile(r"<title[^>]*>([^<]*)", re.IGNORECASE)
_SUCCESS = ("ok", "success")
_NOT_AN_ERROR_TEXT = {*_SUCCESS, "KO"}
_MESSAGE_LENGTH = 300
_MOST_BYTES = 256 * 1024
"""No real error, and no real reply to a write, is larger."""
_PAGE_START = 1024
_BEFORE_PAGE = b" \t\r\n\v\f\xef\xbb\xbf"
_LONGEST_WAIT = 7 * 24 * 3600.0

_CODES = {
    ErrorKind.KEY_REFUSED: {
        *("no_key_provided", "invalid_apikey", "invalid_subkey", "invalid_jwt"),
        "no_jwt_apikey_or_subkey",
    },
    ErrorKind.NOT_ALLOWED: {
        *("cannot_access_app", "cannot_access_channel", "cannot_promote_bundle"),
        *("cannot_delete_bundle", "cannot_update_bundle_metadata", "no_access_to_app"),
        "user_does_not_have_access_to_this_organization",
        "invalid_org_id",
    },
    ErrorKind.NOT_FOUND: {
        *("cannot_find_version", "cannot_find_channel", "cannot_find_app", "cannot_get_bundle"),
        *("channel_not_found", "device_not_found", "versions_not_found", "not_found"),
        "cannot_delete_version",
        *("cannot_find_bundle", "devices_not_found"),
    },
    ErrorKind.RATE_LIMITED: {"too_many_requests"},
    ErrorKind.RULE: {
        *("cannot_delete_linked_version", "cannot_delete_preview_bundle"),
        *("missing_stable_version", "missing_rollout_version", "public_channel_override"),
        *("version_already_exists", "cannot_create_bundle", "subscription_required"),
        *("encryption_required", "encryption_key_required", "encryption_key_mismatch"),
        *("channel_zip_required", "channel_delta_required", "cannot_set_rollout_without_stable"),
    },
    ErrorKind.SERVER_FAULT: {
        *("unknown_error", "cannot_find_channels", "cannot_set_bundle_to_channel"),
        *("cannot_delete_channel", "cannot_check_linked_channels", "cannot_delete_all_version"),
        *("cannot_update_version_metadata", "cannot_get_user_organizations", "cannot_get_apps"),
        *("channel_device_error", "channel_self_store_error"),
    },
}
_KIND_OF_CODE = {code: kind for kind, codes in _CODES.items() for code in codes}

# The same code may mean "no permission" or something else: the text decides, in every revision.
_NO_ACCESS = re.compile(r"you can[’']?t\b", re.IGNORECASE)
_KIND_OF_TEXT = tuple(
    (re.compile(pattern, re.IGNORECASE), kind)
    for pattern, kind in (
        (r"\bapi ?key\b|\bno key provided\b|\bsubkey\b", ErrorKind.KEY_REFUSED),
        (r"beeing rate limited|too many requests", ErrorKind.RATE_LIMITED),
        (r"^cannot set (version|channel override)\b|version already exists", ErrorKind.RULE),
        (r"^cannot (find channels|create|set|delete all|delete channel)\b", ErrorKind.SERVER_FAULT),
        (r"^cannot (find|get|delete)\b", ErrorKind.NOT_FOUND),
    )
)
"""Patterns for revisions without codes; the first match counts."""
_ERA_STATUSES = (400, 403)  # other statuses of those revisions are specific
_KIND_OF_STATUS = {
    401: ErrorKind.KEY_REFUSED,
    402: ErrorKind.RULE,
    403: ErrorKind.NOT_ALLOWED,
    404: ErrorKind.NOT_FOUND,
    408: ErrorKind.UNREACHABLE,
    429: ErrorKind.RATE_LIMITED,
}
# A 5xx that names the failed step stopped there; any other may come after the write.
_SAYS_NOT_DONE = re.compile(r"cannot (set channels|create channel)", re.IGNORECASE)
_CODES_NOT_DONE = {"channel_device_error"}
_REFUSALS = {400, 401, 402, 403, 404, 429}
"""Statuses of refusals in the contract, with its texts; any other 4xx comes from a proxy."""


@dataclass(frozen=True, slots=True)
class _ErrorReply:
    """The content of an error body of any shape (§2), not yet clean."""

    message: str
    code: str | None = None
    detail: JSON = None
    is_of_api: bool = True
    """Whether it has such a shape at all; a page or nothing comes from somebody on the way."""


def make_error(
    request: str,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    writes: bool,
    key: str,
    now: float,
) -> CapgoError:
    """Return the error of a reply, of HTTP status 300 or more or that `is_denial`.

    `request` is the method and path, `headers` has lower-case names, `key` is the raw key,
    hidden wherever the server echoes it, `now` is the Unix time in seconds (for
    ``X-RateLimit-Reset``). Contract §2 gives the shapes, §3 the waiting time, §12 the meanings.
    """
    reply = _read(status, headers, body)
    kind = _find_kind(status, reply)
    if request == "GET /channel" and reply.message.lower().startswith("cannot find version"):
        reply = _ErrorReply("Cannot find channel", reply.code, reply.detail)
    request_id = headers.get("x-request-id")
    return CapgoError(
        clean(hide_key(reply.message, key).strip(), _MESSAGE_LENGTH),
        kind=kind,
        status=status,
        code=None if reply.code is None else clean(hide_key(reply.code, key), 100),
        detail=clean_json(reply.detail, key),
        retry_after=_retry_after(headers, reply.detail, now),
        request=request,
        request_id=None if request_id is None else clean(hide_key(request_id, key), 200),
        maybe_sent=writes and _is_maybe_done(status, reply),
    )


def is_web_page(body: bytes) -> bool:
    """Return whether a reply is a page, such as the login of a captive portal, and not JSON."""
    return body[:_PAGE_START].lstrip(_BEFORE_PAGE).startswith(b"<")


def is_denial(body: bytes) -> bool:
    """Return whether a 2xx reply to a write is an error: a web page or an error body (§2)."""
    if len(body) > _MOST_BYTES:
        return True
    if is_web_page(body):
        return True
    try:
        value = load_json(body)
    except ValueError:
        return False
    if not isinstance(value, dict) or value.get("status") in _SUCCESS:
        return False
    code = value.get("error")
    return value.get("status") == "KO" or (isinstance(code, str) and bool(code.strip()))


def is_end_of_bundle_list(error: CapgoError) -> bool:
    """Return whether an error means the end of a bundle list, or an empty one (contract §8.1)."""
    told_so = error.code == "cannot_get_bundle" or (
        error.code is None
        and error.message.lower().startswith(("cannot get bundle", "cannot get v"))
    )
    return told_so and error.status == 400 and error.kind is ErrorKind.NOT_FOUND


def _read(status: int, headers: Mapping[str, str], body: bytes) -> _ErrorReply:
    if len(body) > _MOST_BYTES:
        return _ErrorReply(f"HTTP {status}, an answer far too large for one", is_of_api=False)
    try:
        value = load_json(body)
    except ValueError:
        line = _find_first_line(status, headers, body.decode("utf-8", "replace"))
        return _ErrorReply(line, is_of_api=_find_kind_of_text(line) is not None)
    if isinstance(value, str) and value.strip():
        return _ErrorReply(value.strip())
    if isinstance(value, dict):
        return _read_object(status, value)
    return _ErrorReply(f"HTTP {status}", is_of_api=False)


def _read_object(status: int, value: dict[str, JSON]) -> _ErrorReply:
    message, code, state = value.get("message"), value.get("error"), value.get("status")
    if not isinstance(message, str) or not message.strip():
        message = value.get("msg")  # of Supabase's gateway, before a self-hosted server
    if isinstance(message, str) and message.strip():
        is_code = isinstance(code, str) and _CODE.fullmatch(code) is not None
        detail = value.get("moreInfo") if is_code else code
        return _ErrorReply(message, code if is_code and isinstance(code, str) else None, detail)
    if isinstance(state, str) and state.strip() and state not in _NOT_AN_ERROR_TEXT:
        return _ErrorReply(state, None, code)
    if isinstance(code, str) and code.strip():
        return _ErrorReply(code, code if _CODE.fullmatch(code) else None, value.get("moreInfo"))
    return _ErrorReply(f"HTTP {status}", None, value, is_of_api=False)


def _find_first_line(status: int, headers: Mapping[str, str], text: str) -> str:
    text = text.strip()
    if "html" in headers.get("content-type", "") or text.startswith("<"):
        title = _TITLE.search(text)
        from html import unescape  # noqa: PLC0415 - for what is no reply of the API

        name = " ".join(unescape(title[1]).split()) if title else ""
        suffix = f": {name}" if name else ""
        return f"HTTP {status}, a web page instead of an answer{suffix}"
    return text.split("\n", 1)[0].strip() or f"HTTP {status}"


def _find_kind(status: int, reply: _ErrorReply) -> ErrorKind:
    if status == 429:
        return ErrorKind.RATE_LIMITED
    if status < 400 or status >= 500:
        return ErrorKind.SERVER_FAULT
    if _NO_ACCESS.match(reply.message):
        return ErrorKind.NOT_ALLOWED
    if _is_bundle_list_fault(reply):
        return ErrorKind.SERVER_FAULT
    kind = _KIND_OF_CODE.get(reply.code) if reply.code else None
    if reply.code is None and status in _ERA_STATUSES:
        kind = _find_kind_of_text(reply.message)
    return kind or _KIND_OF_STATUS.get(status, ErrorKind.BAD_REQUEST)


def _find_kind_of_text(message: str) -> ErrorKind | None:
    return next((kind for pattern, kind in _KIND_OF_TEXT if pattern.search(message)), None)


def _is_bundle_list_fault(reply: _ErrorReply) -> bool:
    """Return whether "cannot get bundle" has a database error, so that it is no empty list."""
    if reply.code == "cannot_get_bundle":
        detail = reply.detail.get("supabaseError") if isinstance(reply.detail, dict) else None
    elif reply.code is None and reply.message.lower().startswith("cannot get "):
        detail = reply.detail
    else:
        return False
    return detail not in (None, "", "null", "{}", "[]", {}, [])


def _is_maybe_done(status: int, reply: _ErrorReply) -> bool:
    if status < 400:
        return True
    if status < 500:
        is_refusal = status in _REFUSALS and reply.is_of_api
        return not is_refusal and reply.code not in _KIND_OF_CODE
    return reply.code not in _CODES_NOT_DONE and not _SAYS_NOT_DONE.match(reply.message)


def _retry_after(headers: Mapping[str, str], detail: JSON, now: float) -> float | None:
    """Return the seconds to wait: Retry-After, else moreInfo, else the reset time (§3)."""
    detail_seconds = detail.get("retryAfterSeconds") if isinstance(detail, dict) else None
    reset = _parse_number(headers.get("x-ratelimit-reset"))
    for seconds in (
        _parse_number(headers.get("retry-after")),
        _parse_until(headers.get("retry-after"), now),
        _parse_number(detail_seconds),
        None if reset is None else max(0.0, reset - now),
    ):
        if seconds is not None:
            return min(seconds, _LONGEST_WAIT)
    return None


def _parse_number(value: JSON) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _parse_until(date: str | None, now: float) -> float | None:
    """Return the seconds until an HTTP date, which proxies may send as Retry-After."""
    try:
        return None if date is None else max(0.0, parsedate_to_datetime(date).timestamp() - now)
    except (ValueError, OverflowError):
        return None
