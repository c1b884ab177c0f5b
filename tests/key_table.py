"""The help's page of keys, made of the actions: ``python -m tests.key_table`` writes it."""

from __future__ import annotations

from pathlib import Path
from textwrap import wrap

import capgo_tui.help
from capgo_tui.tui.actions import FORMS, MOVES
from capgo_tui.tui.keys import fill_keys, use_keys
from capgo_tui.tui.overlay_keys import OVERLAY_GROUPS, OVERLAY_KEYS
from capgo_tui.tui.screens.controllers import ACTIONS
from capgo_tui.tui.tabs import EVERYWHERE, LISTS

PAGE = Path(capgo_tui.help.__file__).with_name("keys.md")
WIDTH = 78
"""Cells of the longest line: one stays free on each side of a page on the screen."""
KEY_WIDTH = 14
ID_WIDTH = 20
INTRODUCTION = """\
# Keys

Written by python -m tests.key_table. Each line has a key, the id of its
action, and what it does; ? in the app shows what can be done where you are.
Other keys are set by these ids in config.toml (capgo-tui help settings):

    [keys]
    "device.override" = "o,f2"
    "form.review" = "f10"

The keys of the cursor, y and n, and all that has no id here are always the
same; where text is typed, no letter can be a key.
"""


def key_page() -> str:
    """Return the page in Markdown."""
    use_keys(ACTIONS)
    use_keys(OVERLAY_KEYS)
    groups: dict[str, list[str]] = {"On every tab": []}
    for action in sorted(ACTIONS, key=lambda each: each.rank):
        is_general = action.tabs in (LISTS, EVERYWHERE)
        title = "On every tab" if is_general else f"On {' and '.join(sorted(action.tabs))}"
        first = f"{action.key:<{KEY_WIDTH}}{action.id:<{ID_WIDTH}}"
        groups.setdefault(title, []).append(_entry(first, action.description))
    groups["Moving"] = [_entry(f"{keys:<{KEY_WIDTH}}", text) for keys, text in MOVES]
    groups["In forms"] = [_entry(f"{fill_keys(keys):<{KEY_WIDTH}}", text) for keys, text in FORMS]
    for group in OVERLAY_GROUPS:
        groups[group.title] = [
            _entry(f"{each.key:<{KEY_WIDTH}}{each.id:<{ID_WIDTH}}", each.description)
            for each in group.keys
        ]
    parts = [f"{title}\n\n" + "\n".join(lines) + "\n" for title, lines in groups.items()]
    return "\n".join([INTRODUCTION, *parts])


def _entry(first: str, text: str) -> str:
    indent = " " * 4
    return "\n".join(
        wrap(
            text,
            WIDTH,
            break_on_hyphens=False,
            initial_indent=indent + first,
            subsequent_indent=" " * (4 + len(first)),
        )
    )


if __name__ == "__main__":
    PAGE.write_text(key_page(), "utf-8")
