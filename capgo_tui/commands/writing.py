"""Run a command that changes something; one that reads imports no models of changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from capgo_tui.commands.common_options import CommonOptions, WriteOptions
    from capgo_tui.commands.exit_codes import Exit
    from capgo_tui.commands.operation import Operation


def run_writing(
    common: CommonOptions,
    options: WriteOptions,
    command: Callable[[Operation], Coroutine[None, None, Exit]],
) -> NoReturn:
    """Run a command that changes something, and exit with its code."""
    from capgo_tui.commands.operation import run_operation  # noqa: PLC0415 - the models: 0.1 s

    run_operation(common, options, command)
