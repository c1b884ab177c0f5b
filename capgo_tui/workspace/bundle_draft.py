"""Drafts of the bundle forms: the notes of a bundle, and the registration of an external zip."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from pydantic import SecretStr

from capgo_tui.api.errors import Refusal
from capgo_tui.api.requests import MAX_KEY_ID, is_version
from capgo_tui.text import clean
from capgo_tui.workspace.changes.bundles import (
    CHECKSUM,
    BundleNotes,
    BundleRegistration,
    make_bundle_notes,
)
from capgo_tui.workspace.draft import REVIEW, ChangeDraft, Entry, EntryKind, preview

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.api.errors import CapgoError
    from capgo_tui.api.models import Bundle
    from capgo_tui.api.revisions import Traits
    from capgo_tui.workspace.changes.states import State
    from capgo_tui.workspace.session import Workspace

NAME_IN_USE: Final = "taken, it seems"


class NotesDraft(ChangeDraft):
    """The comment and link of a bundle."""

    entries: Sequence[Entry] = (
        Entry("comment", "comment", hint="empty removes it"),
        Entry("link", "link", hint="https:// of the pull request"),
    )

    def __init__(self, workspace: Workspace, bundle: Bundle) -> None:
        super().__init__({"comment": bundle.comment or "", "link": bundle.link or ""})
        self._workspace = workspace
        self._bundle = bundle

    @property
    def title(self) -> str:
        """Which bundle is edited."""
        return f"Edit bundle {self._bundle.name}"

    def change(self, action: str = REVIEW) -> BundleNotes:
        """Return the change of the edited entries; the others are not sent."""
        after: State = {
            entry.name: self.get_text(entry.name).strip() or None
            for entry in self.entries
            if self.is_changed(entry.name)
        }
        return make_bundle_notes(self._workspace, self._bundle, after)

    def rebase(self) -> bool:
        """Compare with the bundle as the list now has it; return False when it is gone."""
        now = self._workspace.bundles.records.get(str(self._bundle.id))
        if now is not None:
            self._bundle = now
        return now is not None

    def find_problem(self, name: str) -> str:
        """Return what is wrong with an edited link."""
        if name != "link" or not self.is_changed(name) or not self.get_text(name).strip():
            return ""
        return _link_problem(self.get_text(name).strip())

    def describe(self) -> Sequence[tuple[str, str]]:
        """Return the request."""
        if not self.dirty:
            return [("nothing is changed yet", "muted")]
        return _describe(self, self._workspace.client.traits)


class RegistrationDraft(ChangeDraft):
    """A new bundle whose zip is on a server of the user's."""

    title = "Register a bundle that is hosted elsewhere"
    entries: Sequence[Entry] = (
        Entry("version", "version", hint="semver, such as 1.2.3-rc.1"),
        Entry("external_url", "address", hint="https:// of the zip"),
        Entry("checksum", "checksum", hint="SHA-256, 64 hex digits"),
        Entry("session_key", "session key", EntryKind.SECRET, "if the zip is encrypted"),
        Entry("key_id", "key id", hint=f"at most {MAX_KEY_ID} characters"),
    )

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace

    def find_problem(self, name: str) -> str:
        """Check an entry by the rules of contract §8.3 and the names of the loaded bundles."""
        text = self._get_value(name)
        match name:
            case "version":
                is_taken = any(text == b.wire_id for b in self._workspace.bundles.records.values())
                return self._check_version(text) or ("taken by a bundle" if is_taken else "")
            case "external_url":
                return _check_address(text)
            case "checksum" if not text:
                return "is needed"
            case "checksum" if not CHECKSUM.fullmatch(text):
                return f"{len(text)} of 64 hex digits" if _is_hex(text) else "not hex"
            case "session_key" if text and not text.strip("*"):
                return "nothing but stars"
            case "key_id" if len(text) > MAX_KEY_ID:
                return f"{len(text)} characters, {MAX_KEY_ID} at most"
        return ""

    def _check_version(self, text: str) -> str:
        if is_version(text):
            return ""
        if is_version(text[1:]) and text[0] in "vV":
            return "without the v"
        return "is needed" if not text else "not semver, such as 1.2.3"

    def _get_value(self, name: str) -> str:
        return self.get_text(name).strip()

    def change(self, action: str = REVIEW) -> BundleRegistration:
        """Return the registration."""
        after: State = {name: self._get_value(name) for name in ("external_url", "checksum")}
        if key_id := self._get_value("key_id"):
            after["key_id"] = key_id
        secret = self._get_value("session_key")
        return BundleRegistration(
            app_id=self._workspace.target.app_id,
            wire_id=self._get_value("version"),
            label=clean(self._get_value("version")),
            before=None,
            after=after,
            session_key=SecretStr(secret) if secret else None,
        )

    def blame(self, error: CapgoError) -> None:
        """Show the server's refusal beside the entry it is about."""
        if error.argument is not None:
            self.refuse(error.argument, NAME_IN_USE if error.is_name_taken else error.message)

    def describe(self) -> Sequence[tuple[str, str]]:
        """Return the request, once there is one."""
        return _describe(self, self._workspace.client.traits)


def _describe(draft: ChangeDraft, traits: Traits) -> Sequence[tuple[str, str]]:
    """Return the request of a draft, or why there is none."""
    for entry, problem in draft.list_errors():
        return [(f"nothing can be sent yet · {entry.label}: {problem}", "muted")]
    try:
        change = draft.change()
        if reason := change.needless_reason:
            return [(f"nothing is sent: {reason}", "muted")]
        return [(preview(change.request(traits)), "muted")]
    except Refusal as error:
        return [(f"nothing can be sent: {error}", "muted")]


def _is_hex(text: str) -> bool:
    return all(char in "0123456789abcdefABCDEF" for char in text)


def _check_address(text: str) -> str:
    if not text:
        return "is needed"
    if not text.startswith("https://"):
        return "must start with https://"
    return _check_host(text)


def _link_problem(text: str) -> str:
    if not text.casefold().startswith(("http://", "https://")):
        return "must start with https:// or http://"
    return _check_host(text)


def _check_host(text: str) -> str:
    if any(char.isspace() for char in text):
        return "must not hold a space"
    try:
        host = urlsplit(text).hostname
    except ValueError:
        host = None
    return "" if host else "names no server"
