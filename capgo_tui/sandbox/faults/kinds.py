"""Every fault there is, as a table: its name, its argument, what it does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from capgo_tui.sandbox.faults import (
    bodies,
    connections,
    delays,
    refusals,
    repeating,
    shifting,
)
from capgo_tui.sandbox.faults.problem import FaultError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from capgo_tui.sandbox.faults.wire import Asked, Effect

_ELSEWHERE = "http://elsewhere.invalid"


def _always(asked: Asked) -> bool:
    return True


@dataclass(frozen=True)
class Kind:
    """One kind of fault; ``concerns`` leaves out requests where it would mean nothing."""

    name: str
    argument: str
    default: str
    meaning: str
    make: Callable[[str], Effect]
    concerns: Callable[[Asked], bool] = _always


def _bare(make: Callable[[], Effect]) -> Callable[[str], Effect]:
    """Make a fault that takes no argument."""

    def read(text: str) -> Effect:
        if text:
            raise FaultError(f"it takes no argument, not {text!r}")
        return make()

    return read


def _milliseconds(make: Callable[[float], Effect]) -> Callable[[str], Effect]:
    def read(text: str) -> Effect:
        if not re.fullmatch(r"\d{1,7}(\.\d+)?", text):
            raise FaultError(f"{text!r} is not a number of milliseconds")
        return make(float(text) / 1000)

    return read


def _count(make: Callable[[int], Effect]) -> Callable[[str], Effect]:
    def read(text: str) -> Effect:
        if not re.fullmatch(r"[1-9]\d{0,4}", text):
            raise FaultError(f"{text!r} is not a number of rows")
        return make(int(text))

    return read


def _one_of(choices: Mapping[str, Callable[[], Effect]]) -> Callable[[str], Effect]:
    def read(text: str) -> Effect:
        if text not in choices:
            raise FaultError(f"{text!r} is not one of {', '.join(choices)}")
        return choices[text]()

    return read


class _Carrying(Protocol):
    """Makes an effect that carries the request out, or does not."""

    def __call__(self, *, carried_out: bool) -> Effect: ...


def _before_or_after(make: _Carrying) -> Callable[[str], Effect]:
    return _one_of(
        {
            "before": lambda: make(carried_out=False),
            "after": lambda: make(carried_out=True),
        }
    )


def _rate_limit(text: str) -> Effect:
    if text == "bare":
        return refusals.rate_limit(None)
    if not re.fullmatch(r"\d{1,6}", text):
        raise FaultError(f"{text!r} is neither a number of seconds nor 'bare'")
    return refusals.rate_limit(int(text))


def _media_type(text: str) -> Effect:
    if not re.fullmatch(r"[\w.+-]+/[\w.+-]+(; ?[\w=-]+)?", text):
        raise FaultError(f"{text!r} is not a content type")
    return bodies.wrong_type(text)


def _url(text: str) -> Effect:
    if not re.fullmatch(r"https?://(\[[0-9a-fA-F:.]+\]|[^\s/:\[\]]+)(:\d{1,5})?(/\S*)?", text):
        raise FaultError(f"{text!r} is not an http address; WHEN comes after @*, as in URL@*:3")
    return refusals.redirect(text)


_ALL = (
    Kind("latency", "MS", "500", "wait, then carry it out", _milliseconds(delays.latency)),
    Kind("jitter", "MS", "500", "wait MS at most, then carry it out", _milliseconds(delays.jitter)),
    Kind("late", "MS", "30000", "carry it out, answer MS later", _milliseconds(delays.late)),
    Kind(
        "slow-drip",
        "MS",
        "250",
        "in up to 64 pieces, MS before each",
        _milliseconds(delays.slow_drip),
    ),
    Kind(
        "429",
        "SECONDS|bare",
        "1",
        "too many requests; bare: no word of when",
        _rate_limit,
    ),
    Kind(
        "500",
        "before|after",
        "before",
        "an error, before or after carrying it out",
        _before_or_after(refusals.crash),
    ),
    Kind(
        "502",
        "before|after",
        "before",
        "likewise, the HTML page of a proxy",
        _before_or_after(refusals.bad_gateway),
    ),
    Kind(
        "503",
        "before|after",
        "before",
        "likewise, database temporarily unavailable",
        _before_or_after(refusals.unavailable),
    ),
    Kind(
        "drop",
        "before|after|midway",
        "before",
        "likewise, no answer; midway: half of one",
        _one_of(
            {
                "before": connections.drop_before,
                "after": connections.drop_after,
                "midway": connections.drop_midway,
            }
        ),
    ),
    Kind("truncated", "", "", "half of the JSON, as if it were all", _bare(bodies.truncated)),
    Kind("wrong-type", "TYPE", "text/html", "the right body, wrongly labelled", _media_type),
    Kind("empty", "", "", "the right status without a body", _bare(bodies.empty)),
    Kind("bad-utf8", "", "", "bytes in the JSON that are not UTF-8", _bare(bodies.bad_utf8)),
    Kind(
        "error-in-200",
        "",
        "",
        "200 with the body of an error; not carried out",
        _bare(refusals.error_in_200),
    ),
    Kind(
        "expired-key",
        "",
        "",
        "the key is refused as a wrong one is",
        _bare(refusals.expired_key),
    ),
    Kind(
        "insert-rows",
        "N",
        "1",
        "new in front before each later page",
        _count(shifting.insert_rows),
        shifting.is_between_pages,
    ),
    Kind(
        "delete-rows",
        "N",
        "1",
        "gone from the front, likewise",
        _count(shifting.delete_rows),
        shifting.is_between_pages,
    ),
    Kind(
        "same-cursor",
        "",
        "",
        "the next page is the one just read",
        _bare(repeating.same_cursor),
        lambda asked: asked.operation.endswith(".list") and asked.asks_on,
    ),
    Kind("redirect", "URL", _ELSEWHERE, "307, the same path there", _url),
)
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _ALL}
