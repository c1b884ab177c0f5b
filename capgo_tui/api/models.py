"""The rows of Capgo's API, one shape for all revisions (contract §6, §7, §8, §9, §12).

An optional field that is absent, null or of another type is None, which means "unknown".
Texts are clean; `wire_id` and `BundleRef.wire_name` are the exact ones, `Record.parse_raw` is the
whole row. Moments are aware datetimes. Rows are immutable; `dataclasses.replace` copies one.
"""

# No `from __future__ import annotations` here: `fields.make_schema` reads the annotations.

from collections.abc import Hashable, Mapping
from typing import ClassVar, Final

from capgo_tui.api.channel_setting import INTERNAL_BUNDLES
from capgo_tui.api.fields import (
    AsSent,
    BundleField,
    Flag,
    Identity,
    Moment,
    Number,
    Packages,
    Policy,
    Present,
    RowId,
    Text,
    Whole,
    Word,
    make_bundle_ref,
)
from capgo_tui.api.jsonvalue import JSON
from capgo_tui.api.records import Record
from capgo_tui.api.settings import CHANNEL_SETTINGS
from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.text import clean

_set = object.__setattr__
_PLAIN_LENGTH: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel(Record):
    """A channel (contract §6.1).

    ``ios`` and ``android`` are returned by next alone, ``electron`` by no server (§18.3): None.
    ``bundle`` None is "no bundle", also for ``builtin`` and ``unknown``.
    ``disable_auto_update`` is ``major``, ``minor``, ``patch``, ``version_number`` or ``none``,
    and ``some`` when the server only tells that it holds back some updates.
    Basis points (``_bps``) are hundredths of a percent; other units are in the names.
    """

    WIRE_NAMES: ClassVar[Mapping[str, tuple[str, ...]]] = {
        **{name: each.read_as or (each.wire,) for name, each in CHANNEL_SETTINGS.items()},
        "disable_auto_update_to_major": ("disableAutoUpdateToMajor",),
        "auto_pause_last_triggered_at": ("autoPauseLastTriggeredAt",),
        "auto_pause_last_checked_at": ("autoPauseLastCheckedAt",),
    }

    id: RowId
    name: Identity
    app_id: Word = None
    public: Flag = None
    bundle: BundleField = None
    disable_auto_update: Policy = None
    disable_auto_update_to_major: Flag = None
    disable_auto_update_under_native: Flag = None
    update_package: Word = None
    allow_emulator: Flag = None
    allow_dev: Flag = None
    allow_device: Flag = None
    allow_prod: Flag = None
    allow_device_self_set: Flag = None
    ios: Flag = None
    android: Flag = None
    electron: Flag = None
    rollout_bundle: BundleField = None
    rollout_id: Word = None
    rollout_percentage_bps: Whole = None
    rollout_enabled: Flag = None
    rollout_paused_at: Moment = None
    rollout_pause_reason: Text = None
    rollout_cache_ttl_seconds: Whole = None
    auto_pause_enabled: Flag = None
    auto_pause_window_minutes: Whole = None
    auto_pause_failure_rate_bps: Whole = None
    auto_pause_confidence: Number = None
    auto_pause_min_attempts: Whole = None
    auto_pause_min_failures: Whole = None
    auto_pause_action: Word = None
    auto_pause_cooldown_minutes: Whole = None
    auto_pause_last_triggered_at: Moment = None
    auto_pause_last_checked_at: Moment = None
    created_at: Moment = None
    updated_at: Moment = None
    created_by: Word = None

    def __post_init__(self) -> None:
        _set_identity(self, "name", self.name)
        if self.disable_auto_update is None and self.disable_auto_update_to_major is not None:
            policy = "major" if self.disable_auto_update_to_major else "none"
            _set(self, "disable_auto_update", policy)
        if self.bundle is not None and self.bundle.name in INTERNAL_BUNDLES:
            _set(self, "bundle", None)

    @property
    def row_key(self) -> Hashable:
        """The channel's id."""
        return self.id

    @property
    def wire_id(self) -> str:
        """The channel's exact name, for requests."""
        return self._get_exact(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Device(Record):
    """A device (contract §7.1).

    ``bundle`` is what the device runs, with the name from ``version_name``; None when it runs
    ``builtin`` or ``unknown``, which ``version_name`` then tells. ``channel`` is the override,
    not the effective channel; None without one. ``custom_id`` is None when empty.
    """

    ABSENT_IS_NONE: ClassVar[frozenset[str]] = frozenset({"channel"})
    WIRE_NAMES: ClassVar[Mapping[str, tuple[str, ...]]] = {"bundle": ("version",)}

    device_id: Identity
    custom_id: Text = None
    platform: Word = None
    bundle: BundleField = None
    version_name: Word = None
    channel: Word = None
    os_version: Word = None
    plugin_version: Word = None
    version_build: Word = None
    is_prod: Flag = None
    is_emulator: Flag = None
    install_source: Word = None
    key_id: Word = None
    country_code: Word = None
    updated_at: Moment = None
    created_at: Moment = None

    def __post_init__(self) -> None:
        exact = self.device_id
        if len(exact) > _PLAIN_LENGTH or not (exact.isascii() and exact.isprintable()):
            _set_identity(self, "device_id", exact)  # else it is clean; this is a hot path
        if self.custom_id == "":
            _set(self, "custom_id", None)
        bundle, name = self.bundle, self.version_name
        if name is not None and (bundle is None or bundle.name is None):
            bundle = make_bundle_ref(None if bundle is None else bundle.id, name)
            _set(self, "bundle", bundle)
        if bundle is not None and bundle.name in INTERNAL_BUNDLES:
            _set(self, "version_name", bundle.name)
            _set(self, "bundle", None)

    @property
    def row_key(self) -> Hashable:
        """The device's exact id."""
        return self._get_exact(self.device_id)

    @property
    def wire_id(self) -> str:
        """The device's exact id, for requests."""
        # Read for each row of each page, so without a further call.
        exact: str = getattr(self, "_exact", self.device_id)
        return exact

    @property
    def is_override_known(self) -> bool:
        """Whether ``channel`` None means "no override"; see `mark_override_unknown`."""
        return self.channel is not None or not getattr(self, "_override_unknown", False)

    def is_same(self, other: object) -> bool:
        """Return whether both have the same fields, and the same knowledge of the override."""
        return (
            isinstance(other, Device)
            and self == other
            and self.is_override_known == other.is_override_known
        )

    def mark_override_unknown(self) -> None:
        """Mark ``channel`` as unknown: the row came in a page without overrides (§18.1)."""
        _set(self, "_override_unknown", True)

    @property
    def runs_builtin(self) -> bool:
        """Whether it runs the bundle built into the app (contract §11.17)."""
        return self.version_name == "builtin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle(Record):
    """A bundle (contract §8.1). ``native_packages`` are texts such as ``name@version``."""

    WIRE_NAMES: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "has_session_key": ("session_key",),
        "min_update_version": ("min_update_version", "minUpdateVersion"),
    }

    id: RowId
    name: Identity
    app_id: Word = None
    created_at: Moment = None
    updated_at: Moment = None
    deleted: Flag = None
    deleted_at: Moment = None
    checksum: Text = None
    external_url: Text = None
    has_session_key: Present = None
    storage_provider: Word = None
    min_update_version: Word = None
    native_packages: Packages = None
    r2_path: Text = None
    link: Text = None
    comment: Text = None
    key_id: Word = None
    cli_version: Word = None
    owner_org: Word = None
    user_id: Word = None
    manifest_count: Whole = None

    def __post_init__(self) -> None:
        _set_identity(self, "name", self.name)

    @property
    def row_key(self) -> Hashable:
        """The bundle's id."""
        return self.id

    @property
    def wire_id(self) -> str:
        """The bundle's exact name, for requests."""
        return self._get_exact(self.name)

    def redact(self, raw: JSON) -> JSON:
        """Return a raw row with the session key replaced."""
        if isinstance(raw, dict) and raw.get("session_key"):
            return {**raw, "session_key": "•••"}
        return raw


@dataclass(frozen=True, slots=True, kw_only=True)
class AppInfo(Record):
    """An app that the API key may see (contract §9). ``retention`` is in seconds."""

    app_id: Identity
    name: Text = None
    owner_org: Word = None
    icon_url: Text = None
    last_version: Word = None
    default_upload_channel: Word = None
    retention: Whole = None
    created_at: Moment = None
    updated_at: Moment = None
    user_id: Word = None
    id: Word = None

    def __post_init__(self) -> None:
        _set_identity(self, "app_id", self.app_id)

    @property
    def row_key(self) -> Hashable:
        """The exact app id."""
        return self._get_exact(self.app_id)

    @property
    def wire_id(self) -> str:
        """The exact app id, for requests."""
        return self._get_exact(self.app_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry(Record):
    """One entry of the server's audit log, which it keeps for 90 days (contract §18.10).

    ``old_record`` and ``new_record`` are rows of the server's database, as sent and not clean;
    None where the row was made or deleted. ``operation`` is ``INSERT``, ``UPDATE`` or ``DELETE``.
    """

    id: RowId
    created_at: Moment = None
    table_name: Word = None
    record_id: Word = None
    operation: Word = None
    old_record: AsSent = None
    new_record: AsSent = None
    actor_type: Word = None
    actor_user_email: Text = None
    actor_apikey_name: Text = None

    @property
    def row_key(self) -> Hashable:
        """The entry's id."""
        return self.id


def _set_identity(record: Record, field: str, exact: str) -> None:
    """Set the clean identity, and keep the exact one if they differ."""
    clean_text = clean(exact)
    if clean_text is not exact:
        _set(record, field, clean_text)
        _set(record, "_exact", exact)
