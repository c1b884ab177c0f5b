"""An export of a view: what it holds, what it says, and that it can be stopped."""

from __future__ import annotations

import asyncio
import csv
import json
from typing import TYPE_CHECKING

import pytest

from capgo_tui.api.revisions import Revision
from capgo_tui.workspace.export import export as module
from capgo_tui.workspace.export.export import Export
from capgo_tui.workspace.export.file import WholeFile
from capgo_tui.workspace.export.formats import Format
from capgo_tui.workspace.next_step import NextStep
from capgo_tui.workspace.resources.device import DEVICE_COLUMNS
from capgo_tui.workspace.sorting import Sort
from capgo_tui.workspace.view import View
from tests.support.world import open_world

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from capgo_tui.api.models import Device
    from capgo_tui.workspace.session import Workspace


@pytest.fixture
async def workspace() -> AsyncIterator[Workspace]:
    """One page of 250 devices is loaded, 150 of them."""
    async with open_world(devices=250) as world:
        workspace = world.open(revision=Revision.LIVE)
        await workspace.devices.load_more()
        yield workspace


def view_of(workspace: Workspace) -> View[Device]:
    return View(workspace.devices, DEVICE_COLUMNS, workspace.make_cell_context)


def is_empty(folder: Path) -> bool:
    return not any(folder.iterdir())


async def write_export(
    view: View[Device], form: Format, path: Path, workspace: Workspace
) -> Export[Device]:
    export = Export(view, form, workspace.make_cell_context)
    await export.go(WholeFile(path, replace=True), lambda: None)
    return export


async def test_it_writes_what_the_filter_shows_in_the_order_it_is_shown(
    workspace: Workspace, tmp_path: Path
) -> None:
    view = view_of(workspace)
    view.filter(view.parse("ios"))
    view.sort_by(Sort("custom", descending=True))
    records = [view.record_at(at) for at in range(len(view))]
    path = tmp_path / "a"
    export = await write_export(view, Format.CSV, path, workspace)
    lines = list(csv.DictReader(path.read_text().splitlines()))
    assert [line["device"] for line in lines] == [device.device_id for device in records]
    assert 0 < len(records) < 150
    assert export.describe_outcome() == f"✓ Exported {len(records)} of 150 loaded (more exists)"
    assert export.next_step is NextStep.LOAD_ALL
    await write_export(view, Format.NDJSON, path, workspace)
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert rows == [device.parse_raw() for device in records]
    await workspace.devices.load_all()
    export = await write_export(view, Format.JSON, path, workspace)
    assert len(json.loads(path.read_text())) == len(view)
    assert export.describe_outcome() == f"✓ Exported {len(view)} of 250 loaded"
    assert export.next_step is None


async def test_it_can_be_stopped_between_two_slices_and_leaves_nothing(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SLICE", 30)
    export = Export(view_of(workspace), Format.CSV, workspace.make_cell_context)
    texts: list[str] = []

    def note_progress() -> None:
        texts.append(export.describe_progress())
        if len(texts) == 3:
            export.stop()

    await export.go(WholeFile(tmp_path / "a"), note_progress)
    assert texts == [f"Exporting {count} of 150…" for count in (0, 30, 60)]
    assert not export.is_complete
    assert export.describe_outcome() == "Nothing was exported: stopped."
    assert is_empty(tmp_path)


async def test_a_disk_that_is_full_leaves_nothing_either(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: WholeFile, __: str) -> None:
        raise OSError(28, "No space left on device")

    export = Export(view_of(workspace), Format.CSV, workspace.make_cell_context)
    file = WholeFile(tmp_path / "a")
    monkeypatch.setattr(WholeFile, "write", full)
    with pytest.raises(OSError, match="No space"):
        await export.go(file, lambda: None)
    assert not export.is_complete
    assert is_empty(tmp_path)


async def test_the_loop_goes_on_while_a_slice_is_written(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each slice waits, in its thread, for something that only the event loop can do."""
    monkeypatch.setattr(module, "SLICE", 50)
    loop = asyncio.get_running_loop()
    plain = WholeFile.write

    def waiting(file: WholeFile, text: str) -> None:
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result()
        plain(file, text)

    monkeypatch.setattr(WholeFile, "write", waiting)
    export = await write_export(view_of(workspace), Format.JSON, tmp_path / "a", workspace)
    assert export.written_count == 150
