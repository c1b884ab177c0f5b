"""The keys of overlays that `config.toml` may change, by the ids of their bindings.

What moves the cursor, ticks a box or answers a question with y or n stays as it is.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class OverlayKey(NamedTuple):
    """A key of an overlay."""

    id: str
    """The id of its binding."""
    keys: str
    """Its keys by Textual's names, separated by commas."""
    key: str
    """The first of them as the interface writes it."""
    description: str


class OverlayGroup(NamedTuple):
    """The keys of one overlay, or of all forms: no two of them may be the same."""

    title: str
    keys: tuple[OverlayKey, ...]
    fixed_keys: frozenset[str] = frozenset()
    """Further keys that it has and that nothing changes, besides those of the cursor."""


CURSOR_KEYS: Final = frozenset({"up", "down", "left", "right", "pageup", "pagedown", "space"})
"""Keys that move the cursor of an overlay or choose under it."""
TABS: Final = frozenset({"tab", "shift+tab"})
OVERLAY_GROUPS: Final = (
    OverlayGroup(
        "In the filter",
        (
            OverlayKey("filter.enter", "enter", "⏎", "Keep the filter, or look a device up by it"),
            OverlayKey("filter.clear", "escape", "esc", "Clear the filter"),
            OverlayKey("filter.complete", "tab", "⇥", "Complete the word, then the next one"),
            OverlayKey("filter.back", "shift+tab", "⇧tab", "The completion before"),
        ),
    ),
    OverlayGroup(
        "In the palette",
        (
            OverlayKey("palette.choose", "enter", "⏎", "Do it"),
            OverlayKey("palette.cancel", "escape", "esc", "Leave it"),
            OverlayKey("palette.complete", "tab", "⇥", "Complete the text"),
        ),
        frozenset({"shift+tab"}),
    ),
    OverlayGroup(
        "In the picker of a channel or bundle",
        (
            OverlayKey("picker.choose", "enter", "⏎", "Choose"),
            OverlayKey("picker.leave", "escape", "esc", "Leave it"),
            OverlayKey("picker.mark", "space", "space", "Mark, to choose several"),
        ),
        TABS,
    ),
    OverlayGroup(
        "In a form",
        (
            OverlayKey("form.enter", "enter", "⏎", "To the next row; does what the row says"),
            OverlayKey("form.review", "ctrl+s", "ctrl+s", "To «Review and send»"),
            OverlayKey("form.leave", "escape", "esc", "Leave it"),
        ),
        TABS,
    ),
    OverlayGroup(
        "In the list of ids",
        (
            OverlayKey("ids.on", "tab", "tab", "From the text to what is done with it"),
            OverlayKey("ids.back", "shift+tab", "shift+tab", "Back to the text"),
            OverlayKey("ids.cancel", "escape", "esc", "Leave it"),
        ),
        frozenset({"enter", "ctrl+c"}),
    ),
    OverlayGroup(
        "In the question about several changes",
        (
            OverlayKey("confirmation.typed", "enter", "⏎", "On, once the text is typed"),
            OverlayKey("confirmation.next", "tab,shift+tab", "tab", "To the box or the text"),
            OverlayKey("confirmation.cancel", "escape", "esc", "No"),
        ),
    ),
)
OVERLAY_KEYS: Final = tuple(each for group in OVERLAY_GROUPS for each in group.keys)
