"""Actions: what the operator can do, with their key bindings and the tabs they work on.

The controller that runs an action declares it. The bindings, the hint bar, the help and the
palette are all made from these declarations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.binding import Binding

from capgo_tui.workspace.resources.registry import RESOURCE_NAMES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from capgo_tui.api.revisions import Extra
    from capgo_tui.workspace.target import Target

EVERYWHERE = frozenset(RESOURCE_NAMES)
DEVICES_ONLY = frozenset({"devices"})
CHANNELS_ONLY = frozenset({"channels"})
BUNDLES_ONLY = frozenset({"bundles"})


@dataclass(frozen=True, slots=True)
class Action:
    """One thing the operator can do; actions of one key are one idea on different tabs."""

    id: str
    keys: str
    label: str
    tooltip: str
    run: Callable[..., Awaitable[None] | None]
    """The method of the controller that declares this."""
    rank: int
    """Its position in hints, help and palette; a narrow hint bar keeps the first."""
    tabs: frozenset[str] = EVERYWHERE
    hint: bool = True
    """Whether the hint bar offers it while there is room."""
    shown_key: str = ""
    writes: bool = False
    """Whether it may change something on the server."""
    needs: Extra | None = None
    """The extra that the server's revision must have for it; elsewhere it has no hint."""

    @property
    def binding(self) -> Binding:
        """The Textual binding of this action."""
        return Binding(
            self.keys,
            f"run({self.id!r})",
            self.label,
            show=self.hint,
            key_display=self.key,
            tooltip=self.tooltip,
            id=self.id,
        )

    @property
    def key(self) -> str:
        """The key as the interface writes it."""
        return self.shown_key or self.keys.split(",")[0]

    def disabled_reason(self, target: Target) -> str:
        """Return why this does nothing here; empty when it does."""
        return read_only_reason(target) if self.writes else ""


def action_on_tab(actions: Iterable[Action], action_id: str, tab: str) -> Action:
    """Return the action that the keys of an action run on a tab: itself where no other does."""
    action = next(each for each in actions if each.id == action_id)
    same = (each for each in actions if each.keys == action.keys and tab in each.tabs)
    return next(same, action)


def read_only_reason(target: Target) -> str:
    """Return why nothing is changed here; empty when it may be."""
    by = target.read_only_by
    return f"read-only: {by}; nothing is changed or sent" if target.read_only else ""


MOVES: tuple[tuple[str, str], ...] = (
    ("↑ ↓ j k", "one row"),
    ("pgup pgdn", "a screen; ctrl+u ctrl+d half of one"),
    ("g G", "first and last row"),
)
FORMS: tuple[tuple[str, str], ...] = (
    ("⏎ tab ↑ ↓", "the next row, or the one before; Enter changes no value"),
    ("space ← →", "another choice"),
    ("a character", "replaces what a field held; ← or End before it keeps that"),
    ("ctrl+s", "to «Review and send», which shows what would be sent and asks"),
)
