"""Every action of the main screen: its key, its name, and where it makes sense.

The bindings, the hint bar and the help are all made from this one list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.binding import Binding

from capgo_tui.api.revisions import Extra
from capgo_tui.workspace.resources.registry import RESOURCE_NAMES

if TYPE_CHECKING:
    from capgo_tui.workspace.target import Target

EVERYWHERE = frozenset(RESOURCE_NAMES)
DEVICES_ONLY = frozenset({"devices"})
CHANNELS_ONLY = frozenset({"channels"})
BUNDLES_ONLY = frozenset({"bundles"})


@dataclass(frozen=True, slots=True)
class Action:
    """One thing the operator can do; `name` is the screen's method ``action_<name>``."""

    id: str
    keys: str
    name: str
    label: str
    tooltip: str
    tabs: frozenset[str] = EVERYWHERE
    hint: bool = True
    """Whether the hint bar offers it while there is room; the first ones go last."""
    shown_key: str = ""
    writes: bool = False
    """Whether it may change something on the server."""
    needs: Extra | None = None
    """What the server's revision must have for it; elsewhere no hint offers it."""

    @property
    def binding(self) -> Binding:
        """The Textual binding of this action."""
        return Binding(
            self.keys,
            self.name,
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


ACTIONS: tuple[Action, ...] = (
    Action(
        "device.override", "o", "override", "override",
        "Force this device, or all marked ones, to a channel", DEVICES_ONLY, writes=True,
    ),
    Action(
        "device.clear", "x", "clear", "clear",
        "Clear the override of this device, or of all marked ones", DEVICES_ONLY, writes=True,
    ),
    Action(
        "channel.promote", "l", "link", "promote",
        "Put a bundle on this channel", CHANNELS_ONLY, writes=True,
    ),
    Action(
        "channel.roll-back", "b", "roll_back", "roll back",
        "Go back to the bundle this channel carried before; it is named first", CHANNELS_ONLY,
        writes=True,
    ),
    Action(
        "channel.edit", "e", "edit", "edit",
        "Change this channel's settings, or its rollout", CHANNELS_ONLY, writes=True,
    ),
    Action("channel.new", "n", "new", "new", "Make a new channel", CHANNELS_ONLY, writes=True),
    Action(
        "channel.clear", "x", "clear", "clear",
        "Take the bundle off this channel", CHANNELS_ONLY, writes=True, hint=False,
    ),
    Action(
        "channel.delete", "D", "delete", "delete", "Delete this channel", CHANNELS_ONLY,
        hint=False, writes=True,
    ),
    Action(
        "bundle.link", "l", "link", "put on channel", "Put this bundle on a channel", BUNDLES_ONLY,
        writes=True,
    ),
    Action(
        "bundle.edit", "e", "edit", "edit", "Change this bundle's comment and link", BUNDLES_ONLY,
        writes=True, needs=Extra.METADATA,
    ),
    Action(
        "bundle.delete", "D", "delete", "delete",
        "Delete this bundle, or those that are marked", BUNDLES_ONLY, writes=True,
        needs=Extra.DELETE_ONE_BUNDLE,
    ),
    Action(
        "bundle.clean-up", "C", "clean_up", "clean up",
        "Plan which old bundles go, then delete them; or delete all", BUNDLES_ONLY, writes=True,
    ),
    Action(
        "bundle.new", "n", "new", "register", "Register a bundle that lies elsewhere",
        BUNDLES_ONLY, hint=False, writes=True, needs=Extra.EXTERNAL_BUNDLES,
    ),
    Action("record.open", "enter", "open", "open", "Show all of this record", shown_key="⏎"),
    Action(
        "list.filter", "slash", "filter", "filter",
        "Show only what has all these words; a whole device id is looked up", shown_key="/",
    ),
    Action("list.refresh", "r", "refresh", "refresh", "Read the list again; the cursor stays"),
    Action("list.all", "L", "load_all", "all", "Load the whole list; esc stops"),
    Action("record.raw", "J", "raw", "JSON", "Show the record as the server sent it"),
    Action(
        "list.sort", "s", "sort", "sort",
        "Sort by a column: ← → and Enter; the same column again turns it round",
    ),
    Action(
        "record.copy", "y", "copy", "copy",
        "Copy the id, name, row, JSON, curl or command line of this record or of all marked",
    ),
    Action(
        "list.export", "E", "export", "export",
        "Write what the filter shows into a file: csv, json or ndjson",
    ),
    Action(
        "palette", "colon,ctrl+p", "palette('')", "go",
        "Go to a list, a record or an action by its name: dev qa, ch beta, theme, export csv",
        shown_key=":",
    ),
    Action(
        "change.undo", "z", "undo", "undo",
        "Undo the last change that can be undone; once more: the one before", writes=True,
    ),
    Action(
        "change.list", "Z", "changes", "changes",
        "All changes made from here, and what became of them; z there undoes one",
    ),
    Action(
        "mark.toggle", "space", "mark", "mark", "Mark this record, or unmark it", hint=False,
    ),
    Action(
        "mark.range", "v", "mark_range", "mark to here",
        "Mark all from the last mark to here", hint=False,
    ),
    Action("mark.all", "asterisk", "mark_all", "mark all",
           "Mark everything the filter shows", hint=False, shown_key="*"),
    Action("mark.none", "u", "unmark", "unmark all", "Take all marks away", hint=False),
    Action(
        "device.ids", "O", "ids", "list of ids",
        "Override or clear the devices of a list of ids; pasting one opens it too",
        DEVICES_ONLY, hint=False, writes=True,
    ),
    Action(
        "list.wide", "w", "wide", "wide",
        "Every column at full width; ← → slide those behind the first", hint=False,
    ),
    *(
        Action(f"tab.{name}", str(digit), f"tab('{name}')", name, f"The {name}", hint=False)
        for digit, name in enumerate(RESOURCE_NAMES, 1)
    ),
    Action("tab.next", "tab", "next_tab(1)", "next tab", "The next list", hint=False),
    Action(
        "tab.previous", "shift+tab", "next_tab(-1)", "previous tab", "The list before",
        hint=False, shown_key="⇧tab",
    ),
    Action(
        "back", "escape", "leave", "leave", "Close the detail, else clear the filter",
        hint=False, shown_key="esc",
    ),
    Action("quit", "q", "back", "quit", "Back; at the top quit", hint=False),
    Action(
        "list.unreadable", "exclamation_mark", "unreadable", "unreadable",
        "Rows of this list that could not be read, as the server sent them",
        hint=False, shown_key="!",
    ),
    Action(
        "log", "at", "request_log", "requests",
        "What was asked of the server, and how it went; copy it as curl",
        hint=False, shown_key="@",
    ),
    Action("help", "question_mark", "help", "help", "All keys", shown_key="?"),
)  # fmt: skip

WRITES: frozenset[str] = frozenset(action.name for action in ACTIONS if action.writes)


def disabled_reason(name: str, target: Target) -> str:
    """Why an action does nothing here, by its `Action.name`; empty when it does."""
    return read_only_reason(target) if name in WRITES else ""


def read_only_reason(target: Target) -> str:
    """Why nothing is changed here; empty when it may be."""
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
