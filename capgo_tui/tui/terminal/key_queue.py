"""A queue of keys: each is handled after the one before has done its work.

Textual hands each key to the widget that has the focus when the key is *read*. Of ``o`` and
``beta`` typed in one go, the list behind would get all five letters, because the form that
``o`` opens has no focus yet. Here each key waits until the one before is handled, so that
typing ahead has the same effect as typing slowly.
"""

from __future__ import annotations

from collections import deque
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from textual import events

from capgo_tui.tui.terminal.focus import FocusApp
from capgo_tui.tui.terminal.input import split_alt, watch_terminal_input

if TYPE_CHECKING:
    from textual.dom import DOMNode
    from textual.message_pump import MessagePump

LOST_AFTER = 0.5
"""Seconds after which a key whose widget went away no longer holds up the next one."""
INTERRUPTS = frozenset({"ctrl+c", "ctrl+q"})
"""The keys that do not wait until there is something to type into."""


class _Key(NamedTuple):
    """A dispatched key or paste: its target and its time."""

    target: MessagePump
    turn: float


class KeyQueueApp(FocusApp):
    """An app that dispatches keys and pastes one after the other."""

    def __init__(self, *, ansi_color: bool | None = None) -> None:
        super().__init__(ansi_color=ansi_color)
        watch_terminal_input()
        self._queue: deque[events.Key | events.Paste] = deque()
        self._in_hand: float | None = None
        self.last_y = 0.0
        """When a ``y`` was last typed anywhere: held down, it must not answer the next question."""

    async def on_event(self, event: events.Event) -> None:
        """Queue keys and pastes until it is their turn."""
        if isinstance(event, (events.Key, events.Paste)) and not event.is_forwarded:
            self._queue.append(event)
            if isinstance(event, events.Key) and event.key in ("y", "alt+y"):
                self.last_y = event.time
            if self.is_holding_keys:
                await self._take_interrupt()
            elif self._in_hand is None or monotonic() - self._in_hand > LOST_AFTER:
                await self._take_next()
        else:
            await super().on_event(event)

    @property
    def is_handling_key(self) -> bool:
        """Whether a key is being handled, or its widget went away."""
        return self._in_hand is not None

    @property
    def waiting_key_count(self) -> int:
        """How many keys and pastes wait for their turn."""
        return len(self._queue)

    @property
    def is_holding_keys(self) -> bool:
        """Whether keys wait because what they are meant for is not there yet."""
        return False

    def take_held_keys(self) -> None:
        """Begin to dispatch the keys that were held."""
        if self._queue and self._in_hand is None:
            self.call_later(self._take_first)

    async def _take_first(self) -> None:
        if self._in_hand is None:
            await self._take_next()

    async def _take_interrupt(self) -> None:
        """Dispatch the key that came last if it interrupts."""
        event = self._queue[-1]
        if isinstance(event, events.Key) and event.key in INTERRUPTS:
            self._queue.pop()
            await super().on_event(event)

    async def _take_next(self) -> None:
        if not self._queue or self.is_holding_keys:
            self._in_hand = None
            return
        self._in_hand = monotonic()
        target: MessagePump = self.focused or self.screen
        event = self._queue.popleft()
        if isinstance(event, events.Key) and not self._is_bound(event.key):
            event, *rest = split_alt(event) or [event]
            self._queue.extendleft(reversed(rest))
        await super().on_event(event)
        # Twice: first behind the key itself, then behind the messages that it
        # made widgets post, such as an Input's Submitted.
        self._follow_key(target, _Key(target, self._in_hand))

    def _is_bound(self, key: str) -> bool:
        """Return whether a key means something where the keyboard is."""
        chain = self.screen._modal_binding_chain
        return any(key in bindings.key_to_bindings for _, bindings in chain)

    def _follow_key(self, node: MessagePump, key: _Key, climbs: int = 2) -> None:
        """Follow a key: a message to each widget it bubbles through runs right behind it."""
        if not node.call_later(self._pass_on_key, node, key, climbs):
            self._end(key)

    async def _pass_on_key(self, node: DOMNode, key: _Key, climbs: int) -> None:
        if node is not self:
            self._follow_key(node.parent or self, key, climbs)
        elif climbs > 1:
            self._follow_key(key.target, key, climbs - 1)
        elif key.turn == self._in_hand:
            await self._take_next()

    def _end(self, key: _Key) -> None:
        if key.turn == self._in_hand:
            self._in_hand = None
            self.take_held_keys()
