"""The overview: made in a thread from what is loaded, and from the few requests of its own."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar, Final

from capgo_tui.api.errors import Refusal
from capgo_tui.tui import words
from capgo_tui.tui.actions import Action

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from capgo_tui.tui.controllers.loading import LoadingController
    from capgo_tui.tui.controllers.survey import SurveyController
    from capgo_tui.tui.controllers.travel import TravelController
    from capgo_tui.tui.host import Host
    from capgo_tui.tui.widgets.overview import OverviewPage
    from capgo_tui.workspace.insight.overview import Overview
    from capgo_tui.workspace.insight.overview_joins import Facts
    from capgo_tui.workspace.journal_entry import Entry
    from capgo_tui.workspace.session import Workspace

DELAY: Final = 0.05
"""Seconds from a change of a list to the next overview: pages may follow one another."""
LONG_DELAY: Final = 1.0
"""The same while the whole list of devices is being loaded."""
PATIENCE: Final = 0.5
"""Seconds for which the first overview waits for what the lists do not tell."""
OVERVIEW_ONLY: Final = frozenset({"overview"})


def _import_joins() -> Callable[[Facts, Sequence[Entry] | None], Overview]:
    """Import what joins the overview, which brings the change models."""
    from capgo_tui.workspace.changes import kinds  # noqa: F401, PLC0415
    from capgo_tui.workspace.insight.overview_joins import make_overview  # noqa: PLC0415

    return make_overview


def _read_journal(workspace: Workspace) -> Sequence[Entry] | None:
    try:
        return workspace.journal.list_entries()
    except Refusal:  # the journal cannot be used
        return None


class OverviewController:
    """The controller of the overview's page."""

    def __init__(
        self,
        host: Host,
        survey: SurveyController,
        loading: LoadingController,
        travel: TravelController,
    ) -> None:
        self._host = host
        self._survey = survey
        self._loading = loading
        self._travel = travel
        self._page: OverviewPage | None = None
        """The page, once it was in view."""
        self._is_planned = False
        self._is_at_work = False
        self._has_asked = False
        """Whether the statistics and the audit history were requested."""

    def update(self, page: OverviewPage) -> None:
        """Make the overview anew, soon."""
        self._page = page
        if not self._is_planned:
            self._is_planned = True
            workspace = self._host.workspace
            is_loading_all = workspace is not None and workspace.devices.loading_all
            page.set_timer(LONG_DELAY if is_loading_all else DELAY, self._begin)

    def _begin(self) -> None:
        page, self._is_planned = self._page, False
        if page is None or self._host.page is not page:
            return
        if self._is_at_work:
            self.update(page)
        else:
            self._host.background.read(self._make(page), "make the overview")

    async def _make(self, page: OverviewPage) -> None:
        workspace = self._host.workspace
        page.expect()
        if workspace is None:
            return
        self._is_at_work = True
        try:
            await self._survey.update()
            await self._ask_once(workspace, page)
            make_overview = await asyncio.to_thread(_import_joins)
            from capgo_tui.workspace.insight.overview_joins import Facts  # noqa: PLC0415

            facts = Facts.of(workspace)
            overview = await asyncio.to_thread(
                lambda: make_overview(facts, _read_journal(workspace))
            )
        finally:
            self._is_at_work = False
        page.status = self._describe(workspace)
        page.show_overview(overview, self._map_keys())
        self._host.chrome.show_status()

    async def _ask_once(self, workspace: Workspace, page: OverviewPage) -> None:
        """Request what the lists do not tell, and wait a moment for it: one drawing will do."""
        if self._has_asked or workspace.client.revision is None:
            return
        self._has_asked = True
        answered = asyncio.Event()
        self._host.background.read(self._ask(workspace, page, answered), "read the statistics")
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await answered.wait()

    async def _ask(self, workspace: Workspace, page: OverviewPage, answered: asyncio.Event) -> None:
        """Read the statistics and the audit history, where the server and the API key allow it."""
        try:
            await asyncio.gather(workspace.read_usage(), workspace.read_audit())
        finally:
            answered.set()
        self._survey.show()
        self.update(page)

    def _map_keys(self) -> Mapping[str, str]:
        """Return the key of each action, as a warning shows it."""
        return {action.id: f"{action.key} {action.label}" for action in self._host.actions}

    @staticmethod
    def _describe(workspace: Workspace) -> str:
        """Return how much is loaded, and since when."""
        counts = [f"{words.count(each)} {name}" for name, each in workspace.collections.items()]
        loaded = ", ".join(counts)
        known = [each for each in workspace.collections.values() if each.as_of is not None]
        oldest = min(known, key=lambda each: each.as_of or workspace.now(), default=None)
        as_of = "" if oldest is None else words.describe_freshness(oldest, workspace.now())
        return f"{loaded} loaded · {as_of}".removesuffix(" · ")

    async def open_line(self) -> None:
        """Go to what the chosen line is about."""
        place = None if self._page is None else self._page.place
        if place is not None:
            await self._travel.go(place)

    def refresh(self) -> None:
        """Read the lists, the statistics and the audit history again."""
        workspace = self._host.workspace
        if workspace is None or self._page is None:
            return
        self._has_asked = False
        workspace.usage.forget_refusal()
        workspace.audit.forget_refusal()
        self._loading.refresh_all()
        self.update(self._page)

    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action(
            "overview.open", "enter", "go there",
            "Go to what this line is about; {back} returns",
            open_line, 211, OVERVIEW_ONLY, shown_key="⏎",
        ),
        Action(
            "overview.refresh", "r", "refresh", "Read the lists and the statistics again", refresh,
            231, OVERVIEW_ONLY,
        ),
    )  # fmt: skip
