"""Measures: how the values of a column are compared with what is typed after it."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from capgo_tui.workspace.ages import parse_age
from capgo_tui.workspace.sorting import NO_VERSION, fold_text, order_version

if TYPE_CHECKING:
    from datetime import timedelta

    from capgo_tui.workspace.sorting import SortValue


class Measure(Enum):
    """What the values of a column are."""

    TEXT = "text"
    VERSION = "version"
    AGE = "age"
    SHARE = "share"
    NUMBER = "number"

    @property
    def example(self) -> str:
        """What may be typed after a comparison sign."""
        return {
            Measure.TEXT: "a word",
            Measure.VERSION: "2.0 or 2.4.1-rc.1",
            Measure.AGE: "12h, 7d, 2w, 3mo or 1y",
            Measure.SHARE: "25 or 12.5%",
            Measure.NUMBER: "a whole number",
        }[self]

    def parse(self, text: str) -> SortValue | timedelta | None:
        """Return the sort value of what was typed, a span for an age; None where it is none."""
        match self:
            case Measure.AGE:
                return parse_age(text)
            case Measure.SHARE:
                return _parse_share(text)
            case Measure.NUMBER:
                return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None
            case Measure.VERSION:
                value = order_version(text)
                return None if value is None or value.startswith(NO_VERSION) else value
            case _:
                return fold_text(text)


def _parse_share(text: str) -> int | None:
    """Return a share in per cent as basis points."""
    digits = text.removesuffix("%")
    is_number = digits.isascii() and digits.replace(".", "", 1).isdigit()
    return round(float(digits) * 100) if is_number and len(digits) < 9 else None
