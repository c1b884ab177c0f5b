"""Faults of the connection: it ends before, after or in the midst of the answer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from capgo_tui.sandbox.faults.wire import Dropped

if TYPE_CHECKING:
    from capgo_tui.sandbox.faults.wire import Asked, Effect, Forward, Scene, Wire


def drop_before() -> Effect:
    """End the connection; nothing was carried out."""

    async def effect(asked: Asked, forward: Forward, scene: Scene) -> Wire:
        raise Dropped

    return effect


def drop_after() -> Effect:
    """Carry the request out and end the connection without an answer."""

    async def effect(asked: Asked, forward: Forward, scene: Scene) -> Wire:
        await forward(asked)
        raise Dropped

    return effect


def drop_midway() -> Effect:
    """Carry the request out, answer half and end the connection."""

    async def effect(asked: Asked, forward: Forward, scene: Scene) -> Wire:
        return replace(await forward(asked), cut=True)

    return effect
