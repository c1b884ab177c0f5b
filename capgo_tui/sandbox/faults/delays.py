"""Faults of time: the answer is right, but late or slow."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from capgo_tui.sandbox.faults.wire import Effect, Forward, Request, Scene, Wire


def delay_request(seconds: float) -> Effect:
    """Wait, then carry the request out."""

    async def apply_fault(request: Request, forward: Forward, scene: Scene) -> Wire:
        await scene.sleep(seconds)
        return await forward(request)

    return apply_fault


def delay_randomly(seconds: float) -> Effect:
    """Wait any time up to this one, then carry the request out."""

    async def apply_fault(request: Request, forward: Forward, scene: Scene) -> Wire:
        await scene.sleep(seconds * scene.rng.random())
        return await forward(request)

    return apply_fault


def answer_late(seconds: float) -> Effect:
    """Carry the request out at once and answer later, after a client's time-out."""

    async def apply_fault(request: Request, forward: Forward, scene: Scene) -> Wire:
        wire = await forward(request)
        await scene.sleep(seconds)
        return wire

    return apply_fault


def send_slowly(seconds: float) -> Effect:
    """Send the body in small pieces with a pause before each."""

    async def apply_fault(request: Request, forward: Forward, scene: Scene) -> Wire:
        return replace(await forward(request), pause=seconds)

    return apply_fault
