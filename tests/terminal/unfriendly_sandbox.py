"""A hostile sandbox as a process: `python -m tests.terminal.unfriendly_sandbox HOW`.

``hostile`` spoils every text of every list and every error; ``echoing`` puts the API key of the
request into every answer, in another spelling each time, and refuses it after a request of
`/refuse`.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from capgo_tui.sandbox.app import create_app
from capgo_tui.sandbox.entrance import Entrance
from capgo_tui.sandbox.serve import serve
from tests.support.hostile import spoiled_page
from tests.support.world import ALL, APP, state, store_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

REFUSE = "/refuse"
KEY = "Qv7tXz2M-Lk9wBn4R-Hs6dFy3P-Jg8cTu5E"
"""The API key; no piece of it occurs in anything else."""


def escape(text: str) -> str:
    r"""Escape every letter as ``\u0041``."""
    return "".join(f"\\u{ord(letter):04x}" for letter in text)


SPELLINGS: list[Callable[[str, str], bytes]] = [
    lambda answer, _: answer.encode(),
    lambda answer, key: answer.replace(key, escape(key)).encode(),
    lambda answer, key: answer.replace(key, "\ufe0f".join(key)).encode(),
    lambda answer, key: answer.replace(key, escape("\ufe0f".join(key))).encode(),
    lambda answer, key: answer.replace(key, escape(key)).encode("utf-16"),
    lambda answer, _: answer.encode("utf-16-le"),
]
"""The spellings of an API key in JSON; each answer takes the next one."""


class AnswerSpoiler:
    """Middleware that spoils the answers of the sandbox."""

    def __init__(self, app: ASGIApp, how: str) -> None:
        self._app = app
        self._echoes_key = how == "echoing"
        self._refuses_key = False
        self._answer_count = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        self._refuses_key = self._refuses_key or scope["path"] == REFUSE
        await self._app(scope, receive, keep)
        status = 401 if self._refuses_key else messages[0]["status"]
        body = b"".join(message.get("body", b"") for message in messages[1:])
        if status == 401:
            body = b'{"error": "invalid_apikey", "message": "Invalid apikey"}'
        key = dict(scope["headers"]).get(b"authorization", b"").decode()
        document = json.loads(body)
        answer_document = _echo_key(document, key) if self._echoes_key else spoiled_page(document)
        answer = json.dumps(answer_document).encode()
        if self._echoes_key and key:
            spell = SPELLINGS[self._answer_count % len(SPELLINGS)]
            self._answer_count += 1
            answer = spell(answer.decode(), key)
        headers = [(b"content-type", b"application/json"), (b"x-request-id", key.upper().encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": answer})


def _echo_key(document: Any, key: str) -> Any:
    rows = document.get("data") if isinstance(document, dict) else document
    if isinstance(rows, list):
        for row in rows:
            row["comment"] = row["description"] = f"your key is {key}"
    elif "message" in document:
        document["message"] += f": {key}"
    return document


def main() -> None:
    """Serve until killed."""
    content = json.dumps(state()).replace(ALL, KEY)
    app = create_app(store_of(json.loads(content)), limits="none")
    app.add_middleware(AnswerSpoiler, how=sys.argv[1])
    sys.exit(serve(app, Entrance(APP, KEY), host="127.0.0.1", port=0))


if __name__ == "__main__":
    main()
