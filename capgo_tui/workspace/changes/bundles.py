"""Changes of bundles: notes, registration and deletion (contract §8)."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from pydantic import Field, SecretStr

from capgo_tui.api import requests
from capgo_tui.api.errors import InvalidArgument
from capgo_tui.api.requests import BundleName
from capgo_tui.api.revisions import LIVE, DeleteAll
from capgo_tui.workspace.bundle_links import BundleLinks, describe_links
from capgo_tui.workspace.changes.change import Change, Inverse, RecordChanged
from capgo_tui.workspace.changes.confirmation_level import ConfirmationLevel
from capgo_tui.workspace.changes.states import State, read_bundle_state

if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Self

    from capgo_tui.api.models import Bundle
    from capgo_tui.api.paging import ReadPage
    from capgo_tui.api.requests import Request
    from capgo_tui.api.revisions import Traits
    from capgo_tui.workspace.session import Workspace

CHECKSUM: Final = re.compile("[0-9a-f]{64}", re.IGNORECASE | re.ASCII)
CHECKED_FOR: Final = timedelta(seconds=10)
"""The age up to which loaded channels are used for the next deletion of a batch."""
GONE_FOR_GOOD: Final = (
    "a deleted bundle cannot be brought back, and its name stays taken for 90 days"
)


class BundleChange(Change):
    """Base class of changes of one bundle; ``key`` is its exact name. No request reads just one."""

    noun: ClassVar[str] = "bundle"
    reads_whole_list: ClassVar[bool] = True

    async def read(self, workspace: Workspace) -> State | None:
        """Read the page on which it was last seen; the whole list if that is not conclusive."""
        bundle = self.find_bundle(workspace)
        page = None if bundle is None else workspace.bundles.find_page(str(bundle.id))
        if bundle is None or page is None:
            return await self.read_list(workspace)
        page_again = await workspace.bundles.reread_page(page)
        if any(each.id == bundle.id for each in page_again.rows):
            return self.find(workspace)
        if not lacks(page_again, bundle):
            return await self.read_list(workspace)
        await workspace.bundles.remove(str(bundle.id))
        return None

    async def read_list(
        self, workspace: Workspace, *, deleted_rows: Collection[str] = ()
    ) -> State | None:
        """Read the whole list again and find the bundle in it."""
        await workspace.bundles.reread(deleted_keys=deleted_rows)
        return self.find(workspace)

    def find(self, workspace: Workspace) -> State | None:
        """Return the state of the bundle in the collection."""
        bundle = self.find_bundle(workspace)
        return None if bundle is None else read_bundle_state(bundle)

    def refresh_identity(self, workspace: Workspace) -> Self:
        """Return it with the row that has its name now."""
        change = super().refresh_identity(workspace)
        bundle = change.find_bundle(workspace)
        return change if bundle is None else change.model_copy(update={"row_key": str(bundle.id)})

    def find_bundle(self, workspace: Workspace) -> Bundle | None:
        """Return the record in the collection, by its exact name."""
        bundles = workspace.bundles.records
        if self.row_key is not None and (bundle := bundles.get(self.row_key)):
            return bundle if bundle.wire_id == self.wire_id else None
        return next((each for each in bundles.values() if each.wire_id == self.wire_id), None)


def lacks(page: ReadPage[Bundle], bundle: Bundle) -> bool:
    """Whether a page proves that the list lacks a bundle: it would be on that page.

    The list is ordered by age (contract §5); bundles of the same time have no order.
    """
    created_at = bundle.created_at
    times = [each.created_at for each in page.rows]
    if created_at is None or page.unreadable or None in times:
        return False
    dates = [time for time in times if time is not None]
    if any(time < next_time for time, next_time in pairwise(dates)):
        return False
    newer = page.is_first or (bool(dates) and dates[0] > created_at)
    older = page.is_last or (bool(dates) and dates[-1] < created_at)
    return newer and older


class BundleNotes(BundleChange):
    """Set a bundle's link, its comment or both (contract §8.5)."""

    kind: Literal["bundle.notes"] = "bundle.notes"
    right: ClassVar[str] = "edit notes of bundles"
    bundle_id: int

    def refresh_identity(self, workspace: Workspace) -> Self:
        """Return it with the id of the bundle that has its name now."""
        bundle = self.find_bundle(workspace)
        ids = {} if bundle is None else {"bundle_id": bundle.id}
        return super().refresh_identity(workspace).model_copy(update=ids)

    async def check(self, workspace: Workspace, *, alone: bool) -> Change:
        """Refuse to overwrite notes that somebody else has changed."""
        if not alone:
            return self
        state = await self.read(workspace)
        if state is None:
            raise RecordChanged(f"there is no bundle {self.label} any more")
        if self.is_outdated_by(state):
            raise RecordChanged("it was changed meanwhile: look at it and try again")
        return self

    def request(self, traits: Traits) -> Request:
        """Return ``POST /bundle/metadata``; an empty text removes a note."""
        texts = {field: str(value or "") for field, value in (self.after or {}).items()}
        return requests.set_bundle_metadata(
            traits,
            self.app_id,
            self.bundle_id,
            link=texts.get("link"),
            comment=texts.get("comment"),
        )

    def make_inverse(
        self, current: State | None, result: State | None = None, traits: Traits = LIVE
    ) -> Inverse:
        """Return the change that restores the notes."""
        del result, traits
        after = self.after or {}
        now = {field: (current or after).get(field) for field in after}
        return (self.model_copy(update={"before": now, "after": self.before}),)


class BundleRegistration(BundleChange):
    """Register a zip that lies elsewhere (contract §8.3).

    ``after`` holds ``external_url``, ``checksum`` and, where there is one, ``key_id``.
    """

    kind: Literal["bundle.register"] = "bundle.register"
    right: ClassVar[str] = "register bundles"
    session_key: SecretStr | None = None
    """Never written anywhere: in the journal it is stars."""

    def request(self, traits: Traits) -> Request:
        """``POST /bundle``; raises `Refusal` for what breaks a rule of the server's."""
        texts = {field: str(value) for field, value in (self.after or {}).items()}
        if not CHECKSUM.fullmatch(texts["checksum"]):
            raise InvalidArgument("a checksum is a SHA-256: 64 hexadecimal digits")
        session_key = self.session_key.get_secret_value() if self.session_key else None
        if session_key is not None and not session_key.strip("*"):
            raise InvalidArgument("its session key was not kept: register it again")
        return requests.create_bundle(
            traits,
            self.app_id,
            self.wire_id,
            external_url=texts["external_url"],
            checksum=texts["checksum"],
            session_key=session_key,
            key_id=texts.get("key_id"),
        )

    def find(self, workspace: Workspace) -> State | None:
        """Return the fields that the server tells of it."""
        bundle = self.find_bundle(workspace)
        if bundle is None:
            return None
        state: State = {"external_url": bundle.external_url, "checksum": bundle.checksum}
        return {**state, "key_id": bundle.key_id} if bundle.key_id is not None else state

    def make_inverse(
        self, current: State | None, result: State | None = None, traits: Traits = LIVE
    ) -> Inverse:
        """Return its deletion, after which the name stays taken."""
        del current, result, traits
        return (
            BundleDeletion(
                app_id=self.app_id,
                wire_id=self.wire_id,
                label=self.label,
                before={},
                after=None,
                impact=(f"the name {self.label} stays taken for 90 days",),
            ),
        )


class BundleDeletion(BundleChange):
    """Delete exactly one bundle (contract §8.2)."""

    kind: Literal["bundle.delete"] = "bundle.delete"
    right: ClassVar[str] = "delete bundles"
    level: ConfirmationLevel = Field(default=ConfirmationLevel.TYPED, alias="guard")
    agreed_channels: tuple[str, ...] = Field(default=(), alias="agreed")
    """The channels that use it, as shown before it was confirmed."""

    async def check(self, workspace: Workspace, *, alone: bool) -> Change:
        """Refuse if a further channel uses it, where the server does not protect such bundles.

        A batch of deletions does not read the channels before each of them: that would be a
        burst of requests.
        """
        del alone
        if workspace.client.traits.delete_all is DeleteAll.UNLINKED:
            return self
        loaded_channels = workspace.channels
        if loaded_channels.as_of is None or workspace.now() - loaded_channels.as_of > CHECKED_FOR:
            await loaded_channels.reread()
        bundle = self.find_bundle(workspace)
        links = BundleLinks.of(loaded_channels.records.values(), ())
        channels = [] if bundle is None else links.list_channels(bundle)
        if new := [each for each in channels if str(each) not in self.agreed_channels]:
            raise RecordChanged(f"it has become {describe_links(new)} meanwhile")
        return self

    def request(self, traits: Traits) -> Request:
        """Return ``DELETE /bundle`` with a name that can never mean all bundles."""
        return requests.delete_bundle(traits, self.app_id, BundleName(self.wire_id))

    def make_inverse(
        self, current: State | None, result: State | None = None, traits: Traits = LIVE
    ) -> Inverse:
        """Return why nothing undoes it."""
        del current, result, traits
        return GONE_FOR_GOOD


class AllBundlesDeletion(BundleChange):
    """Delete every bundle, or every one that no channel uses (contract §8.2).

    ``key`` and ``label`` are the app's id, which is typed to confirm; the one field, ``bundles``,
    is the number of bundles to delete, counted again afterwards.
    """

    kind: Literal["bundle.delete_all"] = "bundle.delete_all"
    right: ClassVar[str] = "delete bundles"
    level: ConfirmationLevel = Field(default=ConfirmationLevel.TYPED, alias="guard")
    spares_linked: bool
    """Whether the server keeps what channels use."""

    def request(self, traits: Traits) -> Request:
        """Return ``DELETE /bundle`` without a name."""
        return requests.delete_all_bundles(traits, self.app_id)

    async def read(self, workspace: Workspace) -> State | None:
        """Count the bundles again, in the whole list."""
        return await self.read_list(workspace)

    async def read_list(
        self, workspace: Workspace, *, deleted_rows: Collection[str] = ()
    ) -> State | None:
        """Count again; where the server spares what channels use, these are read as well."""
        if self.spares_linked:
            await workspace.channels.reread()
        return await super().read_list(workspace, deleted_rows=deleted_rows)

    def find(self, workspace: Workspace) -> State | None:
        """Return the number of bundles to delete that are left."""
        kept_ids = workspace.list_linked_bundles() if self.spares_linked else set()
        remaining = workspace.bundles.records.keys() - kept_ids
        return {"bundles": len(remaining)}

    def make_inverse(
        self, current: State | None, result: State | None = None, traits: Traits = LIVE
    ) -> Inverse:
        """Return why nothing undoes it."""
        del current, result, traits
        return GONE_FOR_GOOD


def make_bundle_notes(workspace: Workspace, bundle: Bundle, after: State) -> BundleNotes:
    """Return a change of a bundle's link, comment or both, with the fields that differ."""
    state = read_bundle_state(bundle)
    new_values = {field: value for field, value in after.items() if state[field] != value}
    return BundleNotes(
        app_id=workspace.target.app_id,
        wire_id=bundle.wire_id,
        row_key=str(bundle.id),
        label=bundle.name,
        before={field: state[field] for field in new_values},
        after=new_values,
        bundle_id=bundle.id,
    )
