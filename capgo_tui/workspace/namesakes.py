"""Custom ids that several devices share: any phone can choose its own."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from capgo_tui.api.models import Device


def is_shared(custom_id: str, devices: Iterable[Device]) -> bool:
    """Return whether more than one device has a custom id.

    One pass, some 10 ms for 100 000 devices: an index would cost a part of every page that comes,
    for a question that is asked now and then.
    """
    text = custom_id.strip()
    same = (each for each in devices if each.custom_id and each.custom_id.strip() == text)
    return len(list(islice(same, 2))) > 1
