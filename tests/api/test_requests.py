"""Tests of every request of every revision: method, path, query and body."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capgo_tui.api import requests
from capgo_tui.api.channel_setting import UNSET
from capgo_tui.api.errors import (
    InvalidArgument,
    InvalidSetting,
    Refusal,
    UnsafeBundleName,
    UnsupportedByRevision,
)
from capgo_tui.api.requests import BundleName, Request
from capgo_tui.api.revisions import DOCUMENTED, LEGACY, LIVE, RECOGNITION_TRAITS, TRAITS, Traits
from capgo_tui.api.settings import CHANNEL_SETTINGS, ChannelSettings

if TYPE_CHECKING:
    from collections.abc import Callable

A = ("app_id", "com.demo.app")
APP = A[1]
ALL = list(TRAITS.values())


def parts_of(request: Request) -> tuple[str, str, dict[str, str], Any]:
    assert len(dict(request.query)) == len(request.query)
    assert request.writes is (request.method != "GET")
    return (request.method, request.path, dict(request.query), request.body)


@pytest.mark.parametrize(
    ("traits", "app"),
    [
        (LIVE, {"app_id": APP}),
        (DOCUMENTED, {"app_id": APP}),
        (RECOGNITION_TRAITS, {"app_id": APP}),
        (LEGACY, {"app_id": APP, "appid": APP}),
    ],
)
def test_reads(traits: Traits, app: dict[str, str]) -> None:
    bundles = "/versions" if traits is LEGACY else "/bundle"
    assert parts_of(requests.list_channels(traits, APP)) == ("GET", "/channel", app, None)
    assert parts_of(requests.list_channels(traits, APP, page=3))[2] == {**app, "page": "3"}
    assert parts_of(requests.get_channel(traits, APP, "a b&ü"))[2] == {**app, "channel": "a b&ü"}
    # Also the oldest document has `app_id` here (seed 000).
    assert parts_of(requests.list_bundles(traits, APP)) == ("GET", bundles, {"app_id": APP}, None)
    assert parts_of(requests.list_bundles(traits, APP, page=1))[2] == {"app_id": APP, "page": "1"}


def test_live_device_list() -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, 678_901, tzinfo=UTC)
    full = requests.list_devices(
        LIVE, APP, limit=7, order="desc", updated_after=moment, only_custom_id=True, cursor="a b|c"
    )
    assert full.target == (
        "/device?app_id=com.demo.app&limit=7&order=desc&updated_at=2026-01-02T03%3A04%3A05.678Z"
        "&customIdMode=true&cursor=a%20b%7Cc"
    )
    plain = requests.list_devices(LIVE, APP, limit=150)
    assert dict(plain.query) == {"app_id": APP, "limit": "150"}


def test_older_device_lists() -> None:
    assert dict(requests.list_devices(DOCUMENTED, APP, limit=7).query) == {"app_id": APP}
    assert dict(requests.list_devices(DOCUMENTED, APP, limit=7, page=2).query) == {
        "app_id": APP,
        "page": "2",
    }
    with pytest.raises(UnsupportedByRevision):
        requests.list_devices(DOCUMENTED, APP, limit=7, order="asc")
    assert dict(requests.list_devices(LEGACY, APP, limit=7).query) == {"app_id": APP, "appid": APP}


@pytest.mark.parametrize("limit", [0, -1, 151, True])
def test_bad_limits(limit: int) -> None:
    with pytest.raises(InvalidArgument):
        requests.list_devices(LIVE, APP, limit=limit)


def test_bad_device_filters() -> None:
    bad: dict[str, Any]
    for bad in (
        {"order": "up"},
        {"updated_after": datetime(2026, 1, 1)},  # noqa: DTZ001
        {"page": 1, "cursor": "c"},
    ):
        with pytest.raises(InvalidArgument):
            requests.list_devices(LIVE, APP, limit=5, **bad)


def test_one_device() -> None:
    assert parts_of(requests.get_device(LIVE, APP, "AB-c"))[2] == {
        "app_id": APP,
        "device_id": "ab-c",
    }
    assert parts_of(requests.get_device(LEGACY, APP, "AB-c"))[2] == {
        "app_id": APP,
        "appid": APP,
        "device_id": "AB-c",
        "channel": "AB-c",
    }


@pytest.mark.parametrize(
    ("traits", "body"),
    [
        (LIVE, {"app_id": APP, "device_id": "ab", "channel": "beta"}),
        (DOCUMENTED, {"app_id": APP, "device_id": "ab", "channel": "beta"}),
        (LEGACY, {"app_id": APP, "device_id": "AB", "channel": "beta", "channel_id": "beta"}),
    ],
)
def test_link_and_unlink(traits: Traits, body: dict[str, str]) -> None:
    assert parts_of(requests.link_device(traits, APP, "AB", "beta")) == (
        "POST",
        "/device",
        {},
        body,
    )
    names = {"app_id": APP, "device_id": body["device_id"]}
    assert parts_of(requests.unlink_device(traits, APP, "AB")) == (
        "DELETE",
        "/device",
        *delete_parts(traits, names),
    )
    if traits is LIVE:
        with pytest.raises(UnsupportedByRevision):
            requests.link_device(traits, APP, "AB", "beta", bundle="1.0.0")
    else:
        request = requests.link_device(traits, APP, "AB", "beta", bundle="1.0.0")
        assert request.body == {**body, "version_id": "1.0.0"}


def delete_parts(
    traits: Traits, names: dict[str, str]
) -> tuple[dict[str, str], dict[str, str] | None]:
    """Return query and body of a DELETE: older revisions use one of them, live both."""
    return names if traits is not LEGACY else {}, names if traits is not DOCUMENTED else None


@pytest.mark.parametrize("traits", ALL)
def test_deletes_carry_the_names_where_they_are_read(traits: Traits) -> None:
    names = {"app_id": APP, "channel": "beta"}
    request = requests.delete_channel(traits, APP, "beta")
    assert parts_of(request) == ("DELETE", "/channel", *delete_parts(traits, names))
    path = "/versions" if traits is LEGACY else "/bundle"
    parts = delete_parts(traits, {"app_id": APP})
    assert parts_of(requests.delete_all_bundles(traits, APP)) == ("DELETE", path, *parts)
    if traits is LEGACY:
        with pytest.raises(UnsupportedByRevision):
            requests.delete_bundle(traits, APP, BundleName("1.0.0"))
        return
    bundle = {"app_id": APP, "version": "1.0.0"}
    request = requests.delete_bundle(traits, APP, BundleName("1.0.0"))
    assert parts_of(request) == ("DELETE", "/bundle", *delete_parts(traits, bundle))


def test_delete_channel_with_its_bundle_is_live_only() -> None:
    request = requests.delete_channel(LIVE, APP, "beta", delete_bundle=True)
    assert request.body == {"app_id": APP, "channel": "beta", "delete_bundle": True}
    assert "delete_bundle" not in dict(request.query)
    with pytest.raises(UnsupportedByRevision):
        requests.delete_channel(DOCUMENTED, APP, "beta", delete_bundle=True)


@given(st.text(alphabet=st.characters(categories=("Z", "C"))), st.sampled_from(ALL))
def test_a_blank_name_deletes_nothing(blank: str, traits: Traits) -> None:
    with pytest.raises(UnsafeBundleName):
        BundleName(blank)
    with pytest.raises(Refusal):
        requests.delete_bundle(traits, APP, blank)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["builtin", "unknown", " BuiltIn ", "", " ", "\u3000", "\u200b"])
def test_the_servers_words_for_none_are_no_bundle(name: str) -> None:
    with pytest.raises(UnsafeBundleName):
        requests.delete_bundle(LIVE, APP, name)  # type: ignore[arg-type]


def test_a_missing_name_deletes_nothing() -> None:
    with pytest.raises(UnsafeBundleName):
        requests.delete_bundle(LIVE, APP, None)  # type: ignore[arg-type]


@given(st.text())
def test_deleting_one_always_names_exactly_that_one(name: str) -> None:
    try:
        request = requests.delete_bundle(LIVE, APP, BundleName(name))
    except Refusal:
        return
    assert request.body is not None
    assert request.body["version"] == name == dict(request.query)["version"]
    assert name.strip()


def test_set_channel_sends_only_what_is_set() -> None:
    settings = ChannelSettings(public=True, disable_auto_update="metadata", rollout_bundle=None)
    assert parts_of(requests.set_channel(LIVE, APP, "beta", settings)) == (
        "POST",
        "/channel",
        {},
        {
            "app_id": APP,
            "channel": "beta",
            "public": True,
            "disableAutoUpdate": "version_number",
            "rolloutVersion": None,
        },
    )
    assert requests.set_channel(LIVE, APP, "new", ChannelSettings()).body == {
        "app_id": APP,
        "channel": "new",
    }


def test_every_live_setting_has_its_wire_name() -> None:
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    settings = ChannelSettings(
        bundle=None,
        rollout_bundle=4,
        rollout_percentage=12.5,
        rollout_paused_at=moment,
        rollout_cache_ttl_seconds=60,
        promote_to_stable=True,
        auto_pause_confidence=0.95,
        auto_pause_min_attempts=None,
        auto_pause_action="notify",
    )
    body = requests.set_channel(LIVE, APP, "beta", settings).body
    assert body == {
        "app_id": APP,
        "channel": "beta",
        "version": None,
        "rolloutVersion": 4,
        "rolloutPercentage": 12.5,
        "rolloutPausedAt": "2026-01-02T00:00:00.000Z",
        "rolloutCacheTtlSeconds": 60,
        "promoteToStable": True,
        "autoPauseConfidence": 0.95,
        "autoPauseMinAttempts": None,
        "autoPauseAction": "notify",
    }
    for traits in ALL:
        assert traits.channel_fields <= CHANNEL_SETTINGS.keys()


def test_documented_must_name_the_bundle() -> None:
    with pytest.raises(UnsupportedByRevision, match="takes the bundle off"):
        requests.set_channel(DOCUMENTED, APP, "beta", ChannelSettings(public=True))
    settings = ChannelSettings(public=True, bundle="1.0.0")
    assert requests.set_channel(DOCUMENTED, APP, "beta", settings).body == {
        "app_id": APP,
        "channel": "beta",
        "version": "1.0.0",
        "public": True,
    }


@pytest.mark.parametrize(
    ("traits", "settings"),
    [
        (DOCUMENTED, ChannelSettings(bundle=None, electron=True)),
        (DOCUMENTED, ChannelSettings(bundle=None, disable_auto_update="patch")),
        (LEGACY, ChannelSettings(ios=True)),
        (LEGACY, ChannelSettings(bundle=None)),
        (LEGACY, ChannelSettings(disable_auto_update="major")),
    ],
)
def test_settings_that_a_revision_lacks(traits: Traits, settings: ChannelSettings) -> None:
    with pytest.raises(UnsupportedByRevision):
        requests.set_channel(traits, APP, "beta", settings)


@pytest.mark.parametrize(
    "values",
    [
        {"bundle": ""},
        {"bundle": " "},
        {"bundle": "builtin"},
        {"bundle": 5},
        {"public": None},
        {"public": 1},
        {"disable_auto_update": "bogus"},
        {"rollout_percentage": 101},
        {"rollout_percentage": float("nan")},
        {"rollout_percentage_bps": 10_001},
        {"rollout_percentage_bps": 0.5},
        {"rollout_cache_ttl_seconds": 59},
        {"rollout_paused_at": datetime(2026, 1, 1)},  # noqa: DTZ001
        {"rollout_pause_reason": 5},
        {"rollback": False},
        {"auto_pause_confidence": 1},
        {"auto_pause_confidence": 0},
        {"auto_pause_min_failures": -1},
        {"auto_pause_window_minutes": 0},
        {"auto_pause_cooldown_minutes": 10_081},
        {"auto_pause_action": "stop"},
        {"rollback": True, "promote_to_stable": True},
        {"rollout_percentage": 1, "rollout_percentage_bps": 100},
        {"rollout_paused": True, "rollout_paused_at": None},
    ],
)
def test_bad_settings(values: dict[str, Any]) -> None:
    with pytest.raises(InvalidSetting):
        ChannelSettings(**values)


def test_unset_is_not_none() -> None:
    assert ChannelSettings().dump() == {}
    assert ChannelSettings().bundle is UNSET
    assert repr(UNSET) == "UNSET"


def test_live_extras() -> None:
    assert parts_of(requests.list_apps(LIVE, page=2)) == ("GET", "/app", {"page": "2"}, None)
    assert requests.get_app(LIVE, APP).path == "/app/com.demo.app"
    assert requests.ping(LIVE).needs_key is False
    request = requests.promote_bundle(LIVE, APP, 3, 1)
    assert parts_of(request) == (
        "PUT",
        "/bundle",
        {},
        {"app_id": APP, "version_id": 3, "channel_id": 1, "target": "stable"},
    )
    request = requests.set_bundle_metadata(LIVE, APP, 3, comment="")
    assert request.body == {"app_id": APP, "version_id": 3, "comment": ""}
    request = requests.create_bundle(
        LIVE, APP, "1.0.0-0A.is.legal", external_url="https://x/y.zip", checksum="ab"
    )
    assert request.body == {
        "app_id": APP,
        "version": "1.0.0-0A.is.legal",
        "external_url": "https://x/y.zip",
        "checksum": "ab",
    }


@pytest.mark.parametrize("traits", [DOCUMENTED, LEGACY])
def test_extras_that_the_older_revisions_lack(traits: Traits) -> None:
    builders: list[Callable[[], Request]] = [
        lambda: requests.list_apps(traits),
        lambda: requests.get_app(traits, APP),
        lambda: requests.ping(traits),
        lambda: requests.promote_bundle(traits, APP, 1, 1),
        lambda: requests.set_bundle_metadata(traits, APP, 1, link="x"),
        lambda: requests.create_bundle(
            traits, APP, "1.0.0", external_url="https://x", checksum="a"
        ),
    ]
    for build in builders:
        with pytest.raises(UnsupportedByRevision):
            build()


@pytest.mark.parametrize(
    "name",
    [
        "v1.2.3",
        "1.2",
        "1.2.3.4",
        "01.0.0",
        " 1.0.0",
        "1.0.0-",
        "1.0.0-01",
        "1.0.0+",
        "1.0.0+_build",
        "^1.0.0",
        "latest",
        "1.0.0\n",
        "١.0.0",
    ],
)
def test_bundle_names_that_are_no_versions(name: str) -> None:
    with pytest.raises(InvalidArgument):
        requests.create_bundle(LIVE, APP, name, external_url="https://x", checksum="a")


@pytest.mark.parametrize(
    "name",
    [
        "1.0.0-alpha-.-beta",
        "1.0.0+0.build.1-rc.10000aaa-kk-0.1",
        "0.0.0",
        "1.2.3----RC-SNAPSHOT.12.9.1--.12+788",
    ],
)
def test_bundle_names_that_are_versions(name: str) -> None:
    request = requests.create_bundle(LIVE, APP, name, external_url="https://x", checksum="a")
    assert request.body is not None
    assert request.body["version"] == name


@pytest.mark.parametrize(
    "bad",
    [
        lambda: requests.list_channels(LIVE, ""),
        lambda: requests.get_channel(LIVE, APP, ""),
        lambda: requests.get_device(LIVE, APP, " "),
        lambda: requests.set_channel(LIVE, APP, "", ChannelSettings()),
        lambda: requests.delete_channel(LIVE, APP, "\ud800"),
        lambda: requests.link_device(LIVE, APP, "x", ""),
        lambda: requests.unlink_device(LIVE, APP, ""),
        lambda: requests.get_app(LIVE, "../ok"),
        lambda: requests.get_app(LIVE, ".."),
        lambda: requests.set_bundle_metadata(LIVE, APP, 1),
        lambda: requests.create_bundle(LIVE, APP, "1.0.0", external_url="http://x", checksum="a"),
        lambda: requests.create_bundle(LIVE, APP, "1.0.0", external_url="https://x", checksum=""),
    ],
)
def test_arguments_that_would_mean_something_else(bad: Any) -> None:
    with pytest.raises(InvalidArgument):
        bad()
