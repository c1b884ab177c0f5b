"""Build the order of all records of a list in steps, each of which yields its cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.workspace.order import KeyIndex, Order, sort_by_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from capgo_tui.workspace.order import Values

BUILD, VALUE, SORT = 0.2, 2.5, 0.6
"""What it costs, for each record, in about microseconds of a busy machine: to build it into
something, to tell its sort value, and to sort it, which is done twice."""
RUN = 8_000
"""Records sorted in one step."""


def index_keys(keys: Sequence[str], *, part: int) -> Generator[float, None, KeyIndex]:
    """Number the records of a list, `part` by `part`."""
    key_index = KeyIndex()
    for start in range(0, len(keys), part):
        key_index.extend(keys[start : start + part])
        yield part * BUILD
    return key_index


def arrange(
    key_index: KeyIndex,
    values_of: Callable[[Sequence[str]], Values] | None,
    *,
    descending: bool,
    part: int,
) -> Generator[float, None, Order]:
    """Order the records of an index by their values, which are computed `part` by `part`."""
    if values_of is None:
        order = Order(key_index)
        without_value = list(range(len(key_index)))
    else:
        values: Values = []
        with_value: list[int] = []
        without_value = []
        for start in range(0, len(key_index), part):
            some = values_of(key_index.ids[start : start + part])
            for number, value in enumerate(some, start):
                (without_value if value is None else with_value).append(number)
            values += some
            yield len(some) * VALUE
        order = Order(key_index, values, descending=descending)
        for bucket in sort_by_parts(with_value, values, descending=descending, size=RUN):
            order.extend(bucket, has_value=True)
            yield (len(bucket) or RUN) * SORT
    for start in range(0, len(without_value), 10 * part):
        order.extend(without_value[start : start + 10 * part])
        yield 10 * part * BUILD
    return order
