"""``capgo-tui help``: pages about filters, keys, settings, exit codes and safety."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

import click

from capgo_tui.commands.output import prepare, write
from capgo_tui.commands.selection import describe_missing
from capgo_tui.commands.verbs import VERBS, Verbs

KEYS: Final = "keys"
TOPICS: Final = {
    "filters": "What can be typed after / and --filter.",
    KEYS: "The keys of the app.",
    "screen": "More about some keys, forms, undo, exports and waiting.",
    "settings": "Where the key, the app and the server come from.",
    "exit-codes": "What the exit codes mean.",
    "safety": "What is asked, read back, noted and undone.",
}
WIDTH: Final = 80
"""Cells of the longest line of a page."""


@click.command()
@click.argument("topic", required=False, type=str, metavar="[TOPIC]")
@click.pass_context
def help(context: click.Context, topic: str | None) -> None:  # noqa: A001 - the name of the verb
    """Show a page: filters, keys, screen, settings, exit-codes or safety; or a verb's help.

    capgo-tui help filters

    capgo-tui help exit-codes
    """
    prepare(is_data=False)
    if topic is None:
        formatter = context.make_formatter()
        formatter.write_text("Pages, by capgo-tui help TOPIC:")
        formatter.write_dl([*TOPICS.items()])
        write(formatter.getvalue())
        return
    name = topic.strip().lower()
    if name == KEYS:
        write(_list_keys())
    elif name in TOPICS:
        write(files("capgo_tui").joinpath("help", f"{name}.md").read_text("utf-8"))
    elif name in VERBS and context.parent is not None:
        _write_verb(context.parent, name)
    else:
        missing = describe_missing("page", topic, [*TOPICS, *VERBS])
        raise click.UsageError(f"{missing}; there are {', '.join(TOPICS)}")


def _write_verb(root: click.Context, name: str) -> None:
    group = root.command
    command = group.get_command(root, name) if isinstance(group, Verbs) else None
    if command is not None:
        context = click.Context(command, info_name=name, parent=root)
        write(f"{command.get_help(context)}\n")


def _list_keys() -> str:
    """Return the page of the keys, made of the actions themselves."""
    from capgo_tui.tui.actions import FORMS, MOVES  # noqa: PLC0415 - brings Textual
    from capgo_tui.tui.screens.controllers import ACTIONS  # noqa: PLC0415 - as above
    from capgo_tui.tui.tabs import EVERYWHERE, LISTS  # noqa: PLC0415 - as above

    groups: dict[str, list[tuple[str, str]]] = {"On every tab": []}
    for action in ACTIONS:
        is_general = action.tabs in (LISTS, EVERYWHERE)
        title = "On every tab" if is_general else f"On {', '.join(sorted(action.tabs))}"
        groups.setdefault(title, []).append((action.key, action.tooltip))
    groups |= {"Moving": [*MOVES], "In forms": [*FORMS]}
    formatter = click.HelpFormatter(width=WIDTH)
    for title, rows in groups.items():
        formatter.write(f"\n{title}\n\n")
        formatter.indent()
        formatter.write_dl(rows)
        formatter.dedent()
    return f"# Keys\n{formatter.getvalue()}"
