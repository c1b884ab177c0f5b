"""Actions: what the operator can do, with their key bindings and why one does nothing now.

The controller that runs an action declares it. The bindings, the hint bar, the help and the
palette are all made from these declarations.
"""

from __future__ import annotations

from dataclasses import field
from enum import Enum
from typing import TYPE_CHECKING

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.tui.keys import fill_keys, name_key
from capgo_tui.tui.tabs import LISTS, TAB_BY_NAME

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from capgo_tui.api.revisions import Extra, Traits
    from capgo_tui.workspace.missing_rights import MissingRight
    from capgo_tui.workspace.target import Target

DEVICES_ONLY = frozenset({"devices"})
CHANNELS_ONLY = frozenset({"channels"})
BUNDLES_ONLY = frozenset({"bundles"})


class Takes(Enum):
    """What an action is done to."""

    NOTHING = "nothing"
    RECORD = "the record under the cursor"
    MARKED = "the marked records, else the one under the cursor"
    TWO = "two marked records"


@dataclass(frozen=True, slots=True)
class DisabledReason:
    """Why an action does nothing now."""

    text: str
    """A clause in the help and the palette."""
    sentence: str = ""
    """What the status line says; empty for the clause."""
    next_step: str = ""
    """A sentence on what to do about it; empty for nothing."""

    def __str__(self) -> str:
        return self.text

    @property
    def message(self) -> str:
        """The text of the status line."""
        sentence = self.sentence or f"{self.text[:1].upper()}{self.text[1:]}."
        return f"✗ {sentence} {self.next_step}".rstrip()


@dataclass(frozen=True, slots=True)
class ActionContext:
    """What decides whether an action does something now; the screen makes it."""

    target: Target
    tab: str
    is_connected: bool = True
    traits: Traits | None = None
    """The traits of the server; None while they are not known for certain."""
    has_cursor: bool = True
    """Whether there is a record under the cursor."""
    has_marks: bool = False
    mark_count: int = 0
    has_open_outcome: bool = False
    """Whether the outcome of a write is in sight that the server did not confirm."""
    empty_step: str = ""
    """A sentence on what to do where there is no record under the cursor."""
    missing_rights: Sequence[MissingRight] = field(default=())
    """The rights for whose lack the server refused a change."""
    channel: str = ""
    """The exact name of the channel under the cursor; empty on other tabs."""


def _accept_any_server(_: Traits) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing the operator can do; actions of one key are one idea on different tabs."""

    id: str
    keys: str
    label: str
    tooltip: str
    """What it does, with other actions in braces; `description` has their keys in place."""
    run: Callable[..., Awaitable[None] | None]
    """The method of the controller that declares this."""
    rank: int
    """Its position in hints, help and palette; a narrow hint bar keeps the first."""
    tabs: frozenset[str] = LISTS
    hint: bool = True
    """Whether the hint bar offers it while there is room."""
    is_timely: Callable[[ActionContext], bool] | None = None
    """Returns whether it is what comes next: then the hint bar has it first of all."""
    shown_key: str = ""
    writes: bool = False
    """Whether it may change something on the server."""
    takes: Takes = Takes.NOTHING
    right: str = ""
    """The right that its changes need, as `Change.right`.

    Empty where the refusal of one says nothing of the next: a preview key may delete a channel
    with its bundle and not without, and create some channels.
    """
    server_reason: Callable[[Traits], str] = _accept_any_server
    """Returns why a server of some traits cannot; empty when it can. There it has no hint."""
    elsewhere: str = ""
    """The sentence for other tabs; empty for one that names the tab."""
    is_offline: bool = False
    """Whether it does something before there is a connection."""

    @property
    def key(self) -> str:
        """The key as the interface writes it."""
        return self.shown_key or self.keys.split(",")[0]

    @property
    def description(self) -> str:
        """What it does, as the help and the palette say it."""
        return fill_keys(self.tooltip)

    def disabled_reason(self, context: ActionContext) -> DisabledReason | None:
        """Return why this does nothing now; None when it does something."""
        if self.writes and (reason := read_only_reason(context.target)):
            return reason
        if not (context.is_connected or self.is_offline):
            return DisabledReason("not connected yet")
        if context.tab not in self.tabs:
            return self._make_wrong_tab_reason()
        return self.find_lasting_reason(context) or self._find_empty_reason(context)

    def find_lasting_reason(self, context: ActionContext) -> DisabledReason | None:
        """Return why this does nothing wherever the cursor is; None when it may."""
        if self.writes and (reason := read_only_reason(context.target)):
            return reason
        if context.traits is not None and (why := self.server_reason(context.traits)):
            return DisabledReason(why, f"Nothing was sent: {why}.")
        for lack in context.missing_rights:
            if lack.right == self.right and lack.channel in ("", context.channel):
                step = fill_keys("{list.refresh} asks again.")
                return DisabledReason(f"{lack}, said the server", next_step=step)
        return None

    def _make_wrong_tab_reason(self) -> DisabledReason:
        tabs = [tab for name, tab in TAB_BY_NAME.items() if name in self.tabs]
        where = " or ".join(tab.name for tab in tabs) if len(tabs) < len(LISTS) else "a list"
        sentence = (
            f"That is done on {where}: {name_key(f'tab.{tabs[0].name}')} shows the {tabs[0].name}."
        )
        return DisabledReason(f"only on {where}", fill_keys(self.elsewhere) or sentence)

    def _find_empty_reason(self, context: ActionContext) -> DisabledReason | None:
        if self.takes is Takes.TWO:
            return self._find_not_two_reason(context)
        has_any = context.has_cursor or (self.takes is Takes.MARKED and context.has_marks)
        if self.takes is Takes.NOTHING or has_any:
            return None
        one = next(iter(self.tabs)).removesuffix("s") if len(self.tabs) == 1 else ""
        what = f"no {one}" if one else "nothing"
        return DisabledReason(f"there is {what} under the cursor", next_step=context.empty_step)

    def _find_not_two_reason(self, context: ActionContext) -> DisabledReason | None:
        count = context.mark_count
        if count == 2:
            return None
        number = f"{count or 'none'} {'is' if count == 1 else 'are'}"
        text = f"it takes two marked {context.tab}, and {number} marked"
        return DisabledReason(text, next_step=fill_keys("{mark.toggle} marks one."))


def action_on_tab(actions: Iterable[Action], action_id: str, tab: str) -> Action:
    """Return the action that the keys of an action run on a tab: itself where no other does."""
    action = next(each for each in actions if each.id == action_id)
    same = (each for each in actions if each.keys == action.keys and tab in each.tabs)
    return next(same, action)


def read_only_reason(target: Target) -> DisabledReason | None:
    """Return why nothing is changed here; None when it may be."""
    by = target.read_only_by
    text = f"read-only: {by}; nothing is changed or sent"
    return DisabledReason(text) if target.read_only else None


def require_extra(extra: Extra) -> Callable[[Traits], str]:
    """Return a `server_reason` for what only some revisions of the API have."""

    def explain_missing_extra(traits: Traits) -> str:
        has_it = extra in traits.extras
        return "" if has_it else f"this server's API ({traits.revision}) has no {extra.value}"

    return explain_missing_extra


MOVES: tuple[tuple[str, str], ...] = (
    ("↑ ↓ j k", "one row"),
    ("pgup pgdn", "a screen; ctrl+u ctrl+d half of one"),
    ("g G", "first and last row"),
)
FORMS: tuple[tuple[str, str], ...] = (
    ("{form.enter} tab ↑ ↓", "the next row, or the one before; Enter changes no value"),
    ("space ← →", "another choice"),
    ("a character", "replaces what a field held; ← or End before it keeps that"),
    ("{form.review}", "to «Review and send», which shows what would be sent and asks"),
)
