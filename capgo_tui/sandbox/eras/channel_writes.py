"""What both older revisions do with a channel that is sent: find it, and keep it (§6.2)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from capgo_tui.sandbox.answers import Crash, Json, JsonObject
from capgo_tui.sandbox.eras.access import require
from capgo_tui.sandbox.roles import Permission
from capgo_tui.sandbox.tables.channels import find_channel, save_channel
from capgo_tui.sandbox.values import as_text, stamp

if TYPE_CHECKING:
    import sqlite3

    from capgo_tui.sandbox.call import Backend
    from capgo_tui.sandbox.tables.keys import Key
    from capgo_tui.sandbox.tables.rows import Column


class ChannelWrite:
    """The channel that a body names, if there is one, and the right to create or change it."""

    def __init__(self, db: sqlite3.Connection, key: Key, body: JsonObject) -> None:
        self._db = db
        self._key = key
        self._name: Json = body.get("channel")
        self._existing = None
        if isinstance(body.get("app_id"), str) and self._name is not None:
            self._existing = find_channel(db, as_text(body["app_id"]), as_text(self._name))
        right = Permission.CREATE_CHANNEL if self._existing is None else Permission.UPDATE_SETTINGS
        self.app_id = require(db, key, right, body.get("app_id"))

    def save(self, backend: Backend, values: dict[str, Column]) -> None:
        """Create or change the channel; a new one has a name, and whoever sends it made it.

        Raises:
            Crash: where the real backend has an unhandled error.

        """
        if self._existing is None:
            if self._name is None:
                raise Crash("a channel has a name")
            values |= {
                "app_id": self.app_id,
                "name": as_text(self._name),
                "created_by": self._key.user_id,
                "created_by_key": self._key.id,
                "rollout_id": str(uuid.uuid4()),
            }
        save_channel(self._db, self._existing, values, stamp(backend.now()))
