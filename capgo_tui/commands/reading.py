"""Read a list or a record and write it to standard output, page by page."""

from __future__ import annotations

import asyncio
import sys
import traceback
from functools import partial
from typing import TYPE_CHECKING, NoReturn, TypeVar

import click

from capgo_tui.api.errors import (
    CapgoError,
    ErrorKind,
    InsecureServer,
    InvalidEnvironment,
    Refusal,
)
from capgo_tui.api.records import Record
from capgo_tui.commands.exit_codes import Exit, exit_of
from capgo_tui.commands.interrupts import end_on_interrupt
from capgo_tui.commands.output import forget_reader, say, write
from capgo_tui.workspace.export.formats import Format, writer_of
from capgo_tui.workspace.export.json_text import json_text
from capgo_tui.workspace.failures import REVISION_GUESSED, describe_lock
from capgo_tui.workspace.request_log import RequestLog
from capgo_tui.workspace.session import Workspace, open_client, utc_now

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Sequence

    from capgo_tui.api.client import CapgoClient
    from capgo_tui.api.paging import Pager
    from capgo_tui.api.retry_policy import PendingRetry
    from capgo_tui.commands.common_options import CommonOptions
    from capgo_tui.workspace.export.formats import Writer
    from capgo_tui.workspace.resources.resource import Resource
    from capgo_tui.workspace.resources.section import Section
    from capgo_tui.workspace.target import Target

T = TypeVar("T", bound=Record)


def run(target: Target, command: Callable[[Workspace], Coroutine[None, None, Exit]]) -> NoReturn:
    """Run a command on a workspace and exit with its code."""
    _leave_with(_on_workspace(target, command))


def run_without_app(
    target: Target, command: Callable[[CapgoClient], Coroutine[None, None, Exit]]
) -> NoReturn:
    """Run a command that concerns no single app on a client and exit with its code."""
    _leave_with(_on_client(target, command))


def _leave_with(work: Coroutine[None, None, Exit]) -> NoReturn:
    try:
        with end_on_interrupt():
            code = asyncio.run(work)
    except BrokenPipeError:
        forget_reader()
        code = Exit.OK
    except OSError as error:  # of the output; network errors are CapgoErrors
        forget_reader()
        say(f"the output cannot be written: {error.strerror}")
        code = Exit.FAILED
    except CapgoError as error:
        say(_describe_error(error))
        code = exit_of(error)
    except (InsecureServer, InvalidEnvironment) as error:
        raise click.UsageError(str(error)) from None
    except Refusal as error:
        say(str(error))
        code = Exit.FAILED
    except (click.ClickException, click.exceptions.Exit, click.Abort):
        raise
    except Exception as bug:  # noqa: BLE001 - a traceback could show the API key
        where = traceback.extract_tb(bug.__traceback__)[-1]
        name = type(bug).__name__
        say(f"a bug in capgo-tui, please report it: {name} at {where.filename}:{where.lineno}")
        code = Exit.FAILED
    sys.exit(code)


async def _on_workspace(
    target: Target, command: Callable[[Workspace], Coroutine[None, None, Exit]]
) -> Exit:
    requests = RequestLog(target, utc_now)
    workspace = Workspace(target, open_client(target, requests, _say_retry), utc_now, requests)
    try:
        return await command(workspace)
    finally:
        await workspace.aclose()


async def _on_client(
    target: Target, command: Callable[[CapgoClient], Coroutine[None, None, Exit]]
) -> Exit:
    client = open_client(target, RequestLog(target, utc_now), _say_retry)
    try:
        return await command(client)
    finally:
        await client.aclose()


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
        say(f"only the first {written_count}: {_describe_error(interruption)}")
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


def _describe_error(error: CapgoError) -> str:
    """Return an error message for the command line, which has no key to retry with."""
    match error.kind:
        case ErrorKind.KEY_REFUSED:
            return f"the key was refused: {error.message}"
        case ErrorKind.NOT_ALLOWED:
            return "this key may not do that, or there is no such app: the server says the same"
        case ErrorKind.RATE_LIMITED if error.locks_address:
            return f"20 keys were refused from this address: {describe_lock(error, utc_now())}"
        case ErrorKind.RATE_LIMITED if error.retry_after is not None:
            return f"the server asks to slow down; it takes more in {error.retry_after:.0f} s"
        case _ if error.hint:
            return f"{error.message.rstrip('.')}: {error.hint}"
        case _ if error.is_revision_guessed:
            return f"{error.message.rstrip('.')}. {REVISION_GUESSED}"
        case _:
            return error.message


def _say_retry(retry: PendingRetry) -> None:
    if not retry.is_over:
        say(f"{retry.error.message}; trying again in {retry.seconds:.0f} s")
