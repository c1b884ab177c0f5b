"""Every fault in every operation of the client, over a real connection and with no real wait."""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING

import pytest

from capgo_tui.api.client import CapgoClient
from capgo_tui.api.errors import CapgoError
from capgo_tui.api.key import ApiKey
from capgo_tui.api.revisions import Revision
from capgo_tui.api.transport import Timeouts
from capgo_tui.sandbox.faults.kinds import KINDS
from tests.api.fault_matrix import FAULTS, OPERATIONS, Operation, expected
from tests.api.faulty import House, Room, house
from tests.support.patience import Hourglass, patient
from tests.tui.world import ALL

if TYPE_CHECKING:
    from collections.abc import Iterator

MATRIX: dict[tuple[str, str], str] = {}
"""What came of each fault in each operation."""
WELL: dict[str, tuple[object, int]] = {}
NOT_OPERATIONS = {"aclose", "prepare", "cancel_waits", "send", "traits_for_write"}
TRIED_ONCE = {"active_devices"}
"""A read that is only nice to have: see test_statistics for what its failures are."""
LATE = Timeouts(total=5)
"""More than any good answer takes, with eighteen of them at once on a crowded machine."""


@pytest.fixture(scope="module")
def faulty() -> Iterator[House]:
    with house() as running_house:
        yield running_house


def client_of(room: Room, fault: str, operation: Operation, glass: Hourglass) -> CapgoClient:
    return CapgoClient(
        ApiKey(ALL),
        server=room.url,
        revision=None if operation.learns else Revision.LIVE,
        timeouts=LATE if fault == "late" else None,
        patience=patient(glass, tries=2),
    )


async def outcome(
    room: Room, fault: str, operation: Operation, glass: Hourglass
) -> tuple[object, CapgoError | None]:
    async with client_of(room, fault, operation, glass) as client:
        try:
            result, error = await operation.call(client), None
        except CapgoError as excinfo:
            result, error = None, excinfo
    assert error is None or ALL not in f"{error} {error!r} {error.detail}"
    return result, error


async def well(faulty: House, operation: Operation) -> tuple[object, int]:
    """What a read gives where nothing is wrong, and with how many requests; asked for once."""
    if operation.name not in WELL:
        room = faulty.open()
        result, error = await outcome(room, "", operation, Hourglass())
        assert error is None
        WELL[operation.name] = result, len(room.faults.request_log)
    return WELL[operation.name]


async def read_cell(faulty: House, fault: str, operation: Operation) -> str:
    """Meet the fault once, then always."""
    want = expected(fault, operation)
    glass = Hourglass()
    right, requests = await well(faulty, operation)
    room = faulty.open(f"{fault}@{operation.aim}:1")
    if want.shifts:
        return await shifting_cell(faulty, fault, operation, right)
    result, error = await outcome(room, fault, operation, glass)
    assert room.struck == 1
    if want.again or want.kind is None:
        assert error is None, error
        assert result == right
        assert bool(glass.slept) is want.again
        assert len(room.faults.request_log) == requests + want.again
    room = faulty.open(f"{fault}@{operation.aim}")
    result, error = await outcome(room, fault, operation, Hourglass())
    if want.kind is None:
        assert result == right
        return "read"
    assert error is not None
    assert (error.kind, error.maybe_sent) == (want.kind, False)
    assert room.struck == (2 if want.again else 1)
    return f"{'again, then ' if want.again else ''}{want.kind.value}"


async def shifting_cell(faulty: House, fault: str, operation: Operation, right: object) -> str:
    """Meet the fault between any two pages."""
    room = faulty.open(f"{fault}@{operation.aim}")
    result, error = await outcome(room, fault, operation, Hourglass())
    assert error is None
    if not operation.pages:
        assert room.struck == 0
        assert result == right
        return "one page"
    (keys, incomplete), (all_keys, _) = walk_result(result), walk_result(right)
    assert room.struck > 0
    assert len(keys) == len(set(keys)), "no record twice"
    missing = set(all_keys) - set(keys)
    if fault == "insert-rows":
        assert not missing
    elif fault == "delete-rows":
        # By number, each later page begins a row too late: what that costs cannot be seen.
        assert len(missing) <= room.struck
    else:
        assert incomplete
    return (
        f"ends, {'all' if not missing else 'some'} read{', says incomplete' if incomplete else ''}"
    )


def walk_result(result: object) -> tuple[list[object], bool]:
    """What a walk brought, and whether it said that there was more."""
    assert isinstance(result, tuple)
    keys, incomplete = result
    return keys, incomplete


async def write_cell(faulty: House, fault: str, operation: Operation) -> str:
    """Meet the fault always: a second request would meet it as well, and be counted."""
    want = expected(fault, operation)
    room = faulty.open(f"{fault}@{operation.aim}")
    before, glass = room.contents(), Hourglass()
    _, error = await outcome(room, fault, operation, glass)
    assert room.asked(operation.aim) == len(room.faults.request_log) == 1, "sent exactly once"
    assert glass.slept == []
    assert (None if error is None else error.kind) is (None if want.shifts else want.kind)
    has_changed = room.contents() != before
    if error is None:
        assert has_changed
        return "done"
    assert error.maybe_sent == want.maybe
    assert error.maybe_sent or not has_changed
    if fault.endswith("=after") or fault in {"late", "drop=midway"}:
        assert has_changed
    return f"{error.kind.value}, {'maybe done' if error.maybe_sent else 'not done'}"


@pytest.mark.parametrize("fault", FAULTS)
async def test_each_operation_meets_it_rightly(fault: str, faulty: House) -> None:
    async def cell(operation: Operation) -> None:
        run = write_cell if operation.writes else read_cell
        try:
            MATRIX[fault, operation.name] = await run(faulty, fault, operation)
        except AssertionError as problem:
            problem.add_note(f"{fault} × {operation.name}")
            raise

    async with asyncio.TaskGroup() as group:
        for operation in OPERATIONS:
            group.create_task(cell(operation))
    assert faulty.strays == [], "no redirect is followed"


def test_the_tables_leave_out_no_fault_and_no_operation() -> None:
    assert {fault.partition("=")[0] for fault in FAULTS} == set(KINDS)
    methods = {
        name
        for name, method in inspect.getmembers(CapgoClient, inspect.isfunction)
        if not name.startswith("_")
    }
    assert {operation.name for operation in OPERATIONS} == methods - NOT_OPERATIONS - TRIED_ONCE


def test_no_cell_of_the_matrix_is_empty() -> None:
    """Print the matrix; run with -s to see it."""
    if not MATRIX:
        pytest.skip("the cells are filled by the tests above")
    names = [operation.name for operation in OPERATIONS]
    rows = {fault for fault, _ in MATRIX}
    for fault in FAULTS:
        if fault in rows:
            print(f"\n{fault}")
            for name in names:
                print(f"  {name:<20} {MATRIX[fault, name]}")
    assert all(MATRIX[fault, name] for fault in rows for name in names)
