"""The state file: the keys and apps a sandbox starts from.

The format is ``keys[{label,key,role,apps,state}]`` and
``apps[{app_id,name,owner_org,channels,bundles,devices,overrides}]``.
"""

from __future__ import annotations

import json
import sqlite3
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, JsonValue, ValidationError

from capgo_tui.sandbox.call import parse_json
from capgo_tui.sandbox.roles import CHANNEL_ROLES, ROLES, Permission
from capgo_tui.sandbox.tables.apps import note_last_version
from capgo_tui.sandbox.tables.rows import Column, insert
from capgo_tui.sandbox.values import is_app_id, parse_moment, stamp

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from capgo_tui.sandbox.store import Store


_MAX_BYTES = 256 * 1024 * 1024
"""A million devices take less."""
_MAX_LENGTH = 300


class StateError(ValueError):
    """The file cannot be used; the message names the place and the reason."""


def _check_moment(text: str) -> str:
    moment = parse_moment(text)
    if moment is None:
        raise ValueError(f"{text!r} is not an ISO date and time")
    return stamp(moment)


def _check_role(text: str) -> str:
    if text not in ROLES:
        raise ValueError(f"no role {text!r}; there are {', '.join(ROLES)}")
    return text


def _check_app_id(text: str) -> str:
    if not is_app_id(text):
        raise ValueError(f"{text!r} is not a reverse domain string such as com.acme.shop")
    return text


Moment = Annotated[str, AfterValidator(_check_moment)]


class RightState(BaseModel):
    """A key's rights on one channel besides its role, and its denied permissions there."""

    app_id: str
    channel: str
    role: Literal["channel_admin"] | None = None
    denied: list[Permission] = []


class KeyState(BaseModel):
    """One key; ``user`` and ``hashed`` matter to subkeys only and may be left out."""

    label: str
    key: str = Field(min_length=1)
    role: Annotated[str, AfterValidator(_check_role)]
    apps: list[str]
    state: Literal["active", "expired"] = "active"
    user: str | None = None
    hashed: bool = False
    rights: list[RightState] = []


class EncryptionState(BaseModel):
    """An organisation's encryption policy, with one key or with any."""

    key_id: str | None = None


class BundleState(BaseModel):
    """One bundle."""

    id: int
    name: str
    created_at: Moment
    updated_at: Moment
    deleted: bool = False
    external_url: str | None = None
    checksum: str | None = None
    session_key: str | None = None
    storage_provider: str = "r2"
    min_update_version: str | None = None
    native_packages: list[JsonValue] | None = None
    r2_path: str | None = None
    link: str | None = None
    comment: str | None = None
    key_id: str | None = None
    manifest_count: int = 0


class ChannelState(BaseModel):
    """One channel; ``version`` and ``rollout_version`` are ids of bundles of the same app."""

    id: int
    name: str = Field(min_length=1)
    created_at: Moment
    updated_at: Moment
    created_by: str
    public: bool = False
    version: int | None = None
    disable_auto_update_under_native: bool = True
    disable_auto_update: Literal["major", "minor", "patch", "version_number", "none"] = "major"
    ios: bool = True
    android: bool = True
    electron: bool = True
    allow_device_self_set: bool = False
    allow_emulator: bool = True
    allow_device: bool = True
    allow_dev: bool = True
    allow_prod: bool = True
    rollout_version: int | None = None
    rollout_percentage_bps: int = 0
    rollout_enabled: bool = False
    rollout_paused_at: Moment | None = None
    rollout_pause_reason: str | None = None
    update_package: Literal["all", "zip", "delta", "zip_from_builtin", "delta_from_builtin"] = "all"


class DeviceState(BaseModel):
    """One device."""

    device_id: str = Field(min_length=1)
    updated_at: Moment
    custom_id: str = ""
    platform: Literal["ios", "android", "electron"]
    plugin_version: str
    os_version: str | None = None
    version_build: str | None = None
    version_name: str | None = None
    version: int | None = None
    is_prod: bool | None = None
    is_emulator: bool | None = None
    install_source: str | None = None
    key_id: str | None = None
    country_code: str | None = None


class OverrideState(BaseModel):
    """One device's override, by the channel's name."""

    device_id: str = Field(min_length=1)
    channel: str


class AppState(BaseModel):
    """One app and everything in it."""

    app_id: Annotated[str, AfterValidator(_check_app_id)]
    name: str | None = None
    owner_org: str
    encryption: EncryptionState | None = None
    last_version: str | None = None
    channels: list[ChannelState] = []
    bundles: list[BundleState] = []
    devices: list[DeviceState] = []
    overrides: list[OverrideState] = []

    @property
    def owner(self) -> str:
        """The user who created the app, which the file does not have: the first channel's."""
        creators = [channel.created_by for channel in self.channels]
        return creators[0] if creators else _make_uuid("owner", self.owner_org)

    @property
    def created_at(self) -> str:
        """The creation time of the app: that of its first bundle or channel."""
        firsts = [
            min(rows, key=_parse_row_id).created_at
            for rows in (self.channels, self.bundles)
            if rows
        ]
        return min(firsts, default="2026-01-01T00:00:00.000000+00:00")

    @property
    def last_upload(self) -> str | None:
        """The name of the last upload; without one in the file, of the first bundle."""
        first = min(self.bundles, key=_parse_row_id).name if self.bundles else None
        return self.last_version or first


def _parse_row_id(row: ChannelState | BundleState) -> int:
    return row.id


class State(BaseModel):
    """The whole file."""

    keys: list[KeyState]
    apps: list[AppState]


def load_state(store: Store, path: str | Path) -> None:
    """Read a state file into an empty store, or raise StateError and leave it unchanged."""
    state = _read_state(path)
    _check_references(state, path)
    try:
        with store.open_for_bulk_loading() as db:
            for app in state.apps:
                _load_app(db, app)
            owners = {app.app_id: app.owner for app in state.apps}
            for key in state.keys:
                _load_key(db, key, owners)
    except sqlite3.IntegrityError as error:
        # After the checks above only duplicate rows are left.
        columns = str(error).rpartition(": ")[2]
        raise StateError(f"{path}: two rows have the same {columns}") from error
    except (sqlite3.Error, OverflowError, UnicodeEncodeError) as error:
        raise StateError(f"{path}: a value cannot be kept: {error}") from error


def _read_state(path: str | Path) -> State:
    try:
        with Path(path).open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
        content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise StateError(f"{path}: cannot be read: {reason}") from error
    if len(content) > _MAX_BYTES:
        raise StateError(f"{path}: larger than {_MAX_BYTES // (1024 * 1024)} MB")
    try:
        return State.model_validate(parse_json(content))
    except ValidationError as error:  # which is a ValueError too
        raise StateError(f"{path}: {_describe_problem(error.errors())}") from error
    except ValueError as error:
        raise StateError(f"{path}: not JSON: {error}") from error


def _describe_problem(problems: list[ErrorDetails]) -> str:
    """Return the first problem, with its place as written in code."""
    first = problems[0]
    steps = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in first["loc"]]
    place = "".join(steps).removeprefix(".") or "the file"
    text = f"{place}: {first['msg'].removeprefix('Value error, ')}"
    text = "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )
    return text if len(text) <= _MAX_LENGTH else f"{text[: _MAX_LENGTH - 1]}…"


def _check_references(state: State, path: str | Path) -> None:
    for a, app in enumerate(state.apps):
        bundles = {bundle.id for bundle in app.bundles}
        channels = {channel.name for channel in app.channels}
        for c, channel in enumerate(app.channels):
            for field in ("version", "rollout_version"):
                target = getattr(channel, field)
                if target is not None and target not in bundles:
                    place = f"apps[{a}].channels[{c}].{field}"
                    raise StateError(f"{path}: {place}: {app.app_id} has no bundle {target}")
        for o, override in enumerate(app.overrides):
            if override.channel not in channels:
                place = f"apps[{a}].overrides[{o}].channel"
                raise StateError(
                    f"{path}: {place}: {app.app_id} has no channel {override.channel!r}"
                )
    channel_names = {(app.app_id, channel.name) for app in state.apps for channel in app.channels}
    for k, key in enumerate(state.keys):
        for r, right in enumerate(key.rights):
            if (right.app_id, right.channel) not in channel_names:
                place = f"keys[{k}].rights[{r}].channel"
                raise StateError(
                    f"{path}: {place}: {right.app_id} has no channel {right.channel!r}"
                )


def _load_app(db: sqlite3.Connection, app: AppState) -> None:
    identity: dict[str, Column] = {
        "app_id": app.app_id,
        "id": _make_uuid("app", app.app_id),
        "name": app.name,
        "owner_org": app.owner_org,
        "user_id": app.owner,
        "created_at": app.created_at,
        "updated_at": app.created_at,
    }
    insert(db, "apps", identity)
    if app.last_upload is not None:
        note_last_version(db, app.app_id, app.last_upload)
    if app.encryption is not None:
        db.execute(
            "INSERT OR REPLACE INTO encrypted_orgs (owner_org, key_id) VALUES (?, ?)",
            [app.owner_org, app.encryption.key_id],
        )
    for bundle in app.bundles:
        packages = bundle.native_packages
        row: dict[str, Column] = bundle.model_dump(exclude={"native_packages"})
        row["native_packages"] = None if packages is None else json.dumps(packages)
        insert(db, "bundles", {"app_id": app.app_id, "user_id": app.owner, **row})
    ids = {}
    for channel in app.channels:
        rollout_id = _make_uuid("rollout", app.app_id, channel.name)
        rest = {"app_id": app.app_id, "rollout_id": rollout_id}
        ids[channel.name] = insert(db, "channels", {**rest, **channel.model_dump()})
    for device in app.devices:
        insert(db, "devices", {"app_id": app.app_id, **device.model_dump()})
    for override in app.overrides:
        link: dict[str, Column] = {
            "app_id": app.app_id,
            "device_id": override.device_id.lower(),
            "channel_id": ids[override.channel],
        }
        insert(db, "overrides", link)


def _load_key(db: sqlite3.Connection, key: KeyState, owners: dict[str, str]) -> None:
    """Load a key; without a ``user`` it belongs to the owner of its first app."""
    owner = next((owners[app_id] for app_id in key.apps if app_id in owners), None)
    row: dict[str, Column] = {
        "label": key.label,
        "key": key.key,
        "role": key.role,
        "apps": json.dumps(key.apps),
        "expired": key.state == "expired",
        "hashed": key.hashed,
        "user_id": key.user or owner or _make_uuid("user", key.key),
    }
    key_id = insert(db, "keys", row)
    for right in key.rights:
        permissions = dict.fromkeys(CHANNEL_ROLES[right.role] if right.role else (), True)
        for permission, is_allowed in (permissions | dict.fromkeys(right.denied, False)).items():
            db.execute(
                "INSERT OR REPLACE INTO channel_rights (key_id, channel_id, permission, allowed)"
                " SELECT ?, id, ?, ? FROM channels WHERE app_id = ? AND name = ?",
                [key_id, permission.value, is_allowed, right.app_id, right.channel],
            )


def _make_uuid(*parts: str) -> str:
    """Return an id that the file does not have; the same at every load."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "capgo-tui/sandbox/" + "/".join(parts)))
