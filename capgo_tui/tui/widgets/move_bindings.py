"""The keys that move through what is longer than a widget."""

from __future__ import annotations

from textual.binding import Binding

FAR = 1_000_000
"""Steps that lead to an end from everywhere."""


def make_move_bindings(
    widget: str,
    move: str,
    move_pages: str,
    *,
    page: int = 1,
    first: str = "top",
    last: str = "bottom",
) -> list[Binding]:
    """Return the bindings of the actions that move by steps and by pages.

    Args:
        widget: what the ids of the bindings begin with, by which the settings name other keys.
        move: the action that takes steps.
        move_pages: the action that takes pages...
        page: ...and what it takes for one.
        first: the name of the beginning.
        last: the name of the end.

    """
    return [
        Binding(
            keys, f"{action}({steps})", name, show=False, id=f"{widget}.{name.replace(' ', '-')}"
        )
        for keys, action, steps, name in (
            ("up,k", move, -1, "up"),
            ("down,j", move, 1, "down"),
            ("pageup,ctrl+u", move_pages, -page, "page up"),
            ("pagedown,ctrl+d", move_pages, page, "page down"),
            ("home,g", move, -FAR, first),
            ("end,G", move, FAR, last),
        )
    ]
