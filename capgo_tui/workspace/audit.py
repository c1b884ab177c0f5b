"""The server's audit history of channels, where the API key may read it (contract §18.10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from capgo_tui.api.errors import CapgoError, ErrorKind, UnsupportedByRevision
from capgo_tui.api.revisions import Extra

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
        self.latest: Sequence[AuditEntry] | None = None
        """The latest changes of the app's channels, newest first; None while they are not known."""
        self._is_cut = False
        """Whether there may be older changes than those that were read last."""
        self.gap = ""
        """Why the last reading told nothing; empty where it did."""

    @property
    def limit_note(self) -> str:
        """What the last reading left out, as a sentence; empty where it read all."""
        count = PAGES * AUDIT_PAGE
        return f"Only the latest {count} changes of the audit history were read." * self._is_cut

    async def list_channel_changes(self, channel_id: int) -> Sequence[AuditEntry]:
        """Return the changes of a channel, newest first; empty where they cannot be read."""
        entries = await self._read_pages(PAGES) or ()
        return [entry for entry in entries if entry.record_id == str(channel_id)]

    def forget_refusal(self) -> None:
        """Ask the server again at the next reading."""
        self._is_refused = False

    async def read_latest(self) -> None:
        """Read the latest changes of the app's channels; they stay unknown where that fails."""
        if self._client.revision is None:
            return
        entries = await self._read_pages(1)
        if entries is not None:
            self.latest = [entry for entry in entries if self._is_ours(entry)]

    def _is_ours(self, entry: AuditEntry) -> bool:
        """Return whether an entry is about this app: a page has all apps of the organization."""
        records = (entry.new_record, entry.old_record)
        return any(isinstance(r, dict) and r.get("app_id") == self._app_id for r in records)

    async def _read_pages(self, most: int) -> Sequence[AuditEntry] | None:
        """Return the changes of all channels; None where they cannot be read."""
        if self._is_refused:
            return None
        entries: list[AuditEntry] = []
        self._is_cut = False
        try:
            org_id = await self._find_org()
            if org_id is None:
                self.gap = "the server does not report the organization of this app"
                return None
            for page in range(most):
                rows = await self._client.list_audit(org_id, table="channels", page=page)
                entries += rows
                if len(rows) < AUDIT_PAGE:
                    break
            else:
                self._is_cut = most > 1
        except UnsupportedByRevision:
            self._is_refused, self.gap = True, "this server has none"
            return None
        except CapgoError as error:
            self._is_refused = error.kind in _NOT_THERE
            self.gap = "this API key may not read it" if self._is_refused else str(error)
            return None
        self.gap = ""
        return entries

    async def _find_org(self) -> str | None:
        """Return the id of the organization that owns the app; it is read once.

        Raises:
            UnsupportedByRevision: where the server has no audit, for which it would be of no use.

        """
        if Extra.AUDIT not in self._client.traits.extras:
            raise UnsupportedByRevision("the server has no audit history")
        if self._org_id is None:
            self._org_id = (await self._client.get_app(self._app_id)).owner_org
        return self._org_id


def list_carried_bundles(entries: Sequence[AuditEntry]) -> list[int]:
    """Return the ids of the bundles that a channel carried by its history, the latest first."""
    ids = [
        record["version"]
        for entry in entries
        for record in (entry.new_record, entry.old_record)
        if isinstance(record, dict) and isinstance(record.get("version"), int)
    ]
    return [each for each in dict.fromkeys(ids) if isinstance(each, int)]
