"""The rollout of a channel: its steps, each with one question and one write."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from capgo_tui.tui.controllers.change import describe_outcome
from capgo_tui.tui.controllers.failures import report_failures
from capgo_tui.tui.controllers.picker import make_bundle_choices, pick
from capgo_tui.tui.controllers.writing import WritingController
from capgo_tui.tui.overlays.rollout_form import TARGET
from capgo_tui.workspace.changes.outcome import OutcomeState
from capgo_tui.workspace.insight.audience import read_audience
from capgo_tui.workspace.insight.promotion_warnings import find_promotion_warnings
from capgo_tui.workspace.rollout_draft import RolloutDraft
from capgo_tui.workspace.rollout_labels import FINISH, START

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from capgo_tui.api.models import Bundle, Channel
    from capgo_tui.tui.overlays.rollout_form import RolloutForm
    from capgo_tui.workspace.changes.change import Change


class RolloutController(WritingController):
    """Leads the form of a rollout until a step is done or it is left."""

    def open(self, channel: Channel) -> Coroutine[None, None, None] | None:
        """Show the rollout of a channel; the form has the keyboard at once if it can."""
        if self._changes.report_busy("channel", str(channel.id)):
            return None
        return self._forms.begin(partial(self._show, channel))

    def _show(self, channel: Channel) -> Coroutine[None, None, None]:
        traits = self._workspace.client.traits
        if not traits.has_rollouts:
            return self._refuse(f"✗ This server's API ({traits.revision}) has no rollouts.")
        draft = RolloutDraft(self._workspace, channel)
        self._cover()
        return self._lead(draft, self._form.open(draft))

    async def _refuse(self, why: str) -> None:
        self._host.say(why)

    @property
    def _form(self) -> RolloutForm:
        return self._host.overlays.rollout_form

    def _cover(self) -> None:
        """Keep the cursor of the list above the form."""
        self._host.table.cover(self._form.HEIGHT - 1 - bool(self._host.hints.display))

    async def _lead(self, draft: RolloutDraft, answer: asyncio.Future[str | None]) -> None:
        form = self._form
        counting = asyncio.ensure_future(
            report_failures(self._host, partial(self._count, draft), "count the devices")
        )
        try:
            while (name := await answer) is not None:
                if name == TARGET or (name == START and not draft.has_target):
                    await self._choose_target(draft)
                elif await self._take(draft, name):
                    return
                if not form.shows(draft):
                    return
                answer = form.ask()
        finally:
            counting.cancel()
            if form.shows(draft):
                form.close()
            self._host.table.cover(0)

    async def _count(self, draft: RolloutDraft) -> None:
        """Count the devices of the channel, in a thread."""
        draft.audience = await read_audience(self._workspace, draft.channel)
        if self._form.shows(draft):
            self._form.show_again()

    async def _choose_target(self, draft: RolloutDraft) -> None:
        """Choose the bundle that is rolled out."""
        channel = draft.channel

        def explain_refusal(bundle: Bundle) -> str:
            is_stable = channel.bundle is not None and bundle.id == channel.bundle.id
            return "its stable bundle" if is_stable else ""

        now = f"target now {draft.target_label}" if draft.has_target else "no target yet"
        title = f"Roll out on {channel.name} · {now}"
        bundle = await pick(
            self._host, title, make_bundle_choices(self._workspace, explain_refusal)
        )
        self._cover()
        if bundle is not None:
            draft.choose_target(bundle)
        self._form.show_again()

    async def _take(self, draft: RolloutDraft, name: str) -> bool:
        """Confirm and carry out a step; return whether the form is finished."""
        form = self._form
        if refusal := draft.step(name).refusal:
            form.say(f"✗ {draft.name_verb(name)}: {refusal}")
            return False
        warnings = await self._find_warnings(draft, name)
        if not form.shows(draft):
            return True

        def make() -> Change:
            return draft.change(name, warnings)

        def remake() -> Change | None:
            return make() if draft.rebase() else None

        outcome = await self._changes.confirm(change := make(), remake)
        if outcome is not None and outcome.state is not OutcomeState.FAILED:
            return True
        draft.rebase()
        if outcome is not None:
            form.say(describe_outcome(change, outcome))
        form.show_again()
        return False

    async def _find_warnings(self, draft: RolloutDraft, name: str) -> tuple[str, ...]:
        """Return warnings about a bundle that devices are to get."""
        bundle = draft.find_bundle(name)
        if bundle is None or name not in (START, FINISH):
            return ()
        return await find_promotion_warnings(self._workspace, draft.channel, bundle)
