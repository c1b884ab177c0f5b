"""The length of the internal URL that a page's overrides are looked up by (§18.1).

The real handler asks its database service for the overrides of a page with one URL that carries
every device id; a gateway refuses one that is too long, and the handler ignores the failure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable

#: A common gateway's limit; ``create_app`` and ``--url-limit`` take another, 0 for none.
DEFAULT_URL_LIMIT = 8192

#: Everything but the ids: host, table, columns and app. Observed: with a limit of 8192 and ids of
#: 36 characters 207 ids fit and 208 do not, so that it is 84 to 122 characters long.
_FIXED_LENGTH = 103
_SEPARATOR_LENGTH = len(quote(","))


def fits_url(device_ids: Iterable[str], url_limit: int) -> bool:
    """Return whether the overrides of these devices can be looked up; a limit of 0 is none."""
    if not url_limit:
        return True
    lengths = [_measure_encoded(device_id) + _SEPARATOR_LENGTH for device_id in device_ids]
    # Separators are only between the ids: one less than counted.
    return _FIXED_LENGTH + sum(lengths) - _SEPARATOR_LENGTH <= url_limit


def _measure_encoded(device_id: str) -> int:
    return len(quote(device_id, safe="", errors="replace"))
