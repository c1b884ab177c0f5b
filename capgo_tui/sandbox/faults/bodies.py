"""Faults of the body: the request is carried out, its answer is damaged."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from capgo_tui.sandbox.faults.wire import Effect, Forward, Request, Scene, Wire

#: A lone continuation byte and an overlong one: no decoder may read them.
_NOT_UTF8 = b"\x80\xc0\xaf"


def _change_answer(spoil: Callable[[Wire], Wire]) -> Effect:
    async def apply_fault(request: Request, forward: Forward, scene: Scene) -> Wire:
        return spoil(await forward(request))

    return apply_fault


def truncate() -> Effect:
    """Send the first half of the JSON as if it were all of it."""
    return _change_answer(lambda wire: wire.with_body(wire.body[: len(wire.body) // 2]))


def drop_body() -> Effect:
    """Send no body."""
    return _change_answer(lambda wire: wire.with_body(b""))


def send_wrong_type(media_type: str) -> Effect:
    """Send the right body under another content type."""
    return _change_answer(lambda wire: wire.with_header("content-type", media_type))


def send_bad_utf8() -> Effect:
    """Put bytes that are not UTF-8 into the last string of the body."""

    def spoil(wire: Wire) -> Wire:
        head, quote, tail = wire.body.rpartition(b'"')
        return wire.with_body(head + _NOT_UTF8 + quote + tail)

    return _change_answer(spoil)
