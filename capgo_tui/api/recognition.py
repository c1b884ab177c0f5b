"""Recognise the revision of a server: each reply leaves fewer candidates (contract §0, §18)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.api.revisions import TRAITS, Revision, Traits

if TYPE_CHECKING:
    from collections.abc import Callable, Set

    from capgo_tui.api.jsonvalue import JSON

_MOST_ROWS = 50


def find_revisions(fits: Callable[[Traits], bool]) -> frozenset[Revision]:
    """Return the revisions whose traits fit."""
    return frozenset(revision for revision, traits in TRAITS.items() if fits(traits))


def find_common(candidates: Set[Revision]) -> Revision | None:
    """Return the candidate that all others extend, so that its traits are safe for any of them."""
    return next(
        (each for each in candidates if all(_extends(other, each) for other in candidates)),
        None,
    )


def can_narrow(candidates: Set[Revision], request_name: str) -> bool:
    """Return whether a reply to a request, such as ``GET /device``, may leave fewer candidates."""
    others = candidates - {find_common(candidates)}
    return any(sign.request_name == request_name for each in others for sign in TRAITS[each].signs)


def recognise(request_name: str, body: JSON) -> frozenset[Revision]:
    """Return the revisions that may have sent a reply; all of them when it has no sign.

    Args:
        request_name: such as ``GET /channel``.
        body: the parsed reply: a list, one record or another object.

    """
    rows = body if isinstance(body, list) else [body]
    signs = [
        (sign, revision)
        for revision, traits in TRAITS.items()
        for sign in traits.signs
        if sign.request_name == request_name and sign.in_list in (None, rows is body)
    ]
    for row in rows[:_MOST_ROWS] or [{}]:
        for sign, revision in signs:
            if sign.is_in(row if isinstance(row, dict) else {}):
                return frozenset(each for each in Revision if _extends(each, revision))
    return frozenset(Revision)


def _extends(revision: Revision | None, older: Revision) -> bool:
    """Return whether a revision is another one, or extends it."""
    return revision is older or (revision is not None and _extends(TRAITS[revision].extends, older))
