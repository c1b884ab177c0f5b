"""What the tests of a collection look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from capgo_tui.api.revisions import Revision
from capgo_tui.workspace.list_state import Loading

if TYPE_CHECKING:
    from capgo_tui.workspace.collection import Collection, Event
    from capgo_tui.workspace.session import Workspace
    from tests.support.world import World

PAGE = 150
"""Devices in a page of a server that is known to speak the live API."""
FIRST_PAGE = 50
"""Devices in the first page of a server that is not yet known: what it gives unasked."""


def open_known(world: World) -> Workspace:
    """Open a workspace that knows its server from the start, so every page is `PAGE`."""
    return world.open(revision=Revision.LIVE)


def record_events(collection: Collection[Any]) -> list[Event]:
    events: list[Event] = []
    collection.listen(events.append)
    return events


def custom_id(collection: Collection[Any], device_id: str) -> str | None:
    custom_id_read: str | None = collection.records[device_id].custom_id
    return custom_id_read


def idle(collection: Collection[Any]) -> bool:
    return collection.loading is Loading.NOTHING
