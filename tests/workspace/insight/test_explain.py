"""Explanations of devices, by tables of what the rules say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from typing import TYPE_CHECKING, Any, Final

import pytest

from capgo_tui.api.models import Bundle, Channel, Device
from capgo_tui.api.records import BundleRef
from capgo_tui.workspace.insight.explain import Explanation, Result, explain
from capgo_tui.workspace.insight.update_rules import Verdict
from tests.workspace.insight import records

if TYPE_CHECKING:
    from collections.abc import Sequence

NOON: Final = datetime(2026, 11, 28, 12, tzinfo=UTC)
STABLE: Final = Bundle(
    id=7,
    name="2.4.1",
    min_update_version="2.0.0",
    has_session_key=False,
)
TARGET: Final = Bundle(id=8, name="2.5.0", min_update_version="2.0.0", has_session_key=False)
OLD: Final = BundleRef(6, "2.4.0")
PRODUCTION: Final = replace(
    records.PRODUCTION,
    bundle=BundleRef(7, "2.4.1"),
    disable_auto_update_under_native=True,
    allow_dev=True,
    allow_prod=True,
    allow_emulator=True,
    allow_device=True,
)
BETA: Final = replace(PRODUCTION, id=2, name="beta", public=False)
PHONE: Final = Device(
    device_id="3f2a",
    platform="ios",
    bundle=OLD,
    version_name="2.4.0",
    version_build="2.3.0",
    is_prod=True,
    is_emulator=False,
)


def explain_with(
    device: dict[str, Any] | None = None,
    channel: dict[str, Any] | None = None,
    bundle: dict[str, Any] | None = None,
    others: Sequence[Channel] = (),
    *,
    all_channels: bool = True,
    tells_overrides: bool = True,
) -> Explanation:
    """Explain the phone on production, each with some fields changed."""
    bundles = {7: replace(STABLE, **(bundle or {})), 8: TARGET}
    return explain(
        replace(PHONE, **(device or {})),
        [replace(PRODUCTION, **(channel or {})), *others],
        lambda ref: bundles.get(ref.id or 0),
        all_channels=all_channels,
        tells_overrides=tells_overrides,
    )


def verdict_of(explanation: Explanation, name: str) -> Verdict:
    return next(rule.verdict for rule in explanation.rules if rule.name == name)


UPDATE, BLOCKED, UNKNOWN = Result.UPDATE, Result.BLOCKED, Result.UNKNOWN

RULES: Final[list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any], Result, str]]] = [
    # what, device, channel, bundle, result, the rule that decides
    ("nothing stands in the way", {}, {}, {}, UPDATE, ""),
    # Builds and kinds of device
    ("dev build allowed", {"is_prod": False}, {}, {}, UPDATE, ""),
    ("dev build refused", {"is_prod": False}, {"allow_dev": False}, {}, BLOCKED, "build"),
    ("dev build, not told", {"is_prod": False}, {"allow_dev": None}, {}, UNKNOWN, "build"),
    ("prod build refused", {}, {"allow_prod": False}, {}, BLOCKED, "build"),
    ("prod build, not told", {}, {"allow_prod": None}, {}, UNKNOWN, "build"),
    ("prod build, dev refused", {}, {"allow_dev": False}, {}, UPDATE, ""),
    ("build not told, all allowed", {"is_prod": None}, {}, {}, UPDATE, ""),
    ("build not told", {"is_prod": None}, {"allow_dev": False}, {}, UNKNOWN, "build"),
    (
        *("build not told, none allowed", {"is_prod": None}),
        *({"allow_dev": False, "allow_prod": False}, {}, BLOCKED, "build"),
    ),
    ("emulator allowed", {"is_emulator": True}, {}, {}, UPDATE, ""),
    ("emulator refused", {"is_emulator": True}, {"allow_emulator": False}, {}, BLOCKED, "device"),
    ("emulator not told", {"is_emulator": True}, {"allow_emulator": None}, {}, UNKNOWN, "device"),
    ("phone refused", {}, {"allow_device": False}, {}, BLOCKED, "device"),
    ("phone, emulators refused", {}, {"allow_emulator": False}, {}, UPDATE, ""),
    ("kind not told", {"is_emulator": None}, {"allow_emulator": False}, {}, UNKNOWN, "device"),
    # Major
    ("same major", {"version_build": "2.0.0"}, {}, {}, UPDATE, ""),
    ("higher major", {"version_build": "1.9.9"}, {}, {}, BLOCKED, "update policy"),
    ("lower major, below native", {"version_build": "3.0.0"}, {}, {}, BLOCKED, "not below native"),
    ("short native", {"version_build": "2"}, {}, {}, UPDATE, ""),
    ("native is no version", {"version_build": "blue"}, {}, {}, UNKNOWN, "update policy"),
    ("native is unknown", {"version_build": None}, {}, {}, UNKNOWN, "update policy"),
    ("native of 5000 digits", {"version_build": "9" * 5000}, {}, {}, UNKNOWN, "update policy"),
    # Minor
    ("same minor", {"version_build": "2.4.0"}, {"disable_auto_update": "minor"}, {}, UPDATE, ""),
    ("higher minor", {}, {"disable_auto_update": "minor"}, {}, BLOCKED, "update policy"),
    (
        *("minor, higher major", {"version_build": "1.9.0"}, {"disable_auto_update": "minor"}),
        *({}, BLOCKED, "update policy"),
    ),
    # Patch
    ("patch up", {"version_build": "2.4.0"}, {"disable_auto_update": "patch"}, {}, UPDATE, ""),
    (
        *("patch, the same", {"version_build": "2.4.1"}, {"disable_auto_update": "patch"}),
        *({}, BLOCKED, "update policy"),
    ),
    (
        *("patch, lower minor", {"version_build": "2.3.0"}, {"disable_auto_update": "patch"}),
        *({}, BLOCKED, "update policy"),
    ),
    (
        *("patch, other major", {"version_build": "1.4.0"}, {"disable_auto_update": "patch"}),
        *({}, BLOCKED, "update policy"),
    ),
    # None, and what is unknown
    (
        *("no policy", {"version_build": "1.0.0"}, {"disable_auto_update": "none"}),
        *({}, UPDATE, ""),
    ),
    ("policy not told", {}, {"disable_auto_update": None}, {}, UNKNOWN, "update policy"),
    ("policy told in part", {}, {"disable_auto_update": "some"}, {}, UNKNOWN, "update policy"),
    # Metadata
    ("metadata met", {}, {"disable_auto_update": "version_number"}, {}, UPDATE, ""),
    (
        *("metadata exactly met", {"version_build": "2.0.0"}),
        *({"disable_auto_update": "version_number"}, {}, UPDATE, ""),
    ),
    (
        *("metadata not met", {}, {"disable_auto_update": "version_number"}),
        *({"min_update_version": "2.3.1"}, BLOCKED, "update policy"),
    ),
    (
        *("metadata, a pre-release is less", {"version_build": "2.0.0-rc.1"}),
        *({"disable_auto_update": "version_number"}, {}, BLOCKED, "update policy"),
    ),
    (
        *("metadata without a minimum", {}, {"disable_auto_update": "version_number"}),
        *({"min_update_version": None}, BLOCKED, "update policy"),
    ),
    (
        *("metadata, native not told", {"version_build": None}),
        *({"disable_auto_update": "version_number"}, {}, UNKNOWN, "update policy"),
    ),
    (
        *("metadata ignores majors", {"version_build": "2.0.0"}),
        *({"disable_auto_update": "version_number"}, {"min_update_version": "1.0.0"}, UPDATE, ""),
    ),
    # Not below native
    ("below native", {"version_build": "2.4.2"}, {}, {}, BLOCKED, "not below native"),
    (
        *("below native, allowed", {"version_build": "2.4.2"}),
        *({"disable_auto_update_under_native": False}, {}, UPDATE, ""),
    ),
    (
        *("below native, not told", {"version_build": "2.4.2"}),
        *({"disable_auto_update_under_native": None}, {}, UNKNOWN, "not below native"),
    ),
    (
        *("above native, not told", {}, {"disable_auto_update_under_native": None}),
        *({}, UPDATE, ""),
    ),
    ("exactly native", {"version_build": "2.4.1"}, {}, {}, UPDATE, ""),
    # Encryption
    (
        *("its key", {"key_id": "abc"}, {}),
        *({"has_session_key": True, "key_id": "abc"}, UPDATE, ""),
    ),
    (
        *("another key", {"key_id": "xyz"}, {}),
        *({"has_session_key": True, "key_id": "abc"}, BLOCKED, "encryption"),
    ),
    (
        *("the device's key not told", {}, {}),
        *({"has_session_key": True, "key_id": "abc"}, UNKNOWN, "encryption"),
    ),
    (
        *("the bundle's key not told", {"key_id": "abc"}, {}),
        *({"has_session_key": True, "key_id": None}, UNKNOWN, "encryption"),
    ),
    ("encryption not told", {}, {}, {"has_session_key": None}, UNKNOWN, "encryption"),
    # What it runs
    ("runs it", {"bundle": BundleRef(7, "2.4.1")}, {}, {}, Result.UP_TO_DATE, ""),
    (
        *("runs it, though refused now", {"bundle": BundleRef(7, "2.4.1")}),
        *({"allow_prod": False}, {}, BLOCKED, "build"),
    ),
    (
        *("runs it, not told whether refused", {"bundle": BundleRef(7, "2.4.1")}),
        *({"allow_prod": None}, {}, UNKNOWN, "build"),
    ),
    ("runs it by name", {"bundle": BundleRef(None, "2.4.1")}, {}, {}, Result.UP_TO_DATE, ""),
    ("same name, other bundle", {"bundle": BundleRef(5, "2.4.1")}, {}, {}, UPDATE, ""),
    ("runs the built-in one", {"bundle": None, "version_name": "builtin"}, {}, {}, UPDATE, ""),
    # Channels
    ("no bundle on it", {}, {"bundle": None}, {}, Result.NO_BUNDLE, "bundle"),
    ("no default", {}, {"public": False}, {}, Result.NO_CHANNEL, "default channel"),
    ("not for iOS", {}, {"ios": False}, {}, Result.NO_CHANNEL, "default channel"),
    ("for Android alone", {"platform": "android"}, {"ios": False}, {}, UPDATE, ""),
    ("platforms unknown", {}, {"ios": None}, {}, UNKNOWN, "default channel"),
    ("another platform", {"platform": "web"}, {}, {}, UNKNOWN, "default channel"),
    ("platform not told", {"platform": None}, {}, {}, UNKNOWN, "default channel"),
    (
        "Electron",
        {"platform": "electron"},
        {"electron": False},
        {},
        Result.NO_CHANNEL,
        "default channel",
    ),
]


@pytest.mark.parametrize(
    ("device", "channel", "bundle", "result", "rule"),
    [row[1:] for row in RULES],
    ids=[row[0] for row in RULES],
)
def test_the_rules(
    device: dict[str, Any],
    channel: dict[str, Any],
    bundle: dict[str, Any],
    result: Result,
    rule: str,
) -> None:
    explanation = explain_with(device, channel, bundle)
    assert explanation.result is result, explanation
    wanted = Verdict.UNKNOWN if result is UNKNOWN else Verdict.BLOCKS
    if rule:
        assert verdict_of(explanation, rule) is wanted
    elif result is UPDATE:
        assert {each.verdict for each in explanation.rules} == {Verdict.PASSES}


def test_the_table_has_the_cases_of_every_rule() -> None:
    assert len(RULES) >= 60
    assert {row[5] for row in RULES} - {""} == {
        *("build", "device", "update policy", "not below native", "encryption"),
        *("bundle", "default channel"),
    }


OVERRIDES: Final[list[tuple[str, dict[str, Any], dict[str, Any], bool, Result, str]]] = [
    # what, device, beta, all channels loaded, result, text of the summary
    ("forced", {"channel": "beta"}, {}, True, UPDATE, "gets 2.4.1 of beta at its next check"),
    ("forced, lacks iOS", {"channel": "beta"}, {"ios": False}, True, BLOCKED, "does not serve iOS"),
    ("forced, not told", {"channel": "beta"}, {"ios": None}, True, UNKNOWN, "not all rules"),
    ("forced, gone", {"channel": "qa"}, {}, True, UNKNOWN, "there is no such channel"),
    ("forced, not loaded", {"channel": "qa"}, {}, False, UNKNOWN, "that channel is not loaded"),
    ("two by one name", {"channel": "beta"}, {"name": "production"}, True, UNKNOWN, "no such"),
    ("not loaded, certain", {}, {}, False, UPDATE, "of production"),
]


@pytest.mark.parametrize(
    ("device", "beta", "all_channels", "result", "text"),
    [row[1:] for row in OVERRIDES],
    ids=[row[0] for row in OVERRIDES],
)
def test_overrides(
    device: dict[str, Any], beta: dict[str, Any], all_channels: bool, result: Result, text: str
) -> None:
    explanation = explain_with(device, others=[replace(BETA, **beta)], all_channels=all_channels)
    assert explanation.result is result
    assert text in explanation.summary


def test_an_override_that_is_not_told_leaves_it_open() -> None:
    explanation = explain_with(tells_overrides=False)
    assert explanation.result is UNKNOWN
    assert verdict_of(explanation, "override") is Verdict.UNKNOWN
    hidden = replace(PHONE)
    hidden.mark_override_unknown()
    assert explain(hidden, [PRODUCTION], lambda _: STABLE, all_channels=True).result is UNKNOWN


def test_two_channels_of_one_name_decide_nothing() -> None:
    twin = replace(BETA, id=3)
    explanation = explain_with({"channel": "beta"}, others=[BETA, twin])
    assert explanation.result is UNKNOWN
    assert "2 channels are shown by that name" in explanation.summary


def test_an_override_goes_before_a_default_that_is_unknown() -> None:
    explanation = explain_with(
        {"channel": "beta"}, {"ios": None}, others=[BETA], all_channels=False
    )
    assert explanation.result is UPDATE
    assert explanation.channel == BETA


DRAWN: Final[dict[str, Any]] = {
    "rollout_bundle": BundleRef(8, "2.5.0"),
    "rollout_enabled": True,
    "rollout_percentage_bps": 2500,
}

ROLLOUTS: Final[list[tuple[str, dict[str, Any], dict[str, Any], Result, list[str]]]] = [
    # what, channel, device, result, the bundles it gets
    ("no target", {"rollout_bundle": None}, {}, UPDATE, ["2.4.1"]),
    ("off", {"rollout_enabled": False}, {}, UPDATE, ["2.4.1"]),
    ("paused", {"rollout_paused_at": NOON}, {}, UPDATE, ["2.4.1"]),
    ("to nobody", {"rollout_percentage_bps": 0}, {}, UPDATE, ["2.4.1"]),
    ("to a quarter", {}, {}, UNKNOWN, ["2.4.1", "2.5.0"]),
    ("to everybody", {"rollout_percentage_bps": 10_000}, {}, UPDATE, ["2.5.0"]),
    ("share unknown", {"rollout_percentage_bps": None}, {}, UNKNOWN, ["2.4.1", "2.5.0"]),
    ("state not told", {"rollout_enabled": None}, {}, UNKNOWN, ["2.4.1", "2.5.0"]),
    ("drawn", {}, {"bundle": BundleRef(8, "2.5.0")}, Result.UP_TO_DATE, ["2.5.0"]),
    (
        *("both above the native major", {}, {"version_build": "1.0.0"}, BLOCKED),
        ["2.4.1", "2.5.0"],
    ),
    (
        *("one below native", {}, {"version_build": "2.4.9"}, UNKNOWN),
        ["2.4.1", "2.5.0"],
    ),
    ("blocked for both", {"allow_prod": False}, {}, BLOCKED, ["2.4.1", "2.5.0"]),
    ("runs one", {}, {"bundle": BundleRef(7, "2.4.1")}, UNKNOWN, ["2.4.1", "2.5.0"]),
]


@pytest.mark.parametrize(
    ("channel", "device", "result", "names"),
    [row[1:] for row in ROLLOUTS],
    ids=[row[0] for row in ROLLOUTS],
)
def test_rollouts(
    channel: dict[str, Any], device: dict[str, Any], result: Result, names: list[str]
) -> None:
    explanation = explain_with(device, DRAWN | channel)
    assert explanation.result is result
    assert [bundle.name for bundle in explanation.bundles] == names


SUMMARIES: Final[list[tuple[str, dict[str, Any], dict[str, Any], bool, str]]] = [
    # what, device, channel, whether overrides are told, the whole summary
    ("gets it", {}, {}, True, "gets 2.4.1 of production at its next check"),
    (
        *("runs it", {"bundle": BundleRef(7, "2.4.1")}, {}, True),
        "up to date: production gives 2.4.1, which it runs",
    ),
    (
        *("refused", {}, {"allow_prod": False}, True),
        "does not get 2.4.1 of production: build: production build: production does not allow it",
    ),
    (
        *("runs it, refused", {"bundle": BundleRef(7, "2.4.1")}, {"allow_prod": False}, True),
        "runs 2.4.1, and gets nothing of production: build: production build: production does not"
        " allow it",
    ),
    (
        *("runs it, not told", {"bundle": BundleRef(7, "2.4.1")}, {"allow_prod": None}, True),
        "runs 2.4.1, which production carries: not all rules are known",
    ),
    (
        *("runs it, may be forced", {"bundle": BundleRef(7, "2.4.1")}, {}, False),
        "runs 2.4.1: up to date if production decides, not known",
    ),
    (
        *("refused, may be forced", {}, {"allow_prod": False}, False),
        "does not get 2.4.1 if production decides, which is not known: build: production build:"
        " production does not allow it",
    ),
    ("may be forced", {}, {}, False, "may get 2.4.1 of production: not all rules are known"),
    ("no default", {}, {"public": False}, True, "gets no update: iOS has no default channel"),
    (
        *("no default, may be forced", {}, {"public": False}, False),
        "gets no update unless it is forced to a channel: iOS has no default channel",
    ),
    ("no bundle", {}, {"bundle": None}, True, "gets nothing: production carries no bundle"),
    (
        *("no bundle, may be forced", {}, {"bundle": None}, False),
        "gets nothing if production decides, which is not known: it carries no bundle",
    ),
    (
        *("drawn or not, one is below native", {"version_build": "2.4.9"}, DRAWN, True),
        "may get 2.5.0 of production: not all rules are known",
    ),
    (
        *("drawn or not, runs one", {"bundle": BundleRef(7, "2.4.1")}, DRAWN, True),
        "may get 2.5.0 of production: not all rules are known",
    ),
]


@pytest.mark.parametrize(
    ("device", "channel", "tells_overrides", "summary"),
    [row[1:] for row in SUMMARIES],
    ids=[row[0] for row in SUMMARIES],
)
def test_the_summary_names_what_is_possible_and_what_decides(
    device: dict[str, Any], channel: dict[str, Any], tells_overrides: bool, summary: str
) -> None:
    assert explain_with(device, channel, tells_overrides=tells_overrides).summary == summary


Facts = tuple[dict[str, Any], dict[str, Any], dict[str, Any]]
"""Changes of the device, of its channel, and of the stable bundle."""
UNTOLD: Final = "untold"
FACTS: Final[dict[str, dict[str, Facts]]] = {
    "override": {"none": ({}, {}, {}), "forced": ({"channel": "production"}, {}, {})},
    "platform": {
        "served": ({}, {}, {}),
        "unserved": ({}, {"ios": False}, {}),
        UNTOLD: ({}, {"ios": None}, {}),
    },
    "build": {
        "allowed": ({}, {}, {}),
        "refused": ({}, {"allow_prod": False}, {}),
        UNTOLD: ({}, {"allow_prod": None}, {}),
    },
    "kind": {
        "allowed": ({}, {}, {}),
        "refused": ({"is_emulator": True}, {"allow_emulator": False, "allow_device": False}, {}),
        UNTOLD: ({"is_emulator": None}, {"allow_emulator": False}, {}),
    },
    "native": {
        "lower": ({}, {}, {}),
        "between the offers": ({"version_build": "2.4.9"}, {}, {}),
        "of another major": ({"version_build": "1.0.0"}, {}, {}),
        UNTOLD: ({"version_build": None}, {}, {}),
    },
    "encryption": {
        "none": ({}, {}, {}),
        "another key": ({"key_id": "xyz"}, {}, {"has_session_key": True, "key_id": "abc"}),
        UNTOLD: ({}, {}, {"has_session_key": None}),
    },
    "bundle": {
        "stable": ({}, {}, {}),
        "none": ({}, {"bundle": None}, {}),
        "drawn": ({}, DRAWN, {}),
        "whole rollout": ({}, {**DRAWN, "rollout_percentage_bps": 10_000}, {}),
    },
    "runs": {
        "another": ({}, {}, {}),
        "stable": ({"bundle": BundleRef(7, "2.4.1")}, {}, {}),
        "target": ({"bundle": BundleRef(8, "2.5.0")}, {}, {}),
    },
}
"""Every fact that a rule rests on, with each thing that it can be."""


def explain_combinations() -> dict[tuple[str, ...], Explanation]:
    """Explain a device with every combination of facts."""
    result = {}
    for levels in product(*FACTS.values()):
        facts = [FACTS[fact][level] for fact, level in zip(FACTS, levels, strict=True)]
        device, channel, bundle = (
            {k: v for f in facts for k, v in f[at].items()} for at in (0, 1, 2)
        )
        result[levels] = explain_with(device, channel, bundle)
        if levels[0] == "none":
            untold = explain_with(device, channel, bundle, tells_overrides=False)
            result[(UNTOLD, *levels[1:])] = untold
    return result


def list_contradictions(explanation: Explanation) -> list[str]:
    """Return how a result and its summary contradict the rules that stand below them."""
    verdicts = {rule.verdict for rule in explanation.rules}
    blocks = [rule for rule in explanation.rules if rule.verdict is Verdict.BLOCKS]
    result, summary = explanation.result, explanation.summary
    found = []
    if result in (UPDATE, Result.UP_TO_DATE) and verdicts != {Verdict.PASSES}:
        found.append("a rule does not pass")
    if result is UNKNOWN and Verdict.UNKNOWN not in verdicts:
        found.append("no rule is unknown")
    if result in (BLOCKED, Result.NO_BUNDLE, Result.NO_CHANNEL) and not blocks:
        found.append("no rule blocks")
    if result is BLOCKED and not any(f"{rule.name}: {rule.reason}" in summary for rule in blocks):
        found.append("it names no rule that blocks")
    if result is not UPDATE and " at its next check" in summary:
        found.append("it promises an update")
    if result is not Result.UP_TO_DATE and summary.startswith("up to date"):
        found.append("it calls it up to date")
    offered_once = len(explanation.bundles) == 1
    if "may get" in summary and offered_once and blocks:
        found.append("it hopes for what is blocked")
    return found


def test_no_verdict_contradicts_its_rules_in_any_combination() -> None:
    explanations = explain_combinations()
    contradictions = {
        levels: found
        for levels, explanation in explanations.items()
        if (found := list_contradictions(explanation))
    }
    assert contradictions == {}
    assert {each.result for each in explanations.values()} == set(Result)
    seen = {(rule.name, rule.verdict) for e in explanations.values() for rule in e.rules}
    assert len({name for name, verdict in seen if verdict is Verdict.BLOCKS}) >= 8
    assert len({name for name, verdict in seen if verdict is Verdict.UNKNOWN}) >= 8


def test_a_known_verdict_stays_whatever_the_unknown_facts_turn_out_to_be() -> None:
    explanations = explain_combinations()
    wrong = []
    for levels, explanation in explanations.items():
        if explanation.result is UNKNOWN:
            continue
        for at, fact in enumerate(FACTS):
            if levels[at] != UNTOLD:
                continue
            for level in FACTS[fact]:
                told = explanations[(*levels[:at], level, *levels[at + 1 :])]
                if told.result is not explanation.result:
                    wrong.append((levels, level, explanation.summary, told.summary))
    assert wrong == []
