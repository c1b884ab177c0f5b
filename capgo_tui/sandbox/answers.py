"""The answer of a handler, and the exceptions that stand for other answers (§2)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"
JsonObject: TypeAlias = "Mapping[str, Json]"


@dataclass(frozen=True)
class Answer:
    """One HTTP answer; ``text`` replaces the JSON body where a revision answers in plain text."""

    body: Json
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str | None = None

    def render(self) -> bytes:
        """Return the bytes of the body; called in the worker thread, as it costs O(rows)."""
        if self.text is not None:
            return self.text.encode()
        text = json.dumps(self.body, ensure_ascii=False, separators=(",", ":"))
        # Half of a surrogate pair, which an echo may hold and UTF-8 may not, is escaped.
        return text.encode(errors="backslashreplace")

    @property
    def media_type(self) -> str:
        """Name the content type."""
        return "application/json" if self.text is None else "text/plain; charset=utf-8"


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a fault of the sandbox
    """An answer that ends a handler early."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status, answer.body)
        self.answer = answer


class Crash(Exception):  # noqa: N818 - stands for a fault the real backend has, not one of ours
    """An unhandled error of the real backend; every revision words it in its own way."""


OK = Answer({"status": "ok"})
