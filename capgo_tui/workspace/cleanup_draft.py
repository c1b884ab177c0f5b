"""The draft of the clean-up form: its rules and the plan they lead to."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from capgo_tui.api.revisions import DeleteAll, Extra
from capgo_tui.workspace.changes.bundle_deletions import (
    SERVER_REFUSES,
    UNKNOWN_DEVICES,
    explain_refused_cleanup,
    explain_unknown_channels,
    has_all_devices,
    is_known,
    prepare_cleanup,
)
from capgo_tui.workspace.cleanup import Keep, Plan, Rules
from capgo_tui.workspace.draft import Draft, Entry, EntryKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from capgo_tui.workspace.cleanup import Verdict
    from capgo_tui.workspace.session import Workspace

ALL: Final = "all"
LOAD: Final = "load"
MOST: Final = 100_000
"""The largest number of a rule: a date cannot be more days ago."""


class CleanupDraft(Draft):
    """The rules of a clean-up."""

    title = "Clean up bundles"

    def __init__(self, workspace: Workspace) -> None:
        super().__init__({"newest": "10", "linked": "always", "run": "yes", "name": "*"})
        self._workspace = workspace
        self.plan: Plan | None = None
        """The latest plan of these rules; None when there is none."""

    @property
    def one_by_one(self) -> bool:
        """Whether this server can delete a single bundle."""
        return Extra.DELETE_ONE_BUNDLE in self._workspace.client.traits.extras

    @property
    def refusal(self) -> str:
        """Why nothing can be deleted one by one; empty when it can."""
        return explain_refused_cleanup(self._workspace)

    @property
    def entries(self) -> Sequence[Entry]:
        """The rules that apply to this server, and the actions."""
        spares = self._workspace.client.traits.delete_all is DeleteAll.UNLINKED
        which = "all that no channel uses" if spares else "ALL of them, linked or not"
        every = Entry(ALL, "Delete all bundles…", EntryKind.ACTION, f"{which}; the app id is typed")
        if not self.one_by_one:
            return (every,)
        rules = (
            Entry("newest", "keep the newest", hint="with a matching name"),
            Entry("linked", "keep what channels use", EntryKind.LABEL),
            Entry("run", "keep what devices run", EntryKind.CHOICE, "of the loaded devices"),
            Entry("older", "only older than", hint="days; empty: any age"),
            Entry("name", "only the names", hint="* and ? as in a shell"),
        )
        partial = not self._workspace.devices.at_end
        load = Entry(LOAD, "Load all devices", EntryKind.ACTION, "to know what the others run")
        return (*rules, *((load,) if partial else ()), every)

    def find_problem(self, name: str) -> str:
        """Return what is wrong with a number."""
        text = self.get_text(name).strip()
        if name == "newest" and not text:
            return "a number is needed"
        if name in {"newest", "older"} and text:
            if not (text.isascii() and text.isdigit()):
                return "no whole number"
            if int(text) > MOST:
                return f"{MOST} at most"
        return ""

    def parse_rules(self) -> Rules:
        """Return the rules; no entry may have an error."""
        older = self.get_text("older").strip()
        return Rules(
            newest=int(self.get_text("newest")),
            run=self.get_text("run") == "yes",
            older_than=timedelta(days=int(older)) if older else None,
            name=self.get_text("name"),
        )

    def prepare_plan(self) -> Callable[[], Plan]:
        """Return a function that makes the plan of the present lists; it may run in a thread."""
        return prepare_cleanup(self._workspace, self.parse_rules())

    def list_notes(self) -> list[str]:
        """Return what is not known and so not taken into account."""
        workspace = self._workspace
        notes = []
        if not is_known(workspace.bundles):
            notes.append(f"{len(workspace.bundles)} bundles are loaded, there may be more")
        if self.refusal:
            notes.append(self.refusal)
        elif untold := explain_unknown_channels(workspace):
            count = len(workspace.channels)
            stays = f"what the {count} loaded ones use stays; " if count else ""
            notes.append(f"{untold}: {stays}not known whether the rest is in use; {SERVER_REFUSES}")
        if self.get_text("run") != "yes":
            return [*notes, "what devices run goes as well"]
        if not has_all_devices(workspace):
            notes.append(UNKNOWN_DEVICES.format(count=len(workspace.devices)))
        return notes

    def describe(self) -> Sequence[tuple[str, str]]:
        """Return the summary of the plan and its notes, each with its tone."""
        if not self.one_by_one:
            why = "this server's API (legacy) cannot delete one bundle, only all of them at once"
            return [(why, "warn")]
        if self.list_errors():
            summary = ("", "muted")
        elif self.plan is None:
            summary = ("reading bundles and channels…", "muted")
        else:
            summary = (self.plan.summary, "title")
        return [summary, *((f"! {note}", "warn") for note in self.list_notes())]


def group_verdicts(plan: Plan) -> list[tuple[str, Sequence[Verdict]]]:
    """Return the groups of a plan, the deletions first: a heading and its verdicts."""
    groups: list[tuple[str, Sequence[Verdict]]] = []
    for keep in (None, *Keep):
        members = [verdict for verdict in plan.verdicts if verdict.keep is keep]
        if members:
            what = f"Keep {len(members)} {keep}" if keep else f"Delete {len(members)}"
            groups.append((what, members))
    return groups
