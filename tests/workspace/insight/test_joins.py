"""Joins of insight, compared with a slow and simple way of making them on random records."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from capgo_tui.api.records import BundleRef
from capgo_tui.api.statistics import Usage, UsageSeries
from capgo_tui.workspace.ages import STALE_AFTER
from capgo_tui.workspace.insight.adoption import (
    draw_sparkline,
    make_adoption_of_survey,
    make_adoption_of_usage,
)
from capgo_tui.workspace.insight.explain import Result, explain
from capgo_tui.workspace.insight.impact import find_impact
from capgo_tui.workspace.insight.routes import Certainty, find_routes
from capgo_tui.workspace.insight.survey import name_of_running, survey_devices
from tests.workspace.insight.records import (
    NAMES,
    NOON,
    STABLE,
    find_bundle,
    random_channels,
    random_devices,
)

if TYPE_CHECKING:
    from capgo_tui.api.models import Channel

SEEDS = range(30)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_survey_counts_as_one_would_by_hand(seed: int) -> None:
    devices = random_devices(seed, 200)
    survey = survey_devices(devices, NOON, is_whole=True)
    assert survey.device_count == sum(survey.bundles.values()) == 200
    assert sum(survey.platforms.values()) == sum(survey.native_versions.values()) == 200
    for name in survey.bundles:
        assert survey.bundles[name] == len([d for d in devices if name_of_running(d) == name])
    for platform in ("ios", "android", "electron", "web"):
        here = [d for d in devices if (d.platform or "").lower() == platform]
        assert survey.platforms.get(platform, 0) == len(here)
    assert survey.platforms.get("unknown", 0) == len([d for d in devices if d.platform is None])
    for name in NAMES:
        forced = [d for d in devices if d.channel == name]
        stale = [d for d in forced if d.updated_at and NOON - d.updated_at > STALE_AFTER]
        assert survey.overrides.get(name, 0) == len(forced)
        assert survey.stale_overrides.get(name, 0) == len(stale)
    assert survey.development_build_count == len([d for d in devices if d.is_prod is False])
    assert survey.emulator_count == len([d for d in devices if d.is_emulator])
    unknown = [d for d in devices if not d.is_override_known]
    assert survey.unknown_override_count == len(unknown)


@pytest.mark.parametrize("seed", SEEDS)
def test_adoption_of_the_loaded_devices_adds_up(seed: int) -> None:
    survey = survey_devices(random_devices(seed, 150), NOON, is_whole=False)
    adoption = make_adoption_of_survey(survey)
    assert adoption.source == "the 150 loaded devices"
    assert not adoption.is_whole
    assert sum(share.count or 0 for share in adoption.shares) == 150
    assert abs(sum(share.share for share in adoption.shares) - 1) < 1e-9
    counts = [share.count or 0 for share in adoption.shares]
    assert counts == sorted(counts, reverse=True)


def test_no_loaded_device_has_no_share_of_nothing() -> None:
    assert make_adoption_of_survey(survey_devices([], NOON, is_whole=True)).shares == ()


def test_adoption_of_the_statistics_is_that_of_the_last_day() -> None:
    days = ("2026-11-27", "2026-11-28")
    usage = Usage(
        days,
        (
            UsageSeries("2.3.9", (60.0, 8.0), (6, 1)),
            UsageSeries("2.4.1", (40.0, 92.0), (4, 11)),
            UsageSeries("1.0.0", (0.0, 0.0), (0, 0)),
        ),
    )
    adoption = make_adoption_of_usage(usage)
    assert [(each.name, each.share, each.count) for each in adoption.shares] == [
        ("2.4.1", 0.92, 11),
        ("2.3.9", 0.08, 1),
    ]
    assert (adoption.device_count, adoption.source) == (12, "last 2 days")
    shares_alone = Usage(days, (UsageSeries("2.4.1", (40.0, 92.0)),))
    assert make_adoption_of_usage(shares_alone).device_count is None
    assert adoption.find_share("2.4.1") == adoption.shares[0]
    assert adoption.find_share("9.9.9") is None


def test_a_sparkline_reaches_the_top_once_and_is_as_long_as_its_days() -> None:
    assert draw_sparkline([0, 1, 2, 4, 8]) == "▁▁▂▄▇"
    assert draw_sparkline([0, 0]) == "▁▁"
    assert draw_sparkline([]) == ""


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("all_loaded", [True, False])
def test_a_route_says_no_more_than_the_channels_tell(seed: int, *, all_loaded: bool) -> None:
    channels = random_channels(seed)
    for route in find_routes(channels, all_loaded=all_loaded):
        sure = [c for c in channels if c.public and getattr(c, route.platform)]
        maybe = [c for c in channels if c.public and getattr(c, route.platform) is None]
        if route.certainty is Certainty.CERTAIN:
            assert list(route.channels) == sure
            assert len(sure) == 1
        elif route.certainty is Certainty.NONE:
            assert not sure
            assert not maybe
            assert all_loaded
        elif route.certainty is Certainty.LIKELY:
            assert list(route.channels) == maybe
            assert len(maybe) == 1
            assert all_loaded
        elif route.certainty is Certainty.UNKNOWN:
            assert not all_loaded
            assert len(sure) != 1
        else:
            assert list(route.channels) == (sure or maybe)
            assert len(route.channels) > 1


@pytest.mark.parametrize("seed", SEEDS)
def test_the_impact_of_a_promotion_agrees_with_the_explanation_of_each_device(seed: int) -> None:
    """A device that follows the channel takes the bundle unless its explanation blocks it."""
    devices = [d for d in random_devices(seed, 120) if d.is_override_known]
    (first, *_) = random_channels(seed)
    channel = _as_only_default(first)
    impact = find_impact(
        channel,
        STABLE,
        devices,
        default_platforms=dict.fromkeys(("ios", "android", "electron"), True),
    )
    others = random_channels(seed)[1:]
    followers = [
        d
        for d in devices
        if d.channel == channel.name
        or (d.channel is None and (d.platform or "").lower() in ("ios", "android", "electron"))
    ]
    explanations = [
        explain(d, [channel, *(_private(o) for o in others)], find_bundle, all_channels=True)
        for d in followers
    ]
    assert impact.device_count == len(followers)
    blocked = sum(
        any(rule.verdict == "blocks" for rule in each.rules)
        for each in explanations
        if each.result is not Result.NO_CHANNEL
    )
    assert sum(impact.refusals.values()) == blocked
    assert sum(impact.native_versions.values()) <= sum(impact.refusals.values())


def _as_only_default(channel: Channel) -> Channel:
    return replace(
        channel,
        public=True,
        ios=True,
        android=True,
        electron=True,
        bundle=BundleRef(7, "2.4.1"),
        rollout_bundle=None,
    )


def _private(channel: Channel) -> Channel:
    return replace(channel, public=False)
