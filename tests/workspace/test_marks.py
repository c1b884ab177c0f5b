"""Marks stay on their records, whatever the view shows of them."""

from __future__ import annotations

from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from capgo_tui.workspace.marks import Marks
from capgo_tui.workspace.sorting import Sort
from tests.support.sampling import examples
from tests.workspace.views import empty_collection, fleet, load, plain_view, swap


def test_marks_are_put_and_taken() -> None:
    collection = empty_collection()
    load(collection, fleet(10))
    marks = Marks(plain_view(collection))
    assert (len(marks), marks.summary, list(marks)) == (0, "", [])
    for key in ("d-3", "d-1", "d-3", "d-7", "nobody"):
        marks.toggle(key)
    assert list(marks) == ["d-1", "d-7"]
    assert "d-1" in marks
    assert "d-3" not in marks
    assert marks.summary == "2 marked"
    marks.clear()
    assert list(marks) == []


def test_a_range_goes_from_the_last_mark_in_the_order_of_the_view() -> None:
    collection = empty_collection()
    load(collection, fleet(10))
    view = plain_view(collection)
    view.sort_by(Sort("device", descending=True))
    marks = Marks(view)
    marks.toggle("d-6")
    marks.mark_to("d-4")
    assert list(marks) == ["d-6", "d-5", "d-4"]
    marks.mark_to("d-3")
    assert list(marks) == ["d-6", "d-5", "d-4", "d-3"]
    marks.toggle("d-9")
    marks.mark_to("d-8")
    assert list(marks) == ["d-9", "d-8", "d-6", "d-5", "d-4", "d-3"]


def test_a_range_without_a_beginning_in_view_is_one_record() -> None:
    collection = empty_collection()
    load(collection, fleet(10))
    view = plain_view(collection)
    marks = Marks(view)
    marks.mark_to("d-2")
    assert list(marks) == ["d-2"]
    view.filter(view.parse("android"))
    marks.mark_to("d-6")
    marks.mark_to("d-1")
    assert list(marks) == ["d-6", "d-2"]


def test_a_filter_hides_marks_and_says_so() -> None:
    collection = empty_collection()
    load(collection, fleet(9))
    view = plain_view(collection)
    marks = Marks(view)
    for key in ("d-0", "d-1", "d-2"):
        marks.toggle(key)
    view.filter(view.parse("ios"))
    assert marks.hidden_count == 1
    assert marks.summary == "3 marked (1 hidden by filter)"
    assert list(marks) == ["d-1", "d-2", "d-0"], "the hidden one comes last"
    marks.mark_all()
    assert len(marks) == 7
    assert marks.hidden_count == 1
    view.filter(view.parse(""))
    assert marks.summary == "7 marked"
    assert list(marks) == ["d-0", "d-1", "d-2", "d-4", "d-5", "d-7", "d-8"]


def test_marks_of_records_that_are_gone_go_with_them() -> None:
    collection = empty_collection()
    load(collection, fleet(9))
    view = plain_view(collection)
    marks = Marks(view)
    marks.mark_all()
    load(collection, fleet(3, first=9))
    assert len(marks) == 9, "what comes later is not marked"
    swap(collection, fleet(9, first=6))
    assert list(marks) == ["d-6", "d-7", "d-8"]
    assert marks.hidden_count == 0


class Marking(RuleBasedStateMachine):
    """Marks beside a plain set of ids and a plain list, whatever is done in whatever order."""

    def __init__(self) -> None:
        super().__init__()
        self.collection = empty_collection()
        self.view = plain_view(self.collection)
        self.marks = Marks(self.view)
        self.expected_marks: set[str] = set()
        self.anchor: str | None = None

    def key(self, number: int) -> str:
        keys = list(self.collection.records)
        return keys[number % len(keys)] if keys else "nobody"

    @rule(first=st.integers(0, 12), count=st.integers(1, 6))
    def load(self, first: int, count: int) -> None:
        load(self.collection, fleet(count, first))

    @rule(first=st.integers(0, 12), count=st.integers(0, 12))
    def read_anew(self, first: int, count: int) -> None:
        swap(self.collection, fleet(count, first))
        self.expected_marks &= self.collection.records.keys()

    @rule(text=st.sampled_from(["", "ios", "android", "nothing", "store-7"]))
    def filter(self, text: str) -> None:
        self.view.filter(self.view.parse(text))

    @rule(descending=st.booleans())
    def sort(self, descending: bool) -> None:
        self.view.sort_by(Sort("custom", descending=descending))

    @rule(number=st.integers(0, 20))
    def toggle(self, number: int) -> None:
        self.anchor = self.key(number)
        self.marks.toggle(self.anchor)
        if self.anchor in self.collection.records:
            self.expected_marks ^= {self.anchor}

    @rule(number=st.integers(0, 20))
    def mark_to(self, number: int) -> None:
        keys, key = list(self.view.iterate_keys()), self.key(number)
        self.marks.mark_to(key)
        if key in keys:
            ends = sorted(
                (keys.index(key), keys.index(self.anchor if self.anchor in keys else key))
            )
            self.expected_marks |= set(keys[ends[0] : ends[1] + 1])
            self.anchor = key

    @rule()
    def mark_all(self) -> None:
        self.marks.mark_all()
        self.expected_marks |= set(self.view.iterate_keys())

    @rule()
    def clear(self) -> None:
        self.marks.clear()
        self.expected_marks, self.anchor = set(), None

    @invariant()
    def they_are_the_expected_ones(self) -> None:
        visible_keys = list(self.view.iterate_keys())
        hidden_marks = self.expected_marks - set(visible_keys)
        assert len(self.marks) == len(self.expected_marks)
        assert self.marks.hidden_count == len(hidden_marks)
        in_turn = list(self.marks)
        assert in_turn[: len(in_turn) - len(hidden_marks)] == [
            k for k in visible_keys if k in self.expected_marks
        ]
        assert set(in_turn[len(in_turn) - len(hidden_marks) :]) == hidden_marks
        assert all(
            (key in self.marks) == (key in self.expected_marks) for key in self.collection.records
        )


Marking.TestCase.settings = hypothesis_settings(deadline=None, max_examples=examples(100))
TestMarking = Marking.TestCase
