"""The columns that fit a row, and their widths."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capgo_tui.tui.widgets.record_table import Column, fit_columns, slide_columns
from capgo_tui.tui.widgets.record_table.columns import EXTRA
from capgo_tui.tui.widgets.record_table.drawing import MARGIN
from capgo_tui.workspace.resources.bundle import BUNDLES
from capgo_tui.workspace.resources.channel import CHANNELS
from capgo_tui.workspace.resources.device import DEVICES
from tests.tui.tables import Cells

if TYPE_CHECKING:
    from collections.abc import Sequence


def _columns(*widths: tuple[int, int, int]) -> list[Cells]:
    return [
        Cells(str(at), str(at), width, ideal, priority)
        for at, (width, ideal, priority) in enumerate(widths)
    ]


@pytest.mark.parametrize(
    ("columns", "width", "widths"),
    [
        (_columns((10, 10, 0)), 10, {"0": 10}),
        (_columns((10, 20, 0)), 15, {"0": 15}),
        (_columns((10, 20, 0)), 100, {"0": 20}),
        (_columns((10, 20, 0)), 4, {"0": 10}),
        (_columns((10, 10, 0), (5, 5, 1)), 16, {"0": 10, "1": 5}),
        (_columns((10, 10, 0), (5, 5, 1)), 15, {"0": 10}),
        (_columns((10, 10, 0), (5, 5, 2), (4, 4, 1)), 15, {"0": 10, "2": 4}),
        (_columns((5, 9, 1), (5, 9, 0)), 13, {"0": 5, "1": 7}),
        (_columns((9, 9, 0), (9, 9, 0)), 10, {"0": 9, "1": 9}),
        (_columns((5, 5, 0), (9, 9, 1), (3, 3, 2), (2, 2, 3)), 14, {"0": 5, "2": 3}),
        ([], 10, {}),
    ],
)
def test_the_least_important_columns_go_first_and_room_goes_to_the_most_important(
    columns: list[Column], width: int, widths: dict[str, int]
) -> None:
    assert {column.id: cells for column, cells in fit_columns(columns, width).columns} == widths


@pytest.mark.parametrize(
    ("width", "sort_column", "widths"),
    [
        (14, None, {"0": 8, "1": 5}),
        (14, "2", {"0": 6, "2": 7}),
        (12, "2", {"0": 6, "1": 5}),
        (10, "2", {"0": 9}),
        (30, "2", {"0": 9, "1": 5, "2": 7}),
    ],
)
def test_the_column_the_rows_are_sorted_by_is_kept_before_more_important_ones(
    width: int, sort_column: str | None, widths: dict[str, int]
) -> None:
    columns = _columns((5, 9, 0), (5, 5, 1), (7, 7, 2))
    layout = fit_columns(columns, width, sort_column)
    assert {column.id: cells for column, cells in layout.columns} == widths


@pytest.mark.parametrize(
    ("columns", "width", "skip_count", "result"),
    [
        ([], 30, 0, ({}, 0, False)),
        (_columns((5, 5, 0), (5, 9, 1), (5, 9, 2)), 30, 0, ({"0": 5, "1": 9, "2": 9}, 0, False)),
        (_columns((5, 5, 0), (5, 9, 1), (5, 9, 2)), 30, 1, ({"0": 5, "1": 9, "2": 9}, 0, False)),
        (_columns((5, 5, 0), (5, 9, 1), (5, 9, 2)), 22, 0, ({"0": 5, "1": 9, "2": 6}, 0, True)),
        (_columns((5, 5, 0), (5, 9, 1), (5, 9, 2)), 22, 1, ({"0": 5, "2": 9}, 1, False)),
        (_columns((5, 5, 0), (5, 9, 1), (5, 9, 2)), 22, 9, ({"0": 5, "2": 9}, 1, False)),
        (_columns((5, 5, 0), (5, 9, 1), (5, 9, 2)), 14, 1, ({"0": 5, "2": 8}, 1, False)),
        (_columns((5, 40, 0), (5, 9, 1)), 20, 0, ({"0": 10, "1": 9}, 0, False)),
    ],
)
def test_wide_columns_slide_until_the_last_one_is_whole(
    columns: list[Column], width: int, skip_count: int, result: tuple[dict[str, int], int, bool]
) -> None:
    layout = slide_columns(columns, width, skip_count)
    widths = {column.id: cells for column, cells in layout.columns}
    assert (widths, layout.skip_count, layout.more_right) == result


@pytest.mark.parametrize("width", [60, 80, 120, 200])
@pytest.mark.parametrize("look", [CHANNELS, DEVICES, BUNDLES], ids=lambda look: look.name)
def test_the_columns_of_every_list_fit_every_width(look: type[object], width: int) -> None:
    columns: Sequence[Column] = look.columns  # type: ignore[attr-defined]
    columns_drawn = fit_columns(columns, width - 2).columns
    assert sum(cells + 1 for _, cells in columns_drawn) - 1 <= width - 2
    ids = [column.id for column, _ in columns_drawn]
    assert ids == [column.id for column in columns if column.id in ids], "in their own order"
    assert all(column.width <= cells <= column.ideal for column, cells in columns_drawn)
    assert all(column.id in ids for column in columns if column.priority == 0)


@pytest.mark.parametrize(
    ("width", "required_ids"),
    [
        (60, {"device", "bundle", "override"}),
        (80, {"device", "custom", "platform", "bundle", "override", "seen"}),
        (200, {column.id for column in DEVICES.columns}),
    ],
)
def test_a_device_never_loses_its_bundle_and_its_override(
    width: int, required_ids: set[str]
) -> None:
    assert required_ids <= {
        column.id for column, _ in fit_columns(DEVICES.columns, width - 2).columns
    }


@pytest.mark.parametrize("width", [60 - MARGIN, 80 - MARGIN, 140 - MARGIN])
def test_a_rollout_has_its_bar_its_share_and_its_target_at_every_width(width: int) -> None:
    widths = {column.id: cells for column, cells in fit_columns(CHANNELS.columns, width).columns}
    assert widths["rollout"] >= len("▓▓▓▓ 100% 2.5.0")


def _fit(width: int, needs: dict[str, int], *columns: Cells) -> tuple[dict[str, int], int]:
    layout = fit_columns(columns, width, needs=needs)
    return {column.id: cells for column, cells in layout.columns}, layout.gap


NAME, NOTE, SIZE = (
    Cells("name", "NAME", 6, 12, 0),
    Cells("note", "NOTE", 8, 20, 3),
    Cells("size", "SIZE", 5, 9, EXTRA),
)


@pytest.mark.parametrize(
    ("width", "needs", "widths", "gap"),
    [
        (40, {"name": 9, "note": 15, "size": 5}, {"name": 9, "note": 15, "size": 5}, 3),
        (24, {"name": 9, "note": 15, "size": 5}, {"name": 9, "note": 14}, 1),
        (31, {"name": 9, "note": 15, "size": 5}, {"name": 9, "note": 15}, 3),
        (33, {"name": 9, "note": 15, "size": 5}, {"name": 9, "note": 15, "size": 5}, 2),
        (12, {"name": 3, "note": 0, "size": 0}, {"name": 4, "note": 4}, 3),
        (60, {"name": 30, "note": 5, "size": 1}, {"name": 30, "note": 5, "size": 4}, 3),
        (30, {"name": 99, "note": 20, "size": 1}, {"name": 12, "note": 17}, 1),
    ],
    ids=["all", "cut", "too narrow for more", "wide enough", "empty", "beyond ideal", "too long"],
)
def test_room_goes_where_texts_need_it(
    width: int, needs: dict[str, int], widths: dict[str, int], gap: int
) -> None:
    assert _fit(width, needs, NAME, NOTE, SIZE) == (widths, gap)


@pytest.mark.parametrize("width", range(20, 70))
def test_an_id_is_as_wide_as_its_short_or_its_whole_form(width: int) -> None:
    columns = (Cells("id", "ID", 17, 36, 0, grows_whole=True), NOTE)
    widths, _ = _fit(width, {"id": 36, "note": 12}, *columns)
    assert widths["id"] == (36 if width >= 36 + 1 + 12 else 17)


def test_no_list_shows_its_last_columns_while_others_are_cut() -> None:
    for resource in (CHANNELS, DEVICES, BUNDLES):
        columns: Sequence[Column] = resource.columns
        needs = {column.id: column.ideal for column in columns}
        for width in range(60, 240):
            drawn = fit_columns(columns, width, needs=needs).columns
            cut = [column.id for column, cells in drawn if cells < column.ideal]
            cut = [each for each in cut if each != "device"]
            extra = [column.id for column, _ in drawn if column.priority >= EXTRA]
            assert not (cut and extra), (resource.name, width)


def test_kinds_of_builds_are_never_cut() -> None:
    needs = {column.id: 5 for column in DEVICES.columns} | {"kind": len("prod emulator")}
    for width in range(60, 240):
        drawn = fit_columns(DEVICES.columns, width, needs=needs).columns
        assert {column.id: cells for column, cells in drawn}.get("kind", 13) == 13


@pytest.mark.parametrize(("set_cells", "shown"), [(0, "seen"), (9, "set")])
def test_a_column_without_any_text_gives_way_to_its_equal(set_cells: int, shown: str) -> None:
    columns = (NAME, Cells("set", "SET BY US", 9, 9, 3), Cells("seen", "SEEN", 9, 9, 3))
    widths, _ = _fit(18, {"name": 6, "set": set_cells, "seen": 9}, *columns)
    assert list(widths) == ["name", shown]
