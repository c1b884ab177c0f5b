"""Read a list or a record and write it to standard output, page by page."""

from __future__ import annotations

import asyncio
from dataclasses import field
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

from capgo_tui.api.errors import CapgoError
from capgo_tui.api.models import Bundle, Channel
from capgo_tui.api.records import Record
from capgo_tui.commands.exit_codes import Exit
from capgo_tui.commands.list_selection import ListSelection
from capgo_tui.commands.output import find_width, say, write
from capgo_tui.commands.running import describe_error
from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.workspace.export.formats import Format, choose_writer
from capgo_tui.workspace.export.json_text import format_json
from capgo_tui.workspace.known_names import KINDS, keep_names

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from capgo_tui.api.paging import Page, Pager
    from capgo_tui.commands.common_options import CommonOptions
    from capgo_tui.commands.list_options import ListOptions
    from capgo_tui.workspace.export.formats import Writer
    from capgo_tui.workspace.resources.resource import Resource
    from capgo_tui.workspace.resources.section import Section
    from capgo_tui.workspace.session import Workspace

T = TypeVar("T", bound=Record)


async def write_list(
    workspace: Workspace,
    common: CommonOptions,
    options: ListOptions,
    resource: Resource[T],
    pager: Pager[T],
) -> Exit:
    """Write a list of an app, each page as it arrives; nothing when the first one fails."""
    selection = ListSelection(resource, options, workspace.make_cell_context)
    is_join_missing = False

    async def join() -> None:
        nonlocal is_join_missing
        is_whole = True
        if selection.is_selective or _shows_joins(common):
            is_whole = await _join(workspace, resource, selection.query.facts)
        is_join_missing = selection.is_selective and not is_whole

    make_writer = partial(_make_writer, resource, common.format, workspace, selection)
    names: list[str] = []

    def note(page: Page[T]) -> None:
        if resource.name in KINDS:
            names.extend(row.wire_id for row in page.rows if isinstance(row, Channel | Bundle))

    code = await write_pages(
        resource, pager, selection, make_writer=make_writer, join=join, note=note
    )
    whole = [resource.name] if pager.at_end else []
    await asyncio.to_thread(keep_names, workspace.target, {resource.name: names}, whole)
    return Exit.IN_PART if is_join_missing and code is Exit.OK else code


@dataclass(slots=True)
class _Progress(Generic[T]):
    """How far a list was read and written, and what is wrong with it."""

    rows: list[T] = field(default_factory=list)
    """The records that wait for the end of the list, to be sorted."""
    read_count: int = 0
    written_count: int = 0
    unreadable_count: int = 0
    is_incomplete: bool = False
    has_too_many: bool = False

    def note(self, page: Page[T]) -> None:
        """Take note of a page."""
        self.read_count += len(page.rows)
        self.unreadable_count += len(page.unreadable) + page.extra_unreadable
        self.has_too_many = self.has_too_many or page.too_many
        self.is_incomplete = page.incomplete


async def write_pages(
    resource: Resource[T],
    pager: Pager[T],
    selection: ListSelection[T],
    *,
    make_writer: Callable[[], Writer[T]],
    join: Callable[[], Awaitable[None]],
    note: Callable[[Page[T]], None] | None = None,
) -> Exit:
    """Write a list as `write_list` does.

    `join` is awaited once the first page is there; what `make_writer` gives may be another by then.
    `note` is called with each page.
    A list that is sorted is read to its end before anything is written.
    """
    limit, is_sorted = selection.limit, selection.sort is not None
    writer, progress = make_writer(), _Progress[T]()
    has_begun = False
    interruption: CapgoError | None = None
    while not pager.at_end and (is_sorted or limit is None or progress.written_count < limit):
        try:
            page = await pager.read_next_page()
            if not has_begun:
                await join()
        except CapgoError as error:
            if not has_begun:
                raise
            interruption = error
            break
        rows = selection.filter(page.rows)
        if not has_begun:
            writer = make_writer()  # by now the revision is known
            write(writer.begin())
            has_begun = True
        progress.note(page)
        if note is not None:
            note(page)
        if is_sorted:
            progress.rows += rows
            continue
        rows = rows if limit is None else rows[: limit - progress.written_count]
        write(writer.format_rows(rows))
        progress.written_count += len(rows)
    if is_sorted:
        rows = selection.arrange(progress.rows)[:limit]
        write(writer.format_rows(rows))
        progress.written_count = len(rows)
    write(writer.end())
    code = _report(resource, progress, interruption, is_selective=selection.is_selective)
    if selection.unknown_count:
        facts = " or ".join(f"is:{fact}" for fact in selection.query.facts)
        say(f"of {selection.unknown_count} of the {resource.name} {facts} is not known")
        return Exit.IN_PART
    return code


def _report(
    resource: Resource[T],
    progress: _Progress[T],
    interruption: CapgoError | None,
    *,
    is_selective: bool,
) -> Exit:
    """Print what is missing from a list that was written, and return the exit code."""
    unreadable_count, read_count = progress.unreadable_count, progress.read_count
    if not read_count and not unreadable_count and interruption is None:
        say(f"there are no {resource.name}")
    elif read_count and is_selective and not progress.written_count:
        say(f"none of the {read_count} {resource.name} matches")
    if unreadable_count:
        say(f"{unreadable_count} of the {resource.name} could not be read and were left out")
    if progress.has_too_many:
        say(f"a page of the {resource.name} had more rows than any of such a server should")
    if progress.is_incomplete:
        say("the server has more but gives no way to it")
    if interruption is not None:
        count = read_count if is_selective else progress.written_count
        say(f"only the first {count}{' were read' * is_selective}: {describe_error(interruption)}")
    is_in_part = unreadable_count or progress.is_incomplete or interruption
    return Exit.IN_PART if is_in_part else Exit.OK


async def write_one(
    workspace: Workspace, common: CommonOptions, resource: Resource[T], record: T
) -> Exit:
    """Write one record with all fields."""
    match common.format:
        case Format.JSON:
            write(format_json(record.redact(record.parse_raw()), indent=2) + "\n")
        case Format.TABLE:
            await _join(workspace, resource)
            write(_describe_page(resource.details(record, workspace.make_cell_context())))
        case _:
            await write_rows(workspace, common, resource, [record])
    return Exit.OK


async def write_rows(
    workspace: Workspace, common: CommonOptions, resource: Resource[T], records: Sequence[T]
) -> None:
    """Write some records as a list."""
    if _shows_joins(common):
        await _join(workspace, resource)
    writer = _make_writer(resource, common.format, workspace)
    write(writer.begin() + writer.format_rows(records) + writer.end())


def _shows_joins(common: CommonOptions) -> bool:
    return common.format in (Format.CSV, Format.TABLE)


async def _join(workspace: Workspace, resource: Resource[T], facts: Sequence[str] = ()) -> bool:
    """Load the lists that the cells and some facts need; return whether they are whole."""
    names = dict.fromkeys(resource.joins(workspace.client.traits))
    names |= dict.fromkeys(name for fact in facts for name in resource.fact_joins.get(fact, ()))
    is_whole = True
    for name in names:
        collection = workspace.collections[name]
        await collection.load_all()
        is_whole = is_whole and collection.error is None and not collection.incomplete
        if collection.error is not None and resource.missing_join:
            say(f"{resource.missing_join}: {collection.error.message}")
    if workspace.devices.name in names:
        await workspace.update_survey()
    return is_whole


def _make_writer(
    resource: Resource[T],
    form: Format,
    workspace: Workspace,
    selection: ListSelection[T] | None = None,
) -> Writer[T]:
    """Return the writer of a format; a table omits columns that the revision lacks."""
    traits = workspace.client.traits
    columns = resource.list_columns_told(traits) if form is Format.TABLE else resource.columns
    chosen_columns = None if selection is None else selection.columns
    return choose_writer(
        form,
        chosen_columns or columns,
        workspace.make_cell_context,
        are_chosen=chosen_columns is not None,
        width=find_width() if selection is None else selection.width,
    )


def _describe_page(sections: Sequence[Section]) -> str:
    """Return sections as text; labels are ours, so their length is their width."""
    width = max(len(label) for section in sections for label, _ in section.fields)
    lines = []
    for section in sections:
        lines.append(section.title)
        lines += [f"  {label:<{width}}  {text}" for label, text in section.fields]
    return "\n".join(lines) + "\n"
