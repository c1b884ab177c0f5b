"""The one error of a fault that was written wrongly."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class FaultError(ValueError):
    """A fault cannot be read; the message names the part and what would be right."""


def unknown(what: str, written: str, valid: Iterable[str]) -> FaultError:
    """Say that there is no such thing, which one is nearest to it, and all there are."""
    names = list(valid)
    # A name in capitals is as near as can be.
    folded = {name.lower(): name for name in names}
    near = difflib.get_close_matches(written.lower(), folded, 1)
    hint = f"did you mean {folded[near[0]]}? " if near else ""
    return FaultError(f"no {what} {written!r}; {hint}there are {', '.join(names)}")
