"""The app and API key a sandbox prints when it starts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from capgo_tui.sandbox.tables.keys import list_keys

if TYPE_CHECKING:
    from capgo_tui.sandbox.store import Store


@dataclass(frozen=True)
class Entrance:
    """An app and an API key with every right to it."""

    app_id: str
    key: str


def find_entrance(store: Store) -> Entrance | None:
    """Return the first active full-rights key and the first of its apps that has channels."""
    with store.open_for_reading() as db:
        with_channels = {row[0] for row in db.execute("SELECT DISTINCT app_id FROM channels")}
        for key in list_keys(db):
            if key.role == "org_super_admin" and not key.is_expired:
                for app_id in key.apps:
                    if app_id in with_channels:
                        return Entrance(app_id, key.key)
    return None
