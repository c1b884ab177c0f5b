"""The state of a list, apart from its records."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from capgo_tui.api.errors import CapgoError, ErrorKind
from capgo_tui.workspace.unreadable_rows import UnreadableRows

if TYPE_CHECKING:
    from datetime import datetime

    from capgo_tui.workspace.load_effort import LoadEffort
    from capgo_tui.workspace.pending_retries import RetryCountdown


class Loading(Enum):
    """The request of a collection that is under way."""

    NOTHING = "nothing"
    MORE = "more"
    REFRESH = "refresh"


class ListState:
    """How far a list is loaded, and how its last request ended."""

    def __init__(self, name: str) -> None:
        self.name = name
        """The plural the interface uses: ``channels``, ``devices`` or ``bundles``."""
        self.unreadable_rows = UnreadableRows()
        """Rows of the server that could not be understood."""
        self.at_end = False
        self.incomplete = False
        """Ended, though the server says that there is more: it gives no way to reach it."""
        self.error: CapgoError | None = None
        """Why the last request failed; None when it did not."""
        self.failed_at: datetime | None = None
        """When it failed; None when it did not."""
        self.as_of: datetime | None = None
        """When a page last came, None before the first one."""
        self.loading = Loading.NOTHING
        self.loading_all = False
        """Whether page after page is being read to the end."""
        self.waiting: RetryCountdown | None = None
        """What the request under way waits for before its next try; None when it does not."""
        self.requests = 0
        """Requests made by the last `load_all`."""
        self.effort: LoadEffort | None = None
        """What the last `load_all` takes, where that is told."""
        self.read_again = 0
        """Records that the refresh under way has read in the order of the list."""

    def __len__(self) -> int:
        raise NotImplementedError

    @property
    def noun(self) -> str:
        """The noun of one record."""
        return self.name.removesuffix("s")

    @property
    def unreadable(self) -> int:
        """The number of rows that could not be understood."""
        return self.unreadable_rows.count

    @property
    def has_answer(self) -> bool:
        """Whether the server has answered, with rows or an error."""
        return self.as_of is not None or self.error is not None

    @property
    def asked_to_wait(self) -> float | None:
        """The seconds to wait, when the last request was refused as one too many (or 0)."""
        if self.error is None or self.error.kind is not ErrorKind.RATE_LIMITED:
            return None
        return self.error.retry_after or 0

    @property
    def stoppable(self) -> bool:
        """Whether something is under way that `Collection.stop` would end."""
        return self.loading_all or self.read_again > 0 or self.waiting is not None

    @property
    def stale(self) -> bool:
        """Whether the records are older than the last attempt to read them."""
        return self.error is not None and self.as_of is not None
