"""What the tests of a collection look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from capgo_tui.workspace.list_state import Loading

if TYPE_CHECKING:
    from capgo_tui.workspace.collection import Collection, Event

PAGE = 100
LARGE_PAGE = 500
"""Devices in a page of the live API."""


def listened(collection: Collection[Any]) -> list[Event]:
    heard: list[Event] = []
    collection.listen(heard.append)
    return heard


def custom_id(collection: Collection[Any], device_id: str) -> str | None:
    found: str | None = collection.records[device_id].custom_id
    return found


def idle(collection: Collection[Any]) -> bool:
    return collection.loading is Loading.NOTHING
