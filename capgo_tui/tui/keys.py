"""The keys of actions as sentences and hints name them: `config.toml` may give others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Protocol

from capgo_tui.tui.overlay_keys import OVERLAY_KEYS

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAMED: Final = re.compile(r"\{([a-z.-]+)\}")
_keys: dict[str, str] = {each.id: each.key for each in OVERLAY_KEYS}
"""The keys of the app as they are written, by the id of the action or of an overlay's key."""

PAGE_KEYS: Final = {
    "changes.undo": "change.undo",
    "changes.watch": "change.watch",
    "changes.reload": "list.refresh",
    "changes.find": "list.filter",
    "changes.close": "change.list",
    "help.find": "list.filter",
    "help.key": "help",
    "history.close": "channel.history",
    "history.restore": "change.undo",
    "history.reload": "list.refresh",
    "comparison.close": "list.compare",
    "log.find": "list.filter",
    "log.copy": "record.copy",
    "log.key": "log",
    "report.key": "device.explain",
    "report.reload": "list.refresh",
    "unreadable.key": "list.unreadable",
    "ids.override": "device.override",
    "ids.clear": "device.clear",
}
"""The keys of pages and forms that are those of an action: the binding's id, and the action's."""


class Keyed(Protocol):
    """An action or a key of an overlay, as far as its keys are concerned."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def key(self) -> str:
        """Its first key, as the interface writes it."""

    @property
    def keys(self) -> str:
        """All of its keys by Textual's names, separated by commas."""


def use_keys(actions: Iterable[Keyed]) -> None:
    """Name the keys of these actions from now on."""
    _keys.update({action.id: action.key for action in actions})


def make_keymap(actions: Iterable[Keyed], overlay_keys: Iterable[Keyed]) -> dict[str, str]:
    """Return the keys of pages and overlays by the binding's id, as Textual takes them."""
    keys = {action.id: action.keys for action in actions}
    of_pages = {binding: keys[action_id] for binding, action_id in PAGE_KEYS.items()}
    return of_pages | {each.id: each.keys for each in overlay_keys}


def name_key(action_id: str) -> str:
    """Return the key of an action or an overlay as the interface writes it."""
    return _keys[action_id]


def capitalize_key(action_id: str) -> str:
    """Return the key of an action for the beginning of a sentence: ``Esc``, but ``r``."""
    key = name_key(action_id)
    return key if len(key) == 1 else f"{key[:1].upper()}{key[1:]}"


def fill_keys(text: str) -> str:
    """Return a text of our own with the key of each action that it names in braces."""
    return _NAMED.sub(lambda match: name_key(match[1]), text)
