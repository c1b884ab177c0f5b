"""The README's table of keys, made of the actions: ``python -m tests.key_table`` writes it."""

from __future__ import annotations

from pathlib import Path

from capgo_tui.tui.actions import MOVES
from capgo_tui.tui.screens.controllers import ACTIONS
from capgo_tui.tui.tabs import EVERYWHERE, LISTS

README = Path(__file__).parent.parent / "README.md"
BEGIN = "<!-- keys: written by python -m tests.key_table -->"
END = "<!-- end of keys -->"


def key_table() -> str:
    """Return the table in Markdown."""
    rows = ["| key | does | on | id |", "| --- | --- | --- | --- |"]
    rows += [f"| `{keys}` | move: {meaning} | | |" for keys, meaning in MOVES]
    for action in ACTIONS:
        where = "" if action.tabs in (LISTS, EVERYWHERE) else ", ".join(sorted(action.tabs))
        rows.append(f"| `{action.key}` | {action.tooltip} | {where} | `{action.id}` |")
    return "\n".join(rows)


def with_key_table(text: str) -> str:
    """Return the README with its table made anew."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{key_table()}\n{END}{after}"


if __name__ == "__main__":
    README.write_text(with_key_table(README.read_text("utf-8")), "utf-8")
