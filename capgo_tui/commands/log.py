"""``capgo-tui log``: list the changes made with this program. No request is sent."""

from __future__ import annotations

import asyncio
import csv
import io
from typing import TYPE_CHECKING, Final, cast

import click

from capgo_tui.commands.common_options import add_common_options, app_argument, limit_option
from capgo_tui.commands.durations import parse_since
from capgo_tui.commands.exit_codes import Exit
from capgo_tui.commands.list_options import wide_option
from capgo_tui.commands.output import find_width, say, write
from capgo_tui.commands.running import run
from capgo_tui.workspace.changes.history import describe_entry, name_outcome
from capgo_tui.workspace.changes.recorded import revive, target_label
from capgo_tui.workspace.export.formats import WIDEST_PLAIN, Format, align, disarm
from capgo_tui.workspace.export.json_text import format_json
from capgo_tui.workspace.export.table_fit import ColumnSize, fit
from capgo_tui.workspace.journal import MOST_ENTRIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from capgo_tui.api.jsonvalue import JSON
    from capgo_tui.commands.common_options import CommonOptions
    from capgo_tui.workspace.journal_entry import Entry
    from capgo_tui.workspace.session import Workspace

COLUMNS: Final = (
    ColumnSize("N", 1, 6, 0, align_right=True),
    ColumnSize("WHEN", 5, 16, 3),
    ColumnSize("KEY", 7, 9, 4),
    ColumnSize("WHAT", 20, 44, 1),
    ColumnSize("BEFORE → AFTER", 14, 40, 2),
    ColumnSize("OUTCOME", 10, 20, 1),
)
HEADINGS: Final = tuple(column.title for column in COLUMNS)
UNKNOWN: Final = "unknown"


@click.command()
@app_argument
@click.option("--since", metavar="TIME", help="Only changes since then: 2d, 12h or 2026-11-01.")
@limit_option
@wide_option
@add_common_options
def log(common: CommonOptions, since: str | None, limit: int | None, *, wide: bool) -> None:
    """List the changes of an app made with this program, the newest first.

    capgo-tui log --since 2d

    capgo-tui log --ndjson --limit 1
    """

    async def run_command(workspace: Workspace) -> Exit:
        start = None if since is None else parse_since(since, workspace.now())
        entries = await asyncio.to_thread(workspace.journal.list_entries, MOST_ENTRIES)
        chosen = [entry for entry in entries if start is None or entry.at >= start][:limit]
        if not chosen:
            say("no change was made with this program" + " since then" * (start is not None))
        write(_format(common.format, chosen, None if wide else find_width()))
        return Exit.OK

    run(common.target(), run_command)


def _format(form: Format, entries: Sequence[Entry], width: int | None) -> str:
    match form:
        case Format.JSON:
            return format_json([_describe(entry) for entry in entries], indent=2) + "\n"
        case Format.NDJSON:
            return "".join(format_json(_describe(entry)) + "\n" for entry in entries)
        case Format.CSV:
            text = io.StringIO()
            writer = csv.writer(text, lineterminator="\n")
            writer.writerows([HEADINGS, *(map(disarm, _make_cells(entry)) for entry in entries)])
            return text.getvalue()
        case Format.TABLE:
            lines = [*map(_make_cells, entries)]
            if width is None:
                right = [at for at, column in enumerate(COLUMNS) if column.align_right]
                return align([HEADINGS, *lines], widest=WIDEST_PLAIN, right=right) if lines else ""
            return align(fit(COLUMNS, lines, width), widest=width) if lines else ""


def _make_cells(entry: Entry) -> Sequence[str]:
    row = describe_entry(entry)
    return (str(entry.id), row.when, row.who, row.what, row.effect, f"{row.mark} {row.outcome}")


def _describe(entry: Entry) -> dict[str, JSON]:
    change = None if entry.is_damaged else revive(entry)
    word = name_outcome(entry, change)
    outcome = entry.state.value if entry.state is not None else word
    return {
        "id": entry.id,
        "at": entry.at.isoformat(),
        "key": f"#{entry.key_fingerprint}",
        "kind": entry.kind,
        "target": entry.target,
        "name": target_label(entry, change),
        "before": None if change is None else cast("JSON", change.before),
        "after": None if change is None else cast("JSON", change.after),
        "request": entry.request,
        "outcome": UNKNOWN if entry.is_damaged else outcome,
        "readback": cast("JSON", entry.readback),
        "error": entry.error,
        "settled_at": None if entry.settled_at is None else entry.settled_at.isoformat(),
        "batch": entry.batch,
        "undoes": entry.undoes,
        "is_undone": entry.is_undone,
    }
