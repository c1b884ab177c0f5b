"""The limit on the size of request bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.datastructures import Headers

from capgo_tui.sandbox.answers import Answer

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BYTES: Final = 2 * 1024 * 1024
_TOO_LARGE = Answer(
    {"error": "payload_too_large", "message": "The request body is too large", "moreInfo": {}}, 413
)


class BodyLimit:
    """Middleware that reads the body first, and refuses one larger than ``MAX_BYTES``."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared_length = Headers(scope=scope).get("content-length", "")
        too_large = declared_length.isdecimal() and int(declared_length[:20]) > MAX_BYTES
        body, more = bytearray(), True
        while more and not too_large:
            message = await receive()
            if message["type"] != "http.request":
                return  # nobody waits for an answer
            body += message.get("body", b"")
            more = message.get("more_body", False)
            too_large = len(body) > MAX_BYTES
        if too_large:
            await _refuse(send)
            return
        whole: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]

        async def replay() -> Message:
            return whole.pop() if whole else await receive()

        await self._app(scope, replay, send)


async def _refuse(send: Send) -> None:
    headers = [(b"content-type", _TOO_LARGE.media_type.encode()), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": _TOO_LARGE.status, "headers": headers})
    await send({"type": "http.response.body", "body": _TOO_LARGE.render()})
