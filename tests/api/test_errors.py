"""Tests of error replies of every revision: kind, waiting time, and the hidden API key."""

from __future__ import annotations

import ast
import copy
import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import capgo_tui
from capgo_tui.api.errors import CapgoError, ErrorKind, Scope, is_from_rate_limiter
from capgo_tui.api.hiding import KEY_PLACEHOLDER
from capgo_tui.api.key import ApiKey
from capgo_tui.api.replies import is_denial, is_end_of_bundle_list, make_error

K = ErrorKind
SECRET = "2c1eb96d-8677-57f8-8bd7-09e59dbbe943"


def read(status: int, body: Any, request: str = "POST /channel", **headers: str) -> CapgoError:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return make_error(
        request,
        status,
        {name.replace("_", "-"): value for name, value in headers.items()},
        data,
        writes=not request.startswith("GET"),
        key=SECRET,
        now=1000.0,
    )


@pytest.mark.parametrize(
    ("status", "body", "kind", "message"),
    [
        # live
        (
            401,
            {"error": "cannot_access_app", "message": "You can't access this app"},
            K.NOT_ALLOWED,
            None,
        ),
        (401, {"error": "no_access_to_app", "message": "No access"}, K.NOT_ALLOWED, None),
        (401, {"error": "brand_new", "message": "Whatever"}, K.KEY_REFUSED, None),
        (
            400,
            {"error": "invalid_app_id", "message": "You can't access this app"},
            K.NOT_ALLOWED,
            None,
        ),
        (
            400,
            {"error": "invalid_app_id", "message": "App ID must be a reverse domain string"},
            K.BAD_REQUEST,
            None,
        ),
        (
            400,
            {"error": "cannot_create_bundle", "message": "You can't access this app"},
            K.NOT_ALLOWED,
            None,
        ),
        (400, {"error": "cannot_create_bundle", "message": "Cannot create bundle"}, K.RULE, None),
        (400, {"error": "cannot_promote_bundle", "message": "Cannot promote"}, K.NOT_ALLOWED, None),
        (400, {"error": "encryption_key_required", "message": "API key hint"}, K.RULE, None),
        (
            400,
            {"error": "version_already_exists", "message": "Version already exists"},
            K.RULE,
            None,
        ),
        (400, {"error": "missing_stable_version", "message": "x"}, K.RULE, None),
        (
            400,
            {"error": "cannot_find_channel", "message": "Cannot find channel"},
            K.NOT_FOUND,
            None,
        ),
        (402, {"error": "subscription_required", "message": "Pay"}, K.RULE, None),
        (404, {"error": "not_found", "message": "Not found"}, K.NOT_FOUND, None),
        (
            500,
            {"error": "unknown_error", "message": "Unknown error", "moreInfo": {}},
            K.SERVER_FAULT,
            None,
        ),
        # L and D
        (400, {"status": "Missing apikey"}, K.KEY_REFUSED, "Missing apikey"),
        (
            400,
            {"status": "Internal Server Error", "message": "Invalid apikey"},
            K.KEY_REFUSED,
            "Invalid apikey",
        ),
        (401, b"Invalid apikey", K.KEY_REFUSED, "Invalid apikey"),
        (400, b"No key provided\nmore", K.KEY_REFUSED, "No key provided"),
        (
            400,
            {"status": "You can't access this app", "app_id": "a"},
            K.NOT_ALLOWED,
            "You can't access this app",
        ),
        (400, {"status": "Cannot find device", "error": "null"}, K.NOT_FOUND, "Cannot find device"),
        (400, {"status": "Cannot find version 1.2.3"}, K.NOT_FOUND, "Cannot find version 1.2.3"),
        (
            400,
            {"status": "Cannot find channels", "error": {}},
            K.SERVER_FAULT,
            "Cannot find channels",
        ),
        (400, {"status": "Cannot set version already in a public channel"}, K.RULE, None),
        (400, {"status": "Cannot set version without channel"}, K.RULE, None),
        (400, {"status": "Nothing to update"}, K.BAD_REQUEST, "Nothing to update"),
        (400, {"status": "Cannot delete version"}, K.NOT_FOUND, None),
        (
            500,
            {"status": "Cannot set channels", "error": "x"},
            K.SERVER_FAULT,
            "Cannot set channels",
        ),
        (
            429,
            {"error": "you are beeing rate limited"},
            K.RATE_LIMITED,
            "you are beeing rate limited",
        ),
        (400, {"error": "you are beeing rate limited"}, K.RATE_LIMITED, None),
        # docs, proxies, nonsense
        (400, {"error": "channel not found", "status": "KO"}, K.BAD_REQUEST, "channel not found"),
        (
            502,
            b"<html><head><title>502 Bad Gateway</title></head>",
            K.SERVER_FAULT,
            "HTTP 502, a web page instead of an answer: 502 Bad Gateway",
        ),
        (403, b"", K.NOT_ALLOWED, "HTTP 403"),
        (404, b"404 page not found\n", K.NOT_FOUND, "404 page not found"),
        (404, b"<title>Get an API key</title>", K.NOT_FOUND, None),
        (400, b"[1]", K.BAD_REQUEST, "HTTP 400"),
        (400, {"status": "ok"}, K.BAD_REQUEST, "HTTP 400"),
        (418, b'"short and stout"', K.BAD_REQUEST, "short and stout"),
        (408, b"", K.UNREACHABLE, "HTTP 408"),
    ],
)
def test_meaning(status: int, body: Any, kind: ErrorKind, message: str | None) -> None:
    error = read(status, body)
    assert error.kind is kind
    assert error.status == status
    if message is not None:
        assert error.message == message == str(error)


def test_the_two_meanings_of_cannot_get_bundle() -> None:
    def bundle_list_error(body: Any, status: int = 400) -> CapgoError:
        return read(status, body, "GET /bundle")

    code = {"error": "cannot_get_bundle", "message": "Cannot get bundle"}
    empty = bundle_list_error({**code, "moreInfo": {"supabaseError": None}})
    assert is_end_of_bundle_list(empty)
    fault = bundle_list_error({**code, "moreInfo": {"supabaseError": {"code": "57014"}}})
    assert fault.kind is K.SERVER_FAULT
    assert not is_end_of_bundle_list(fault)
    refusal = bundle_list_error({**code, "message": "You can't access this app"})
    assert refusal.kind is K.NOT_ALLOWED
    assert not is_end_of_bundle_list(refusal)
    for old in ("Cannot get bundle", "Cannot get version"):
        assert is_end_of_bundle_list(bundle_list_error({"status": old}))
        assert is_end_of_bundle_list(bundle_list_error({"status": old, "error": "null"}))
        assert not is_end_of_bundle_list(bundle_list_error({"status": old, "error": "timeout"}))
    assert not is_end_of_bundle_list(
        bundle_list_error({"error": "not_found", "message": "Not found"}, 404)
    )


def test_cannot_find_version_means_the_channel_when_a_channel_was_asked_for() -> None:
    body = {"error": "cannot_find_version", "message": "Cannot find version", "moreInfo": {}}
    assert read(400, body, "GET /channel").message == "Cannot find channel"
    assert (
        read(400, {"status": "Cannot find version"}, "GET /channel").message
        == "Cannot find channel"
    )
    assert read(400, body, "PUT /bundle").message == "Cannot find version"


@pytest.mark.parametrize(
    ("headers", "detail", "wait"),
    [
        ({"retry_after": "60", "x_ratelimit_reset": "1900"}, {"retryAfterSeconds": 5}, 60.0),
        ({"retry_after": "0"}, {}, 0.0),
        ({"retry_after": "Thu, 01 Jan 1970 00:17:10 GMT"}, {}, 30.0),
        ({"retry_after": "soon", "x_ratelimit_reset": "1030"}, {"retryAfterSeconds": 5}, 5.0),
        ({"x_ratelimit_reset": "1030"}, {}, 30.0),
        ({"x_ratelimit_reset": "10"}, {}, 0.0),
        ({"retry_after": "-5"}, {"retryAfterSeconds": True}, None),
        ({"retry_after": "nan", "x_ratelimit_reset": "inf"}, None, None),
        ({"retry_after": "1e300"}, {}, 7 * 24 * 3600.0),
        ({}, {"retryAfterSeconds": 10**400}, None),
    ],
)
def test_waiting(headers: dict[str, str], detail: Any, wait: float | None) -> None:
    body = {"error": "too_many_requests", "message": "Too many requests", "moreInfo": detail}
    error = read(429, body, **headers)
    assert error.retry_after == wait


@pytest.mark.parametrize(
    ("status", "body", "request_name", "maybe"),
    [
        (500, {"error": "unknown_error", "message": "Unknown error"}, "POST /channel", True),
        (
            500,
            {"error": "channel_self_store_error", "message": "Error syncing"},
            "POST /device",
            True,
        ),
        (500, {"error": "channel_device_error", "message": "Error setting"}, "POST /device", False),
        (500, {"status": "Cannot create channel"}, "POST /channel", False),
        (502, b"<html>", "DELETE /bundle", True),
        (502, b"<html>", "GET /bundle", False),
        (400, {"error": "x", "message": "y"}, "POST /channel", False),
        (429, {"error": "you are beeing rate limited"}, "POST /device", False),
        (401, b"Invalid apikey", "POST /device", False),
        (400, {"status": "Missing apikey"}, "POST /device", False),
        (429, {}, "POST /device", True),
        (400, b"", "POST /device", True),
        (401, b"<html>Sign in</html>", "POST /device", True),
        (403, b"error code: 1020", "DELETE /channel", True),
        (404, [], "POST /device", True),
        (404, b"<html>", "GET /device", False),
        (408, b"", "POST /device", True),
        (200, {"status": "KO", "error": "no"}, "POST /device", True),
    ],
)
def test_whether_a_failed_write_may_be_done(
    status: int, body: Any, request_name: str, maybe: bool
) -> None:
    assert read(status, body, request_name).maybe_sent is maybe


def test_denials_with_status_200() -> None:
    assert is_denial(b" <!doctype html>")
    assert is_denial(b'{"status": "KO"}')
    assert is_denial(b'{"error": "unknown_error", "message": "Unknown error", "moreInfo": {}}')
    assert is_denial(b'{"error": "No right", "status": 5}')
    assert not is_denial(b'{"status": "ok", "error": "a note"}')
    assert not is_denial(b'{"error": " ", "id": 1}')
    assert not is_denial(b'{"status": "ok"}')
    assert not is_denial(b'{"status": "success", "error": null}')
    assert not is_denial(b"")
    assert not is_denial(b"done")


def test_an_echoed_key_and_escapes_are_hidden_everywhere() -> None:
    body = {
        "error": f"key {SECRET}",
        "message": f"bad\x1b[31m {SECRET}!",
        "moreInfo": 1,
    }
    error = read(400, body, x_request_id=f"r-{SECRET}")
    deep = read(400, {"error": "x", "message": "m", "moreInfo": {SECRET: [{"a": f"<{SECRET}>"}]}})
    for text in (
        str(error),
        repr(error),
        str(error.detail),
        str(error.request_id),
        str(deep.detail),
    ):
        assert SECRET not in text
        assert "\x1b" not in text
    assert KEY_PLACEHOLDER in error.message
    assert deep.detail == {KEY_PLACEHOLDER: [{"a": f"<{KEY_PLACEHOLDER}>"}]}


@given(st.integers(300, 599), st.one_of(st.binary(), st.text().map(str.encode)), st.text())
def test_any_reply_gives_an_error(status: int, body: bytes, header: str) -> None:
    error = read(status, body, retry_after=header, content_type=header, x_request_id=header)
    assert isinstance(error, CapgoError)
    assert error.message.isprintable()
    assert error.message


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(
    st.integers(300, 599),
    st.dictionaries(st.sampled_from(["error", "message", "status", "moreInfo"]), JSONS),
)
def test_any_json_gives_an_error(status: int, body: Any) -> None:
    error = read(status, json.dumps(body).encode())
    assert error.message
    assert error.kind in ErrorKind


def test_the_key_hides_itself() -> None:
    key = ApiKey(f"  {SECRET}\n")
    assert key.reveal() == SECRET
    assert key == ApiKey(SECRET) != ApiKey("other")
    assert hash(key) == hash(ApiKey(SECRET))
    assert repr(key) == str(key) == f"{key}" == f"ApiKey(#{key.fingerprint})"
    assert len(key.fingerprint) == 8
    assert key != SECRET
    for leak in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            leak(key)


@pytest.mark.parametrize("bad", ["", " \n", "two words", "tab\there", "line\nend", "ключ", "nul\0"])
def test_bad_keys(bad: str) -> None:
    with pytest.raises(ValueError, match="key") as excinfo:
        ApiKey(bad)
    assert not bad.strip() or bad not in str(excinfo.value)


def limited(**more: object) -> CapgoError:
    body = {"error": "too_many_requests", "message": "Too many requests", "moreInfo": more}
    return read(429, body, "POST /device")


@pytest.mark.parametrize(
    ("error", "scope"),
    [
        (read(401, {"error": "invalid_apikey", "message": "Invalid apikey"}), Scope.KEY),
        (limited(reason="api_key_rate_limit_exceeded", apikey_id=7), Scope.KEY),
        (limited(reason="ip_rate_limit_exceeded", app_id="a"), Scope.ADDRESS),
        (limited(reason="too_many_failed_auth_attempts"), Scope.ADDRESS),
        (limited(app_id="a", device_id="d"), Scope.DEVICE),
        (limited(retryAfterSeconds=3), None),
        (
            read(400, {"error": "invalid_app_id", "message": "no", "moreInfo": {"reason": "x"}}),
            None,
        ),
    ],
)
def test_an_error_tells_what_else_is_refused_with_it(
    error: CapgoError, scope: Scope | None
) -> None:
    assert error.scope is scope


@pytest.mark.parametrize(
    ("code", "message", "argument"),
    [
        ("cannot_create_bundle", "Cannot create bundle", "version"),
        ("version_already_exists", "Version already exists", "version"),
        ("cannot_create_bundle", "You can't", None),
        ("missing_checksum", "Missing checksum", "checksum"),
        ("unknown_error", "Unknown error", None),
    ],
)
def test_an_error_tells_which_argument_of_a_bundle_is_refused(
    code: str, message: str, argument: str | None
) -> None:
    error = read(400, {"error": code, "message": message}, "POST /bundle")
    assert error.argument == argument
    assert error.is_name_taken == (message == "Cannot create bundle")


@pytest.mark.parametrize(
    "reply",
    [
        (429, {"error": "too_many_requests", "message": "Too many requests"}),
        (429, {"error": "you are beeing rate limited"}),
        (400, {"message": "too many requests"}),
    ],
)
def test_the_message_of_a_rate_limiter_is_told_from_any_other(reply: tuple[int, Any]) -> None:
    assert is_from_rate_limiter(read(*reply).message)
    assert not is_from_rate_limiter(read(400, {"message": "No such channel"}).message)


@pytest.mark.parametrize("room", ["workspace", "commands", "tui"])
def test_what_the_server_means_by_an_error_is_read_in_the_api_alone(room: str) -> None:
    read_elsewhere = [
        f"{path.name}:{node.lineno}"
        for path in sorted((Path(capgo_tui.__file__).parent / room).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr in {"code", "detail"}
        # The screen has a widget and a controller of that name.
        and not ast.unparse(node.value).endswith(("self", "host", "screen", "controllers"))
    ]
    assert read_elsewhere == []
