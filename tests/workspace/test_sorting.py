"""What columns are sorted by."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from capgo_tui.api.models import Bundle, Channel, Device
from capgo_tui.api.records import BundleRef
from capgo_tui.workspace.cells import CellContext
from capgo_tui.workspace.resources.bundle import BUNDLE_COLUMNS
from capgo_tui.workspace.resources.channel import CHANNEL_COLUMNS
from capgo_tui.workspace.resources.device import DEVICE_COLUMNS
from capgo_tui.workspace.sorting import Sort, fold_text, order_flag, order_version
from tests.support.links import links_of
from tests.support.sampling import examples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.api.records import Record
    from capgo_tui.workspace.resources.column import Column

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def shuffle(values: list[Any]) -> list[Any]:
    """The same in the wrong order."""
    return values[::-1]


@pytest.mark.parametrize(
    "texts",
    [
        ["qa-7", "qa-12", "qa-100"],
        ["Alpha", "beta", "Gamma"],
        ["a", "a1", "a1b", "a2", "a10", "ab"],
        ["x9", "x10", "x9999999999", "x10000000000", "x" + "9" * 50],
        ["2", "10", "a"],
    ],
)
def test_texts_are_sorted_as_people_would(texts: list[str]) -> None:
    assert sorted(shuffle(texts), key=lambda text: fold_text(text) or "") == texts


@pytest.mark.parametrize(("one", "other"), [("QA-7", "qa-7"), ("qa-007", "qa-7"), ("0", "000")])
def test_texts_that_count_as_equal(one: str, other: str) -> None:
    assert fold_text(one) == fold_text(other)


@pytest.mark.parametrize("nothing", ["", None])
def test_nothing_is_no_value(nothing: str | None) -> None:
    assert fold_text(nothing) is None
    assert order_version(nothing) is None


@given(st.lists(st.integers(0, 10**30), max_size=20))
@hypothesis_settings(deadline=None)
def test_runs_of_digits_compare_as_numbers(numbers: list[int]) -> None:
    texts = [f"a{number}z" for number in numbers]
    expected_texts = [f"a{number}z" for number in sorted(numbers)]
    assert sorted(texts, key=lambda text: fold_text(text) or "") == expected_texts


def test_random_ids_are_sorted_letter_by_letter() -> None:
    identity = "3F2A0000-0000-4000-8000-000000000010"
    assert fold_text(identity) == identity.lower()


@pytest.mark.parametrize(
    "versions",
    [
        # semver.org, point 11
        [
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0.0",
        ],
        ["1.9.0", "1.10.0", "2.0.0", "10.0.0"],
        ["2", "2.0.1", "2.1", "2.1.0.1"],
        ["99.0.0", "#12", "builtin", "v", "version"],
        ["v1.2.3", "1.2.4", "V1.2.5"],
        ["1.0.0", "9" * 5000],
    ],
)
def test_versions_are_sorted_as_versions(versions: list[str]) -> None:
    values = {version: order_version(version) for version in versions}
    sort_values: list[Any] = [values[version] for version in versions]
    assert sorted(shuffle(sort_values)) == sort_values
    assert len(set(sort_values)) == len(versions)


@pytest.mark.parametrize(
    ("one", "other"), [("1.0.0+7", "1.0.0+8"), ("2.4", "2.4.0"), ("1.0.0-RC.1", "1.0.0-rc.1")]
)
def test_versions_of_the_same_rank(one: str, other: str) -> None:
    assert order_version(one) == order_version(other)


@given(st.lists(st.text(alphabet="0123.-+avß#٣", max_size=9), max_size=9))
@hypothesis_settings(deadline=None, max_examples=examples(300))
def test_any_two_versions_compare(texts: list[str]) -> None:
    values: list[Any] = [value for text in texts if (value := order_version(text)) is not None]
    assert len(sorted(values)) == len(values)


def test_times_are_sorted_as_times_in_whatever_zone() -> None:
    first = datetime.min.replace(tzinfo=timezone(timedelta(hours=14)))
    tokyo = NOON.astimezone(timezone(timedelta(hours=9)))
    last = datetime.max.replace(tzinfo=timezone(-timedelta(hours=14)))
    (sort_value,) = [column.sort for column in DEVICE_COLUMNS if column.id == "seen"]
    values: list[Any] = [
        sort_value(Device(device_id="d", updated_at=moment), CellContext(NOON))
        for moment in (last, NOON + timedelta(0, 1), tokyo, first)
    ]
    assert values[2] == NOON
    assert sorted(values) == values[::-1]
    assert sort_value(Device(device_id="d"), CellContext(NOON)) is None


def test_no_comes_before_yes_and_unknown_is_no_value() -> None:
    assert [order_flag(False), order_flag(True), order_flag(None)] == [0, 1, None]


@pytest.mark.parametrize(
    ("current", "newest_first", "after"),
    [
        (None, False, Sort("os")),
        (Sort("os"), False, Sort("os", True)),
        (Sort("os", True), False, None),
        (Sort("seen"), False, Sort("os")),
        (None, True, Sort("os", True)),
        (Sort("os", True), True, Sort("os")),
        (Sort("os"), True, None),
    ],
)
def test_choosing_a_column_again_turns_it_round_and_then_leaves_it(
    current: Sort | None, newest_first: bool, after: Sort | None
) -> None:
    assert Sort.turn(current, "os", newest_first=newest_first) == after


FULL: list[tuple[Sequence[Column[Any]], Record, Record]] = [
    (
        CHANNEL_COLUMNS,
        Channel(id=1, name="c"),
        Channel(
            id=2,
            name="d",
            public=True,
            bundle=BundleRef(1, "1.0.0"),
            rollout_bundle=BundleRef(2, "1.0.1"),
            disable_auto_update="major",
            allow_device_self_set=True,
            allow_dev=False,
            allow_emulator=True,
            updated_at=NOON,
        ),
    ),
    (
        DEVICE_COLUMNS,
        Device(device_id="c"),
        Device(
            device_id="d",
            custom_id="qa",
            platform="ios",
            bundle=BundleRef(1, "1.0.0"),
            channel="beta",
            os_version="18.1",
            version_build="2.0",
            plugin_version="7.0.0",
            is_prod=True,
            updated_at=NOON,
        ),
    ),
    (
        BUNDLE_COLUMNS,
        Bundle(id=1, name="c"),
        Bundle(
            id=2,
            name="1.0.0",
            created_at=NOON,
            comment="x",
            min_update_version="1.0",
            storage_provider="r2",
            has_session_key=True,
        ),
    ),
]


@pytest.mark.parametrize(("columns", "bare", "full"), FULL, ids=["channels", "devices", "bundles"])
def test_every_column_has_a_value_and_none_for_what_is_not_known(
    columns: Sequence[Column[Any]], bare: Record, full: Record
) -> None:
    context = CellContext(NOON, links_of({2: ["beta"]}))
    assert [c.id for c in columns if c.sort(full, context) is None] == []
    column_ids = {c.id for c in columns if c.sort(bare, context) is not None}
    assert column_ids == {columns[0].id, *({"encrypted"} if columns is BUNDLE_COLUMNS else ())}


@pytest.mark.parametrize(("columns", "bare", "full"), FULL, ids=["channels", "devices", "bundles"])
def test_only_ages_begin_with_the_newest_and_are_not_searched(
    columns: Sequence[Column[Any]], bare: Record, full: Record
) -> None:
    del bare
    for column in columns:
        is_time = isinstance(
            column.sort(full, CellContext(NOON, links_of({2: ["beta"]}))), datetime
        )
        assert column.newest_first is (is_time or column.id == "default"), column.id
        assert column.is_searched is not is_time
