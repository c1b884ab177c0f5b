"""The approximate number of devices of an app: the active ones in its statistics."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from capgo_tui.api.errors import CapgoError, ErrorKind, UnsupportedByRevision
from capgo_tui.workspace.load_effort import ACTIVE_DAYS

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from capgo_tui.api.client import CapgoClient

SPAN: Final = timedelta(days=ACTIVE_DAYS)
LONGEST: Final = 5.0
"""Most seconds that the request may take: the number is not important."""
_PASSING = {ErrorKind.UNREACHABLE, ErrorKind.SERVER_FAULT, ErrorKind.RATE_LIMITED}


class FleetSize:
    """The number of active devices of an app, requested once and only when needed."""

    def __init__(self, client: CapgoClient, app_id: str, now: Callable[[], datetime]) -> None:
        self.active: int | None = None
        """Devices active in `SPAN`; None while unknown."""
        self._client = client
        self._app_id = app_id
        self._now = now
        self.is_settled = False
        """Whether no further request is needed."""

    async def learn(self) -> None:
        """Ask the server, unless it has answered before or its API does not tell.

        A failure is none of the operator's business: the number stays unknown, and is asked for
        again only where it was one that passes.
        """
        if self.is_settled or self._client.revision is None:
            return
        today = self._now().date()
        try:
            async with asyncio.timeout(LONGEST):
                self.active = await self._client.count_active_devices(
                    self._app_id, start=today - SPAN, end=today
                )
            self.is_settled = True
        except TimeoutError:
            pass
        except UnsupportedByRevision:
            self.is_settled = True
        except CapgoError as error:
            self.is_settled = error.kind not in _PASSING
