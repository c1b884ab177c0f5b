"""A sandbox process that logs its requests.

``python -m tests.budgets.counting_sandbox DEVICES CHANNELS BUNDLES``
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from capgo_tui.sandbox.app import create_app
from capgo_tui.sandbox.entrance import find_entrance
from capgo_tui.sandbox.generate import generate
from capgo_tui.sandbox.serve import serve
from capgo_tui.sandbox.store import Store

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

LOG_PATH = "/asked"
"""The path that returns the requests so far as JSON."""


class RequestLog:
    """Middleware that logs every request, and returns them at ``LOG_PATH``."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._requests: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] != LOG_PATH:
            self._requests.append(
                f"{scope['method']} {scope['path']}?{scope['query_string'].decode()}"
            )
            await self._app(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": json.dumps(self._requests).encode()})


def main() -> None:
    store = Store()
    devices, channels, bundles = map(int, sys.argv[1:])
    generate(store, devices=devices, channels=channels, bundles=bundles, now=datetime.now(UTC))
    entrance = find_entrance(store)
    assert entrance is not None
    app = create_app(store)
    app.add_middleware(RequestLog)
    sys.exit(serve(app, entrance, host="127.0.0.1", port=0))


if __name__ == "__main__":
    main()
