"""The database's tables.

Names and defaults follow the real columns, so that a default needs no code (§6.2). A bundle's name
is unique for good, also after its soft delete (§8.2). Overrides hang on their channel and go with
it (§6.3); they name a device by its id only, as the device need not exist (§7.2).
"""

from __future__ import annotations

TABLES = """
CREATE TABLE IF NOT EXISTS apps (
  app_id TEXT PRIMARY KEY,
  id TEXT NOT NULL,
  name TEXT,
  owner_org TEXT NOT NULL,
  user_id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS last_versions (
  app_id TEXT PRIMARY KEY REFERENCES apps (app_id),
  name TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS keys (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  label TEXT NOT NULL,
  key TEXT NOT NULL UNIQUE,
  role TEXT NOT NULL,
  apps TEXT NOT NULL,
  expired INTEGER NOT NULL DEFAULT 0,
  hashed INTEGER NOT NULL DEFAULT 0,
  user_id TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS bundles (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  app_id TEXT NOT NULL REFERENCES apps (app_id),
  name TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  deleted_at TEXT,
  external_url TEXT,
  checksum TEXT,
  session_key TEXT,
  storage_provider TEXT NOT NULL DEFAULT 'r2',
  min_update_version TEXT,
  native_packages TEXT,
  user_id TEXT,
  r2_path TEXT,
  link TEXT,
  comment TEXT,
  key_id TEXT CHECK (length(key_id) <= 20),
  cli_version TEXT,
  created_by_key INTEGER,
  manifest_count INTEGER NOT NULL DEFAULT 0,
  UNIQUE (app_id, name)
) STRICT;
CREATE INDEX IF NOT EXISTS bundles_by_age ON bundles (app_id, created_at, id);

CREATE TABLE IF NOT EXISTS channels (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  app_id TEXT NOT NULL REFERENCES apps (app_id),
  name TEXT NOT NULL CHECK (name <> ''),
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_by_key INTEGER,
  public INTEGER NOT NULL DEFAULT 0,
  version INTEGER REFERENCES bundles (id),
  disable_auto_update_under_native INTEGER NOT NULL DEFAULT 1,
  disable_auto_update TEXT NOT NULL DEFAULT 'major'
    CHECK (disable_auto_update IN ('major', 'minor', 'patch', 'version_number', 'none')),
  ios INTEGER NOT NULL DEFAULT 1,
  android INTEGER NOT NULL DEFAULT 1,
  electron INTEGER NOT NULL DEFAULT 1,
  allow_device_self_set INTEGER NOT NULL DEFAULT 0,
  allow_emulator INTEGER NOT NULL DEFAULT 1,
  allow_device INTEGER NOT NULL DEFAULT 1,
  allow_dev INTEGER NOT NULL DEFAULT 1,
  allow_prod INTEGER NOT NULL DEFAULT 1,
  rollout_id TEXT NOT NULL,
  rollout_version INTEGER REFERENCES bundles (id),
  rollout_percentage_bps INTEGER NOT NULL DEFAULT 0,
  rollout_enabled INTEGER NOT NULL DEFAULT 0,
  rollout_cache_ttl_seconds INTEGER NOT NULL DEFAULT 2592000,
  rollout_paused_at TEXT,
  rollout_pause_reason TEXT,
  auto_pause_enabled INTEGER NOT NULL DEFAULT 0,
  auto_pause_window_minutes INTEGER NOT NULL DEFAULT 60,
  auto_pause_failure_rate_bps INTEGER,
  auto_pause_confidence REAL NOT NULL DEFAULT 0.95,
  auto_pause_min_attempts INTEGER,
  auto_pause_min_failures INTEGER,
  auto_pause_action TEXT NOT NULL DEFAULT 'pause',
  auto_pause_cooldown_minutes INTEGER NOT NULL DEFAULT 60,
  auto_pause_last_triggered_at TEXT,
  auto_pause_last_checked_at TEXT,
  update_package TEXT NOT NULL DEFAULT 'all'
    CHECK (update_package IN ('all', 'zip', 'delta', 'zip_from_builtin', 'delta_from_builtin')),
  UNIQUE (app_id, name)
) STRICT;
CREATE INDEX IF NOT EXISTS channels_by_age ON channels (app_id, created_at, id);
CREATE INDEX IF NOT EXISTS channels_by_bundle ON channels (version);
CREATE INDEX IF NOT EXISTS channels_by_target ON channels (rollout_version);

CREATE TABLE IF NOT EXISTS channel_rights (
  key_id INTEGER NOT NULL REFERENCES keys (id),
  channel_id INTEGER NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
  permission TEXT NOT NULL,
  allowed INTEGER NOT NULL,
  PRIMARY KEY (key_id, channel_id, permission)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS encrypted_orgs (
  owner_org TEXT PRIMARY KEY,
  key_id TEXT
) STRICT;

CREATE TABLE IF NOT EXISTS devices (
  app_id TEXT NOT NULL,
  device_id TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  custom_id TEXT NOT NULL DEFAULT '',
  platform TEXT NOT NULL,
  plugin_version TEXT NOT NULL,
  os_version TEXT,
  version_build TEXT,
  version_name TEXT,
  version INTEGER,
  is_prod INTEGER,
  is_emulator INTEGER,
  install_source TEXT,
  key_id TEXT,
  country_code TEXT,
  PRIMARY KEY (app_id, device_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS overrides (
  app_id TEXT NOT NULL,
  device_id TEXT NOT NULL,
  channel_id INTEGER NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
  PRIMARY KEY (app_id, device_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS overrides_by_channel ON overrides (channel_id);

CREATE TABLE IF NOT EXISTS version_overrides (
  app_id TEXT NOT NULL,
  device_id TEXT NOT NULL,
  bundle_id INTEGER NOT NULL REFERENCES bundles (id),
  PRIMARY KEY (app_id, device_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS audit_logs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at TEXT NOT NULL,
  table_name TEXT NOT NULL,
  record_id TEXT NOT NULL,
  operation TEXT NOT NULL,
  org_id TEXT NOT NULL,
  old_record TEXT,
  new_record TEXT,
  key_id INTEGER,
  user_email TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS audit_by_age ON audit_logs (org_id, created_at, id);

CREATE TABLE IF NOT EXISTS fleets (
  app_id TEXT PRIMARY KEY,
  recipe TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS fleet_blocks (
  app_id TEXT NOT NULL,
  block INTEGER NOT NULL,
  PRIMARY KEY (app_id, block)
) STRICT, WITHOUT ROWID;
"""

#: Columns missing from databases of an older sandbox: table, name, definition.
LATER_COLUMNS = (
    ("bundles", "manifest_count", "INTEGER NOT NULL DEFAULT 0"),
    ("channels", "update_package", "TEXT NOT NULL DEFAULT 'all'"),
    ("audit_logs", "user_email", "TEXT"),
)

#: Separate because a bulk load builds them afterwards: sorting once is far cheaper. With them
#: and the primary key every device page starts at its cursor, so it costs O(page) (§5).
DEVICE_INDEXES = {
    "devices_oldest": "ON devices (app_id, updated_at, device_id)",
    "devices_newest": "ON devices (app_id, updated_at DESC, device_id)",
    "devices_custom": "ON devices (app_id, device_id) WHERE custom_id <> ''",
}
#: The indexes that a fleet gets with the first request by time (see ``fleet``).
BY_TIME = ("devices_oldest", "devices_newest")
