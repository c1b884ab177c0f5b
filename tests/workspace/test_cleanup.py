"""A clean-up keeps what is used, what runs and what is new, and says why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capgo_tui.api.models import Bundle, Channel, Device
from capgo_tui.api.records import BundleRef
from capgo_tui.workspace.bundle_links import BundleLinks, Link, describe_links
from capgo_tui.workspace.cleanup import Rules, plan

if TYPE_CHECKING:
    from collections.abc import Iterable

    from capgo_tui.workspace.cleanup import Verdict

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def bundle(number: int, name: str = "", days: float | None = None) -> Bundle:
    """A bundle of that id; by default one day older for each number."""
    age = number if days is None else days
    return Bundle(id=number, name=name or f"1.0.{number}", created_at=NOON - timedelta(days=age))


def channel(number: int, name: str, carries: BundleRef | None, rolls: int | None = None) -> Channel:
    target = None if rolls is None else BundleRef(rolls, None)
    return Channel(id=number, name=name, bundle=carries, rollout_bundle=target)


def device(number: int, runs: BundleRef | None) -> Device:
    return Device(device_id=f"device-{number}", bundle=runs)


NOTHING = BundleLinks.of((), ())


def reasons(verdicts: Iterable[Verdict]) -> dict[int, str]:
    return {verdict.bundle.id: verdict.reason for verdict in verdicts}


def kept_reasons(verdicts: Iterable[Verdict]) -> dict[int, str]:
    return reasons(verdict for verdict in verdicts if not verdict.delete)


def test_a_bundle_is_found_by_its_id_or_by_its_name() -> None:
    links = BundleLinks.of(
        [
            channel(1, "beta", BundleRef(7, None), rolls=8),
            channel(2, "pr-7", BundleRef(None, "1.0.7")),
            channel(3, "empty", None),
        ],
        [device(1, BundleRef(7, "1.0.7")), device(2, BundleRef(None, "1.0.7")), device(3, None)],
    )
    assert links.list_channels(bundle(7)) == [Link("beta"), Link("pr-7")]
    assert links.list_channels(bundle(8)) == [Link("beta", rollout=True)]
    assert links.list_channels(bundle(9)) == []
    assert (links.count_devices(bundle(7)), links.count_devices(bundle(8))) == (2, 0)
    assert describe_links(links.list_channels(bundle(8))) == "linked to: beta (rollout)"


def test_what_is_used_stays_and_says_by_whom() -> None:
    links = BundleLinks.of(
        [channel(1, "beta", BundleRef(3, None), rolls=4)],
        [device(1, BundleRef(5, None)), device(2, BundleRef(5, None))],
    )
    cleanup_plan = plan([bundle(number) for number in range(1, 8)], links, Rules(newest=2), NOON)
    assert [verdict.bundle.id for verdict in cleanup_plan.deleted_verdicts] == [6, 7]
    assert kept_reasons(cleanup_plan.verdicts) == {
        1: "among the newest 2",
        2: "among the newest 2",
        3: "linked to: beta (stable)",
        4: "linked to: beta (rollout)",
        5: "run by 2 loaded devices",
    }
    assert cleanup_plan.summary == "deletes 2 of 7, keeps 5 (2 newest, 2 linked, 1 run by devices)"


def test_what_devices_run_goes_when_that_rule_is_off() -> None:
    links = BundleLinks.of((), [device(1, BundleRef(2, None))])
    cleanup_plan = plan([bundle(1), bundle(2)], links, Rules(newest=1, run=False), NOON)
    assert [verdict.bundle.id for verdict in cleanup_plan.deleted_verdicts] == [2]


def test_only_what_is_old_enough_and_has_such_a_name_goes() -> None:
    bundles = [
        bundle(1, "2.0.0-pr1", 1),
        bundle(2, "2.0.0-PR2", 40),
        bundle(3, "2.0.0", 50),
        Bundle(id=4, name="2.0.0-pr4"),
    ]
    rules = Rules(newest=0, older_than=timedelta(days=30), name="*-pr*")
    cleanup_plan = plan(bundles, NOTHING, rules, NOON)
    assert [verdict.bundle.id for verdict in cleanup_plan.deleted_verdicts] == [2]
    assert kept_reasons(cleanup_plan.verdicts) == {
        1: "not older than 30 d",
        3: "another name",
        4: "of unknown age",
    }


def test_the_newest_are_counted_among_those_whose_name_matches() -> None:
    bundles = [bundle(1, "9.0.0"), bundle(2, "1.0.0-pr1"), bundle(3, "1.0.0-pr2")]
    cleanup_plan = plan(bundles, NOTHING, Rules(newest=1, name="*-pr*"), NOON)
    assert [verdict.bundle.id for verdict in cleanup_plan.deleted_verdicts] == [3]


@pytest.mark.parametrize("names", [["1.9.0", "1.10.0"], ["1.0.0-rc.2", "1.0.0"], ["odd", "0.0.1"]])
def test_of_one_moment_the_higher_version_is_the_newer(names: list[str]) -> None:
    bundles = [bundle(number, name, days=1) for number, name in enumerate(names)]
    for given_order in (bundles, bundles[::-1]):
        cleanup_plan = plan(given_order, NOTHING, Rules(newest=1), NOON)
        assert [verdict.bundle.name for verdict in cleanup_plan.deleted_verdicts] == [names[0]]


def _creation_time(each: Bundle) -> datetime:
    return each.created_at or datetime.min.replace(tzinfo=UTC)


REFERENCES = st.none() | st.builds(lambda number: BundleRef(number, None), st.integers(1, 30))
BUNDLES = st.lists(
    st.builds(
        Bundle,
        id=st.integers(1, 30),
        name=st.sampled_from(["1.0.0", "1.0.10", "1.0.9", "2.0.0-pr1", "odd name", "main"]),
        created_at=st.none() | st.integers(0, 2500).map(lambda days: NOON - timedelta(days=days)),
    ),
    unique_by=lambda each: each.id,
)
RULES = st.builds(
    Rules,
    newest=st.integers(0, 12),
    run=st.booleans(),
    older_than=st.none() | st.integers(0, 3000).map(lambda days: timedelta(days=days)),
    name=st.sampled_from(["*", "", "*-PR?", "1.*", "main"]),
)


@given(
    BUNDLES,
    st.lists(st.tuples(REFERENCES, REFERENCES)),
    st.lists(REFERENCES),
    RULES,
)
def test_a_plan_never_deletes_what_a_rule_keeps(
    bundles: list[Bundle],
    channels: list[tuple[BundleRef | None, BundleRef | None]],
    runs: list[BundleRef | None],
    rules: Rules,
) -> None:
    linking_channels = [
        channel(number, f"channel-{number}", carries, rolls.id if rolls else None)
        for number, (carries, rolls) in enumerate(channels)
    ]
    devices = [device(number, each) for number, each in enumerate(runs)]
    cleanup_plan = plan(bundles, BundleLinks.of(linking_channels, devices), rules, NOON)
    assert sorted(v.bundle.id for v in cleanup_plan.verdicts) == sorted(b.id for b in bundles)
    assert all(verdict.reason for verdict in cleanup_plan.verdicts)
    linked_ids = {each.id for pair in channels for each in pair if each is not None}
    running = {each.id for each in runs if each is not None}
    pattern = rules.name.casefold() or "*"
    matching = [b for b in bundles if fnmatchcase(b.name.casefold(), pattern)]
    for verdict in cleanup_plan.deleted_verdicts:
        deleted_bundle = verdict.bundle
        assert deleted_bundle.id not in linked_ids
        assert not (rules.run and deleted_bundle.id in running)
        assert deleted_bundle in matching
        if rules.older_than is not None:
            assert deleted_bundle.created_at is not None
            assert NOON - deleted_bundle.created_at > rules.older_than
        newer = [b for b in matching if _creation_time(b) >= _creation_time(deleted_bundle)]
        assert len(newer) > rules.newest, "so many newer ones are there to stay"


@pytest.mark.parametrize("name", ["builtin", "Unknown"])
def test_what_the_server_takes_for_no_bundle_stays(name: str) -> None:
    cleanup_plan = plan([bundle(1, name)], NOTHING, Rules(newest=0), NOON)
    assert not cleanup_plan.deleted_verdicts
    assert "not a bundle" in kept_reasons(cleanup_plan.verdicts)[1]


def test_what_goes_although_devices_run_it_says_so() -> None:
    links = BundleLinks.of((), [device(1, BundleRef(1, None))])
    cleanup_plan = plan([bundle(1), bundle(2)], links, Rules(newest=0, run=False), NOON)
    assert reasons(cleanup_plan.deleted_verdicts) == {
        1: "run by 1 loaded device",
        2: "not in use",
    }
