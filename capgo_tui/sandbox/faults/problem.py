"""The error of an invalid fault."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class FaultError(ValueError):
    """A fault cannot be read; the message names the part and what would be right."""


def make_unknown_error(what: str, name: str, valid: Iterable[str]) -> FaultError:
    """Return the error for an unknown name, with the nearest and all valid ones."""
    names = list(valid)
    # Only the case differs: that is the nearest match.
    by_lower_name = {name.lower(): name for name in names}
    near = difflib.get_close_matches(name.lower(), by_lower_name, 1)
    hint = f"did you mean {by_lower_name[near[0]]}? " if near else ""
    return FaultError(f"no {what} {name!r}; {hint}there are {', '.join(names)}")
