"""The error bodies of both older revisions (§2): ``status`` is the message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.sandbox.answers import Answer, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from capgo_tui.sandbox.answers import Json, JsonObject

NOT_FOUND = Answer({"status": "Not found"}, 404)
CRASHED = Answer({"status": "Internal Server Error"}, 500)
WRONG_KEY_DOCUMENTED = Answer(None, 401, text="Invalid apikey")
WRONG_KEY_LEGACY = Answer({"status": "Missing apikey"}, 400)


def refusal(text: str, status: int = 400, **more: Json) -> Refused:
    """Build a refusal to raise."""
    return Refused(Answer({"status": text, **more}, status))


def no_access(app_id: Json) -> Refused:
    """Refuse for want of a permission, or of an app id."""
    if app_id is None:
        return refusal("You can't access this app")
    return refusal("You can't access this app", app_id=app_id)


def too_many(more: JsonObject, headers: Mapping[str, str]) -> Answer:
    """Word a limiter's refusal, spelling included; the details were not sent yet (§2)."""
    return Answer({"error": "you are beeing rate limited"}, 429, headers)
