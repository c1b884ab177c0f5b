"""One more page after 100 000 rows: our table and Textual's, in one process.

``python -m tests.budgets.append`` measures and prints JSON.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from datetime import UTC, datetime
from statistics import median
from typing import TYPE_CHECKING, Any, cast

from tests.budgets.figures import DEVICES, MORE_ROWS
from tests.support.pseudo_terminal import ROOT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.pilot import Pilot

    from capgo_tui.api.models import Device
    from capgo_tui.api.paging import Page
    from tests.budgets.figures import Figures

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def measure(times: int = 7) -> Figures:
    """Measure in a new process, whose memory nothing else has used."""
    process = subprocess.run(
        [sys.executable, "-m", "tests.budgets.append", str(times)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    figures: Figures = json.loads(process.stdout.splitlines()[-1])
    return figures


class _Pages:
    """A pager with 100 000 devices first, then ``MORE_ROWS`` a page."""

    def __init__(self, times: int) -> None:
        self._pages = [
            _make_devices(0, DEVICES),
            *(_make_devices(DEVICES + MORE_ROWS * at, MORE_ROWS) for at in range(times)),
        ]

    async def read_next_page(self) -> Page[Device]:
        return self._pages.pop(0)

    def forget(self, record: Device) -> None:
        raise AssertionError(record)


def _make_devices(first: int, count: int) -> Page[Device]:
    from capgo_tui.api.models import Device
    from capgo_tui.api.paging import Page

    return Page(
        rows=[
            Device(
                device_id=f"{number:08x}-0000-4000-8000-000000000000",
                custom_id=f"store-{number % 460}",
                platform="ios",
                version_name="2.4.1",
                os_version="18.1",
                plugin_version="7.34.3",
                version_build="2.4.0",
                is_prod=True,
                updated_at=NOW,
            )
            for number in range(first, first + count)
        ]
    )


class _Client:
    """An API client with devices only."""

    def __init__(self, walk: _Pages) -> None:
        from capgo_tui.api.revisions import TRAITS, Revision

        self._walk = walk
        self.traits = TRAITS[Revision.LIVE]
        self.key_fingerprint = ""

    def list_devices(self, *_: object, **__: object) -> _Pages:
        return self._walk

    list_channels = list_bundles = list_devices


async def _do_nothing() -> None:
    pass


async def _measure_median(
    pilot: Pilot[None],
    work: Callable[[], Awaitable[object]],
    times: int,
    after_each: Callable[[], Awaitable[object]] = _do_nothing,
) -> float:
    """Return the median processor time, in ms, of some work and what the app does after it.

    The median: the least of a few is as far from it as the machine is busy, and not alike for a
    short piece of work and a long one.
    """
    samples: list[float] = []
    for _ in range(times):
        await pilot.pause()
        before = time.process_time()
        await work()
        await pilot.pause()
        samples.append((time.process_time() - before) * 1000)
        await after_each()
    return median(samples)


async def _measure_ours(times: int) -> tuple[float, float]:
    from textual.app import App, ComposeResult

    from capgo_tui.api.key import ApiKey
    from capgo_tui.tui import lists
    from capgo_tui.tui.widgets.record_table import RecordTable
    from capgo_tui.workspace.collection import Addition
    from capgo_tui.workspace.resources import device
    from capgo_tui.workspace.session import Workspace
    from capgo_tui.workspace.target import Target

    client = cast("Any", _Client(_Pages(times)))
    workspace = Workspace(Target(ApiKey("k" * 36), "com.example.app"), client, lambda: NOW)
    rows = lists.RecordRows(workspace, device.DEVICES)

    class OurApp(App[None]):
        def compose(self) -> ComposeResult:
            yield RecordTable()

    app = OurApp()
    async with app.run_test(size=(80, 24)) as pilot:
        table = app.query_one(RecordTable)
        table.attach(rows, rows.resource.columns, rows.state)

        def on_change(event: object) -> None:
            if isinstance(event, Addition):
                table.rows_appended()

        rows.view.listen(on_change)

        await workspace.devices.load_more()
        rows.view.settle()
        assert len(rows) == DEVICES, f"{len(rows)} in view of {len(workspace.devices)}"
        row_counts = iter(range(DEVICES + MORE_ROWS, DEVICES + MORE_ROWS * times + 1, MORE_ROWS))
        read_times: list[float] = []

        async def load() -> None:
            await workspace.devices.load_more()
            assert len(rows) == next(row_counts), "a page is shown as soon as it has come"

        async def settle() -> None:
            # The texts for the filter are read afterwards, in slices.
            before = time.process_time()
            rows.view.settle()
            read_times.append((time.process_time() - before) * 1000)

        median_ms = await _measure_median(pilot, load, times, settle)
        assert len(rows) == DEVICES + MORE_ROWS * times
        table.action_move_to(-1)
        await pilot.pause()
        assert table.cursor_key == rows.get_key_at(len(rows) - 1)
    return median_ms, median(read_times)


async def _measure_theirs(times: int) -> float:
    from textual.app import App, ComposeResult
    from textual.widgets import DataTable

    class TheirApp(App[None]):
        def compose(self) -> ComposeResult:
            yield DataTable[str]()

    def rows(first: int, count: int) -> list[tuple[str, ...]]:
        return [
            (
                f"{number:08x}-0000-4000-8000-000000000000",
                f"store-{number % 460}",
                "ios",
                "2.4.1",
                "",
                "18.1",
                "2.4.0",
                "3d",
            )
            for number in range(first, first + count)
        ]

    app = TheirApp()
    async with app.run_test(size=(80, 24)) as pilot:
        table: DataTable[str] = app.query_one(DataTable)
        for title in ("DEVICE", "CUSTOM ID", "PLAT", "BUNDLE", "OVERRIDE", "OS", "NATIVE", "SEEN"):
            table.add_column(title, width=12)
        table.add_rows(rows(0, DEVICES))
        # Skips measuring each of these cells, which takes 15 s; later ones are measured.
        table._new_rows.clear()
        await pilot.pause()
        pages = iter([rows(DEVICES + MORE_ROWS * at, MORE_ROWS) for at in range(times)])

        async def add() -> None:
            table.add_rows(next(pages))

        median_ms = await _measure_median(pilot, add, times)
        assert table.row_count == DEVICES + MORE_ROWS * times
    return median_ms


def main() -> None:
    times = int(sys.argv[1])
    theirs = asyncio.run(_measure_theirs(times))
    ours, read = asyncio.run(_measure_ours(4 * times))
    figures = {
        "append.ours": ours,
        "append.read": read,
        "append.theirs": theirs,
        "append": theirs / ours,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
