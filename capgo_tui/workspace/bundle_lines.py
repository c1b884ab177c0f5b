"""Lines of bundles that their names show: those of one platform, or of one pull request."""

from __future__ import annotations

import re
from typing import Final

_CORE: Final = re.compile(r"\d+(\.\d+)+")
_DIGITS: Final = re.compile(r"\d+")
_PULL_REQUEST: Final = re.compile(r"(?<![a-z])(pr|pull|mr)[-_.]?\d+(?![a-z])", re.IGNORECASE)


def find_line(name: str) -> str:
    """Return the part of a name that its line shares: ``#-ios`` for ``1.6.3-ios``.

    Numbers do not count, so that ``2.0.0-beta.3`` is of the line of ``2.0.0-beta.4``; nor does
    build metadata behind a plus sign.
    """
    return _DIGITS.sub("#", _CORE.sub("#", name.partition("+")[0])).casefold()


def is_pull_request_build(name: str) -> bool:
    """Whether a name looks like the build of a pull request, such as ``1.2.0-pr-481``."""
    return _PULL_REQUEST.search(name) is not None
