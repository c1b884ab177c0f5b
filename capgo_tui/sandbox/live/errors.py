"""Live's error bodies (§2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.sandbox.answers import Answer, Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from capgo_tui.sandbox.answers import Json, JsonObject

#: The database client's error when exactly one row was requested and there is none.
NO_ROW: JsonObject = {
    "code": "PGRST116",
    "details": "The result contains 0 rows",
    "hint": None,
    "message": "Cannot coerce the result to a single JSON object",
}
DUPLICATE: JsonObject = {
    "code": "23505",
    "details": None,
    "hint": None,
    "message": "duplicate key value violates unique constraint",
}
TOO_LONG: JsonObject = {
    "code": "22001",
    "details": None,
    "hint": None,
    "message": "value too long for type character varying(20)",
}
BAD_RANGE: JsonObject = {
    "code": "PGRST103",
    "details": "The range is not valid.",
    "hint": None,
    "message": "Requested range not satisfiable",
}

NOT_FOUND = Answer({"error": "not_found", "message": "Not found"}, 404)
SERVER_ERROR = Answer({"error": "unknown_error", "message": "Unknown error", "moreInfo": {}}, 500)
UNAVAILABLE = Answer(
    {
        "error": "upstream_unavailable",
        "message": "Database temporarily unavailable",
        "moreInfo": {},
    },
    503,
)
WRONG_KEY = Answer({"error": "invalid_apikey", "message": "Invalid apikey", "moreInfo": {}}, 401)


def make_refusal(
    code: str, message: str, more: JsonObject | None = None, status: int = 400
) -> Refusal:
    """Return a refusal to raise."""
    return Refusal(Answer({"error": code, "message": message, "moreInfo": more or {}}, status))


def answer_too_many(more: JsonObject, headers: Mapping[str, str]) -> Answer:
    """Return a limiter's refusal (§3)."""
    return Answer(
        {"error": "too_many_requests", "message": "Too many requests", "moreInfo": more},
        429,
        headers,
    )


def make_no_access(more: JsonObject, code: str = "cannot_access_app", status: int = 400) -> Refusal:
    """Return the refusal for a missing permission."""
    return make_refusal(code, "You can't access this app", more, status)


def make_missing_app_id(body: Json) -> Refusal:
    """Return the refusal of a request without an app, with its body."""
    return make_refusal("missing_app_id", "Missing app_id", {"body": body})


def make_invalid_app_id(app_id: Json) -> Refusal:
    """Return the refusal of an app id that is no reverse domain string."""
    return make_refusal(
        "invalid_app_id", "App ID must be a reverse domain string", {"app_id": app_id}
    )
