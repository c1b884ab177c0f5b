"""Workers that leave no coroutine behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from textual.dom import DOMNode
    from textual.worker import Worker


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
