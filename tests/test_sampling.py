"""Samples of tests with many parameters."""

from __future__ import annotations

from itertools import product

import pytest

from tests.support.sampling import sample

SIZES = [(1,), (7,), (3, 3), (37, 3), (2, 5, 4), (4, 1, 9, 2)]


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_a_sample_has_every_value_and_no_more_cases_than_values(sizes: tuple[int, ...]) -> None:
    cases = list(product(*map(range, sizes)))
    choices = [frozenset((f"p{at}", value) for at, value in enumerate(case)) for case in cases]
    sampled = [choices[index] for index in sample(choices)]
    assert frozenset().union(*sampled) == frozenset().union(*choices)
    assert len(sampled) == max(sizes)
    assert sample(choices) == sample(choices)


def test_a_sample_spreads_the_values_that_many_cases_share() -> None:
    cases = list(product(range(30), range(3)))
    choices = [frozenset({("write", write), ("flood", flood)}) for write, flood in cases]
    floods = [cases[index][1] for index in sample(choices)]
    assert [floods.count(flood) for flood in range(3)] == [10, 10, 10]
