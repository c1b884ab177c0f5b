"""The page arithmetic of channels, bundles and the older device list (§5).

``page`` comes from the query as a string and the backend computes ``(page + 1) * 50 - 1`` on it,
which joins strings: page "1" ends at row ``"11" * 50 - 1``. A number, from a JSON body, is right.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from capgo_tui.sandbox.values import parse_js_number

if TYPE_CHECKING:
    from capgo_tui.sandbox.answers import Json

PAGE_SIZE = 50
ROW_CAP = 1000


class BadRange(Exception):  # noqa: N818 - the database's refusal, worded by the handler
    """The database refuses such a range: negative or not whole."""


@dataclass(frozen=True)
class Span:
    """The rows to fetch: how many to skip and how many to return."""

    offset: int
    limit: int


EVERYTHING = Span(0, -1)


def make_numbered_span(page: Json) -> Span:
    """Return the rows of a page read as a number; text or a negative one is page 0 (§18.3)."""
    number = parse_js_number(page)
    start = math.floor(number) * PAGE_SIZE if 0 <= number < math.inf else 0
    return Span(min(start, 2**53), PAGE_SIZE)


def make_page_span(page: Json) -> Span:
    """Return the rows of a page, defect included."""
    if page is None:
        page = 0
    start = parse_js_number(page) * PAGE_SIZE
    following = parse_js_number(f"{page}1") if isinstance(page, str) else parse_js_number(page) + 1
    end = following * PAGE_SIZE - 1
    if math.isnan(start) or math.isnan(end):
        # The database client drops a range that is no number: all rows, up to its cap (§17).
        return Span(0, ROW_CAP)
    limit = end - start + 1
    if start < 0 or limit < 0 or not start.is_integer() or not limit.is_integer():
        raise BadRange
    # No table is that long, and the database's numbers end at 64 bits.
    return Span(int(min(start, 2**53)), int(min(limit, ROW_CAP)))
