"""Choosing a channel or a bundle, while the rest of them is loaded."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from capgo_tui.tui.controllers.failures import report_failures

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from capgo_tui.api.models import Bundle, Channel
    from capgo_tui.tui.host import Host
    from capgo_tui.tui.overlays.link_form import Choices

ChoiceT = TypeVar("ChoiceT", "Channel", "Bundle")


def pick(
    host: Host, title: str, choices: Choices[ChoiceT]
) -> Coroutine[None, None, ChoiceT | None]:
    """Ask for a channel or a bundle.

    The form has the keyboard when this returns; the returned coroutine gives the choice.
    """
    form = host.overlays.link_form
    hints = 1 if host.hints.display else 0
    host.table.cover(form.HEIGHT - 1 - hints)
    return _await_choice(host, form.open(title, choices), choices)


async def _await_choice(
    host: Host, answer: asyncio.Future[ChoiceT | None], choices: Choices[ChoiceT]
) -> ChoiceT | None:
    load_all = choices.collection.load_all()
    loading = asyncio.ensure_future(
        report_failures(host, load_all, f"load the {choices.collection.name}")
    )
    try:
        return await answer
    finally:
        loading.cancel()
        host.table.cover(0)
        host.overlays.link_form.close()
