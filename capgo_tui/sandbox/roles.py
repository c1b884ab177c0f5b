"""The permissions of each role (§10)."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Permission(StrEnum):
    """The permissions of a key, by the live backend's names."""

    READ_AUDIT = "org.read_audit"
    READ_APP = "app.read"
    UPDATE_APP = "app.update_settings"
    READ_CHANNELS = "app.read_channels"
    READ_DEVICES = "app.read_devices"
    READ_BUNDLES = "app.read_bundles"
    CREATE_CHANNEL = "app.create_channel"
    UPDATE_SETTINGS = "channel.update_settings"
    PROMOTE = "channel.promote_bundle"
    DELETE_CHANNEL = "channel.delete"
    FORCE_DEVICES = "channel.manage_forced_devices"
    MANAGE_DEVICES = "app.manage_devices"
    UPLOAD = "app.upload_bundle"
    DELETE_BUNDLE = "bundle.delete"


_EVERYTHING = frozenset(Permission)
#: A role in an app has no permission of the organisation.
_EVERYTHING_IN_APP = _EVERYTHING - {Permission.READ_AUDIT}
_READER = frozenset(
    {
        Permission.READ_APP,
        Permission.READ_CHANNELS,
        Permission.READ_DEVICES,
        Permission.READ_BUNDLES,
    }
)
_UPLOADER = _READER | {Permission.PROMOTE, Permission.UPLOAD}
_DEVELOPER = _UPLOADER | {
    Permission.CREATE_CHANNEL,
    Permission.FORCE_DEVICES,
    Permission.MANAGE_DEVICES,
}

ROLES: Mapping[str, frozenset[Permission]] = {
    "org_super_admin": _EVERYTHING,
    "app_admin": _EVERYTHING_IN_APP,
    "org_admin": _DEVELOPER
    | {Permission.UPDATE_SETTINGS, Permission.UPDATE_APP, Permission.READ_AUDIT},
    "app_developer": _DEVELOPER,
    "app_uploader": _UPLOADER,
    "app_reader": _READER,
    "app_preview": frozenset(
        {
            Permission.READ_APP,
            Permission.READ_BUNDLES,
            Permission.CREATE_CHANNEL,
            Permission.UPLOAD,
        }
    ),
}

#: The permissions of a role on one channel.
CHANNEL_ROLES: Mapping[str, frozenset[Permission]] = {
    "channel_admin": frozenset(
        {
            Permission.UPDATE_SETTINGS,
            Permission.PROMOTE,
            Permission.DELETE_CHANNEL,
            Permission.FORCE_DEVICES,
        }
    )
}

#: Further permissions of a role on the channels its key created.
OWN_CHANNEL: Mapping[str, frozenset[Permission]] = {
    "app_preview": frozenset({Permission.PROMOTE, Permission.DELETE_CHANNEL}),
}
