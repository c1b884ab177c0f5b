"""One more page behind 100 000 rows: our table and Textual's, in one process.

`python -m tests.budgets.append` measures and prints JSON.
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

from tests.budgets.figures import APPENDED, DEVICES
from tests.support.pseudo_terminal import ROOT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.pilot import Pilot

    from capgo_tui.api.models import Device
    from capgo_tui.api.paging import Page
    from tests.budgets.figures import Measured

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def measure(times: int = 7) -> Measured:
    """Measure in a process of its own, which nothing else has filled."""
    ended = subprocess.run(
        [sys.executable, "-m", "tests.budgets.append", str(times)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    measured: Measured = json.loads(ended.stdout.splitlines()[-1])
    return measured


class _Pages:
    """A walk that first brings 100 000 devices and then `APPENDED` at a time."""

    def __init__(self, times: int) -> None:
        self._pages = [
            _devices(0, DEVICES),
            *(_devices(DEVICES + APPENDED * at, APPENDED) for at in range(times)),
        ]

    async def next_page(self) -> Page[Device]:
        return self._pages.pop(0)

    def forget(self, record: Device) -> None:
        raise AssertionError(record)


def _devices(first: int, count: int) -> Page[Device]:
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
    """Stands where the API client does, and has only devices."""

    def __init__(self, walk: _Pages) -> None:
        from capgo_tui.api.revisions import TRAITS, Revision

        self._walk = walk
        self.traits = TRAITS[Revision.LIVE]
        self.key_fingerprint = ""

    def devices(self, *_: object, **__: object) -> _Pages:
        return self._walk

    channels = bundles = devices


async def _nothing() -> None:
    pass


async def _timed(
    pilot: Pilot[None],
    work: Callable[[], Awaitable[object]],
    times: int,
    between: Callable[[], Awaitable[object]] = _nothing,
) -> float:
    """Return the median processor time, in ms, of a piece of work and all the app does after it.

    The median: the least of a few is as far from it as the machine is busy, and not alike for a
    short piece of work and a long one.
    """
    taken: list[float] = []
    for _ in range(times):
        await pilot.pause()
        before = time.process_time()
        await work()
        await pilot.pause()
        taken.append((time.process_time() - before) * 1000)
        await between()
    return median(taken)


async def _ours(times: int) -> tuple[float, float]:
    from textual.app import App, ComposeResult

    from capgo_tui.api.key import ApiKey
    from capgo_tui.tui import lists
    from capgo_tui.tui.widgets.record_table import RecordTable
    from capgo_tui.workspace.collection import Appended
    from capgo_tui.workspace.resources import device
    from capgo_tui.workspace.session import Workspace
    from capgo_tui.workspace.target import Target

    client = cast("Any", _Client(_Pages(times)))
    workspace = Workspace(Target("com.example.app", ApiKey("k" * 36)), client, lambda: NOW)
    rows = lists.RecordRows(workspace, device.DEVICES)

    class OurApp(App[None]):
        def compose(self) -> ComposeResult:
            yield RecordTable()

    app = OurApp()
    async with app.run_test(size=(80, 24)) as pilot:
        table = app.query_one(RecordTable)
        table.attach(rows, rows.look.columns, rows.state)

        def changed(event: object) -> None:
            if isinstance(event, Appended):
                table.rows_appended()

        rows.view.listen(changed)

        await workspace.devices.load_more()
        rows.view.settle()
        assert len(rows) == DEVICES, f"{len(rows)} in view of {len(workspace.devices)}"
        expected = iter(range(DEVICES + APPENDED, DEVICES + APPENDED * times + 1, APPENDED))
        read: list[float] = []

        async def load() -> None:
            await workspace.devices.load_more()
            assert len(rows) == next(expected), "a page is shown as soon as it has come"

        async def settle() -> None:
            # What a filter will look for is read afterwards, in slices, while nothing waits.
            before = time.process_time()
            rows.view.settle()
            read.append((time.process_time() - before) * 1000)

        taken = await _timed(pilot, load, times, settle)
        assert len(rows) == DEVICES + APPENDED * times
        table.action_move_to(-1)
        await pilot.pause()
        assert table.cursor_key == rows.key_at(len(rows) - 1)
    return taken, median(read)


async def _theirs(times: int) -> float:
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
        # Spares the 15 s in which it would measure each cell of these; the others it measures.
        table._new_rows.clear()
        await pilot.pause()
        made = iter([rows(DEVICES + APPENDED * at, APPENDED) for at in range(times)])

        async def add() -> None:
            table.add_rows(next(made))

        taken = await _timed(pilot, add, times)
        assert table.row_count == DEVICES + APPENDED * times
    return taken


def main() -> None:
    times = int(sys.argv[1])
    theirs = asyncio.run(_theirs(times))
    ours, read = asyncio.run(_ours(4 * times))
    figures = {
        "append.ours": ours,
        "append.read": read,
        "append.theirs": theirs,
        "append": theirs / ours,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
