"""Every action of the main screen: its key, its name, and where it makes sense.

The bindings, the hint bar and the help are all made from this one list.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding

EVERYWHERE = frozenset({"channels", "devices", "bundles"})
DEVICES_ONLY = frozenset({"devices"})


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
        "Force this device to a channel", DEVICES_ONLY,
    ),
    Action(
        "device.clear", "x", "clear_override", "clear",
        "Clear this device's override", DEVICES_ONLY,
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
        "list.wide", "w", "wide", "wide",
        "Every column at full width; ← → slide those behind the first", hint=False,
    ),
    Action("tab.channels", "1", "tab('channels')", "channels", "The channels", hint=False),
    Action("tab.devices", "2", "tab('devices')", "devices", "The devices", hint=False),
    Action("tab.bundles", "3", "tab('bundles')", "bundles", "The bundles", hint=False),
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

MOVES: tuple[tuple[str, str], ...] = (
    ("↑ ↓ j k", "one row"),
    ("pgup pgdn", "a screen; ctrl+u ctrl+d half of one"),
    ("g G", "first and last row"),
)
