"""What each format makes of records, hostile ones before all."""

from __future__ import annotations

import csv
import io
import json
from bisect import bisect_right
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from capgo_tui.api.listing import parse_list
from capgo_tui.api.models import Bundle, Channel, Device
from capgo_tui.text import clean_for_file
from capgo_tui.workspace.cells import CellContext
from capgo_tui.workspace.export.formats import WIDEST, Format, Writer, align, choose_writer
from capgo_tui.workspace.export.json_text import format_json
from capgo_tui.workspace.resources.bundle import BUNDLE_COLUMNS
from capgo_tui.workspace.resources.channel import CHANNEL_COLUMNS
from capgo_tui.workspace.resources.device import DEVICE_COLUMNS
from tests.support.clock import NOON
from tests.support.hostile import HUGE, TEXTS, spoiled_page
from tests.support.links import links_of
from tests.tui.driving import unsafe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.api.jsonvalue import JSON
    from capgo_tui.api.records import Record, RecordT
    from capgo_tui.workspace.resources.column import Column

Row = dict[str, "JSON"]
JOINER_OR_END = "\n\u200d"
"""The line end, and the joiner, which stays between emoji alone."""
CONTEXT = CellContext(NOON, links_of({3: ["production", "beta"]}))
DEVICE: Row = {
    "device_id": "3f2a",
    "custom_id": "qa, 07",
    "platform": "ios",
    "version_name": "2.4.1",
    "channel": "beta",
    "updated_at": "2026-11-20T10:00:00Z",
    "is_prod": True,
}
CHANNEL: Row = {"id": 1, "name": "beta", "public": True, "allow_dev": False}
BUNDLE: Row = {
    "id": 3,
    "name": "2.4.1",
    "session_key": "secret",
    "created_at": "2026-11-20T10:00:00Z",
}
ROWS: tuple[tuple[type[Record], Sequence[Column[Any]], JSON], ...] = (
    (Channel, CHANNEL_COLUMNS, CHANNEL),
    (Device, DEVICE_COLUMNS, DEVICE),
    (Bundle, BUNDLE_COLUMNS, BUNDLE),
)


def read(model: type[RecordT], rows: Sequence[JSON]) -> list[RecordT]:
    listing = parse_list(model, json.dumps(rows).encode())
    return [row for row in listing.rows if isinstance(row, model)]


def whole(writer: Writer[RecordT], *pages: Sequence[RecordT]) -> str:
    return writer.begin() + "".join(map(writer.format_rows, pages)) + writer.end()


def devices_as(form: Format, *pages: Sequence[Device]) -> str:
    return whole(choose_writer(form, DEVICE_COLUMNS, lambda: CONTEXT), *pages)


def bundles_as(form: Format, *pages: Sequence[Bundle]) -> str:
    return whole(choose_writer(form, BUNDLE_COLUMNS, lambda: CONTEXT), *pages)


def as_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_csv_says_what_programs_can_read() -> None:
    (row,) = as_csv(devices_as(Format.CSV, read(Device, [DEVICE])))
    assert row["device"] == "3f2a"
    assert row["custom"] == "qa, 07"
    assert row["override"] == "beta"
    assert row["seen"] == "2026-11-20T10:00:00.000Z"
    assert row["native"] == ""
    (row,) = as_csv(bundles_as(Format.CSV, read(Bundle, [BUNDLE])))
    assert (row["channels"], row["encrypted"]) == ("production, beta", "true")
    writer = choose_writer(Format.CSV, CHANNEL_COLUMNS, lambda: CONTEXT)
    (row,) = as_csv(whole(writer, read(Channel, [CHANNEL])))
    assert [row[name] for name in ("default", "dev", "self", "emulator", "holds", "bundle")] == [
        "true", "false", "", "", "", "",
    ]  # fmt: skip


def test_no_sign_for_what_is_unknown_gets_into_a_file() -> None:
    text = devices_as(Format.CSV, read(Device, [{"device_id": "a"}]))
    assert text.splitlines()[1] == "a,,,,,,,,,"


def test_pages_come_one_after_the_other() -> None:
    one, other = read(Device, [DEVICE, {**DEVICE, "device_id": "b"}])
    for form in Format:
        assert devices_as(form, [one], [other]) == devices_as(form, [one, other])
    document = json.loads(devices_as(Format.JSON, [one], [other]))
    assert document == [DEVICE, {**DEVICE, "device_id": "b"}]
    assert [json.loads(line) for line in devices_as(Format.NDJSON, [one, other]).splitlines()] == (
        document
    )


@pytest.mark.parametrize("form", Format)
def test_without_a_record_it_is_empty_and_well_formed(form: Format) -> None:
    text = devices_as(form)
    assert (
        text
        == {
            Format.CSV: ",".join(column.id for column in DEVICE_COLUMNS) + "\n",
            Format.JSON: "[]\n",
            Format.NDJSON: "",
            Format.TABLE: "",
        }[form]
    )


def test_rows_of_many_replies_keep_their_order_and_each_its_own_json() -> None:
    first = read(Device, [{"device_id": f"a{at}", "n": at} for at in range(5)])
    second = read(Device, [{"device_id": f"b{at}", "n": 10 + at} for at in range(5)])
    records = [record for pair in zip(second, first, strict=True) for record in pair]
    rows = json.loads(devices_as(Format.JSON, records))
    assert [row["n"] for row in rows] == [10, 0, 11, 1, 12, 2, 13, 3, 14, 4]


def test_the_session_key_of_a_bundle_is_in_no_format() -> None:
    bundles = read(Bundle, [BUNDLE])
    for form in Format:
        assert "secret" not in bundles_as(form, bundles)


def test_a_csv_has_the_exact_names_and_cuts_none() -> None:
    for name in ("👩🏽\u200d💻 dev", "🏴\U000e0067\U000e0062\U000e007f", "edge ", "é" * 3_000):
        device = {**DEVICE, "custom_id": name}
        for form in (Format.JSON, Format.NDJSON):
            text = devices_as(form, read(Device, [device]))
            row = json.loads(text)
            assert (row[0] if form is Format.JSON else row)["custom_id"] == name
        (row,) = as_csv(devices_as(Format.CSV, read(Device, [device])))
        assert row["custom"] == name


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t=", "\r+", " =", "＝", "－", "\u00a0@"])
def test_no_cell_of_a_csv_is_a_formula(begin: str) -> None:
    device = {**DEVICE, "custom_id": f"{begin}1+1", "channel": f"{begin}HYPERLINK()"}
    (row,) = as_csv(devices_as(Format.CSV, read(Device, [device])))
    assert row["custom"] == f"'{clean_for_file(f'{begin}1+1')}"
    assert row["override"].startswith("'")


@pytest.mark.parametrize("form", Format)
@pytest.mark.parametrize("at", range(3))
def test_the_corpus_in_every_field_steers_nothing(form: Format, at: int) -> None:
    model, columns, row = ROWS[at]
    records = read(model, spoiled_page([row]))
    assert len(records) == len(TEXTS) + 1
    text = whole(choose_writer(form, columns, lambda: CONTEXT), records)
    text.encode()
    assert not [char for char in text if unsafe(char) and char not in JOINER_OR_END]
    match form:
        case Format.CSV:
            csv.field_size_limit(len(text))
            lines = list(csv.reader(io.StringIO(text)))
            assert len(lines) == len(records) + 1
            assert {len(line) for line in lines} == {len(columns)}
            assert not [c for line in lines for c in line if c.lstrip().startswith(tuple("=+-@"))]
        case Format.TABLE:
            assert_aligned(text, len(records))
        case _:
            rows = (
                json.loads(text)
                if form is Format.JSON
                else [json.loads(line) for line in text.splitlines()]
            )
            assert rows == [record.redact(record.parse_raw()) for record in records]
            assert any(HUGE in row.values() for row in rows)


def _measure(line: str, end: int) -> int:
    return cell_len(line[:end])


def assert_aligned(text: str, rows: int) -> None:
    """Each column begins on the same cell in every line."""
    title, *lines = text.splitlines()
    assert len(lines) == rows
    starts = [at for at in range(1, len(title)) if title[at - 2 : at] == "  " and title[at] != " "]
    for line in lines:
        for start in starts:
            ends = range(len(line) + 1)
            before = line[: bisect_right(ends, start, key=partial(_measure, line)) - 1]
            if cell_len(line) > start:
                assert cell_len(before) == start, f"a character across cell {start}: {line!r}"
                assert before.endswith("  "), (line, start)


def test_a_column_of_the_table_is_never_wider_than_eyes_can_use() -> None:
    table = align([["A", "B"], ["x" * 1_000, "y"], ["漢" * 300, "z"]])
    assert [cell_len(line) for line in table.splitlines()] == [WIDEST + 3] * 3
    assert "…" in table


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text() | st.sampled_from(sorted(TEXTS.values())),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(JSONS, st.sampled_from([None, 2]))
def test_json_reads_back_as_it_was_and_is_printable(value: JSON, indent: int | None) -> None:
    text = format_json(value, indent=indent)
    assert json.loads(text) == value
    assert "".join(text.split("\n")).isprintable()
    if indent is None:
        assert "\n" not in text


def test_what_is_no_json_becomes_null() -> None:
    assert format_json([float("nan"), {"a": float("-inf")}, 1.5]) == '[null, {"a": null}, 1.5]'


def test_an_impossible_time_is_still_told() -> None:
    row = {**DEVICE, "updated_at": "0001-01-01T00:00:00+14:00"}
    (cells,) = as_csv(devices_as(Format.CSV, read(Device, [row])))
    assert datetime.fromisoformat(cells["seen"]).year == 1
