"""``capgo-tui help``: pages about filters, keys, settings, exit codes and safety."""

from __future__ import annotations

import click

from capgo_tui.commands.output import prepare, write
from capgo_tui.commands.selection import describe_missing
from capgo_tui.commands.verbs import VERBS, Verbs
from capgo_tui.help import TOPICS, read_page


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
    if name in TOPICS:
        write(read_page(name))
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
