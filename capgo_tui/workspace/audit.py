"""The server's audit history of channels, where the API key may read it (contract §18.10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from capgo_tui.api.errors import CapgoError, ErrorKind, UnsupportedByRevision

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.api.client import CapgoClient
    from capgo_tui.api.models import AuditEntry

AUDIT_PAGE: Final = 100
PAGES: Final = 3
"""Most pages that are read; they hold the changes of all apps of the organization."""
_NOT_THERE: Final = (ErrorKind.NOT_ALLOWED, ErrorKind.NOT_FOUND, ErrorKind.BAD_REQUEST)


class AuditHistory:
    """The audit history of one app's channels; a refusal ends all further requests for it."""

    def __init__(self, client: CapgoClient, app_id: str) -> None:
        self._client = client
        self._app_id = app_id
        self._org_id: str | None = None
        self._is_refused = False

    async def of_channel(self, channel_id: int) -> Sequence[AuditEntry]:
        """Return the changes of a channel, newest first; empty where they cannot be read."""
        if self._is_refused:
            return ()
        try:
            return await self._read(str(channel_id))
        except UnsupportedByRevision:
            self._is_refused = True
        except CapgoError as error:
            self._is_refused = error.kind in _NOT_THERE
        return ()

    async def _read(self, channel_id: str) -> Sequence[AuditEntry]:
        if self._org_id is None:
            self._org_id = (await self._client.app(self._app_id)).owner_org
        if self._org_id is None:
            return ()
        entries: list[AuditEntry] = []
        for page in range(PAGES):
            rows = await self._client.audit(self._org_id, table="channels", page=page)
            entries += [row for row in rows if row.record_id == channel_id]
            if len(rows) < AUDIT_PAGE:
                break
        return entries


def carried_bundles(entries: Sequence[AuditEntry]) -> list[int]:
    """Return the ids of the bundles that a channel carried by its history, the latest first."""
    ids = [
        record["version"]
        for entry in entries
        for record in (entry.new_record, entry.old_record)
        if isinstance(record, dict) and isinstance(record.get("version"), int)
    ]
    return [each for each in dict.fromkeys(ids) if isinstance(each, int)]
