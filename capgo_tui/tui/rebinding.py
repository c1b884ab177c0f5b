"""Other keys for actions and overlays, as ``config.toml`` names them by their ids."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from itertools import chain
from typing import TYPE_CHECKING, Final

from textual.binding import Binding
from textual.keys import Keys, format_key, key_to_character

from capgo_tui.tui.overlay_keys import CURSOR_KEYS, OVERLAY_GROUPS, OVERLAY_KEYS
from capgo_tui.tui.widgets.record_table import RecordTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from capgo_tui.tui.actions import Action
    from capgo_tui.tui.overlay_keys import OverlayGroup, OverlayKey

_MODIFIERS: Final = ("ctrl+", "alt+", "shift+", "super+")
_NAMED: Final = frozenset(key.value for key in Keys)
_OF_THE_APP: Final = frozenset({"ctrl+c", "ctrl+z", "ctrl+q"})
_SHOWN: Final = {"enter": "⏎", "escape": "esc", "shift+tab": "⇧tab"}


class RebindingError(ValueError):
    """A key cannot be used; the message says why."""

    def __init__(self, action_id: str, why: str) -> None:
        super().__init__(why)
        self.action_id = action_id
        """The id of what was to get the key, or the id that is nothing's."""


def split_keys(keys: str) -> list[str]:
    """Return the keys of a binding by Textual's names, such as ``asterisk`` for ``*``."""
    parts = [key.strip() for key in keys.split(",")]
    return [each.key for key in parts if key for each in Binding.make_bindings([(key, "", "")])]


def rebind(actions: Sequence[Action], changes: Mapping[str, str]) -> tuple[Action, ...]:
    """Return the actions with other keys.

    Args:
        actions: all actions.
        changes: the keys, separated by commas, by the id of their action; those of overlays are
            checked alone.

    Raises:
        RebindingError: for the first id that is no action's or overlay's, and the first key that
            is no key, belongs to something else on the same tab, or must not write.

    """
    ids = [*(action.id for action in actions), *(each.id for each in OVERLAY_KEYS)]
    for action_id in changes:
        if action_id not in ids:
            near = get_close_matches(action_id, ids, 1, 0.4)
            hint = f"did you mean {near[0]}?" if near else f"there is {', '.join(ids[:8])}, …"
            raise RebindingError(action_id, f"no such action; {hint}")
    bound = tuple(
        _bind(action, changes[action.id]) if action.id in changes else action for action in actions
    )
    for action in bound:
        if action.id in changes:
            _check_clash(action, bound, changes)
    rebind_overlays(changes)
    return bound


def rebind_overlays(changes: Mapping[str, str]) -> tuple[OverlayKey, ...]:
    """Return the keys of overlays with other keys; ids of actions are passed over.

    Raises:
        RebindingError: for the first key that is no key, is typed or edits the text there, or does
            something else in the same overlay.

    """
    return tuple(each for group in OVERLAY_GROUPS for each in _rebind_group(group, changes))


def _rebind_group(group: OverlayGroup, changes: Mapping[str, str]) -> list[OverlayKey]:
    bound = [_bind_in_overlay(each, group, changes.get(each.id)) for each in group.keys]
    for one in bound:
        for other in bound:
            shared = set(split_keys(one.keys)).intersection(split_keys(other.keys))
            if one is not other and shared and one.id in changes:
                key = display(min(shared))
                step = "both are named here" if other.id in changes else "give that another key too"
                raise RebindingError(one.id, f"{key} runs {other.id}; {step}")
    return bound


def _bind_in_overlay(own: OverlayKey, group: OverlayGroup, text: str | None) -> OverlayKey:
    if text is None:
        return own
    keys, own_keys = split_keys(text), split_keys(own.keys)
    if not keys:
        raise RebindingError(own.id, "names no key; such as f2 or ctrl+o")
    for key in keys:
        character = key_to_character(key)
        if not is_key(key):
            raise RebindingError(own.id, f"«{key[:20]}» is no key; such as f2 or ctrl+o")
        if key in _OF_THE_APP:
            raise RebindingError(own.id, f"{key} is the program's own; choose another key")
        if key in own_keys:
            continue
        if key in CURSOR_KEYS or key in group.fixed_keys:
            raise RebindingError(own.id, f"{display(key)} does something else there")
        if character is not None and character.isprintable():
            raise RebindingError(own.id, f"{display(key)} is typed there; such as f2 or ctrl+o")
        if key in _list_editing_keys():
            raise RebindingError(own.id, f"{display(key)} edits the text there")
    shown = own.key if keys[0] == own_keys[0] else display(keys[0])
    return own._replace(keys=",".join(keys), key=shown)


def _bind(action: Action, text: str) -> Action:
    keys = split_keys(text)
    if not keys:
        raise RebindingError(action.id, "names no key; such as o or o,f2")
    reserved = frozenset(
        key
        for binding in RecordTable.BINDINGS
        if isinstance(binding, Binding) and binding.id != "table.open"
        for key in split_keys(binding.key)
    )
    for key in keys:
        if not is_key(key):
            raise RebindingError(action.id, f"«{key[:20]}» is no key; such as o, f2 or ctrl+o")
        if key in reserved:
            raise RebindingError(action.id, f"{display(key)} moves the cursor; choose another key")
        if key in _OF_THE_APP:
            raise RebindingError(action.id, f"{key} is the program's own; choose another key")
        if action.writes and (key.startswith("ctrl+") or key == "enter"):
            raise RebindingError(action.id, f"{key} must not write; choose a key without ctrl")
    return replace(action, keys=",".join(keys), shown_key=display(keys[0]))


def _list_editing_keys() -> set[str]:
    """Return the keys of a text field; what its Enter submits, overlays take."""
    from textual.widgets import Input  # noqa: PLC0415 - for few, and not at the start

    bindings = (each for each in Input.BINDINGS if isinstance(each, Binding))
    return {key for each in bindings for key in split_keys(each.key)} - {"enter"}


def _check_clash(action: Action, actions: Iterable[Action], changes: Mapping[str, str]) -> None:
    keys = set(split_keys(action.keys))
    for other in actions:
        shared = keys.intersection(split_keys(other.keys))
        tabs = action.tabs & other.tabs
        if other is action or not shared or not tabs:
            continue
        key = display(min(shared))
        where = f" on {', '.join(sorted(tabs))}" if len(tabs) < len(action.tabs) else ""
        step = "both are named here" if other.id in changes else "give that another key too"
        raise RebindingError(action.id, f"{key} runs {other.id}{where}; {step}")


def is_key(key: str) -> bool:
    """Return whether a terminal has a key of this name, with or without modifiers."""
    stem = key
    while modifier := next((each for each in _MODIFIERS if stem.startswith(each)), ""):
        stem = stem.removeprefix(modifier)
    return len(stem) == 1 or stem in _NAMED or (len(format_key(stem)) == 1 and stem.islower())


def display(key: str) -> str:
    """Return a key as the interface writes it."""
    if key in _SHOWN:
        return _SHOWN[key]
    shown = format_key(key)
    return shown if len(shown) == 1 and shown.isprintable() and not shown.isspace() else key


def list_key_bindings(actions: Sequence[Action]) -> list[Binding]:
    """Return a binding for each key; the screen runs the action that has it on the tab in view."""
    keys = dict.fromkeys(chain.from_iterable(split_keys(action.keys) for action in actions))
    return [Binding(key, f"press({key!r})", show=False, id=f"key.{key}") for key in keys]


def action_of_key(actions: Iterable[Action], key: str, tab: str) -> Action | None:
    """Return the action of a key on a tab; where that has none, one of another tab."""
    same = [action for action in actions if key in split_keys(action.keys)]
    return next((action for action in same if tab in action.tabs), same[0] if same else None)
