"""Registering, describing and deleting bundles (contract §8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import SecretStr  # noqa: TC002 - pydantic reads the annotations

from capgo_tui.api import requests
from capgo_tui.api.requests import BundleName
from capgo_tui.workspace.changes.change import Change, State
from capgo_tui.workspace.changes.guard import Guard
from capgo_tui.workspace.changes.states import bundle_state

if TYPE_CHECKING:
    from capgo_tui.api.models import Bundle
    from capgo_tui.api.requests import Request
    from capgo_tui.api.revisions import Traits
    from capgo_tui.workspace.session import Workspace

GONE_FOR_GOOD = "a deleted bundle cannot be brought back, and its name stays taken for 90 days"


class BundleChange(Change):
    """What changes of one bundle share; ``key`` is its exact name. No request reads just one."""

    noun: ClassVar[str] = "bundle"
    reads_whole_list: ClassVar[bool] = True

    async def read(self, workspace: Workspace) -> State | None:
        """Read the whole list again and look for the bundle in it."""
        await workspace.bundles.refresh()
        if workspace.bundles.error is not None:
            raise workspace.bundles.error
        return self.find(workspace)

    def find(self, workspace: Workspace) -> State | None:
        """The bundle in the loaded list, by its exact name."""
        bundles = workspace.bundles.records.values()
        return next((bundle_state(each) for each in bundles if each.wire_key == self.key), None)


class BundleNotes(BundleChange):
    """Set a bundle's link, its comment or both (contract §8.5)."""

    kind: Literal["bundle.notes"] = "bundle.notes"
    verb: ClassVar[str] = "Change"
    bundle_id: int

    def request(self, traits: Traits) -> Request:
        """``POST /bundle/metadata``; an empty text takes a note away."""
        texts = {field: str(value or "") for field, value in (self.after or {}).items()}
        return requests.set_bundle_metadata(
            traits,
            self.app_id,
            self.bundle_id,
            link=texts.get("link"),
            comment=texts.get("comment"),
        )

    def undone_by(self, found: State | None) -> tuple[Change, ...] | str:
        """The notes as they were."""
        after = self.after or {}
        now = {field: (found or after).get(field) for field in after}
        return (self.model_copy(update={"before": now, "after": self.before}),)


class BundleRegistration(BundleChange):
    """Register a zip that lies elsewhere (contract §8.3)."""

    kind: Literal["bundle.register"] = "bundle.register"
    verb: ClassVar[str] = "Register"
    external_url: str
    checksum: str
    session_key: SecretStr | None = None
    """Never written anywhere: in the journal it is stars."""
    key_id: str | None = None

    def request(self, traits: Traits) -> Request:
        """``POST /bundle``."""
        session_key = self.session_key.get_secret_value() if self.session_key else None
        return requests.create_bundle(
            traits,
            self.app_id,
            self.key,
            external_url=self.external_url,
            checksum=self.checksum,
            session_key=session_key,
            key_id=self.key_id,
        )

    def undone_by(self, found: State | None) -> tuple[Change, ...] | str:
        """Its deletion, after which the name stays taken."""
        return (
            BundleDeletion(
                app_id=self.app_id,
                key=self.key,
                label=self.label,
                before=found or self.after,
                after=None,
            ),
        )


class BundleDeletion(BundleChange):
    """Delete exactly one bundle (contract §8.2)."""

    kind: Literal["bundle.delete"] = "bundle.delete"
    verb: ClassVar[str] = "Delete bundle"
    guard: Guard = Guard.TYPED

    def request(self, traits: Traits) -> Request:
        """``DELETE /bundle`` with a name that can never mean all of them."""
        return requests.delete_bundle(traits, self.app_id, BundleName(self.key))

    def undone_by(self, found: State | None) -> tuple[Change, ...] | str:
        """Nothing."""
        del found
        return GONE_FOR_GOOD


class AllBundlesDeletion(BundleChange):
    """Delete every bundle, or every one that no channel uses (contract §8.2).

    ``key`` and ``label`` are the app's id, which is typed before the yes; the one field,
    ``bundles``, is how many there are of those it deletes, counted again afterwards.
    """

    kind: Literal["bundle.delete_all"] = "bundle.delete_all"
    verb: ClassVar[str] = "Delete all bundles of"
    guard: Guard = Guard.TYPED
    spares_linked: bool
    """Whether the server keeps what channels use."""

    def request(self, traits: Traits) -> Request:
        """``DELETE`` of the whole list."""
        return requests.delete_all_bundles(traits, self.app_id)

    def find(self, workspace: Workspace) -> State | None:
        """How many of those it deletes are left."""
        spared = workspace.linked_bundles() if self.spares_linked else set()
        left = workspace.bundles.records.keys() - spared
        return {"bundles": len(left)}

    def undone_by(self, found: State | None) -> tuple[Change, ...] | str:
        """Nothing."""
        del found
        return GONE_FOR_GOOD


def bundle_notes(workspace: Workspace, bundle: Bundle, after: State) -> BundleNotes:
    """The change of a bundle's link, comment or both; only what differs is sent."""
    state = bundle_state(bundle)
    changed = {field: value for field, value in after.items() if state[field] != value}
    return BundleNotes(
        app_id=workspace.target.app_id,
        key=bundle.wire_key,
        row=str(bundle.id),
        label=bundle.name,
        before={field: state[field] for field in changed},
        after=changed,
        bundle_id=bundle.id,
    )
