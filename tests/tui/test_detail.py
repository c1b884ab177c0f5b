"""The detail of a record: labels, wrapping, what is said once, and coloured JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capgo_tui.text import clean, clean_lines
from capgo_tui.tui.widgets.detail_rows import Line, wrap_lines
from capgo_tui.tui.widgets.json_roles import pieces_of
from capgo_tui.tui.widgets.lines import measure_width
from tests.support.hostile import TEXTS
from tests.support.server import rewriting
from tests.support.world import device_id
from tests.tui.driving import on_devices, open_app, strips

if TYPE_CHECKING:
    from typing import Any

    from tests.support.server import Server

PANE = 45
"""Cells of the detail beside a table at 140 columns."""
DATE = "2d ago, 2026-11-19 07:16:35"


def rows_at(width: int, *lines: Line) -> list[str]:
    return [f"{row.lead}{row.text}".rstrip() for row in wrap_lines(lines, width)]


def test_a_date_takes_one_line_beside_the_labels_of_its_section() -> None:
    lines = [
        Line("", "Who it serves", "heading"),
        Line("devices may choose it", "no"),
        Line("", ""),
        Line("", "Record", "heading"),
        Line("created", DATE),
    ]
    rows = rows_at(PANE, *lines)
    assert rows[1] == " devices may choose it  no"
    assert rows[-1] == f" created  {DATE}"
    assert rows_at(80, *lines)[-1] == f"   created  {DATE}"


def test_a_date_that_must_be_broken_stays_with_its_time() -> None:
    assert rows_at(30, Line("changed", DATE)) == [
        " changed  2d ago,",
        "          2026-11-19 07:16:35",
    ]
    assert rows_at(30, Line("share", "of all that there are 25 % now")) == [
        " share  of all that there are",
        "        25 % now",
    ]


def test_an_id_and_what_would_take_many_lines_stand_below_their_label() -> None:
    identity = device_id(1)
    assert rows_at(PANE, Line("device id", identity)) == [" device id", f"   {identity}"]
    text = "a sentence that is long enough to take more lines here"
    assert rows_at(40, Line("a label of this length", text))[0] == " a label of this length"


LINES = st.lists(
    st.builds(
        Line,
        st.sampled_from(["", "label", "l" * 60, "漢字" * 20]),
        st.sampled_from(["", DATE, device_id(1), *TEXTS.values()]).map(clean)
        | st.text(max_size=60).map(clean),
        st.sampled_from(["value", "heading", "note", "muted", "raw"]),
    ),
    max_size=6,
)


@given(LINES, st.integers(20, 90))
def test_no_row_is_wider_than_the_detail_and_every_line_begins_once(
    lines: list[Line], width: int
) -> None:
    rows = wrap_lines(lines, width)
    assert all(measure_width(row.lead) + measure_width(row.text) <= width for row in rows)
    assert [row.line for row in rows if row.is_first] == lines


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (140, 40), (200, 50)], ids=str)
async def test_what_the_server_never_tells_is_said_in_one_line(
    server: Server, size: tuple[int, int]
) -> None:
    async with open_app(server, size=size) as driver:
        await driver.type("enter")
        await driver.until("Who it serves")
        await driver.type("G")
        await driver.until("iOS, Android, Electron: not in the API")
        assert "unknown: the API" not in driver.text


async def test_the_detail_does_not_repeat_its_heading_nor_a_link(server: Server) -> None:
    async with on_devices(server) as driver:
        await driver.type("enter")
        await driver.until("What it is")
        assert driver.text.count(device_id(1)) == 1
        await driver.type("escape", "1", "enter")
        await driver.until("Leads to")
        rows = [row.split() for row in driver.text.split("\n")]
        bundles = [row for row in rows if row[:1] == ["bundle"]]
        assert len(bundles) == 1
        assert bundles[0][1] == "→", "the field itself leads there"
        await driver.type("escape", "3")
        await driver.until("1.0.1")
        await driver.type("G", "enter")
        await driver.until("Leads to")
        rows = [row.split() for row in driver.text.split("\n")]
        carriers = [row for row in rows if row[:1] in (["channel"], ["channels"])]
        assert len(carriers) > 1
        assert all(row[:2] == ["channel", "→"] for row in carriers), "and no list of them besides"
        assert len({row[2] for row in carriers}) == len(carriers)


def roles_of(text: str, width: int = 40) -> list[tuple[str, str]]:
    """Return the parts of a JSON text as they are drawn, at a width, each with its role."""
    lines = [Line("", line, "raw") for line in clean_lines(text)]
    return [
        part
        for row in wrap_lines(lines, width)
        for part in pieces_of(row.line.text, row.start, row.start + len(row.text))
    ]


def test_names_texts_numbers_and_literals_have_roles_of_their_own() -> None:
    text = json.dumps({"n": -1.5e3, "s": 'a "q": 1', "t": [True, None, 7], "e": "1"}, indent=2)
    roles = {part.strip(): role for part, role in roles_of(text) if part.strip()}
    assert roles['"n"'] == roles['"s"'] == "name"
    assert roles['"a \\"q\\": 1"'] == roles['"1"'] == "text"
    assert roles["-1500.0"] == roles["7"] == "number"
    assert roles["true"] == roles["null"] == "literal"
    assert roles["{"] == roles["],"] == "raw"


def test_a_text_over_many_rows_keeps_its_role() -> None:
    text = json.dumps({"comment": "true 1 " * 40}, indent=2)
    drawn = [(part, role) for part, role in roles_of(text) if role not in ("raw", "name")]
    assert len(drawn) > 5
    assert {role for _, role in drawn} == {"text"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from([*TEXTS.values()]),
    lambda children: (
        st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=8), children, max_size=3)
    ),
    max_leaves=8,
)


@given(JSON, st.integers(20, 60))
def test_every_character_of_any_document_is_drawn_once(document: Any, width: int) -> None:
    text = json.dumps(document, indent=2, ensure_ascii=False)
    assert "".join(part for part, _ in roles_of(text, width)) == "".join(clean_lines(text))


@given(st.text('"\\:{}1e.- tru', max_size=60))
def test_what_is_no_json_is_drawn_whole(text: str) -> None:
    parts = "".join(part for part, _ in roles_of(text))
    assert parts == "".join(clean_lines(text))


def test_a_long_line_is_looked_through_in_one_pass() -> None:
    """Unclosed quotes and backslashes in a row: a pattern that goes back never ends here."""
    for text in ('"' + "\\" * 200_000, '"a' * 100_000, "-" * 200_000, "1e" * 100_000):
        assert "".join(part for part, _ in pieces_of(text, 0, len(text))) == text


@pytest.mark.parametrize("colourless", [False, True])
async def test_json_is_coloured_by_roles_and_plain_without_colours(
    server: Server, colourless: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if colourless:
        monkeypatch.setenv("NO_COLOR", "1")

    def with_number(page: Any) -> Any:
        rows = page["data"]
        return {**page, "data": [{**row, "count": 12} for row in rows]}

    server.on("GET", "/device", rewriting(with_number))
    async with on_devices(server) as driver:
        await driver.type("J")
        await driver.until('"count"')
        row = next(row for row in strips(driver.app) if '"count"' in row.text)
        colours = {
            segment.text.strip(): segment.style.color
            for segment in row
            if segment.style is not None and segment.text.strip()
        }
    assert (len(set(colours.values())) == 1) == colourless
