"""What each column and each detail says of a record, and that it is safe to show."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from capgo_tui.api.listing import parse_list, parse_one
from capgo_tui.api.models import Bundle, Channel, Device
from capgo_tui.api.records import BundleRef, Record
from capgo_tui.workspace.cells import (
    CellContext,
    format_linked_channels,
    format_policy,
    format_yes,
    name_device_kind,
)
from capgo_tui.workspace.insight.survey import Survey
from capgo_tui.workspace.measure import Measure
from capgo_tui.workspace.resources.bundle import BUNDLE_COLUMNS, list_bundle_details
from capgo_tui.workspace.resources.channel import (
    CHANNEL_COLUMNS,
    CHANNEL_SCREEN_COLUMNS,
    list_channel_details,
)
from capgo_tui.workspace.resources.column import Column, join_haystack
from capgo_tui.workspace.resources.device import DEVICE_COLUMNS, list_device_details
from capgo_tui.workspace.resources.registry import RESOURCES
from capgo_tui.workspace.resources.section import UNTOLD, Section
from tests.support.clock import NOON
from tests.support.links import links_of
from tests.support.world import open_world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from capgo_tui.workspace.resources.resource import ListedResource

DATA = Path(__file__).parents[2] / "data"
CONTEXT = CellContext(NOON)
STABLE = BundleRef(3, "1.0.0")

CHANNEL = Channel(id=1, name="beta")
DEVICE = Device(device_id="3f2a")
BUNDLE = Bundle(id=12, name="2.4.1")


def cell(columns: Sequence[Column[Any]], column: str, record: Record) -> str:
    (match,) = [c for c in columns if c.id == column]
    return match.text(record, CONTEXT)


def channel(**fields: Any) -> Channel:
    return replace(CHANNEL, **fields)


def device(**fields: Any) -> Device:
    return replace(DEVICE, **fields)


# The cells


@pytest.mark.parametrize(
    ("ref", "text"),
    [
        (None, "none"),
        (BundleRef(3, "1.0.0"), "1.0.0"),
        (BundleRef(None, "1.0.0"), "1.0.0"),
        (BundleRef(3, None), "#3"),
    ],
)
def test_a_bundle_is_called_by_its_name_else_by_its_number(
    ref: BundleRef | None, text: str
) -> None:
    assert cell(CHANNEL_COLUMNS, "bundle", channel(bundle=ref)) == text


@pytest.mark.parametrize(("value", "text"), [(True, "✓"), (False, "–"), (None, "?")])
def test_what_is_not_told_is_not_no(value: bool | None, text: str) -> None:
    assert format_yes(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("major", "major"),
        ("minor", "minor"),
        ("patch", "patch"),
        ("version_number", "metadata"),
        ("none", "none"),
        (None, "?"),
    ],
)
def test_a_policy_is_called_as_the_console_calls_it(value: str | None, text: str) -> None:
    assert format_policy(channel(disable_auto_update=value)) == text


@pytest.mark.parametrize(
    ("bps", "is_paused", "text"),
    [
        (2500, False, "▓░░░ 25% 2.0.7"),
        (1, False, "▓░░░ 0.01% 2.0.7"),
        (9_999, False, "▓▓▓░ 99.99% 2.0.7"),
        (10_000, False, "▓▓▓▓ 100% 2.0.7"),
        (5000, True, "▒▒░░ 50% 2.0.7 paused"),
        (None, False, "░░░░ 0% 2.0.7"),
        (10_001, False, "░░░░ ?% 2.0.7"),
        (-1, False, "░░░░ ?% 2.0.7"),
        (10**400, False, "░░░░ ?% 2.0.7"),
    ],
)
def test_a_rollout_tells_its_share_and_whether_it_is_paused(
    bps: int | None, is_paused: bool, text: str
) -> None:
    target = channel(
        rollout_bundle=BundleRef(9, "2.0.7"),
        rollout_enabled=True,
        rollout_percentage_bps=bps,
        rollout_paused_at=NOON if is_paused else None,
    )
    assert cell(CHANNEL_COLUMNS, "rollout", target) == text


@pytest.mark.parametrize(
    ("is_enabled", "is_paused", "text", "file_text"),
    [
        (False, False, "░░░░ 25% 2.0.7 off", "off 25% 2.0.7"),
        (False, True, "░░░░ 25% 2.0.7 paused", "paused 25% 2.0.7"),
        (None, False, "▓░░░ 25% 2.0.7", "25% 2.0.7"),
    ],
)
def test_a_rollout_that_does_not_run_does_not_look_as_if_it_did(
    is_enabled: bool | None, is_paused: bool, text: str, file_text: str
) -> None:
    target = channel(
        rollout_bundle=BundleRef(9, "2.0.7"),
        rollout_enabled=is_enabled,
        rollout_percentage_bps=2500,
        rollout_paused_at=NOON if is_paused else None,
    )
    assert cell(CHANNEL_COLUMNS, "rollout", target) == text
    (column,) = [each for each in CHANNEL_COLUMNS if each.id == "rollout"]
    assert column.file_text is not None
    assert column.file_text(target, CONTEXT) == file_text


def test_without_a_target_there_is_no_rollout() -> None:
    target = channel(rollout_percentage_bps=2500, rollout_enabled=True)
    assert cell(CHANNEL_COLUMNS, "rollout", target) == ""


@pytest.mark.parametrize(
    ("is_prod", "is_emulator", "text"),
    [
        (True, False, "prod"),
        (False, False, "dev"),
        (False, True, "dev emulator"),
        (True, True, "prod emulator"),
        (None, None, "?"),
        (None, True, "emulator"),
        (None, False, "?"),
        (True, None, "prod"),
    ],
)
def test_a_devices_kind(is_prod: bool | None, is_emulator: bool | None, text: str) -> None:
    assert name_device_kind(device(is_prod=is_prod, is_emulator=is_emulator)) == text


@pytest.mark.parametrize(
    ("column", "record", "text"),
    [
        ("channel", CHANNEL, "beta"),
        ("bundle", CHANNEL, "none"),
        ("bundle", channel(bundle=STABLE), "1.0.0"),
        ("default", channel(public=True), "default"),
        ("default", channel(public=False), ""),
        ("self", channel(allow_device_self_set=True), "✓"),
        ("dev", CHANNEL, "?"),
        ("emulator", channel(allow_emulator=False), "–"),
        ("changed", channel(updated_at=NOON - timedelta(hours=3)), "3h"),
        ("changed", CHANNEL, ""),
    ],
)
def test_the_cells_of_a_channel(column: str, record: Channel, text: str) -> None:
    assert cell(CHANNEL_COLUMNS, column, record) == text


@pytest.mark.parametrize(
    ("column", "record", "text"),
    [
        ("device", DEVICE, "3f2a"),
        ("custom", DEVICE, ""),
        ("custom", device(custom_id="qa-07"), "qa-07"),
        ("platform", DEVICE, "?"),
        ("platform", device(platform="ios"), "ios"),
        ("bundle", device(bundle=STABLE), "1.0.0"),
        ("bundle", device(version_name="builtin"), "builtin"),
        ("override", DEVICE, ""),
        ("override", device(channel="beta"), "▲ beta"),
        ("os", device(os_version="18.1"), "18.1"),
        ("native", device(version_build="2.4"), "2.4"),
        ("plugin", device(plugin_version="7.1.0"), "7.1.0"),
        ("seen", device(updated_at=NOON - timedelta(seconds=12)), "12s"),
    ],
)
def test_the_cells_of_a_device(column: str, record: Device, text: str) -> None:
    assert cell(DEVICE_COLUMNS, column, record) == text


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ({"device_id": "x"}, "?"),
        ({"device_id": "x", "version": {"id": 0, "name": "unknown"}}, "?"),
        ({"device_id": "x", "version": None}, "?"),
        ({"device_id": "x", "version_name": "builtin"}, "builtin"),
        ({"device_id": "x", "version": {"id": 3, "name": "1.0.0"}}, "1.0.0"),
    ],
)
def test_a_device_whose_bundle_is_not_told_does_not_run_the_builtin_one(
    row: dict[str, object], text: str
) -> None:
    record = parse_one(Device, json.dumps(row).encode())
    assert isinstance(record, Device)
    assert cell(DEVICE_COLUMNS, "bundle", record) == text


def test_a_channel_whose_bundle_has_neither_number_nor_name_has_none() -> None:
    row = b'{"id":1,"name":"x","version":{"id":null,"name":""}}'
    record = parse_one(Channel, row)
    assert isinstance(record, Channel)
    assert cell(CHANNEL_COLUMNS, "bundle", record) == "none"


def test_an_override_that_is_not_told_is_not_shown_as_none() -> None:
    untold = CellContext(NOON, tells_overrides=False)
    (column,) = [c for c in DEVICE_COLUMNS if c.id == "override"]
    assert column.text(DEVICE, untold) == "?"
    assert column.text(device(channel="beta"), untold) == "▲ beta"
    fields = dict(list_device_details(DEVICE, untold)[0].fields)
    assert fields["override"] == UNTOLD
    assert "default" in dict(list_device_details(DEVICE, CONTEXT)[0].fields)["override"]


def test_the_channels_of_a_bundle_are_found_by_its_number_or_else_by_its_name() -> None:
    by_id = CellContext(NOON, links_of({12: ["beta", "qa"]}))
    by_name = CellContext(NOON, links_of({"2.4.1": ["beta"]}))
    assert format_linked_channels(BUNDLE, by_id) == "beta, qa"
    assert format_linked_channels(BUNDLE, by_name) == "beta"
    assert format_linked_channels(BUNDLE, CONTEXT) == ""


def test_a_filter_finds_what_columns_say_but_no_age() -> None:
    record = device(custom_id="QA-07", channel="Beta", updated_at=NOON - timedelta(days=3))
    text = join_haystack(DEVICE_COLUMNS, record, CONTEXT)
    assert "qa-07" in text
    assert "▲ beta" in text
    assert "3d" not in text


ALL_COLUMNS: list[Sequence[Column[Any]]] = [CHANNEL_COLUMNS, DEVICE_COLUMNS, BUNDLE_COLUMNS]


@pytest.mark.parametrize("columns", ALL_COLUMNS, ids=["channels", "devices", "bundles"])
def test_columns_can_be_told_apart_and_fit_together(columns: Sequence[Column[Any]]) -> None:
    assert len({column.id for column in columns}) == len(columns)
    assert columns[0].priority == 0, "what names the record is never dropped"
    assert [column.id for column in columns if column.priority == 0] == [columns[0].id]
    for column in columns:
        assert 0 < column.width <= column.ideal
        assert len(column.title) <= column.ideal


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)
def test_no_column_of_numbers_is_compared_by_letters(resource: ListedResource[Any]) -> None:
    columns = [*resource.columns, *(column for _, column in resource.screen_columns)]
    numbers = [column for column in columns if column.align_right]
    assert numbers
    assert [each.id for each in numbers if each.measure is Measure.TEXT] == []


# Details


def fields_of(sections: list[Section]) -> dict[str, str]:
    return {label: text for section in sections for label, text in section.fields}


def test_the_details_of_a_channel() -> None:
    sections = list_channel_details(
        channel(
            bundle=STABLE,
            public=True,
            disable_auto_update="version_number",
            allow_emulator=False,
            created_at=NOON - timedelta(days=2),
        ),
        CONTEXT,
    )
    fields = fields_of(sections)
    assert sections[0].title == "beta"
    assert fields["bundle"] == "1.0.0"
    assert fields["default channel"] == "yes"
    assert fields["rollout"] == "none"
    assert fields["holds back updates"] == "metadata"
    assert fields["emulators"] == "no"
    assert fields["id"] == "1"
    assert fields["created"].startswith("2d ago, 2026-11-")
    assert fields["changed"] == "unknown"
    for platform in ("iOS", "Android", "Electron"):
        assert fields[platform] == UNTOLD, "no server gives these back"


def test_the_details_of_a_device() -> None:
    sections = list_device_details(
        device(custom_id="qa-07", channel="beta", bundle=STABLE), CONTEXT
    )
    fields = fields_of(sections)
    assert sections[0].title == fields[sections[0].title_label] == "3f2a"
    assert fields["custom id"] == "qa-07"
    assert fields["override"] == "beta"
    assert fields["runs bundle"] == "1.0.0"
    untold = ["platform", "system version", "native version", "plugin version", "production build"]
    for label in (*untold, "emulator", "installed from", "country"):
        assert fields[label] == "not reported for this device"
    assert dict(list_device_details(DEVICE, CONTEXT)[0].fields)["runs bundle"] == fields["country"]
    assert list_device_details(DEVICE, CONTEXT)[0].title == "3f2a"


def test_the_details_of_a_bundle() -> None:
    context = CellContext(NOON, links_of({12: ["beta"]}))
    fields = fields_of(list_bundle_details(BUNDLE, context))
    assert fields["channels"] == "beta"
    assert fields["stored"] == fields["uploaded with CLI"] == "not reported for this bundle"
    assert fields["needs native"] == "any"
    assert fields["link"] == "none"
    assert fields["id"] == "12"


@pytest.mark.parametrize(
    ("unread", "some", "none"),
    [
        ("", "beta", "none"),
        ("…", "beta, … (not all channels are loaded yet)", "… (not all channels are loaded yet)"),
        ("?", "beta, ? (the channels cannot be read)", "? (the channels cannot be read)"),
    ],
)
def test_a_bundle_claims_no_more_of_its_channels_than_is_known(
    unread: str, some: str, none: str
) -> None:
    (column,) = [c for c in BUNDLE_COLUMNS if c.id == "channels"]
    for links, text in ((["beta"], some), ([], none)):
        context = CellContext(NOON, links_of({12: links}), unread_channels=unread)
        assert fields_of(list_bundle_details(BUNDLE, context))["channels"] == text
        cell = ", ".join([*links, *([unread] if unread else [])])
        assert column.text(BUNDLE, context) == cell
        assert column.format_for_file(BUNDLE, context) == cell, "a file claims no more either"
    assert column.sort(BUNDLE, CellContext(NOON, unread_channels=unread)) == column.sort(
        BUNDLE, CONTEXT
    )


# Everything the real backend answered, and everything a hostile one could


def texts(record: Record, context: CellContext = CONTEXT) -> Iterator[tuple[str, str]]:
    """Everything that columns and details say of a record."""
    columns, sections = LOOKS[type(record)]
    for column in columns:
        yield column.id, column.text(record, context)
    for section in sections(record, context):
        yield "title", section.title
        yield from section.fields


LOOKS: dict[type[Record], tuple[Sequence[Column[Any]], Callable[[Any, CellContext], Any]]] = {
    Channel: (CHANNEL_COLUMNS, list_channel_details),
    Device: (DEVICE_COLUMNS, list_device_details),
    Bundle: (BUNDLE_COLUMNS, list_bundle_details),
}
MODELS: dict[str, type[Record]] = {"/channel": Channel, "/device": Device, "/bundle": Bundle}


def recorded_records() -> list[Record]:
    records: list[Record] = []
    for entry in json.loads((DATA / "recorded.json").read_text(encoding="utf-8")):
        request, response = entry["request"], entry.get("response")
        model = MODELS.get(request["path"])
        if request["method"] != "GET" or model is None or not response:
            continue
        body = json.dumps(response["body"]).encode()
        if response["status"] != 200:
            continue
        if isinstance(response["body"], list) or "data" in response["body"]:
            rows = parse_list(model, body).rows
            records += [row for row in rows if isinstance(row, Record)]
        else:
            row = parse_one(model, body)
            assert isinstance(row, Record)
            records.append(row)
    return records


def test_every_recorded_record_renders_as_printable_text() -> None:
    records = recorded_records()
    kinds = [type(record).__name__ for record in records]
    assert min(kinds.count("Channel"), kinds.count("Device"), kinds.count("Bundle")) >= 5
    for record in records:
        for label, text in texts(record):
            assert text.isprintable(), (label, text)
            assert "None" not in text, (label, text)
        details = dict(texts(record))
        assert details["title"], "a detail has a heading"


HOSTILE = "\x1b]0;owned\x07\u202e\u200b[bold]x[/]\nsecond line"


@pytest.mark.parametrize("model", [Channel, Device, Bundle])
def test_no_hostile_text_reaches_a_cell_or_a_detail(model: type[Record]) -> None:
    names = {
        *("name", "device_id", "custom_id", "platform", "version_name", "channel", "os_version"),
        *("plugin_version", "version_build", "install_source", "key_id", "country_code", "link"),
        *("comment", "checksum", "external_url", "storage_provider", "min_update_version"),
        *("cli_version", "disableAutoUpdate", "updated_at", "created_at", "session_key"),
    }
    row = dict.fromkeys(names, HOSTILE) | {
        "id": 7,
        "version": {"id": 1, "name": HOSTILE},
        "rollout_version_info": {"id": 2, "name": HOSTILE},
    }
    record = parse_one(model, json.dumps(row).encode())
    assert isinstance(record, Record)
    context = CellContext(NOON, links_of({7: [record.name]} if isinstance(record, Bundle) else {}))
    lines = list(texts(record, context))
    assert any("[bold]x[/]" in text for _, text in lines), "the text itself is still there"
    for label, text in lines:
        assert text.isprintable(), (label, text)


@pytest.mark.parametrize("revision", ["live", "documented", "legacy"])
async def test_every_record_of_every_revision_renders(revision: str) -> None:
    async with open_world(revision) as world:
        workspace = world.open()
        context = workspace.make_cell_context()
        for collection in (workspace.channels, workspace.devices, workspace.bundles):
            await collection.load_all()
            records: list[Record] = list(collection.records.values())
            assert records
            for record in records:
                for label, text in texts(record, context):
                    assert text.isprintable(), (label, text)
                    assert "None" not in text, (label, text)


@pytest.mark.parametrize(
    ("overrides", "is_whole", "texts"),
    [
        ({"beta": 2}, True, ["2", "0"]),
        ({"beta": 2}, False, ["2+", "0+"]),
        ({}, True, ["0", "0"]),
        ({}, False, ["", ""]),
    ],
    ids=["all-loaded", "some-loaded", "none-of-all", "none-known"],
)
def test_the_overrides_of_a_channel_are_at_least_those_known(
    overrides: dict[str, int], is_whole: bool, texts: list[str]
) -> None:
    survey = Survey(device_count=9, is_whole=is_whole, overrides=overrides)
    context = replace(CONTEXT, survey=survey)
    (forced,) = [each for _, each in CHANNEL_SCREEN_COLUMNS if each.id == "forced"]
    channels = CHANNEL, Channel(id=2, name="qa")
    assert [forced.text(each, context) for each in channels] == texts
