"""Faults of time: the answer is right, but comes late or in drops."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from capgo_tui.sandbox.faults.wire import Asked, Effect, Forward, Scene, Wire


def latency(seconds: float) -> Effect:
    """Wait, then carry the request out."""

    async def effect(asked: Asked, forward: Forward, scene: Scene) -> Wire:
        await scene.sleep(seconds)
        return await forward(asked)

    return effect


def jitter(seconds: float) -> Effect:
    """Wait any time up to this one, then carry the request out."""

    async def effect(asked: Asked, forward: Forward, scene: Scene) -> Wire:
        await scene.sleep(seconds * scene.rng.random())
        return await forward(asked)

    return effect


def late(seconds: float) -> Effect:
    """Carry the request out at once and answer later: what a client's time-out looks like."""

    async def effect(asked: Asked, forward: Forward, scene: Scene) -> Wire:
        wire = await forward(asked)
        await scene.sleep(seconds)
        return wire

    return effect


def slow_drip(seconds: float) -> Effect:
    """Send the body in small pieces with a pause before each."""

    async def effect(asked: Asked, forward: Forward, scene: Scene) -> Wire:
        return replace(await forward(asked), pause=seconds)

    return effect
