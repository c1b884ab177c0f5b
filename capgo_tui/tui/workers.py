"""Workers that leave no coroutine behind."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from textual.dom import DOMNode
    from textual.worker import Worker

READS = "reads"
"""The group of the workers that only read."""


def start_worker(
    node: DOMNode,
    work: Callable[[], Coroutine[Any, Any, None]],
    group: str = "default",
    *,
    exclusive: bool = False,
) -> Worker[None]:
    """Start a worker of a node; its failure does not end the app.

    Textual cancels it with the node, maybe before it begins: it takes a function, since a
    coroutine would then be left without ever having been awaited.
    """
    return node.run_worker(work, group=group, exclusive=exclusive, exit_on_error=False)


class BackgroundWork:
    """Runs coroutines in workers of a screen and has their failures reported there.

    Textual cancels the workers of a screen that ends. A coroutine whose worker had not begun by
    then is closed, which Python wants of each that is not awaited.
    """

    def __init__(
        self,
        node: DOMNode,
        report: Callable[[Callable[[], Awaitable[object]], str], Coroutine[Any, Any, None]],
    ) -> None:
        self._node = node
        self._report = report
        """Does some work and reports that it «failed to …», which is completed by a text."""
        self._pending: set[Coroutine[None, None, object]] = set()

    def read(self, work: Coroutine[None, None, object], doing: str) -> Worker[None]:
        """Run work that only reads; `doing` completes «failed to …»."""
        return self._start(work, doing, READS)

    def run(self, work: Coroutine[None, None, object] | None, doing: str) -> None:
        """Run work that may write; None is ignored; `doing` completes «failed to …»."""
        if work is not None:
            self._start(work, doing)

    def _start(
        self, work: Coroutine[None, None, object], doing: str, group: str = "default"
    ) -> Worker[None]:
        self._pending.add(work)
        begin = partial(self._begin, work)
        return start_worker(self._node, partial(self._report, begin, doing), group)

    async def _begin(self, work: Coroutine[None, None, object]) -> None:
        if work in self._pending:
            self._pending.remove(work)
            await work

    def cancel_reads(self) -> None:
        """Cancel the workers that only read."""
        self._node.workers.cancel_group(self._node, READS)

    def close(self) -> None:
        """Close what has not begun; no worker begins it afterwards."""
        while self._pending:
            self._pending.pop().close()
