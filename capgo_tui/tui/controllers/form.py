"""Leading a form: what is typed, the review, the question, the write, and back on a refusal."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

from capgo_tui.api.errors import Refusal, UnsupportedByRevision
from capgo_tui.tui.controllers.change import describe_outcome
from capgo_tui.tui.overlays.form_view import error_label
from capgo_tui.workspace.changes.outcome import OutcomeState
from capgo_tui.workspace.draft import REVIEW

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from capgo_tui.api.revisions import Extra
    from capgo_tui.tui.controllers.change import ChangeController
    from capgo_tui.tui.host import Host
    from capgo_tui.tui.overlays.form import Form
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.draft import ChangeDraft, Draft
    from capgo_tui.workspace.session import Workspace

LOADING = "Loading the rest of the channels and bundles…"


class FormController:
    """Leads the forms of one screen."""

    def __init__(self, host: Host, workspace: Workspace, changes: ChangeController) -> None:
        self._host = host
        self._workspace = workspace
        self._changes = changes

    def begin(
        self, show: Callable[[], Coroutine[None, None, None]], extra: Extra | None = None
    ) -> Coroutine[None, None, None]:
        """Open a form by `show`; it has the keyboard on return if the revision is known.

        Args:
            show: opens the form at once, and returns what is left to await.
            extra: what the server must be able to do.

        """
        self._host.status.dismiss()
        client = self._workspace.client
        is_known = client.revision is not None and not client.read_only
        if is_known and (extra is None or extra in client.traits.extras):
            return show()
        return self._learn_first(show, extra)

    async def _learn_first(
        self, show: Callable[[], Coroutine[None, None, None]], extra: Extra | None
    ) -> None:
        """Learn the revision first; raises UnsupportedByRevision where it lacks the extra."""
        traits = await self._workspace.client.get_traits_for_write(self._workspace.target.app_id)
        if extra is not None and extra not in traits.extras:
            raise UnsupportedByRevision(
                f"this server's API ({traits.revision}) has no {extra.value}"
            )
        if not self._host.is_taken:
            await show()

    async def lead(
        self,
        form: Form,
        draft: Draft,
        run: Callable[[str], Awaitable[bool]],
        ready: asyncio.Future[None] | None = None,
    ) -> None:
        """Run the actions of a form until one of them finishes it, or it is left.

        Args:
            form: the form, open with the draft.
            draft: the draft.
            run: runs an action by its name, and returns whether the form is finished; the review
                is run once no entry has an error.
            ready: what every action waits for.

        """
        try:
            while form.shows(draft):
                action = await form.ask()
                if ready is not None:
                    action = await self._wait(form, action, ready)
                if action is None:
                    if await self._changes.can_lose(draft.dirty):
                        return
                elif action == REVIEW and (errors := draft.list_errors()):
                    entry = errors[0][0]
                    form.go_to(entry.name)
                    form.say(f"{entry.label}: {error_label(draft, entry.name)}", "warn")
                elif await run(action):
                    return
        finally:
            # If it was left during its write, it may show another draft by now.
            if form.shows(draft):
                form.close()

    async def _wait(
        self, form: Form, action: str | None, ready: asyncio.Future[None]
    ) -> str | None:
        """Return an action once it can be run, or the one that was chosen meanwhile."""
        while action is not None and not ready.done():
            form.say(LOADING)
            newer = form.ask()  # esc leaves while it loads
            both: set[asyncio.Future[Any]] = {ready, newer}
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            if newer.done():
                action = newer.result()
            else:
                newer.cancel()
        return action

    async def write(
        self,
        form: Form,
        draft: ChangeDraft,
        load: Callable[[], Coroutine[None, None, None]] | None = None,
    ) -> None:
        """Lead a form until its change is sent; `load` reads what its errors depend on."""
        ready = asyncio.ensure_future(load()) if load is not None else None
        try:
            await self.lead(form, draft, partial(self._send, form, draft), ready)
        finally:
            if ready is not None:
                ready.cancel()

    async def _send(self, form: Form, draft: ChangeDraft, action: str) -> bool:
        """Confirm and send the change of an action; return whether the form is finished."""
        if objection := draft.find_objection(action):
            form.say(objection, "warn")
            return False

        def remake() -> Change | None:
            return draft.change(action) if draft.rebase() else None

        try:
            change = draft.change(action)
            if reason := change.needless_reason:
                form.say(f"Nothing to do: {reason}.", "warn")
                return False
            change.request(self._workspace.client.traits)
        except Refusal as error:
            form.say(f"✗ Nothing was sent: {error}.", "warn")
            return False
        form.say("")
        outcome = await self._changes.confirm(change, remake)
        if outcome is not None and outcome.state is not OutcomeState.FAILED:
            self._go_to(change)
            return True
        draft.rebase()
        if outcome is not None and outcome.error is not None:
            draft.blame(outcome.error)
        if form.shows(draft):  # else another one's, and the status line tells it anyway
            if outcome is None:
                form.say("Nothing was sent.")
            else:
                form.show_again()
                form.say(describe_outcome(change, outcome), "warn")
        return False

    def _go_to(self, change: Change) -> None:
        """Put the cursor on the record that was written, if its list is in view."""
        rows = self._host.rows
        records = rows.view.collection.records.items()
        key = next((key for key, each in records if each.wire_id == change.wire_id), None)
        if key is not None and rows.resource.name == f"{change.noun}s":
            self._host.table.move_to_key(key)
