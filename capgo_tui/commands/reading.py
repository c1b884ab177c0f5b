"""Read a list or a record and write it to standard output, page by page."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

from capgo_tui.api.errors import CapgoError
from capgo_tui.api.records import Record
from capgo_tui.commands.exit_codes import Exit
from capgo_tui.commands.output import say, write
from capgo_tui.commands.running import describe_error
from capgo_tui.workspace.export.formats import Format, writer_of
from capgo_tui.workspace.export.json_text import json_text

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from capgo_tui.api.paging import Pager
    from capgo_tui.commands.common_options import CommonOptions
    from capgo_tui.workspace.export.formats import Writer
    from capgo_tui.workspace.resources.resource import Resource
    from capgo_tui.workspace.resources.section import Section
    from capgo_tui.workspace.session import Workspace

T = TypeVar("T", bound=Record)


async def write_list(
    workspace: Workspace,
    common: CommonOptions,
    resource: Resource[T],
    pager: Pager[T],
    limit: int | None,
) -> Exit:
    """Write a list of an app, each page as it arrives; nothing when the first one fails."""
    make_writer, join = (
        partial(_writer, resource, common.format, workspace),
        partial(_join, workspace, common, resource),
    )
    return await write_pages(resource, pager, limit, make_writer=make_writer, join=join)


async def write_pages(
    resource: Resource[T],
    pager: Pager[T],
    limit: int | None,
    *,
    make_writer: Callable[[], Writer[T]],
    join: Callable[[], Awaitable[None]],
) -> Exit:
    """Write a list as `write_list` does.

    `join` is awaited once the first page is there; what `make_writer` gives may be another by then.
    """
    writer = make_writer()
    has_begun, written_count, unreadable_count, is_incomplete, too_many = False, 0, 0, False, False
    interruption: CapgoError | None = None
    while not pager.at_end and (limit is None or written_count < limit):
        try:
            page = await pager.next_page()
            if not has_begun:
                await join()
        except CapgoError as error:
            if not has_begun:
                raise
            interruption = error
            break
        if not has_begun:
            writer = make_writer()  # by now the revision is known
            write(writer.begin())
            has_begun = True
        rows = page.rows if limit is None else page.rows[: limit - written_count]
        write(writer.rows(rows))
        written_count += len(rows)
        unreadable_count += len(page.unreadable) + page.extra_unreadable
        too_many = too_many or page.too_many
        is_incomplete = page.incomplete
    write(writer.end())
    if not written_count and not unreadable_count and interruption is None:
        say(f"there are no {resource.name}")
    if unreadable_count:
        say(f"{unreadable_count} of the {resource.name} could not be read and were left out")
    if too_many:
        say(f"a page of the {resource.name} had more rows than any of such a server should")
    if is_incomplete:
        say("the server has more but gives no way to it")
    if interruption is not None:
        say(f"only the first {written_count}: {describe_error(interruption)}")
    return Exit.IN_PART if unreadable_count or is_incomplete or interruption else Exit.OK


async def write_one(
    workspace: Workspace, common: CommonOptions, resource: Resource[T], record: T
) -> Exit:
    """Write one record with all fields."""
    match common.format:
        case Format.JSON:
            write(json_text(record.redact(record.raw()), indent=2) + "\n")
        case Format.TABLE:
            await _join(workspace, common, resource)
            write(_page(resource.details(record, workspace.cell_context())))
        case _:
            await write_rows(workspace, common, resource, [record])
    return Exit.OK


async def write_rows(
    workspace: Workspace, common: CommonOptions, resource: Resource[T], records: Sequence[T]
) -> None:
    """Write some records as a list."""
    await _join(workspace, common, resource)
    writer = _writer(resource, common.format, workspace)
    write(writer.begin() + writer.rows(records) + writer.end())


async def _join(workspace: Workspace, common: CommonOptions, resource: Resource[T]) -> None:
    if common.format in (Format.CSV, Format.TABLE):
        for name in resource.joins(workspace.client.traits):
            collection = workspace.collections[name]
            await collection.load_all()
            if collection.error is not None and resource.missing_join:
                say(f"{resource.missing_join}: {collection.error.message}")


def _writer(resource: Resource[T], form: Format, workspace: Workspace) -> Writer[T]:
    """Return the writer of a format; a table omits columns that the revision lacks."""
    traits = workspace.client.traits
    columns = resource.columns_told(traits) if form is Format.TABLE else resource.columns
    return writer_of(form, columns, workspace.cell_context)


def _page(sections: Sequence[Section]) -> str:
    """Return sections as text; labels are ours, so their length is their width."""
    width = max(len(label) for section in sections for label, _ in section.fields)
    lines = []
    for section in sections:
        lines.append(section.title)
        lines += [f"  {label:<{width}}  {text}" for label, text in section.fields]
    return "\n".join(lines) + "\n"
