"""The table of all kinds of faults: name, argument, effect."""

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

    from capgo_tui.sandbox.faults.wire import Effect, Request

_REDIRECT_URL = "http://elsewhere.invalid"


def _accept_all(request: Request) -> bool:
    return True


@dataclass(frozen=True)
class FaultKind:
    """One kind of fault; ``concerns`` excludes requests on which it has no effect."""

    name: str
    argument: str
    default: str
    meaning: str
    make: Callable[[str], Effect]
    concerns: Callable[[Request], bool] = _accept_all


def _read_nothing(make: Callable[[], Effect]) -> Callable[[str], Effect]:
    """Return the reader of a fault without an argument."""

    def read(text: str) -> Effect:
        if text:
            raise FaultError(f"it takes no argument, not {text!r}")
        return make()

    return read


def _read_milliseconds(make: Callable[[float], Effect]) -> Callable[[str], Effect]:
    def read(text: str) -> Effect:
        if not re.fullmatch(r"\d{1,7}(\.\d+)?", text):
            raise FaultError(f"{text!r} is not a number of milliseconds")
        return make(float(text) / 1000)

    return read


def _read_count(make: Callable[[int], Effect]) -> Callable[[str], Effect]:
    def read(text: str) -> Effect:
        if not re.fullmatch(r"[1-9]\d{0,4}", text):
            raise FaultError(f"{text!r} is not a number of rows")
        return make(int(text))

    return read


def _read_choice(choices: Mapping[str, Callable[[], Effect]]) -> Callable[[str], Effect]:
    def read(text: str) -> Effect:
        if text not in choices:
            raise FaultError(f"{text!r} is not one of {', '.join(choices)}")
        return choices[text]()

    return read


class _EffectFactory(Protocol):
    """A function that makes an effect which carries the request out, or does not."""

    def __call__(self, *, carried_out: bool) -> Effect: ...


def _read_time(make: _EffectFactory) -> Callable[[str], Effect]:
    return _read_choice(
        {
            "before": lambda: make(carried_out=False),
            "after": lambda: make(carried_out=True),
        }
    )


def _read_rate_limit(text: str) -> Effect:
    if text == "bare":
        return refusals.refuse_as_limiter(None)
    if not re.fullmatch(r"\d{1,6}", text):
        raise FaultError(f"{text!r} is neither a number of seconds nor 'bare'")
    return refusals.refuse_as_limiter(int(text))


def _read_media_type(text: str) -> Effect:
    if not re.fullmatch(r"[\w.+-]+/[\w.+-]+(; ?[\w=-]+)?", text):
        raise FaultError(f"{text!r} is not a content type")
    return bodies.send_wrong_type(text)


def _read_url(text: str) -> Effect:
    if not re.fullmatch(r"https?://(\[[0-9a-fA-F:.]+\]|[^\s/:\[\]]+)(:\d{1,5})?(/\S*)?", text):
        raise FaultError(f"{text!r} is not an http address; WHEN comes after @*, as in URL@*:3")
    return refusals.redirect(text)


_ALL = (
    FaultKind(
        "latency", "MS", "500", "wait, then carry it out", _read_milliseconds(delays.delay_request)
    ),
    FaultKind(
        "jitter",
        "MS",
        "500",
        "wait MS at most, then carry it out",
        _read_milliseconds(delays.delay_randomly),
    ),
    FaultKind(
        "late",
        "MS",
        "30000",
        "carry it out, answer MS later",
        _read_milliseconds(delays.answer_late),
    ),
    FaultKind(
        "slow-drip",
        "MS",
        "250",
        "in up to 64 pieces, MS before each",
        _read_milliseconds(delays.send_slowly),
    ),
    FaultKind(
        "429",
        "SECONDS|bare",
        "1",
        "too many requests; bare: without saying when",
        _read_rate_limit,
    ),
    FaultKind(
        "500",
        "before|after",
        "before",
        "an error, before or after carrying it out",
        _read_time(refusals.crash),
    ),
    FaultKind(
        "502",
        "before|after",
        "before",
        "likewise, the HTML page of a proxy",
        _read_time(refusals.answer_bad_gateway),
    ),
    FaultKind(
        "503",
        "before|after",
        "before",
        "likewise, database temporarily unavailable",
        _read_time(refusals.answer_unavailable),
    ),
    FaultKind(
        "drop",
        "before|after|midway",
        "before",
        "likewise, no answer; midway: half of one",
        _read_choice(
            {
                "before": connections.drop_before,
                "after": connections.drop_after,
                "midway": connections.drop_midway,
            }
        ),
    ),
    FaultKind(
        "truncated", "", "", "half of the JSON, as if it were all", _read_nothing(bodies.truncate)
    ),
    FaultKind(
        "wrong-type", "TYPE", "text/html", "the right body, wrongly labelled", _read_media_type
    ),
    FaultKind("empty", "", "", "the right status without a body", _read_nothing(bodies.drop_body)),
    FaultKind(
        "bad-utf8",
        "",
        "",
        "bytes in the JSON that are not UTF-8",
        _read_nothing(bodies.send_bad_utf8),
    ),
    FaultKind(
        "error-in-200",
        "",
        "",
        "200 with the body of an error; not carried out",
        _read_nothing(refusals.answer_error_in_200),
    ),
    FaultKind(
        "expired-key",
        "",
        "",
        "the key is refused as a wrong one is",
        _read_nothing(refusals.refuse_key),
    ),
    FaultKind(
        "insert-rows",
        "N",
        "1",
        "new in front before each later page",
        _read_count(shifting.insert_rows),
        shifting.is_between_pages,
    ),
    FaultKind(
        "delete-rows",
        "N",
        "1",
        "gone from the front, likewise",
        _read_count(shifting.delete_rows),
        shifting.is_between_pages,
    ),
    FaultKind(
        "same-cursor",
        "",
        "",
        "the next page is the one just read",
        _read_nothing(repeating.repeat_cursor),
        lambda request: request.operation.endswith(".list") and request.is_later_page,
    ),
    FaultKind("redirect", "URL", _REDIRECT_URL, "307, the same path there", _read_url),
)
KINDS: Mapping[str, FaultKind] = {kind.name: kind for kind in _ALL}
