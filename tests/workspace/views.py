"""Views of devices, and what brute force would have them show."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from capgo_tui.api.models import Device
from capgo_tui.api.paging import Page
from capgo_tui.workspace.cells import CellContext
from capgo_tui.workspace.collection import Addition, Collection, Replacement, Update
from capgo_tui.workspace.resources.column import join_haystack
from capgo_tui.workspace.resources.device import DEVICE_COLUMNS, DEVICE_FACTS
from capgo_tui.workspace.view import View
from tests.support.clock import NOON

if TYPE_CHECKING:
    from capgo_tui.workspace.collection import Event
    from capgo_tui.workspace.query import Query
    from capgo_tui.workspace.resources.column import Column
    from capgo_tui.workspace.session import Workspace
    from capgo_tui.workspace.sorting import SortValue

CONTEXT = CellContext(NOON)


def text_of(device: Device) -> str:
    return join_haystack(DEVICE_COLUMNS, device, CONTEXT)


class DeviceRow:
    """A device as a filter asks about it, read from its columns each time."""

    now = NOON

    def __init__(self, device: Device) -> None:
        self.device = device

    def get_text(self, column: str) -> str:
        return _column(column).text(self.device, CONTEXT).casefold()

    def get_value(self, column: str) -> SortValue | None:
        return _column(column).sort(self.device, CONTEXT)

    def get_fact(self, name: str) -> bool | None:
        return DEVICE_FACTS[name](self.device, CONTEXT)


def _column(column_id: str) -> Column[Device]:
    return next(column for column in DEVICE_COLUMNS if column.id == column_id)


def matches(query: Query, device: Device) -> bool:
    return query.matches(text_of(device), DeviceRow(device))


def plain_view(collection: Collection[Device]) -> View[Device]:
    return View(collection, DEVICE_COLUMNS, lambda: CONTEXT, DEVICE_FACTS)


def view_of(workspace: Workspace) -> View[Device]:
    return plain_view(workspace.devices)


def in_order(view: View[Device]) -> list[str]:
    """Brute force: everything that matches, sorted as it should be."""
    matching = {k: r for k, r in view.collection.records.items() if matches(view.query, r)}
    if view.sort is None:
        return list(matching)
    (column,) = [c for c in DEVICE_COLUMNS if c.id == view.sort.column_id]
    values: dict[str, Any] = {key: column.sort(record, CONTEXT) for key, record in matching.items()}
    with_value = [key for key in matching if values[key] is not None]
    with_value.sort(key=values.__getitem__, reverse=view.sort.descending)
    return with_value + [key for key in matching if values[key] is None]


def visible_keys(view: View[Device]) -> list[str]:
    return [view.get_key_at(index) for index in range(len(view))]


def assert_consistent(view: View[Device]) -> None:
    """The view is what filtering everything anew would give, and its index agrees."""
    records = view.collection.records
    expected_keys = in_order(view)
    assert not view.busy
    assert list(view.iterate_keys()) == expected_keys
    assert {key for key in records if key in view} == set(expected_keys)
    assert visible_keys(view) == expected_keys
    assert [view.index_of(key) for key in expected_keys] == list(range(len(expected_keys)))
    assert all(view.index_of(key) is None for key in records.keys() - set(expected_keys))
    assert [view.record_at(index) for index in range(len(view))] == [
        records[key] for key in expected_keys
    ]


class Nothing:
    """A list with nothing in it."""

    async def read_next_page(self) -> Page[Device]:
        return Page(at_end=True)

    def forget(self, record: Device) -> None:
        raise AssertionError(record)


def empty_collection() -> Collection[Device]:
    return Collection(
        "devices",
        walk=lambda *_: Nothing(),
        row_key=lambda device: device.wire_id,
        now=lambda: NOON,
    )


def tell(collection: Collection[Device], event: Event) -> None:
    """Tell a collection's listeners of an event, without a server."""
    collection.tell(event)


def load(collection: Collection[Device], devices: list[Device]) -> None:
    """Let a page arrive, without a server."""
    new = {d.device_id: None for d in devices if d.device_id not in collection.records}
    collection.records.update((device.device_id, device) for device in devices)
    tell(collection, Addition(list(new)))
    if known_ids := [device.device_id for device in devices if device.device_id not in new]:
        tell(collection, Update(known_ids))


def swap(collection: Collection[Device], devices: list[Device]) -> None:
    """Let the list be read anew, without a server."""
    collection.records = {device.device_id: device for device in devices}
    tell(collection, Replacement())


def fleet(count: int, first: int = 0) -> list[Device]:
    return [
        Device(
            device_id=f"d-{number}",
            custom_id=f"store-{number * 7919 % 1009}" if number % 5 else None,
            platform="ios" if number % 3 else "android",
            updated_at=NOON - timedelta(minutes=number * 31 % 997),
        )
        for number in range(first, first + count)
    ]
