"""The fault of a list that never gets on: its cursor, or its page, repeats."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from capgo_tui.sandbox.faults.wire import Asked, Effect, Forward, Scene, Wire


def same_cursor() -> Effect:
    """Name the cursor just used as the next one; a list paged by number repeats its first page."""

    async def effect(asked: Asked, forward: Forward, scene: Scene) -> Wire:
        cursor = asked.query.get("cursor")
        if not cursor:
            first = {name: value for name, value in asked.query.items() if name != "page"}
            return await forward(replace(asked, query=first))
        wire = await forward(asked)
        body = json.loads(wire.body)
        if not isinstance(body, dict) or "data" not in body:
            return wire
        body |= {"nextCursor": cursor, "hasMore": True}
        return wire.with_body(json.dumps(body, separators=(",", ":")).encode())

    return effect
