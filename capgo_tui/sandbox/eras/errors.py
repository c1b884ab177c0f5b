"""The error bodies of both older revisions (§2): ``status`` is the message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.sandbox.answers import Answer, Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from capgo_tui.sandbox.answers import Json, JsonObject

NOT_FOUND = Answer({"status": "Not found"}, 404)
SERVER_ERROR = Answer({"status": "Internal Server Error"}, 500)
WRONG_KEY_DOCUMENTED = Answer(None, 401, text="Invalid apikey")
WRONG_KEY_LEGACY = Answer({"status": "Missing apikey"}, 400)


def make_refusal(text: str, status: int = 400, **more: Json) -> Refusal:
    """Return a refusal to raise."""
    return Refusal(Answer({"status": text, **more}, status))


def make_no_access(app_id: Json) -> Refusal:
    """Return the refusal for a missing permission or app id."""
    if app_id is None:
        return make_refusal("You can't access this app")
    return make_refusal("You can't access this app", app_id=app_id)


def answer_too_many(more: JsonObject, headers: Mapping[str, str]) -> Answer:
    """Return a limiter's refusal, misspelt as the original; it has no details yet (§2)."""
    return Answer({"error": "you are beeing rate limited"}, 429, headers)
