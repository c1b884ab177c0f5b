"""Build the order of all records of a list in steps, each of which yields its cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.workspace.order import Order, Roll, sorted_by_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from capgo_tui.workspace.order import Values

BUILD, VALUE, SORT = 0.2, 2.5, 0.6
"""What it costs, for each record, in about microseconds of a busy machine: to build it into
something, to tell its sort value, and to sort it, which is done twice."""
RUN = 8_000
"""Records sorted in one step."""


def enroll(keys: Sequence[str], *, part: int) -> Generator[float, None, Roll]:
    """Number the records of a list, `part` by `part`."""
    roll = Roll()
    for start in range(0, len(keys), part):
        roll.extend(keys[start : start + part])
        yield part * BUILD
    return roll


def arrange(
    roll: Roll,
    values_of: Callable[[Sequence[str]], Values] | None,
    *,
    descending: bool,
    part: int,
) -> Generator[float, None, Order]:
    """Order a roll by the values of its records, which are computed `part` by `part`."""
    if values_of is None:
        order = Order(roll)
        without_value = list(range(len(roll)))
    else:
        values: Values = []
        with_value: list[int] = []
        without_value = []
        for start in range(0, len(roll), part):
            some = values_of(roll.ids[start : start + part])
            for number, value in enumerate(some, start):
                (without_value if value is None else with_value).append(number)
            values += some
            yield len(some) * VALUE
        order = Order(roll, values, descending=descending)
        for bucket in sorted_by_parts(with_value, values, descending=descending, size=RUN):
            order.extend(bucket, has_value=True)
            yield (len(bucket) or RUN) * SORT
    for start in range(0, len(without_value), 10 * part):
        order.extend(without_value[start : start + 10 * part])
        yield 10 * part * BUILD
    return order
