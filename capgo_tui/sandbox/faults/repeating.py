"""The fault of a list whose cursor or page repeats."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from capgo_tui.sandbox.faults.wire import Effect, Forward, Request, Scene, Wire


def repeat_cursor() -> Effect:
    """Name the cursor just used as the next one; a list paged by number repeats its first page."""

    async def apply_fault(request: Request, forward: Forward, scene: Scene) -> Wire:
        cursor = request.query.get("cursor")
        if not cursor:
            first = {name: value for name, value in request.query.items() if name != "page"}
            return await forward(replace(request, query=first))
        wire = await forward(request)
        body = json.loads(wire.body)
        if not isinstance(body, dict) or "data" not in body:
            return wire
        body |= {"nextCursor": cursor, "hasMore": True}
        return wire.with_body(json.dumps(body, separators=(",", ":")).encode())

    return apply_fault
