"""Tests of every fault in every operation, over a real connection and without waiting."""

from __future__ import annotations

import asyncio
import inspect
from functools import cache
from typing import TYPE_CHECKING

import pytest

from capgo_tui.api.client import CapgoClient
from capgo_tui.api.errors import CapgoError
from capgo_tui.api.http_client import Timeouts
from capgo_tui.api.key import ApiKey
from capgo_tui.api.revisions import Revision
from capgo_tui.sandbox.faults.kinds import KINDS
from tests.api.fault_matrix import FAULTS, OPERATIONS, Operation, consequence_of
from tests.api.faulty import FaultySandbox, SandboxServer, serve_sandboxes
from tests.support.retry_policy import Hourglass, instant_retry_policy
from tests.support.sampling import sample
from tests.support.world import ALL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.sampling import Sampling

MATRIX: dict[tuple[str, str], str] = {}
"""Result of each fault in each operation."""
BASELINE: dict[str, tuple[object, int]] = {}
NOT_OPERATIONS = {"aclose", "prepare", "cancel_waits", "send", "get_traits_for_write"}
TRIED_ONCE = {"count_active_by_platform", "count_active_devices", "get_bundle_usage"}
"""Optional reads, which test_statistics covers."""
LATE = Timeouts(total=5)
"""Long enough for eighteen replies at once on a busy machine."""


@pytest.fixture(scope="module")
def faulty() -> Iterator[SandboxServer]:
    with serve_sandboxes() as server:
        yield server


def client_of(
    sandbox: FaultySandbox, fault: str, operation: Operation, glass: Hourglass
) -> CapgoClient:
    return CapgoClient(
        ApiKey(ALL),
        server=sandbox.url,
        revision=None if operation.learns else Revision.LIVE,
        timeouts=LATE if fault == "late" else None,
        retry_policy=instant_retry_policy(glass, tries=2),
    )


async def outcome(
    sandbox: FaultySandbox, fault: str, operation: Operation, glass: Hourglass
) -> tuple[object, CapgoError | None]:
    async with client_of(sandbox, fault, operation, glass) as client:
        try:
            result, error = await operation.call(client), None
        except CapgoError as failure:
            result, error = None, failure
    assert error is None or ALL not in f"{error} {error!r} {error.detail}"
    return result, error


async def baseline(faulty: SandboxServer, operation: Operation) -> tuple[object, int]:
    """Return the result of a read without faults, and its number of requests; cached."""
    if operation.name not in BASELINE:
        sandbox = faulty.open()
        result, error = await outcome(sandbox, "", operation, Hourglass())
        assert error is None
        BASELINE[operation.name] = result, len(sandbox.faults.request_log)
    return BASELINE[operation.name]


async def read_cell(faulty: SandboxServer, fault: str, operation: Operation) -> str:
    """Read with the fault in the first request, then in every request; return the outcome."""
    want = consequence_of(fault, operation)
    glass = Hourglass()
    right, requests = await baseline(faulty, operation)
    sandbox = faulty.open(f"{fault}@{operation.aim}:1")
    if want.shifts:
        return await shifting_cell(faulty, fault, operation, right)
    result, error = await outcome(sandbox, fault, operation, glass)
    assert sandbox.fault_count == 1
    if want.again or want.kind is None:
        assert error is None, error
        assert result == right
        assert bool(glass.slept) is want.again
        assert len(sandbox.faults.request_log) == requests + want.again
    sandbox = faulty.open(f"{fault}@{operation.aim}")
    result, error = await outcome(sandbox, fault, operation, Hourglass())
    if want.kind is None:
        assert result == right
        return "read"
    assert error is not None
    assert (error.kind, error.maybe_sent) == (want.kind, False)
    assert sandbox.fault_count == (2 if want.again else 1)
    return f"{'again, then ' if want.again else ''}{want.kind.value}"


async def shifting_cell(
    faulty: SandboxServer, fault: str, operation: Operation, right: object
) -> str:
    """Read with the fault between any two pages; return the outcome."""
    sandbox = faulty.open(f"{fault}@{operation.aim}")
    result, error = await outcome(sandbox, fault, operation, Hourglass())
    assert error is None
    if not operation.pages:
        assert sandbox.fault_count == 0
        assert result == right
        return "one page"
    (keys, incomplete), (all_keys, _) = walk_result(result), walk_result(right)
    assert sandbox.fault_count > 0
    assert len(keys) == len(set(keys)), "no record twice"
    missing = set(all_keys) - set(keys)
    if fault == "insert-rows":
        assert not missing
    elif fault == "delete-rows":
        # By number, each later page begins a row too late: what that costs cannot be seen.
        assert len(missing) <= sandbox.fault_count
    else:
        assert incomplete
    return (
        f"ends, {'all' if not missing else 'some'} read{', says incomplete' if incomplete else ''}"
    )


def walk_result(result: object) -> tuple[list[object], bool]:
    """Return the row keys of a walk, and whether it was incomplete."""
    assert isinstance(result, tuple)
    keys, incomplete = result
    return keys, incomplete


async def write_cell(faulty: SandboxServer, fault: str, operation: Operation) -> str:
    """Write with the fault in every request, so that a second one would be counted."""
    want = consequence_of(fault, operation)
    sandbox = faulty.open(f"{fault}@{operation.aim}")
    before, glass = sandbox.contents(), Hourglass()
    _, error = await outcome(sandbox, fault, operation, glass)
    assert sandbox.count_requests(operation.aim) == len(sandbox.faults.request_log) == 1, (
        "sent exactly once"
    )
    assert glass.slept == []
    assert (None if error is None else error.kind) is (None if want.shifts else want.kind)
    has_changed = sandbox.contents() != before
    if error is None:
        assert has_changed
        return "done"
    assert error.maybe_sent == want.maybe
    assert error.maybe_sent or not has_changed
    if fault.endswith("=after") or fault in {"late", "drop=midway"}:
        assert has_changed
    return f"{error.kind.value}, {'maybe done' if error.maybe_sent else 'not done'}"


@cache
def sample_cells() -> frozenset[tuple[str, str]]:
    """Return cells in which each fault meets every kind of operation, and each operation one."""
    kinds = [(one.writes, one.parses, one.pages, one.learns) for one in OPERATIONS]
    cells = [(fault, number) for fault in FAULTS for number in range(len(OPERATIONS))]
    choices = [
        frozenset({("operation", number), (f"kind in {fault}", kinds.index(kinds[number]))})
        for fault, number in cells
    ]
    return frozenset(
        (cells[index][0], OPERATIONS[cells[index][1]].name) for index in sample(choices)
    )


def list_operations(fault: str, *, whole: bool) -> list[Operation]:
    """Return the operations that meet a fault: all, or those of the sample."""
    return [one for one in OPERATIONS if whole or (fault, one.name) in sample_cells()]


@pytest.mark.parametrize("fault", FAULTS)
async def test_each_operation_meets_it_rightly(
    fault: str, faulty: SandboxServer, sampling: Sampling
) -> None:
    operations = list_operations(fault, whole=sampling.whole)
    if not sampling.whole:
        sampling.note(len(operations), len(OPERATIONS))

    async def cell(operation: Operation) -> None:
        run = write_cell if operation.writes else read_cell
        try:
            MATRIX[fault, operation.name] = await run(faulty, fault, operation)
        except AssertionError as problem:
            problem.add_note(f"{fault} × {operation.name}")
            raise

    async with asyncio.TaskGroup() as group:
        for operation in operations:
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


def test_the_sample_has_each_operation_and_each_kind_for_each_fault() -> None:
    samples = {fault: list_operations(fault, whole=False) for fault in FAULTS}
    assert {one.name for each in samples.values() for one in each} == {
        operation.name for operation in OPERATIONS
    }
    kinds = {(one.writes, one.parses, one.pages, one.learns) for one in OPERATIONS}
    for each in samples.values():
        assert {(one.writes, one.parses, one.pages, one.learns) for one in each} == kinds


def test_no_cell_of_the_matrix_is_empty(sampling: Sampling) -> None:
    """Print the matrix; run with -s to see it."""
    if not MATRIX:
        pytest.skip("the cells are filled by the tests above")
    rows = {fault for fault, _ in MATRIX}
    for fault in FAULTS:
        if fault in rows:
            names = [one.name for one in list_operations(fault, whole=sampling.whole)]
            print(f"\n{fault}")
            for name in names:
                print(f"  {name:<20} {MATRIX[fault, name]}")
            assert all(MATRIX[fault, name] for name in names)
