"""The next step after an outcome, as data that each front end puts into words."""

from __future__ import annotations

from enum import Enum

from capgo_tui.api.errors import UnsupportedByRevision


class NextStep(Enum):
    """What can be done next."""

    REFRESH = "read the records again"
    OTHER_KEY = "give another API key"
    READ_ON = "read a list on that was read for long"
    LOAD_ALL = "load the rest of a list"
    LIST_CHANGES = "look at the changes in the journal"
    EDIT = "edit the record there is"
    DELETE_ALL = "delete all bundles"


class OtherWay(UnsupportedByRevision):
    """The server has no such operation, but another one may help."""

    def __init__(self, message: str, next_step: NextStep) -> None:
        super().__init__(message)
        self.next_step = next_step
