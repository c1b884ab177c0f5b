"""The overview's joins, and its lines at every size, compared with what is plain to see."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import pytest

from capgo_tui.api.models import AuditEntry, Device
from capgo_tui.api.records import BundleRef
from capgo_tui.api.revisions import DOCUMENTED, LIVE
from capgo_tui.cells import measure_width
from capgo_tui.tui.screens.controllers import ACTIONS
from capgo_tui.tui.widgets.overview_lines import draw_bar, format_percent, lay_out
from capgo_tui.workspace.cells import CellContext, describe_share
from capgo_tui.workspace.collection import Collection
from capgo_tui.workspace.insight.adoption import make_adoption_of_survey
from capgo_tui.workspace.insight.latest_changes import merge_latest
from capgo_tui.workspace.insight.overview_joins import Facts, make_overview
from capgo_tui.workspace.insight.places import make_exact_filter, place_of_forced, place_of_runners
from capgo_tui.workspace.insight.survey import name_of_running, survey_devices
from capgo_tui.workspace.measure import Measure
from capgo_tui.workspace.resources.device import DEVICE_COLUMNS, DEVICE_FACTS
from capgo_tui.workspace.view import View
from tests.workspace.insight.records import NOON, random_channels, random_devices

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.api.paging import Page

SEEDS: Final = range(20)
ODD_NAMES: Final = (
    "beta", "beta-two", "a b", "pr/7", "x|y", '"q"', "1.0 (rc)", "!no", "~fuzzy", "<1", "/p/", "é",
)  # fmt: skip


def facts(seed: int, **more: object) -> Facts:
    """Return random facts, as a workspace would tell them."""
    survey = survey_devices(random_devices(seed, 80), NOON, is_whole=bool(seed % 2))
    channels = random_channels(seed)
    context = CellContext(NOON, survey=survey, traits=LIVE if seed % 3 else DOCUMENTED)
    adoption = make_adoption_of_survey(survey)
    made = Facts(
        context, channels, True, True, {}, survey, adoption, True, {}, None, None, "0a1b2c3d"
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


def matching(condition: str, devices: Sequence[Device]) -> list[str]:
    """Return the ids of the devices that a filter of the list of devices shows."""
    collection: Collection[Device] = Collection(
        "devices", walk=NoPages, row_key=lambda each: each.wire_id, now=lambda: NOON
    )
    for each in devices:
        collection.put(each)
    view = View(collection, DEVICE_COLUMNS, lambda: CellContext(NOON), DEVICE_FACTS)
    query = view.parse(condition)
    assert not query.error
    view.filter(query)
    view.settle()
    return sorted(view.get_key_at(index) for index in range(len(view)))


class NoPages:
    """A list of which nothing is loaded."""

    async def read_next_page(self) -> Page[Device]:
        raise AssertionError("nothing is loaded here")

    def forget(self, record: Device) -> None:
        del record


@pytest.mark.parametrize("name", ODD_NAMES)
def test_the_place_of_forced_devices_is_exactly_theirs(name: str) -> None:
    names = [*ODD_NAMES, f"{name}2", f"x{name}", None]
    devices = [
        Device(device_id=f"d{number}", channel=each, platform="ios")
        for number, each in enumerate(names)
    ]
    condition = place_of_forced(name).condition or ""
    expected = sorted(each.device_id for each in devices if each.channel == name)
    assert matching(condition, devices) == expected


@pytest.mark.parametrize("name", ["2.4.1", "blue", "builtin", "2.4", "a b", "1.0/x", "2.4.1-rc.1"])
def test_the_place_of_the_devices_on_a_bundle_is_exactly_theirs(name: str) -> None:
    names = ["2.4.1", "2.4.10", "blue", "bluer", "2.4", "a b", "1.0/x", "2.4.1-rc.1", "builtin"]
    devices = [
        Device(device_id=f"d{number}", bundle=BundleRef(number, each), version_name=each)
        for number, each in enumerate(names)
    ]
    condition = place_of_runners(name).condition or ""
    expected = sorted(each.device_id for each in devices if name_of_running(each) == name)
    assert matching(condition, devices) == expected


def test_devices_whose_bundle_is_not_told_have_a_place() -> None:
    devices = [Device(device_id="a"), Device(device_id="b", bundle=BundleRef(1, "2.4.1"))]
    assert matching(place_of_runners("unknown").condition or "", devices) == ["a"]


@pytest.mark.parametrize("seed", SEEDS)
def test_what_the_fleet_counts_is_what_its_places_show(seed: int) -> None:
    devices = random_devices(seed, 80)
    overview = make_overview(facts(seed), ())
    for group in overview.fleet:
        for item in group.items:
            if item.place.condition is not None:
                assert len(matching(item.place.condition, devices)) == item.count, item


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("size", [(80, 20), (80, 60), (116, 20), (140, 36), (60, 14), (200, 60)])
def test_its_lines_fit_and_no_warning_is_left_out(seed: int, size: tuple[int, int]) -> None:
    width, height = size
    overview = make_overview(facts(seed), ())
    columns = lay_out(overview, width, height, {"channel.edit": "e edit"})
    room = width if len(columns) == 1 else width // 2
    for row in (row for rows in columns for row in rows):
        assert sum(measure_width(text) for text, _ in row.spans) <= room, row
    text = " ".join(text for rows in columns for row in rows for text, _ in row.spans)
    for warning in overview.warnings:
        assert all(word in text for word in warning.text.split())
    assert {row.place for rows in columns for row in rows} >= {
        each.place for each in overview.routing
    }


def test_the_active_devices_of_the_statistics_go_before_those_that_happen_to_be_loaded() -> None:
    active = {"ios": 30, "android": 10, "electron": 0, "unknown": 0}
    first, *others = make_overview(facts(1, active=active), ()).fleet
    assert [(each.label, each.count, each.share) for each in first.items] == [
        ("iOS", 30, 0.75), ("Android", 10, 0.25),
    ]  # fmt: skip
    assert "platform" not in [group.title for group in others]


def test_what_is_not_known_is_neither_a_bar_nor_a_zero() -> None:
    empty = survey_devices([], NOON, is_whole=False)
    unknown = facts(1, survey=empty, adoption=None, has_devices=False, has_channels=False)
    columns = lay_out(make_overview(unknown, None), 80, 21, {})
    text = "\n".join("".join(text for text, _ in row.spans) for row in columns[0])
    assert "0 %" not in text
    assert "▇" not in text
    assert "the channels are not known" in text
    assert "the devices are not known" in text
    assert "the journal cannot be read" in text


def test_the_largest_share_of_devices_has_a_whole_bar() -> None:
    active = {"ios": 20, "android": 10, "electron": 10, "unknown": 0}
    columns = lay_out(make_overview(facts(1, active=active, adoption=None), ()), 140, 37, {})
    rows = ["".join(text for text, _ in row.spans) for column in columns for row in column]
    whole, half = (
        next(row for row in rows if f" {name} " in row and " % " in row)
        for name in ("iOS", "Android")
    )
    assert f"▇{' 50 %':>6}" in whole, "it ends where the shares begin"
    assert abs(whole.count("▇") - 2 * half.count("▇")) <= 1


@pytest.mark.parametrize("share", [0, 0.001, 0.004, 0.01, 0.3, 0.999, 1])
def test_a_share_that_is_there_is_never_drawn_as_none(share: float) -> None:
    assert bool(draw_bar(share, 10)) is bool(share)
    assert (format_percent(share) == "0 %") is (share == 0)
    assert len(draw_bar(share, 10)) <= 10
    assert describe_share(None) == ""
    assert measure_width(describe_share(share)) == 10


@pytest.mark.parametrize("seed", SEEDS)
def test_every_warning_names_an_action_that_there_is(seed: int) -> None:
    actions = {action.id: action for action in ACTIONS}
    paused = [
        replace(each, rollout_bundle=BundleRef(8, "2.5.0"), rollout_paused_at=NOON)
        for each in random_channels(seed)
    ]
    warnings = make_overview(facts(seed, channels=paused), ()).warnings
    assert {actions[each.action].writes for each in warnings} == {True}
    assert "channel.rollout" in {each.action for each in warnings}


def test_the_latest_changes_are_those_of_the_audit_history_newest_first() -> None:
    rows = [
        AuditEntry(
            id=number,
            created_at=NOON - timedelta(hours=number),
            table_name="channels",
            record_id="1",
            operation="UPDATE",
            old_record={"id": 1, "name": "beta", "app_id": "a", "version": number + 1},
            new_record={"id": 1, "name": "beta", "app_id": "a", "version": number},
            actor_apikey_name="ci-key",
        )
        for number in range(1, 4)
    ]
    changes = merge_latest(
        (), rows, lambda number: f"1.0.{number}", fingerprint="0a", places={}, now=NOON
    )
    assert [each.text for each in changes] == [
        "beta: 1.0.2 → 1.0.1", "beta: 1.0.3 → 1.0.2", "beta: 1.0.4 → 1.0.3",
    ]  # fmt: skip
    assert {each.who for each in changes} == {"ci-key"}
    assert [each.at for each in changes] == sorted((each.at for each in changes), reverse=True)


def test_changes_of_one_moment_keep_one_order() -> None:
    names = [f"channel-{number}" for number in range(8)]
    rows = [
        AuditEntry(
            id=number,
            created_at=NOON,
            record_id=str(number),
            new_record={"id": number, "name": name, "app_id": "a"},
        )
        for number, name in enumerate(names, 1)
    ]
    changes = merge_latest((), rows, lambda _: None, fingerprint="", places={}, now=NOON)
    assert [each.text for each in changes] == [f"{name} created" for name in names]


def test_a_condition_compares_a_version_and_searches_a_name() -> None:
    assert make_exact_filter("native", "2.3.0", Measure.VERSION) == "native:=2.3.0"
    assert make_exact_filter("native", "blue", Measure.VERSION) == "native:/^blue$/"
