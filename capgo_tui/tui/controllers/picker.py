"""Choosing a channel or a bundle, while the rest of them is loaded."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from capgo_tui.tui.controllers.failures import report_failures
from capgo_tui.tui.overlays.link_form import Choices
from capgo_tui.tui.widgets.record_table import PlainColumn
from capgo_tui.workspace.ages import format_age
from capgo_tui.workspace.cells import describe_share, format_linked_channels, share_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Sequence

    from capgo_tui.api.models import Bundle, Channel
    from capgo_tui.tui.host import Host
    from capgo_tui.workspace.session import Workspace

ChoiceT = TypeVar("ChoiceT", "Channel", "Bundle")


def pick(
    host: Host,
    title: str,
    choices: Choices[ChoiceT],
    prepare: Callable[[ChoiceT], Awaitable[None]] | None = None,
) -> Coroutine[None, None, ChoiceT | None]:
    """Ask for a channel or a bundle.

    The form has the keyboard when this returns; the returned coroutine gives the choice. What
    `prepare` does with the choice is awaited before the form is closed, so that no key reaches
    the list between the form and a question about the choice.
    """
    form = host.overlays.link_form
    hints = 1 if host.hints.display else 0
    answer = form.open(title, choices)
    host.table.cover(form.height - 1 - hints)
    return _await_choice(host, answer, choices, prepare)


async def _await_choice(
    host: Host,
    answer: asyncio.Future[ChoiceT | None],
    choices: Choices[ChoiceT],
    prepare: Callable[[ChoiceT], Awaitable[None]] | None,
) -> ChoiceT | None:
    form = host.overlays.link_form
    work = [(choices.collection.load_all, f"load the {choices.collection.name}")]
    if choices.collection.name == "bundles" and host.workspace is not None:
        work.append((partial(_update_survey, host), "count the devices"))
    loading = [asyncio.ensure_future(report_failures(host, *each)) for each in work]
    try:
        choice = await answer
        if choice is not None and prepare is not None:
            await prepare(choice)
            if not form.shows(choices):
                return None  # it was left meanwhile
        return choice
    finally:
        for each in loading:
            each.cancel()
        if form.shows(choices) or not form.is_open:
            host.table.cover(0)
        if form.shows(choices):
            form.close()


async def _update_survey(host: Host) -> None:
    """Count the loaded devices in a thread, for the shares of the bundles."""
    workspace = host.workspace
    if workspace is not None and workspace.is_survey_due:
        await workspace.update_survey()
        host.overlays.link_form.update_counts()


BUNDLE_COLUMNS: Final = (
    PlainColumn("name", "NAME", 14, 24, 0, cut_middle=True),
    PlainColumn("age", "", 4, 5, 1),
    PlainColumn("share", "", 10, 10, 2),
    PlainColumn("channels", "", 12, 26, 3),
    PlainColumn("note", "", 20, 60, 1),
)
"""The columns of a bundle that is chosen: its age, its devices, its channels, its comment."""


def make_bundle_choices(workspace: Workspace, refusal: Callable[[Bundle], str]) -> Choices[Bundle]:
    """Return the bundles to choose from, with what tells them apart."""

    def make_cells(bundle: Bundle) -> dict[str, str]:
        context = workspace.make_cell_context()
        return {
            "age": format_age(bundle.created_at, context.now),
            "share": describe_share(share_of(bundle, context)),
            "channels": format_linked_channels(bundle, context),
            "note": bundle.comment or "",
        }

    def describe() -> Sequence[str]:
        adoption = workspace.adoption
        if adoption is None:
            return ()
        return f"devices: {adoption.source}", adoption.source

    return Choices(
        workspace.bundles, refusal, columns=BUNDLE_COLUMNS, cells=make_cells, about=describe
    )
