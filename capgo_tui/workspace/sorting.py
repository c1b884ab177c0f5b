"""Sort values of columns: numbers as numbers, versions as versions, times as times.

Every column yields values of one shape, so that any two compare; None stands for a value that
is not known and is no value at all: it comes last in either direction.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from capgo_tui.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from datetime import datetime

SortValue: TypeAlias = "str | int | datetime"
"""A value to compare; all values of one column have the same type.

Moments stand for themselves: as numbers they would cost more to make than is saved by comparing.
"""

_DIGITS = re.compile("[0-9]+")
_ZERO = "00"
"""A zero in a sort value."""
_ID_LENGTH = 36
_VERSION = re.compile(
    r"v?(?P<core>[0-9]{1,18}(?:\.[0-9]{1,18}){0,7})"
    r"(?:-(?P<pre>[0-9a-z-]+(?:\.[0-9a-z-]+)*))?(?:\+[0-9a-z.-]*)?",
    re.IGNORECASE,
)
"""Semantic versions, and the shorter and longer ones that platforms and plugins have."""


@dataclass(frozen=True, slots=True)
class Sort:
    """The column and direction that a view is sorted by."""

    column_id: str
    descending: bool = False

    @staticmethod
    def turn(current: Sort | None, column_id: str, *, newest_first: bool = False) -> Sort | None:
        """Return the sort after choosing a column: by it, then reversed, then none.

        `newest_first` begins with the descending direction, as is wanted of times.
        """
        if current is None or current.column_id != column_id:
            return Sort(column_id, newest_first)
        if current.descending == newest_first:
            return Sort(column_id, not newest_first)
        return None


def fold_text(text: str | None) -> str | None:
    """Return the sort value of a text, with digits as numbers: qa-7 comes before qa-12."""
    if not text:
        return None
    caseless_text = text.casefold()
    # The dozen short runs of a random id mean nothing, and cost 4 µs of the 2 a row may take.
    if (
        len(caseless_text) == _ID_LENGTH
        and caseless_text[8] == caseless_text[13] == caseless_text[18] == "-"
    ):
        return caseless_text
    return _DIGITS.sub(_measure_prefix, caseless_text)


def _measure_prefix(run: re.Match[str]) -> str:
    """Prefix a run of digits with its length, so that texts compare as numbers."""
    digits = run.group().lstrip("0") or "0"
    length = len(digits)
    return f"{length - 1}{digits}" if length < 10 else f"9{length:07}{digits}"


NO_VERSION = "1"
"""The first character of the sort values of names that are no version; versions have 0."""


@lru_cache(maxsize=4096)
def order_version(text: str | None) -> str | None:
    """Return the sort value of a version by the rules of semver.org; other names come last.

    A pre-release comes before its release, build metadata does not count, and 2.4 is 2.4.0.
    """
    if not text:
        return None
    match = _VERSION.fullmatch(text)
    if match is None:
        return f"{NO_VERSION}{fold_text(text)}"
    core = [_DIGITS.sub(_measure_prefix, number) for number in match["core"].split(".")]
    while core and core[-1] == _ZERO:
        core.pop()
    pre = match["pre"]
    # Blanks come before all else in them, and so the shorter of two before the longer.
    last = "~" if pre is None else " ".join(map(_order_part, pre.split(".")))
    return f"0{''.join(f'.{number}' for number in core)} {last}"


def _order_part(part: str) -> str:
    """Return the sort value of a part of a pre-release: numbers come before words."""
    return f"0{_DIGITS.sub(_measure_prefix, part)}" if part.isdecimal() else f"1{part.casefold()}"


def order_flag(flag: bool | None) -> int | None:
    """Return the sort value of a flag: no before yes."""
    return None if flag is None else int(flag)
