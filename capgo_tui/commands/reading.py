"""Reading a list or a record and writing it down, page by page."""

from __future__ import annotations

import asyncio
import sys
import traceback
from functools import partial
from typing import TYPE_CHECKING, NoReturn, TypeVar

import click

from capgo_tui.api.errors import CapgoError, ErrorKind, InsecureServer, Refused
from capgo_tui.api.records import Record
from capgo_tui.commands.exit_codes import Exit, exit_of
from capgo_tui.commands.output import forget_reader, prepare, say, write
from capgo_tui.workspace.export.formats import Format, writer_of
from capgo_tui.workspace.export.json_text import json_text
from capgo_tui.workspace.request_log import RequestLog
from capgo_tui.workspace.resources.registry import RESOURCE_BY_NAME
from capgo_tui.workspace.session import Workspace, open_client, utc_now
from capgo_tui.workspace.words import GUESSED, locked

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Sequence

    from capgo_tui.api.client import CapgoClient
    from capgo_tui.api.paging import Pager
    from capgo_tui.api.patience import Wait
    from capgo_tui.commands.asking import Asked
    from capgo_tui.workspace.export.formats import Writer
    from capgo_tui.workspace.resources.resource import Resource
    from capgo_tui.workspace.resources.section import Section
    from capgo_tui.workspace.target import Target

T = TypeVar("T", bound=Record)


def run(target: Target, command: Callable[[Workspace], Coroutine[None, None, Exit]]) -> NoReturn:
    """Open a workspace, run a command on it, and leave with its exit code."""
    _leave_with(_on_workspace(target, command))


def run_without_app(
    target: Target, command: Callable[[CapgoClient], Coroutine[None, None, Exit]]
) -> NoReturn:
    """Open a client, run a command on it that is about no one app, and leave with its code."""
    _leave_with(_on_client(target, command))


def _leave_with(work: Coroutine[None, None, Exit]) -> NoReturn:
    prepare()
    try:
        code = asyncio.run(work)
    except BrokenPipeError:
        forget_reader()
        code = Exit.OK
    except OSError as error:  # of the output: those of the network are told as a CapgoError
        forget_reader()
        say(f"the output cannot be written: {error.strerror}")
        code = Exit.FAILED
    except CapgoError as error:
        say(_told(error))
        code = exit_of(error)
    except InsecureServer as error:
        raise click.UsageError(str(error)) from None
    except Refused as error:
        say(str(error))
        code = Exit.FAILED
    except (click.ClickException, click.exceptions.Exit, click.Abort):
        raise
    except Exception as bug:  # noqa: BLE001 - its traceback could show the key
        where = traceback.extract_tb(bug.__traceback__)[-1]
        name = type(bug).__name__
        say(f"a bug in capgo-tui, please report it: {name} at {where.filename}:{where.lineno}")
        code = Exit.FAILED
    sys.exit(code)


async def _on_workspace(
    target: Target, command: Callable[[Workspace], Coroutine[None, None, Exit]]
) -> Exit:
    requests = RequestLog(target, utc_now)
    workspace = Workspace(target, open_client(target, requests, _say_wait), utc_now, requests)
    try:
        return await command(workspace)
    finally:
        await workspace.aclose()


async def _on_client(
    target: Target, command: Callable[[CapgoClient], Coroutine[None, None, Exit]]
) -> Exit:
    client = open_client(target, RequestLog(target, utc_now), _say_wait)
    try:
        return await command(client)
    finally:
        await client.aclose()


async def write_list(
    workspace: Workspace, asked: Asked, resource: Resource[T], pager: Pager[T], limit: int | None
) -> Exit:
    """Write a list of an app, each page as it comes; nothing at all when the first one fails."""
    writer, join = (
        partial(_writer, resource, asked.format, workspace),
        partial(_join, workspace, asked, resource),
    )
    return await write_pages(resource, pager, limit, writer=writer, join=join)


async def write_pages(
    resource: Resource[T],
    pager: Pager[T],
    limit: int | None,
    *,
    writer: Callable[[], Writer[T]],
    join: Callable[[], Awaitable[None]],
) -> Exit:
    """Write a list as `write_list` does.

    `join` is awaited once the first page is there; what `writer` gives may be another by then.
    """
    pen = writer()
    begun, written, unreadable, incomplete, too_many = False, 0, 0, False, False
    failed: CapgoError | None = None
    while not pager.ended and (limit is None or written < limit):
        try:
            page = await pager.next_page()
            if not begun:
                await join()
        except CapgoError as error:
            if not begun:
                raise
            failed = error
            break
        if not begun:
            pen = writer()  # by now the revision is known
            write(pen.begin())
            begun = True
        rows = page.rows if limit is None else page.rows[: limit - written]
        write(pen.rows(rows))
        written += len(rows)
        unreadable += len(page.unreadable) + page.not_kept
        too_many = too_many or page.too_many
        incomplete = page.incomplete
    write(pen.end())
    if not written and not unreadable and failed is None:
        say(f"there are no {resource.name}")
    if unreadable:
        say(f"{unreadable} of the {resource.name} could not be read and were left out")
    if too_many:
        say(f"a page of the {resource.name} had more rows than any of such a server should")
    if incomplete:
        say("the server has more but gives no way to it")
    if failed is not None:
        say(f"only the first {written}: {_told(failed)}")
    return Exit.IN_PART if unreadable or incomplete or failed else Exit.OK


async def write_one(workspace: Workspace, asked: Asked, resource: Resource[T], record: T) -> Exit:
    """Write all of one record."""
    match asked.format:
        case Format.JSON:
            write(json_text(record.disclosed(record.raw()), indent=2) + "\n")
        case Format.TABLE:
            await _join(workspace, asked, resource)
            write(_page(resource.details(record, workspace.surroundings())))
        case _:
            await write_rows(workspace, asked, resource, [record])
    return Exit.OK


async def write_rows(
    workspace: Workspace, asked: Asked, resource: Resource[T], records: Sequence[T]
) -> None:
    """Write some records as a list."""
    await _join(workspace, asked, resource)
    writer = _writer(resource, asked.format, workspace)
    write(writer.begin() + writer.rows(records) + writer.end())


async def _join(workspace: Workspace, asked: Asked, resource: Resource[T]) -> None:
    if asked.format in (Format.CSV, Format.TABLE):
        for name in resource.joins(workspace):
            joined = RESOURCE_BY_NAME[name].collection(workspace)
            await joined.load_all()
            if joined.error is not None and resource.unjoined:
                say(f"{resource.unjoined}: {joined.error.message}")


def _writer(resource: Resource[T], form: Format, workspace: Workspace) -> Writer[T]:
    """Return what writes such records; only a table leaves out columns that would all be empty."""
    traits = workspace.client.traits
    columns = resource.columns_told(traits) if form is Format.TABLE else resource.columns
    return writer_of(form, columns, workspace.surroundings)


def _page(sections: Sequence[Section]) -> str:
    """Sections of labelled lines; labels are ours, and none is wider than its letters."""
    width = max(len(label) for section in sections for label, _ in section.fields)
    lines = []
    for section in sections:
        lines.append(section.title)
        lines += [f"  {label:<{width}}  {text}" for label, text in section.fields]
    return "\n".join(lines) + "\n"


def _told(error: CapgoError) -> str:
    """What went wrong, for somebody who can only start the command again."""
    match error.kind:
        case ErrorKind.KEY_REFUSED:
            return f"the key was refused: {error.message}"
        case ErrorKind.NOT_ALLOWED:
            return "this key may not do that, or there is no such app: the server says the same"
        case ErrorKind.RATE_LIMITED if error.locks_address:
            return f"20 keys were refused from this address: {locked(error, utc_now())}"
        case ErrorKind.RATE_LIMITED if error.retry_after is not None:
            return f"the server asks to slow down; it takes more in {error.retry_after:.0f} s"
        case _ if error.guessed:
            return f"{error.message.rstrip('.')}. {GUESSED}"
        case _:
            return error.message


def _say_wait(wait: Wait) -> None:
    if not wait.over:
        say(f"{wait.error.message}; trying again in {wait.seconds:.0f} s")
