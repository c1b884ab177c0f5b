"""The options of the verbs that list: which records, which columns, and in which order."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING

import click

from capgo_tui.commands.common_options import (
    add_common_options,
    decorate,
    limit_option,
)
from capgo_tui.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from capgo_tui.commands.common_options import CommonOptions
    from capgo_tui.commands.options import Decorator


@dataclass(frozen=True, slots=True)
class ListOptions:
    """The values of the options of a list, as they were typed."""

    filter: str | None = None
    columns: str | None = None
    sort: str | None = None
    limit: int | None = None
    wide: bool = False


wide_option = click.option("--wide", is_flag=True, help="Show all columns, uncut.")
_OPTIONS: tuple[Decorator, ...] = (
    click.option(
        "--filter",
        metavar="FILTER",
        help="Only records that match, in the filter language of the app: 'is:override seen:<7d'.",
    ),
    click.option("--columns", metavar="A,B,C", help="These columns, in this order."),
    click.option(
        "--sort",
        metavar="COLUMN[:desc]",
        help="Sort by a column; the whole list is read first.",
    ),
    limit_option,
    wide_option,
)


def list_options(command: Callable[..., None]) -> Callable[..., None]:
    """Decorate a command that lists; it gets `CommonOptions` and `ListOptions`."""

    @wraps(command)
    def run(
        common: CommonOptions,
        *,
        filter: str | None,  # noqa: A002 - the name of the option
        columns: str | None,
        sort: str | None,
        limit: int | None,
        wide: bool,
        **more: object,
    ) -> None:
        command(common, ListOptions(filter, columns, sort, limit, wide), **more)

    return decorate(add_common_options(run), _OPTIONS)
