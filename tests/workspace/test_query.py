"""The filter that is typed after «/»."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import example as hypothesis_example
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from capgo_tui.text import clean
from capgo_tui.workspace.measure import Measure
from capgo_tui.workspace.query import Query, Vocabulary, make_custom_id_filter
from capgo_tui.workspace.sorting import order_version
from capgo_tui.workspace.terms import is_narrower
from tests.support.sampling import examples

if TYPE_CHECKING:
    from collections.abc import Mapping

    from capgo_tui.workspace.sorting import SortValue

WORDS = st.text(alphabet="abAB1.-ßİ ", max_size=8)
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
WORDS_OF_LIST = Vocabulary(
    ["os", "override", "seen"],
    {"age": "seen"},
    {"os": Measure.VERSION, "seen": Measure.AGE},
    ["override", "stale", "emulator"],
)


class Cells:
    """A row of texts, values and facts."""

    now = NOON

    def __init__(
        self,
        texts: Mapping[str, str],
        values: Mapping[str, SortValue | None] | None = None,
        facts: Mapping[str, bool | None] | None = None,
    ) -> None:
        self.texts, self.values, self.facts = texts, values or {}, facts or {}

    def get_text(self, column: str) -> str:
        return self.texts[column]

    def get_value(self, column: str) -> SortValue | None:
        return self.values.get(column)

    def get_fact(self, name: str) -> bool | None:
        return self.facts.get(name)


@pytest.mark.parametrize(
    ("text", "haystack", "matches"),
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
    text: str, haystack: str, matches: bool
) -> None:
    assert Query.parse(text).matches(haystack) is matches


def test_a_filter_of_spaces_filters_nothing() -> None:
    assert not Query.parse("  \t ")
    assert Query.parse(" qa ")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("o:17", "«o:» may be os or override"),
        ("qa !O:x", "«o:» may be os or override"),
        (
            "overide:x",
            "no column «overide»: override is near; put quotes around a text with a colon",
        ),
        ("http://x", ""),
        ("os:17 se:3d over:", ""),
        ("/o:17/ ~o:17 :17 qa", ""),
        ('"o:17" 3f:2a a.b:c', ""),
        ("x" * 20 + ":", f"no column «{'x' * 16}»"),
        ("seen:<x", "«x» is no age: seen takes 12h, 7d, 2w, 3mo or 1y"),
        ("os:>=blue", "«blue» is no version: os takes 2.0 or 2.4.1-rc.1"),
        ("is:stael", "no «is:stael» here: stale is near"),
        ("is:default", "no «is:default» here: "),
    ],
)
def test_a_condition_that_means_nothing_is_told_and_left_out(text: str, error: str) -> None:
    query = Query.parse(text, WORDS_OF_LIST)
    assert query.error.startswith(error)
    assert bool(query.error) is bool(error)
    if error:
        assert Query.parse(f"ios {text}", WORDS_OF_LIST).matches("ios qa", Cells({}))
    assert Query.parse(text).error == "", "where there are no columns, a colon means nothing"


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
    assert is_narrower(Query.parse(new).in_force, Query.parse(old).in_force) is narrows


@given(WORDS, WORDS, WORDS)
@hypothesis_settings(deadline=None, max_examples=examples(300))
def test_what_a_narrower_query_matches_the_wider_one_matches_too(
    new: str, old: str, text: str
) -> None:
    narrow, wide = Query.parse(new), Query.parse(old)
    haystack = f"{new}\n{text}".casefold()
    if is_narrower(narrow.in_force, wide.in_force) and narrow.matches(haystack):
        assert wide.matches(haystack)


@pytest.mark.parametrize(
    ("text", "is_id"),
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
def test_what_looks_like_one_device_id(text: str, is_id: bool) -> None:
    assert Query.parse(text).looks_like_id is is_id


COLUMNS = ["device", "platform", "plugin", "os", "override"]
ROW = {
    "device": "3f2a",
    "platform": "ios",
    "plugin": "7.1.0",
    "os": "18.1",
    "override": "▲ beta",
}


def row_matches(text: str, row: dict[str, str] = ROW) -> bool:
    return Query.parse(text, COLUMNS).matches("\n".join(row.values()), Cells(row))


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("!android", True),
        ("!ios", False),
        ("ios !beta", False),
        ("platform:ios", True),
        ("PLATFORM:IOS", True),
        ("platform:18", False),
        ("plat:ios", True),
        ("!plat:ios", False),
        ("plat:!ios", False),
        ("plat:!android", True),
        ("os:18", True),
        ("/^ios$/", True),
        ("/^io$/", False),
        ("/^IOS$/", True),
        ("/beta", True),
        ("/▲ be", True),
        ("/▲ be/ ios", True),
        ("/▲ be/ android", False),
        ("!/▲ be/", False),
        ("os:/^18/", True),
        ("os:/^7/", False),
        ("os:!/^7/", True),
        ("!os:/^18/", False),
        (r"/\d+\.\d+\.\d+/", True),
        (r"/\D{20}/", False),
        ("~32a", True),
        ("~a23", False),
        ("~i1", False),  # not across cells
        ("!~32a", False),
        ("over:~bt", True),
        ("over:~tb", False),
        ("over:!~tb", True),
    ],
)
def test_the_language(text: str, matches: bool) -> None:
    assert row_matches(text) is matches
    assert Query.parse(text, COLUMNS).error == ""


@pytest.mark.parametrize(
    ("text", "row_text"),
    [
        ("https://x.example/a", "see https://x.example/a"),
        ("/var/log", "a /var/log b"),
        (r"/var\/log/", "a /var/log b"),
        ("/a/b/", "a/b"),
        ("a!b", "a!b"),
        ("a~b", "a~b"),
        (":", "a:b"),
        ("!!a", "b"),
    ],
)
def test_what_only_resembles_the_language_is_looked_for_as_it_is(text: str, row_text: str) -> None:
    query = Query.parse(text, COLUMNS)
    assert query
    assert query.matches(row_text)
    assert query.error == ""


@pytest.mark.parametrize(
    "text", ["!", "~", "/", "//", "!~", "!/", "os:", "os:!", "os:~", "os:/", "!os:", "!os:/ "]
)
def test_what_is_only_begun_is_no_condition_yet(text: str) -> None:
    assert not Query.parse(text, COLUMNS)
    assert row_matches(text)
    assert row_matches(f"ios {text}")
    assert not row_matches(f"android {text}")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("/(/", "bad pattern: missing )"),
        ("/[a", "bad pattern: unterminated character set"),
        ("/a{1000}{1000}/", "the pattern repeats too much"),
        ("/(((a{1000}){1000}){1000}){1000}/", "the pattern repeats too much"),
        (f"/{'a' * 501}/", "a pattern has at most 500 characters"),
    ],
)
def test_a_pattern_that_cannot_be_used_is_told_and_left_out(text: str, error: str) -> None:
    query = Query.parse(f"ios {text}", COLUMNS)
    assert query.error == error
    assert query.matches("ios")
    assert not query.matches("android")
    assert not Query.parse(text)
    assert Query.parse(text).matches("whatever")


def test_a_pattern_that_takes_too_long_is_given_up_for_good() -> None:
    text = "/(x|xx)+$/"
    query = Query.parse(f"ios {text}")
    assert query.error == ""
    hard = f"ios {'x' * 60}!"
    assert query.matches(hard), "the rest of the filter holds"
    assert query.error == "pattern is too slow"
    assert query.matches(hard)
    assert not query.matches("android")
    assert Query.parse(f"{text} b").error == "pattern is too slow", "it is remembered"


@given(st.text(alphabet=r"/!~:()[]{}*+?|\^$.,0123<>=Pabsio- ", max_size=25))
@hypothesis_settings(deadline=None, max_examples=examples(500))
def test_any_text_is_a_filter(text: str) -> None:
    query = Query.parse(text, COLUMNS)
    query.matches("ios\nab", Cells(ROW))
    assert isinstance(query.error, str)
    assert is_narrower(query.in_force, query.in_force)


PIECES = st.sampled_from(["a", "ab", "b", "/a/", "/a|b/", "/^b$/", "~ab", "~a", "~ba", "1", "a1"])
FILTERS = st.lists(
    st.tuples(st.sampled_from(["", "!", "os:", "!os:", "plat:"]), PIECES).map("".join), max_size=3
).map(" ".join)
CELLS = st.fixed_dictionaries({c: st.text(alphabet="ab1", max_size=4) for c in COLUMNS})


@given(FILTERS, FILTERS, CELLS)
@hypothesis_settings(deadline=None, max_examples=examples(1000))
def test_narrowing_is_sound_for_every_kind_of_condition(
    new: str, old: str, row: dict[str, str]
) -> None:
    narrow, wide = Query.parse(new, COLUMNS), Query.parse(old, COLUMNS)
    if is_narrower(narrow.in_force, wide.in_force) and row_matches(new, row):
        assert row_matches(old, row)


def test_a_word_of_a_column_that_is_not_searched_is_no_sieve() -> None:
    query = Query.parse("os:18 a !longer ~longest /longest/", ["os"])
    assert query.find_sieve(lambda _: True) == "18"
    assert query.find_sieve(lambda _: False) == "a"


@given(FILTERS, CELLS)
@hypothesis_settings(deadline=None, max_examples=examples(300))
def test_what_matches_passes_the_sieve(text: str, row: dict[str, str]) -> None:
    query = Query.parse(text, COLUMNS)
    row_text = "\n".join(row.values())
    sieve = query.find_sieve(lambda column: column in row)
    if row_matches(text, row):
        assert sieve in row_text
        assert query.find_sieve(lambda _: False) in row_text
    if query.is_word:
        assert row_matches(text, row) is (sieve in row_text)


@pytest.mark.parametrize(
    ("new", "old", "narrows"),
    [
        ("os:181", "os:18", True),
        ("os:18", "18", False),
        ("!a", "!ab", True),
        ("!ab", "!a", False),
        ("~abc", "~ac", True),
        ("abc", "~ac", True),
        ("!~ac", "!abc", True),
        ("/a/ b", "/a/", True),
        ("/ab/", "/a/", False),
        ("a", "/(/", True),
        ("x !", "x", True),
    ],
)
def test_which_conditions_narrow_which(new: str, old: str, narrows: bool) -> None:
    terms, wider = Query.parse(new, COLUMNS).in_force, Query.parse(old, COLUMNS).in_force
    assert is_narrower(terms, wider) is narrows


@pytest.mark.parametrize("text", ["os:3f2a4b", "!3f2a4b", "~3f2a4b", "/3f2a4b"])
def test_a_condition_of_another_kind_is_no_id(text: str) -> None:
    assert not Query.parse(text, COLUMNS).looks_like_id


# Custom ids


DEVICE_COLUMNS = ["device", "custom", "platform"]
NAMED_ROW = {"device": "3f2a", "custom": "qa-07", "platform": "ios"}
NAMELESS_ROW = {**NAMED_ROW, "custom": ""}


@pytest.mark.parametrize(
    ("text", "named_matches", "nameless_matches"),
    [
        ("has:custom-id", True, False),
        ("HAS:Custom", True, False),
        ("has:c", True, False),
        ("!has:custom-id", False, True),
        ("has:custom-id ios", True, False),
        ("has:custom-id android", False, False),
        ("has:", True, True),
        ("!has:", True, True),
        ("has:override", True, True),
    ],
)
def test_who_has_a_custom_id(text: str, named_matches: bool, nameless_matches: bool) -> None:
    for row, matches in ((NAMED_ROW, named_matches), (NAMELESS_ROW, nameless_matches)):
        query = Query.parse(text, DEVICE_COLUMNS)
        assert query.matches("\n".join(row.values()), Cells(row)) is matches


def test_what_else_cannot_be_had_is_told_and_other_lists_have_no_such_word() -> None:
    message = "no «has:override» here: there is custom-id"
    assert Query.parse("has:override", DEVICE_COLUMNS).error == message
    assert Query.parse("has:custom-id", DEVICE_COLUMNS).error == ""
    assert Query.parse("has:custom-id", COLUMNS).error.startswith("no column «has»")


@pytest.mark.parametrize(
    ("text", "custom_id"),
    [
        ("qa-07", "qa-07"),
        ("  Alice  Smith ", "Alice  Smith"),
        ("custom:QA-07", "QA-07"),
        ("user:42", "user:42"),
        ("[red]x", "[red]x"),
        ("platform:ios", None),
        ("qa platform:ios", None),
        ("!qa", None),
        ("/qa/", None),
        ("~qa", None),
        ("custom:!qa", None),
        ("custom:~qa", None),
        ("custom:/qa/", None),
        ("has:custom-id", None),
        ("custom:", None),
        ("", None),
    ],
)
def test_what_may_be_one_whole_custom_id(text: str, custom_id: str | None) -> None:
    assert Query.parse(text, DEVICE_COLUMNS).custom_id == custom_id


@given(st.text(min_size=1, max_size=36).map(clean))
@hypothesis_settings(deadline=None, max_examples=examples(300))
@hypothesis_example("a/b /c/")
@hypothesis_example("!x")
@hypothesis_example("straße \\ x")
@hypothesis_example("~/^$")
def test_the_filter_for_a_custom_id_lets_it_through_whatever_it_is(custom_id: str) -> None:
    row = {**NAMED_ROW, "custom": custom_id.casefold()}
    query = Query.parse(make_custom_id_filter(custom_id), DEVICE_COLUMNS)
    assert not query.error
    if custom_id.strip():
        assert query.matches("\n".join(row.values()), Cells(row))
    assert not query.matches("\n".join(NAMELESS_ROW.values()), Cells(NAMELESS_ROW))


PHONE = Cells(
    {"os": "17.4", "override": "▲ beta", "seen": "3d"},
    {"os": order_version("17.4"), "seen": NOON - timedelta(days=3)},
    {"override": True, "stale": False, "emulator": None},
)


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("is:override", True),
        ("is:over", True),
        ("IS:Override", True),
        ("!is:override", False),
        ("is:stale", False),
        ("!is:stale", True),
        ("is:emulator", False),  # not known: neither so
        ("!is:emulator", False),  # nor the other way round
        ("is:", True),
        ("seen:<7d", True),
        ("seen:>7d", False),
        ("age:<=3d", True),
        ("age:>=3d", True),
        ("seen:=3d", True),
        ("!seen:<7d", False),
        ("seen:<", True),
        ("os:>=17", True),
        ("os:>17.4", False),
        ("os:<17.10", True),
        ("os:=17.4.0", True),
        ("os:17", True),
        ('"17.4"', True),
        ('"▲ beta" os:17', True),
        ('override:"▲ beta"', True),
        ('"beta ▲"', False),
        ('"▲ be', True),
        ("ios|17.4", True),
        ("ios | 17.4", True),
        ("ios | android", False),
        ("ios | 17.4 beta", True),
        ("ios | 17.4 gamma", False),
        ("os:18|17", True),
        ("os:18|19", False),
        ("!os:18|19", True),
        ("!os:18|17", False),
        ("is:stale|override", False),  # a word: only after a column are both of one kind
        ("is:stale|is:override", True),
        ("is:stale | is:override", True),
        ("!is:stale|is:override", False),
        ("os:>18|<17.5", True),
        ("| 17", True),
        ("17 |", True),
        ("|", True),
        ("ios||17", True),
    ],
)
def test_facts_comparisons_phrases_and_alternatives(text: str, matches: bool) -> None:
    haystack = "\n".join(PHONE.texts.values())
    assert Query.parse(text, WORDS_OF_LIST).matches(haystack, PHONE) is matches


def test_what_is_no_version_has_no_place_among_versions() -> None:
    row = Cells({"os": "blue"}, {"os": order_version("blue")})
    for text in ("os:>1", "os:<1", "!os:>1"):
        assert not Query.parse(text, WORDS_OF_LIST).matches("blue", row)


def test_a_value_that_is_not_known_meets_no_comparison() -> None:
    row = Cells({"seen": ""}, {"seen": None})
    for text in ("seen:<7d", "seen:>7d", "!seen:>7d"):
        assert not Query.parse(text, WORDS_OF_LIST).matches("", row)


@pytest.mark.parametrize(
    ("word", "completions"),
    [
        ("ov", ["override:"]),
        ("!ov", ["!override:"]),
        ("is:", ["is:override", "is:stale", "is:emulator"]),
        ("is:e", ["is:emulator"]),
        ("a", ["age:"]),
        ("x", []),
        ("", []),
    ],
)
def test_the_last_word_can_be_completed(word: str, completions: list[str]) -> None:
    assert WORDS_OF_LIST.complete(word) == completions


@pytest.mark.parametrize("text", ['"qa 7"', 'custom:"qa 7"'])
def test_a_phrase_is_a_whole_custom_id(text: str) -> None:
    assert Query.parse(text, ["custom"]).custom_id == "qa 7"


@given(st.text(alphabet='ab:|!"<>=~/ isoe17', max_size=14), st.text(alphabet="abis17 ", max_size=8))
@hypothesis_settings(deadline=None, max_examples=examples(400))
def test_any_text_with_signs_is_a_filter(text: str, haystack: str) -> None:
    query = Query.parse(text, WORDS_OF_LIST)
    query.matches(haystack, PHONE)
    assert is_narrower(query.in_force, query.in_force)
    assert Query.parse(query.text, WORDS_OF_LIST) == query
