"""The filter that is typed after «/»."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from capgo_tui.workspace.query import Query

WORDS = st.text(alphabet="abAB1.-ßİ ", max_size=8)


@pytest.mark.parametrize(
    ("typed", "haystack", "matches"),
    [
        ("", "anything", True),
        ("   ", "anything", True),
        ("qa", "qa-07\nios", True),
        ("QA", "qa-07\nios", True),
        ("qa ios", "qa-07\nios", True),
        ("ios   qa", "qa-07\nios", True),
        ("qa android", "qa-07\nios", False),
        ("07ios", "qa-07\nios", False),
        ("a-0", "qa-07\nios", True),
        ("STRASSE", "große strasse", True),
        ("straße", "große strasse", True),
        (".*", "qa-07", False),
        ("[red]", "a [red] word", True),
    ],
)
def test_every_word_must_occur_somewhere_in_any_case(
    typed: str, haystack: str, matches: bool
) -> None:
    assert Query.parse(typed).matches(haystack) is matches


def test_a_filter_of_spaces_filters_nothing() -> None:
    assert not Query.parse("  \t ")
    assert Query.parse(" qa ")


def test_a_filter_is_shown_as_it_was_typed() -> None:
    assert Query.parse("  QA ios ").text == "QA ios"


@pytest.mark.parametrize(
    ("new", "old", "narrows"),
    [
        ("qa", "", True),
        ("qa", "q", True),
        ("qa", "a", True),
        ("qa ios", "qa", True),
        ("ios qa", "qa ios", True),
        ("qa", "qa ios", False),
        ("q", "qa", False),
        ("", "qa", False),
        ("ios", "qa", False),
    ],
)
def test_a_query_knows_which_others_it_narrows(new: str, old: str, narrows: bool) -> None:
    assert Query.parse(new).narrows(Query.parse(old)) is narrows


@given(WORDS, WORDS, WORDS)
@hypothesis_settings(deadline=None, max_examples=300)
def test_what_a_narrower_query_matches_the_wider_one_matches_too(
    new: str, old: str, text: str
) -> None:
    narrow, wide = Query.parse(new), Query.parse(old)
    haystack = f"{new}\n{text}".casefold()
    if narrow.narrows(wide) and narrow.matches(haystack):
        assert wide.matches(haystack)


@pytest.mark.parametrize(
    ("typed", "is_id"),
    [
        ("bbbbbbbb-0000-4000-8000-000000000001", True),
        ("  BBBBBBBB-0000-4000-8000-000000000001  ", True),
        ("test_device", True),
        ("a.b:c-d", True),
        ("qa-", False),
        ("", False),
        ("two words", False),
        ("what?", False),
    ],
)
def test_what_looks_like_one_device_id(typed: str, is_id: bool) -> None:
    assert Query.parse(typed).looks_like_id is is_id
