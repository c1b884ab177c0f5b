"""Run a command on a workspace or a client, and exit with its code."""

from __future__ import annotations

import asyncio
import sys
import traceback
from typing import TYPE_CHECKING, NoReturn

import click

from capgo_tui.api.errors import (
    CapgoError,
    ErrorKind,
    InsecureServer,
    InvalidEnvironment,
    Refusal,
)
from capgo_tui.commands.exit_codes import CommandError, Exit, exit_of
from capgo_tui.commands.interrupts import end_on_interrupt
from capgo_tui.commands.output import forget_reader, say
from capgo_tui.workspace.failures import REVISION_GUESSED, describe_lock
from capgo_tui.workspace.request_log import RequestLog
from capgo_tui.workspace.session import Workspace, open_client, read_utc_clock

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from capgo_tui.api.client import CapgoClient
    from capgo_tui.api.retry_policy import PendingRetry
    from capgo_tui.workspace.target import Target


def run(
    target: Target,
    command: Callable[[Workspace], Coroutine[None, None, Exit]],
    report_interrupt: Callable[[], None] | None = None,
) -> NoReturn:
    """Run a command on a workspace and exit with its code.

    `report_interrupt` is called before ctrl+c ends the program.
    """
    _leave_with(_on_workspace(target, command), report_interrupt)


def run_without_app(
    target: Target, command: Callable[[CapgoClient], Coroutine[None, None, Exit]]
) -> NoReturn:
    """Run a command that concerns no single app on a client and exit with its code."""
    _leave_with(_on_client(target, command))


def _leave_with(
    work: Coroutine[None, None, Exit], report_interrupt: Callable[[], None] | None = None
) -> NoReturn:
    try:
        with end_on_interrupt(report_interrupt):
            code = asyncio.run(work)
    except BrokenPipeError:
        forget_reader()
        code = Exit.OK
    except OSError as error:  # of the output; network errors are CapgoErrors
        forget_reader()
        say(f"the output cannot be written: {error.strerror}")
        code = Exit.FAILED
    except CommandError as failure:
        say(str(failure))
        code = failure.exit_code
    except CapgoError as error:
        say(describe_error(error))
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
    requests = RequestLog(target, read_utc_clock)
    workspace = Workspace(
        target, open_client(target, requests, _say_retry), read_utc_clock, requests
    )
    try:
        return await command(workspace)
    finally:
        await workspace.aclose()


async def _on_client(
    target: Target, command: Callable[[CapgoClient], Coroutine[None, None, Exit]]
) -> Exit:
    client = open_client(target, RequestLog(target, read_utc_clock), _say_retry)
    try:
        return await command(client)
    finally:
        await client.aclose()


def describe_error(error: CapgoError) -> str:
    """Return an error message for the command line, which has no key to retry with."""
    match error.kind:
        case ErrorKind.KEY_REFUSED:
            return f"the key was refused: {error.message}"
        case ErrorKind.NOT_ALLOWED:
            return "this key may not do that, or there is no such app: the server says the same"
        case ErrorKind.RATE_LIMITED if error.locks_address:
            return (
                f"20 keys were refused from this address: {describe_lock(error, read_utc_clock())}"
            )
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
