"""The request as handlers get it, and how live reads its input (§4)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from capgo_tui.sandbox.answers import Answer, Json, JsonObject, Refusal
from capgo_tui.sandbox.live.override_lookup import DEFAULT_URL_LIMIT
from capgo_tui.sandbox.rules import LIVE_RULES, Rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from capgo_tui.sandbox.limits import Limits
    from capgo_tui.sandbox.store import Store

_MAX_NESTING = 500
"""Maximum depth of lists and objects; Python's own limit depends on its version."""


@dataclass(frozen=True)
class Call:
    """One request; header names are in lower case."""

    method: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    address: str
    path: Mapping[str, str] = field(default_factory=dict)

    def parse_json(self) -> Json:
        """Parse the body, whatever its content type; raise ValueError if it is not JSON."""
        return parse_json(self.body)


@dataclass(frozen=True)
class Backend:
    """The state and rules that every handler works on."""

    store: Store
    limits: Limits
    now: Callable[[], datetime]
    url_limit: int = DEFAULT_URL_LIMIT
    rules: Rules = LIVE_RULES


def parse_json(body: bytes) -> Json:
    """Parse JSON as JavaScript does; raise ValueError if it is none or nested too deep."""
    try:
        value: Json = json.loads(body, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if body.count(b"[") + body.count(b"{") > _MAX_NESTING and _is_deep(value):
        raise ValueError("nested too deep")
    return value


def _is_deep(value: Json) -> bool:
    """Return whether the nesting exceeds the maximum, level by level."""
    level = [value]
    for _ in range(_MAX_NESTING + 1):
        containers = [item for item in level if isinstance(item, (dict, list))]
        if not containers:
            return False
        level = [
            inner
            for item in containers
            for inner in (item.values() if isinstance(item, dict) else item)
        ]
    return True


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def read_query(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the query; of a repeated parameter the real router takes the first."""
    query: dict[str, str] = {}
    for name, value in pairs:
        query.setdefault(name, value)
    return query


def as_object(value: Json) -> JsonObject:
    """Return a JSON object; anything else has no fields."""
    return value if isinstance(value, dict) else {}


def is_truthy(value: Json) -> bool:
    """Return what ``if (value)`` is in JavaScript: an empty array or object is true."""
    return bool(value) or isinstance(value, (list, dict))


def pick_fields(body: JsonObject, *names: str) -> JsonObject:
    """Return those of the fields that the body has, for ``moreInfo``."""
    return {name: body[name] for name in names if name in body}


def read_json_body(call: Call) -> Json:
    """Return the JSON body of POST /channel and POST /device (§4)."""
    try:
        return call.parse_json()
    except ValueError as error:
        # The real reply carries the JavaScript error, which has no fields of its own.
        raise Refusal(answer_invalid_json({"e": {}})) from error


def read_body_or_query(call: Call) -> JsonObject:
    """Return the JSON body if it parses, else the query; never both (§4)."""
    try:
        value = call.parse_json()
    except ValueError:
        if call.method in {"GET", "HEAD"}:
            return dict(call.query)
        value = dict(call.query)
    # A string has keys in JavaScript and passes; all its fields are missing then.
    if not value or not isinstance(value, (dict, list, str)):
        raise Refusal(answer_invalid_json({}))
    return as_object(value)


def answer_invalid_json(more: JsonObject) -> Answer:
    """Return the refusal of an unreadable body."""
    return Answer(
        {"error": "invalid_json_parse_body", "message": "Invalid JSON body", "moreInfo": more}, 400
    )
