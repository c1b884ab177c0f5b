"""The revisions of the API: their traits, and the signs of their replies, as data (§0, §18)."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum, StrEnum
from typing import TYPE_CHECKING

from capgo_tui.api.settings import CHANNEL_SETTINGS
from capgo_tui.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from capgo_tui.api.jsonvalue import JSON


class Revision(StrEnum):
    """Which revision of the API a server speaks, newest first (contract §0)."""

    NEXT = "next"
    LIVE = "live"
    DOCUMENTED = "documented"
    LEGACY = "legacy"


class Paging(StrEnum):
    """How the server pages a list (contract §5)."""

    WHOLE = "whole"
    """Everything in one reply."""
    PAGES = "pages"
    """``page=0,1,2…`` of 50 rows or, by a defect, more."""
    CURSOR = "cursor"
    """``cursor`` and ``limit``."""


class DeleteAll(StrEnum):
    """Which bundles "delete all bundles" deletes (contract §8.2)."""

    EVERYTHING = "everything"
    UNLINKED = "unlinked"
    """Bundles that a channel uses are silently kept."""


class Place(Enum):
    """Where a DELETE has its parameters (contract §12)."""

    QUERY = "query"
    BODY = "body"


class Extra(StrEnum):
    """Operations that only some revisions have (contract §8.2-§9)."""

    DELETE_ONE_BUNDLE = "deletion of one bundle"
    PROMOTE = "promotion by the id of a bundle"
    METADATA = "comment or link of a bundle"
    EXTERNAL_BUNDLES = "registration of external bundles"
    APPS = "list of apps"
    OK = "health check"
    AUDIT = "audit history"
    STATISTICS = "statistics"


_OLD_CHANNEL = frozenset(
    {
        *("id", "name", "app_id", "public", "bundle", "created_at", "updated_at", "created_by"),
        *("disable_auto_update", "disable_auto_update_under_native"),
    }
)
_OLD_DEVICE = frozenset(
    {
        *("device_id", "app_id", "bundle", "version_name", "platform", "plugin_version"),
        *("os_version", "created_at", "updated_at"),
    }
)
_OLD_BUNDLE = frozenset(
    {
        *("id", "name", "app_id", "created_at", "updated_at", "deleted", "checksum"),
        *("external_url", "has_session_key", "storage_provider", "r2_path", "user_id"),
        *("owner_org", "min_update_version", "native_packages"),
    }
)
_ALL_OF_CHANNEL = _OLD_CHANNEL | {
    *CHANNEL_SETTINGS,
    *("rollout_id", "auto_pause_last_triggered_at", "auto_pause_last_checked_at"),
}
_NEWER_IN_DEVICE = ("custom_id", "version_build", "is_prod", "is_emulator")
_ALL_OF_DEVICE = _OLD_DEVICE | {
    *_NEWER_IN_DEVICE,
    *("channel", "install_source", "key_id", "country_code"),
}
_ALL_OF_BUNDLE = _OLD_BUNDLE | {
    *("deleted_at", "link", "comment", "key_id", "cli_version", "manifest_count"),
}


@dataclass(frozen=True, slots=True)
class Sign:
    """What a row looks like that only one revision sends, and those that extend it."""

    request_name: str
    """The request that is answered, such as ``GET /channel``."""
    fields: tuple[str, ...] = ()
    """Fields of which it has at least one; empty where it needs none."""
    missing_fields: tuple[str, ...] = ()
    version_type: type[object] = object
    """The type of its ``version``."""
    in_list: bool | None = None
    """Whether the reply is a bare list; None for either."""

    def is_in(self, row: Mapping[str, JSON]) -> bool:
        """Return whether a row of such a reply has this sign."""
        return (
            (not self.fields or any(field in row for field in self.fields))
            and not any(field in row for field in self.missing_fields)
            and isinstance(row.get("version"), self.version_type)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """All differences between revisions, so that no other code depends on the revision."""

    revision: Revision | None
    """The revision; None in `RECOGNITION_TRAITS`."""
    extends: Revision | None = None
    """The revision whose requests it takes as well, so that either may be taken for that one."""
    signs: tuple[Sign, ...] = ()
    """What its replies look like and no older revision's do."""
    sends_error_codes: bool = True
    """Whether an error has a code."""
    sends_empty_bundle_page: bool = False
    """Whether the page behind the last bundle is an empty list; else it is an error (§18.6)."""
    bundles_path: str = "/bundle"
    app_params: tuple[str, ...] = ("app_id",)
    """Query parameters that carry the app id on a GET of channels or devices."""
    delete_places: frozenset[Place] = frozenset(Place)
    delete_names_app: bool = True
    """Whether deleting a channel or an override names the app; else it must not."""
    device_params: tuple[str, ...] = ("device_id",)
    """Query parameters that carry the device id on a GET of one device."""
    link_channel_fields: tuple[str, ...] = ("channel",)
    """Body fields that carry the channel's name when linking a device."""
    link_bundle_field: str | None = None
    """Body field for a bundle when linking, where one may be sent."""
    links_default_bundles: bool = True
    """Whether that bundle may be one of a default channel."""
    links_default_channels: bool = False
    """Whether a device may be forced to a default channel."""
    same_link_seconds: float = 60.0
    """Seconds between two links of one device to the same channel; 0 for no limit."""
    links_unseen_devices: bool = True
    """Whether a device that never asked for an update can be linked."""
    channels_paging: Paging = Paging.PAGES
    devices_paging: Paging = Paging.CURSOR
    bundles_paging: Paging = Paging.PAGES
    device_filters: frozenset[str] = frozenset({"order", "updated_at", "customIdMode"})
    """Filters of the device list."""
    takes_custom_id: bool = True
    """Whether the device list may take ``custom_id``; some servers ignore it."""
    takes_device_limit: bool = True
    """Whether the device list takes ``limit``."""
    tells_overrides: bool = True
    """Whether a device's row has its override; else it can be set but not read back."""
    tells_bundle_names: bool = True
    """Whether channels and devices name their bundle; else they have its id only."""
    lowers_device_ids: bool = True
    """Whether device ids are sent in lower case; else as listed."""
    channel_fields: frozenset[str] = frozenset(CHANNEL_SETTINGS)
    """Fields of `ChannelSettings` that may be sent."""
    update_policies: frozenset[str] = frozenset()
    """Values of ``disable_auto_update`` that may be sent."""
    clears_bundle: bool = True
    """Whether the bundle can be taken off a channel."""
    sends_null_bundle: bool = True
    """Whether a null ``version`` does that; else ``version`` is omitted."""
    keeps_omitted_bundle: bool = True
    """Whether a channel keeps its bundle when ``version`` is omitted."""
    new_bundle_ends_rollout: bool = False
    """Whether a new stable bundle drops the rollout target and disables the rollout (§18.4)."""
    disabling_drops_target: bool = False
    """Whether disabling a rollout drops its target and its pause (§18.4)."""
    delete_all: DeleteAll = DeleteAll.UNLINKED
    extras: frozenset[Extra] = frozenset(Extra)
    channel_reply_fields: frozenset[str] = _ALL_OF_CHANNEL
    device_reply_fields: frozenset[str] = _ALL_OF_DEVICE
    bundle_reply_fields: frozenset[str] = _ALL_OF_BUNDLE
    """Fields of a `Channel`, a `Device` and a `Bundle` that the server sends."""
    fallback: Traits | None = None
    """Traits to try when the server does not understand a read built by these."""

    @property
    def deletes_channel_with_bundle(self) -> bool:
        """Whether the server knows ``delete_bundle``, as old as bundle metadata (contract §6.3)."""
        return Extra.METADATA in self.extras

    @property
    def has_rollouts(self) -> bool:
        """Whether channels have a rollout (contract §6.4)."""
        return "rollback" in self.channel_fields

    @property
    def tells_custom_ids(self) -> bool:
        """Whether a device's row has its custom id."""
        return "custom_id" in self.device_reply_fields

    @property
    def promotes(self) -> bool:
        """Whether there is a request to put a bundle on a channel (contract §8.4)."""
        return Extra.PROMOTE in self.extras


LIVE = Traits(
    revision=Revision.LIVE,
    signs=(
        Sign("GET /channel", ("rollout_id", "rolloutEnabled", "rollout_version")),
        Sign("GET /channel", ("rolloutPercentageBps",)),
        Sign("GET /device", ("hasMore", "version_name", "key_id"), in_list=False),
        Sign("GET /device", ("install_source", "country_code"), in_list=False),
        Sign("GET /bundle", ("min_update_version", "manifest_count", "created_by_apikey_rbac_id")),
    ),
    channel_fields=frozenset(CHANNEL_SETTINGS) - {"update_package"},
    channel_reply_fields=_ALL_OF_CHANNEL - {"update_package"},
    update_policies=frozenset({"major", "minor", "patch", "version_number", "none"}),
)

NEXT = replace(
    LIVE,
    revision=Revision.NEXT,
    extends=Revision.LIVE,
    signs=(
        Sign("GET /channel", ("ios", "android", "updatePackage")),
        Sign("PUT /bundle", ("assignmentTarget",)),
    ),
    sends_empty_bundle_page=True,
    same_link_seconds=5.0,
    channel_fields=frozenset(CHANNEL_SETTINGS),
    channel_reply_fields=_ALL_OF_CHANNEL,
    new_bundle_ends_rollout=True,
    disabling_drops_target=True,
)

DOCUMENTED = Traits(
    revision=Revision.DOCUMENTED,
    signs=(
        # With what is missing it is between documented and live, where no traits are certain.
        Sign("GET /channel", ("disableAutoUpdate",), ("allow_device", "allow_prod"), dict),
        Sign("GET /device", version_type=dict, in_list=True),
        Sign("GET /bundle", ("minUpdateVersion", "bucket_id")),
    ),
    sends_error_codes=False,
    delete_places=frozenset({Place.QUERY}),
    link_bundle_field="version_id",
    links_default_bundles=False,
    links_default_channels=True,
    same_link_seconds=0.0,
    tells_overrides=False,
    devices_paging=Paging.PAGES,
    device_filters=frozenset(),
    takes_custom_id=False,
    takes_device_limit=False,
    channel_fields=frozenset(
        {
            *("bundle", "public", "disable_auto_update", "disable_auto_update_under_native"),
            *("ios", "android", "allow_device_self_set", "allow_emulator", "allow_dev"),
        }
    ),
    update_policies=frozenset({"major", "minor", "version_number", "none"}),
    sends_null_bundle=False,
    keeps_omitted_bundle=False,
    delete_all=DeleteAll.EVERYTHING,
    extras=frozenset({Extra.DELETE_ONE_BUNDLE}),
    channel_reply_fields=_OLD_CHANNEL | {"allow_emulator", "allow_dev"},
    device_reply_fields=_OLD_DEVICE.union(_NEWER_IN_DEVICE),
    bundle_reply_fields=_OLD_BUNDLE,
)

_LEGACY = Traits(
    revision=Revision.LEGACY,
    signs=(
        Sign("GET /channel", ("disableAutoUpdateToMajor",), version_type=int),
        Sign("GET /device", (), _NEWER_IN_DEVICE, version_type=int, in_list=True),
        Sign("GET /versions"),
    ),
    sends_error_codes=False,
    bundles_path="/versions",
    app_params=("app_id", "appid"),
    device_params=(
        "device_id",
        "channel",
    ),  # `channel` is a mistake of that server and means the device id
    delete_places=frozenset({Place.BODY}),
    link_channel_fields=("channel", "channel_id"),
    link_bundle_field="version_id",
    links_default_channels=True,
    same_link_seconds=0.0,
    links_unseen_devices=False,
    tells_overrides=False,
    tells_bundle_names=False,
    channels_paging=Paging.WHOLE,
    devices_paging=Paging.WHOLE,
    bundles_paging=Paging.WHOLE,
    device_filters=frozenset(),
    takes_custom_id=False,
    takes_device_limit=False,
    lowers_device_ids=False,
    channel_fields=frozenset({"bundle", "public"}),
    clears_bundle=False,
    delete_all=DeleteAll.EVERYTHING,
    extras=frozenset(),
    channel_reply_fields=_OLD_CHANNEL,
    device_reply_fields=_OLD_DEVICE,
    bundle_reply_fields=_OLD_BUNDLE - {"min_update_version", "native_packages"},
)

LEGACY_LETTER = replace(
    _LEGACY,
    app_params=("appid",),
    device_params=("channel",),
    link_channel_fields=("channel_id",),
    delete_names_app=False,
    bundle_reply_fields=_OLD_CHANNEL - {"public", "bundle"},
)
"""A legacy server with exactly the parameters and fields of its document."""

LEGACY = replace(_LEGACY, fallback=LEGACY_LETTER)
"""Any legacy server: the parameters of its document and of its code together."""

RECOGNITION_TRAITS = Traits(revision=None, takes_device_limit=False, fallback=LEGACY_LETTER)
"""Traits for the reads that recognise a server; all but `LEGACY_LETTER` understand them."""

TRAITS: dict[Revision, Traits] = {
    Revision.NEXT: NEXT,
    Revision.LIVE: LIVE,
    Revision.DOCUMENTED: DOCUMENTED,
    Revision.LEGACY: LEGACY,
}
"""The traits of each revision, newest first: of several signs in a row the first counts."""
