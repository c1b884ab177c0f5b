"""Watching a change until a plain read shows it; the status line says how far it is."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from capgo_tui.api.retry_policy import RetryPolicy
from capgo_tui.tui.keys import name_key
from capgo_tui.tui.words import describe_stop
from capgo_tui.workspace.changes.describe import describe
from capgo_tui.workspace.changes.outcome import OutcomeState
from capgo_tui.workspace.changes.recorded import revive
from capgo_tui.workspace.journal import JournalUnusable
from capgo_tui.workspace.watch import Look, Sight, watch

if TYPE_CHECKING:
    from capgo_tui.tui.host import Host
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.journal_entry import Entry
    from capgo_tui.workspace.session import Workspace

STOPPED = "Stopped watching; the change stays as it is."
NAME_ROOM = 60
"""Cells for what was changed, in a message of up to three rows of 80."""


class WatchController:
    """Follows one change at a time; another one takes its place."""

    def __init__(self, host: Host, workspace: Workspace) -> None:
        self._host = host
        self._workspace = workspace
        self._task: asyncio.Task[None] | None = None

    async def watch_last(self) -> None:
        """Follow the last change that was sent."""
        try:
            entries = await asyncio.to_thread(self._workspace.journal.list_entries)
        except JournalUnusable:
            self._host.say("✗ The journal cannot be used: what was changed is unknown.")
            return
        entry = next((each for each in entries if each.state is not OutcomeState.FAILED), None)
        if entry is None:
            self._host.say("There is no change to watch: none was sent from here.")
        else:
            await self.watch(entry)

    async def watch(self, entry: Entry) -> None:
        """Follow a change of the journal until a read shows it."""
        change = revive(entry)
        if change is None or entry.state is OutcomeState.FAILED:
            why = "its row cannot be read" if change is None else "it was refused"
            self._host.say(f"✗ Not watched: {why}.")
            return
        self._end()
        self._task = task = asyncio.ensure_future(self._follow(change, entry))
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            task.cancel()
            raise
        if self._task is task:
            self._task = None
        if not task.cancelled():
            task.result()

    def stop(self) -> bool:
        """Stop following; return whether a change was followed."""
        if not self._end():
            return False
        self._host.say(STOPPED)
        return True

    def _end(self) -> bool:
        task, self._task = self._task, None
        return task is not None and task.cancel()

    async def _follow(self, change: Change, entry: Entry) -> None:
        policy = self._workspace.target.retry_policy or RetryPolicy()
        looks = watch(change, entry.at, self._workspace, policy.sleep)
        self._host.status.dismiss()
        said = ""
        async for look in looks:
            # What is told meanwhile, such as an outcome, stays until it is dismissed.
            is_free = self._host.status.message in {"", said} and not self._host.is_taken
            if is_free or look.sight is not Sight.PENDING:
                said = _make_sentence(change, look)
                self._host.say(said)


def _make_sentence(change: Change, look: Look) -> str:
    """Return what a look says of a change."""
    name = describe(change).summarize(NAME_ROOM)
    seconds = int(look.age.total_seconds())
    span = f"{seconds} s" if seconds < 600 else f"{seconds // 60} min"
    reads = f"{look.count} read{'s' * (look.count != 1)}"
    goes_on = f" {name_key('change.watch')} goes on."
    match look.sight:
        case Sight.SHOWN:
            return f"✓ {name}: the server shows it, {span} after it was sent ({reads})."
        case Sight.UNTOLD:
            return f"? {name}: this server does not report it, so that it cannot be watched."
        case Sight.TIMED_OUT:
            why = f": {look.problem}" if look.problem else ""
            return f"? {name}: still not shown after five minutes and {reads}{why}.{goes_on}"
        case Sight.FAILED:
            return f"✗ {name}: not watched any longer: {look.problem}."
        case _:
            problem = f" · {look.problem}" if look.problem else ""
            return (
                f"⟳ {name}: not shown yet, {span} after it was sent · next read in"
                f" {look.pause:g} s · {describe_stop()}{problem}"
            )
