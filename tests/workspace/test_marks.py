"""Marks stay on their records, whatever the view shows of them."""

from __future__ import annotations

from capgo_tui.workspace.marks import Marks
from capgo_tui.workspace.sorting import Sort
from tests.workspace.test_view import empty_collection, fleet, load, plain_view, swap


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
    assert marks.hidden == 1
    assert marks.summary == "3 marked (1 hidden by filter)"
    assert list(marks) == ["d-1", "d-2", "d-0"], "the hidden one comes last"
    marks.mark_all()
    assert len(marks) == 7
    assert marks.hidden == 1
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
    assert marks.hidden == 0
