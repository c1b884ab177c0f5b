"""The workers of a screen."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from capgo_tui.tui.controllers.failures import report_failures
from capgo_tui.tui.workers import start_worker

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from textual.dom import DOMNode
    from textual.worker import Worker

    from capgo_tui.tui.host import Host

READS = "reads"
"""The group of the workers that only read."""


class BackgroundWork:
    """Runs coroutines in workers of a screen and reports their failures there.

    Textual cancels the workers of a screen that ends. A coroutine whose worker had not begun by
    then is closed, which Python wants of each that is not awaited.
    """

    def __init__(self, host: Host, node: DOMNode) -> None:
        self._host, self._node = host, node
        self._pending: set[Coroutine[None, None, object]] = set()

    def run(
        self, work: Coroutine[None, None, object], doing: str, group: str = "default"
    ) -> Worker[None]:
        """Run a coroutine in a worker; `doing` completes «failed to …»."""
        self._pending.add(work)
        begin = partial(self._begin, work)
        report = partial(report_failures, self._host, begin, doing)
        return start_worker(self._node, report, group)

    async def _begin(self, work: Coroutine[None, None, object]) -> None:
        if work in self._pending:
            self._pending.remove(work)
            await work

    def close(self) -> None:
        """Close what has not begun; no worker begins it afterwards."""
        while self._pending:
            self._pending.pop().close()
