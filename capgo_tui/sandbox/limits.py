"""The five rate limiters (§3), whose counts are in memory, as in the real platform's cache."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from capgo_tui.sandbox.answers import Json, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from capgo_tui.sandbox.answers import Answer, JsonObject

LimitSet: TypeAlias = Literal["none", "device", "hosted"]
LIMIT_SETS: tuple[LimitSet, ...] = get_args(LimitSet)

#: With more counters than this the expired ones are dropped, then the oldest.
MEMORY = 20_000

FAILED_AUTH_LIMIT, FAILED_AUTH_WINDOW = 20, 900.0
KEY_LIMIT, KEY_IDLE = 2000, 60.0
DEVICE_OP_LIMIT, DEVICE_OP_WINDOW = 5, 1.0
SAME_SET_WINDOW = 60.0
ADDRESS_LIMIT, ADDRESS_WINDOW = 1000, 60.0


@dataclass
class _Counter:
    count: int = 0
    reset_at: float = 0.0


@dataclass
class _Counters:
    """Counters by name, bounded in number; each expires at its own time."""

    entries: dict[tuple[Json, ...], _Counter] = field(default_factory=dict)

    def get_current(self, name: tuple[Json, ...], now: float) -> _Counter:
        """Return the running counter, or a new one."""
        counter = self.entries.get(name)
        if counter is None or counter.reset_at <= now:
            counter = _Counter()
        return counter

    def store(self, name: tuple[Json, ...], counter: _Counter, now: float) -> None:
        # Moved to the end: the dict stays in order of use, the oldest first.
        self.entries.pop(name, None)
        self.entries[name] = counter
        if len(self.entries) > MEMORY:
            self.entries = {n: c for n, c in self.entries.items() if c.reset_at > now}
            for oldest in list(self.entries)[: max(0, len(self.entries) - MEMORY)]:
                del self.entries[oldest]


class Limits:
    """The rate limiters; ``refuse`` builds the revision's refusal."""

    def __init__(
        self,
        which: LimitSet,
        now: Callable[[], datetime],
        refuse: Callable[[JsonObject, dict[str, str]], Answer],
        same_set_seconds: float = SAME_SET_WINDOW,
    ) -> None:
        self._device_limits = which != "none"
        self._hosted_limits = which == "hosted"
        self._clock = now
        self._refuse = refuse
        self._same_set_seconds = same_set_seconds
        self._lock = threading.Lock()
        self.counters = _Counters()
        """The counts of addresses, keys and devices; the oldest are forgotten."""

    def check_address(self, address: str) -> None:
        """Refuse an address after too many failed authentications; such a call counts nothing."""
        if not self._hosted_limits:
            return
        with self._lock:
            now = self._read_clock()
            counter = self.counters.get_current(("failed", address), now)
            if counter.count >= FAILED_AUTH_LIMIT:
                self._refuse_call(
                    counter.reset_at, now, _make_reason("too_many_failed_auth_attempts")
                )

    def count_failed_auth(self, address: str) -> None:
        """Count a failure; every failure restarts the 15 minutes."""
        if self._hosted_limits:
            with self._lock:
                now = self._read_clock()
                counter = self.counters.get_current(("failed", address), now)
                next_counter = _Counter(counter.count + 1, now + FAILED_AUTH_WINDOW)
                self.counters.store(("failed", address), next_counter, now)

    def count_key(self, key_id: int) -> None:
        """Count a call of this key; every call, a refused one too, restarts the idle minute."""
        if not self._hosted_limits:
            return
        with self._lock:
            now = self._read_clock()
            counter = self.counters.get_current(("key", key_id), now)
            next_counter = _Counter(counter.count + 1, now + KEY_IDLE)
            self.counters.store(("key", key_id), next_counter, now)
            if next_counter.count > KEY_LIMIT:
                more = _make_reason("api_key_rate_limit_exceeded", apikey_id=key_id)
                self._refuse_call(next_counter.reset_at, now, more)

    def count_device(
        self, op: str, address: str, app_id: Json, device_id: Json, channel: Json = None
    ) -> None:
        """Count a call to /device before its fields are checked; a refused one is not counted."""
        if not self._device_limits or not app_id:
            return
        names: JsonObject = {"app_id": app_id, "device_id": device_id}
        by_address = ("address", str(app_id), address)
        by_op = ("op", op, str(app_id), str(device_id))
        by_channel = ("set", str(app_id), str(device_id), str(channel))
        with self._lock:
            now = self._read_clock()
            address_count = self.counters.get_current(by_address, now)
            if self._hosted_limits and address_count.count >= ADDRESS_LIMIT:
                self._refuse_call(
                    address_count.reset_at,
                    now,
                    _make_reason("ip_rate_limit_exceeded", app_id=app_id),
                )
            if device_id:
                op_count = self.counters.get_current(by_op, now)
                full = [op_count] if op_count.count >= DEVICE_OP_LIMIT else []
                sets_channel = op == "set" and bool(channel)
                if sets_channel:
                    same_set = self.counters.get_current(by_channel, now)
                    full += [same_set] if same_set.count else []
                if full:
                    # The longer wait counts: after the shorter one the call is refused again.
                    self._refuse_call(max(counter.reset_at for counter in full), now, names)
                if sets_channel:
                    self.counters.store(by_channel, _Counter(1, now + self._same_set_seconds), now)
                self._keep_window(by_op, op_count, DEVICE_OP_WINDOW, now)
            self._keep_window(by_address, address_count, ADDRESS_WINDOW, now)

    def _keep_window(
        self, name: tuple[Json, ...], counter: _Counter, window: float, now: float
    ) -> None:
        """Count a call in the window that its first call started."""
        reset_at = counter.reset_at if counter.count else now + window
        self.counters.store(name, _Counter(counter.count + 1, reset_at), now)

    def _read_clock(self) -> float:
        return self._clock().timestamp()

    def _refuse_call(self, reset_at: float, now: float, more: JsonObject) -> None:
        seconds = max(0, math.ceil(round(reset_at - now, 6)))
        reset = {"rateLimitResetAt": math.floor(reset_at * 1000), "retryAfterSeconds": seconds}
        headers = {"Retry-After": str(seconds), "X-RateLimit-Reset": str(math.ceil(reset_at))}
        raise Refusal(self._refuse({**more, **reset}, headers))


def _make_reason(reason: str, **more: Json) -> JsonObject:
    return {"reason": reason, **more}
