"""Faults of the connection: it ends before, after or during the answer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from capgo_tui.sandbox.faults.wire import ConnectionDrop

if TYPE_CHECKING:
    from capgo_tui.sandbox.faults.wire import Effect, Forward, Request, Scene, Wire


def drop_before() -> Effect:
    """End the connection; nothing was carried out."""

    async def apply_fault(request: Request, forward: Forward, scene: Scene) -> Wire:
        raise ConnectionDrop

    return apply_fault


def drop_after() -> Effect:
    """Carry the request out and end the connection without an answer."""

    async def apply_fault(request: Request, forward: Forward, scene: Scene) -> Wire:
        await forward(request)
        raise ConnectionDrop

    return apply_fault


def drop_midway() -> Effect:
    """Carry the request out, answer half and end the connection."""

    async def apply_fault(request: Request, forward: Forward, scene: Scene) -> Wire:
        return replace(await forward(request), cut=True)

    return apply_fault
