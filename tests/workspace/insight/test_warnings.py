"""Warnings about the routing, one fact at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from capgo_tui.api.models import AuditEntry, Channel
from capgo_tui.api.records import BundleRef
from capgo_tui.workspace.insight.packages import compare_packages
from capgo_tui.workspace.insight.routes import find_routes, read_flags
from capgo_tui.workspace.insight.survey import survey_devices
from capgo_tui.workspace.insight.warnings import Warning, find_warnings  # noqa: A004 - ours
from tests.workspace.insight.records import (
    NOON,
    PRODUCTION,
    STABLE,
    TARGET,
    find_bundle,
    random_devices,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.api.jsonvalue import JSON

SOUND: Final = replace(PRODUCTION, allow_dev=False, allow_emulator=False)


def entry(new_record: JSON) -> AuditEntry:
    return AuditEntry(id=1, new_record=new_record)


def all_warnings(
    changes: dict[str, Any], *others: Channel, seed: int | None = None
) -> Sequence[Warning]:
    channels = [replace(SOUND, **changes), *others]
    devices = [] if seed is None else random_devices(seed, 100)
    survey = survey_devices(devices, NOON, is_whole=True)
    routes = find_routes(channels, all_loaded=True)
    return find_warnings(channels, routes, survey, find_bundle)


def warn(changes: dict[str, Any], *others: Channel, seed: int | None = None) -> Sequence[str]:
    return [each.text for each in all_warnings(changes, *others, seed=seed)]


def test_a_sound_default_has_no_warning() -> None:
    assert warn({}) == []


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"electron": False}, "Electron has no default channel: devices there get no update"),
        ({"bundle": None}, "production is a default and carries no bundle"),
        ({"allow_dev": True}, "production is a default and takes development builds"),
        (
            {"allow_dev": True, "allow_emulator": True},
            "production is a default and takes development builds and emulators",
        ),
        (
            {"disable_auto_update": "version_number"},
            "production goes by metadata, and 2.5.0 has no minimum version: no device takes it",
        ),
        (
            {"rollout_bundle": BundleRef(7, "2.4.1"), "rollout_paused_at": NOON},
            "rollout of 2.4.1 on production is paused",
        ),
    ],
)
def test_each_fault_has_its_warning(changes: dict[str, Any], text: str) -> None:
    assert warn(changes) == [text]


def test_two_defaults_whose_platforms_are_not_told_compete_once() -> None:
    other = replace(SOUND, id=2, name="beta", ios=None, android=None, electron=None)
    texts = warn({"ios": None, "android": None, "electron": None}, other)
    assert texts == ["production and beta compete: which of them is the default is unknown"]


def test_devices_on_a_platform_without_a_default_are_counted() -> None:
    devices = random_devices(1, 100)
    there = len([d for d in devices if d.platform == "electron"])
    (first, *_) = warn({"electron": False}, seed=1)
    assert first == f"Electron has no default channel: {there} loaded devices there get no update"


def test_devices_with_another_key_are_counted() -> None:
    devices = random_devices(2, 100)
    others = len([d for d in devices if d.key_id == "xyz"])
    texts = warn({"bundle": BundleRef(7, "2.4.1")}, seed=2)
    assert texts == [
        f"2.4.1 of production is encrypted for key abc: {others} loaded devices have another"
    ]


def test_an_override_to_a_channel_without_its_platform_is_named() -> None:
    beta = replace(SOUND, id=2, name="beta", public=False, ios=False)
    devices = random_devices(5, 100)
    forced = len([d for d in devices if d.channel == "beta" and d.platform == "ios"])
    texts = warn({}, beta, seed=5)
    assert texts == [f"{forced} iOS devices forced to beta, which does not serve iOS"]


def test_the_step_for_such_an_override_is_to_clear_it_where_the_devices_are() -> None:
    beta = replace(SOUND, id=2, name="beta", public=False, ios=False)
    (warning,) = all_warnings({}, beta, seed=5)
    assert warning.action == "device.clear"
    assert warning.channel == beta


def test_flags_of_the_audit_history_are_the_latest_that_are_told() -> None:
    entries = [
        entry({"id": 1, "ios": True}),
        entry({"id": 1, "ios": False, "android": False}),
        entry(None),
        entry({"id": "1", "electron": True}),
    ]
    assert read_flags(entries) == {1: {"ios": True, "android": False, "electron": None}}


def test_packages_are_added_removed_and_changed() -> None:
    before = replace(STABLE, native_packages=("@capacitor/core@6.0.0", "a@1", "same@1"))
    after = replace(TARGET, native_packages=("@capacitor/core@7.0.0", "@scope/new", "same@1"))
    differences = compare_packages(before, after)
    assert differences is not None
    assert list(map(str, differences)) == [
        "@capacitor/core 6.0.0 → 7.0.0",
        "+ @scope/new",
        "- a 1",
    ]
    assert compare_packages(replace(before, native_packages=None), after) is None
