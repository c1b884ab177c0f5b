"""The actions on bundles, and their clean-up."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from capgo_tui.api.revisions import Extra
from capgo_tui.tui.actions import BUNDLES_ONLY, Action, Takes, require_extra
from capgo_tui.tui.keys import name_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.api.models import Bundle
    from capgo_tui.api.revisions import Traits
    from capgo_tui.tui.controllers.lazy_loader import LazyLoader
    from capgo_tui.tui.host import Host


def _explain_no_deletion(traits: Traits) -> str:
    if Extra.DELETE_ONE_BUNDLE in traits.extras:
        return ""
    all_of_them = name_key("bundle.clean-up")
    return f"the {traits.revision} API cannot delete one bundle, only all: {all_of_them}"


class BundleActions:
    """Hands the bundles that a key means to the controllers of bundles and of their clean-up."""

    def __init__(self, host: Host, loader: LazyLoader) -> None:
        self._host = host
        self._run = host.background.run
        self._loader = loader

    def link(self) -> None:
        """Put the bundle under the cursor on a channel."""
        if (bundle := self._get_bundle()) is not None:
            self._run(self._loader.lazy.bundles.link(bundle), "put the bundle on a channel")

    def edit(self) -> None:
        """Edit the comment and link of the bundle under the cursor."""
        if (bundle := self._get_bundle()) is not None:
            self._run(self._loader.lazy.bundles.edit(bundle), "change the bundle")

    def delete(self) -> None:
        """Delete the marked bundles, else the one under the cursor."""
        if bundles := self._list_bundles():
            self._run(self._loader.lazy.bundles.delete(bundles), "delete the bundle")

    def clean_up(self) -> None:
        """Clean up the bundles."""
        self._run(self._loader.lazy.cleanup.clean_up(), "clean up the bundles")

    def register(self) -> None:
        """Register a bundle."""
        self._run(self._loader.lazy.bundles.register(), "register the bundle")

    def _get_bundle(self) -> Bundle | None:
        """Return the bundle under the cursor."""
        key = self._host.table.cursor_key
        return None if key is None else self._host.rows.workspace.bundles.records.get(key)

    def _list_bundles(self) -> Sequence[Bundle]:
        """Return the marked bundles, else the one under the cursor."""
        rows = self._host.rows
        records = rows.workspace.bundles.records
        keys = tuple(rows.marks) or filter(None, (self._host.table.cursor_key,))
        return [records[key] for key in keys if key in records]

    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action(
            "bundle.link", "l", "put on channel", "Put this bundle on a channel", link, 130,
            BUNDLES_ONLY, writes=True, takes=Takes.RECORD,
        ),
        Action(
            "bundle.edit", "e", "edit", "Change this bundle's comment and link", edit, 131,
            BUNDLES_ONLY, writes=True, takes=Takes.RECORD,
            server_reason=require_extra(Extra.METADATA),
        ),
        Action(
            "bundle.delete", "D", "delete", "Delete this bundle, or those that are marked", delete,
            132, BUNDLES_ONLY, writes=True, takes=Takes.MARKED, right="delete bundles",
            server_reason=_explain_no_deletion,
        ),
        Action(
            "bundle.clean-up", "C", "clean up",
            "Plan which old bundles to delete, then delete them; or delete all", clean_up, 133,
            BUNDLES_ONLY, writes=True, right="delete bundles",
            elsewhere="Only bundles are cleaned up: {tab.bundles} shows them.",
        ),
        Action(
            "bundle.new", "n", "register", "Register a bundle that is hosted elsewhere",
            register, 134, BUNDLES_ONLY, hint=False, writes=True, right="register bundles",
            server_reason=require_extra(Extra.EXTERNAL_BUNDLES),
        ),
    )  # fmt: skip
