"""A question about an override fits its row, and both channels are told apart in it."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from rich.cells import cell_len

from capgo_tui.cells import measure_width
from capgo_tui.text import clean
from capgo_tui.workspace.changes.describe import describe
from capgo_tui.workspace.changes.describe.description import ROOMY
from capgo_tui.workspace.changes.overrides import OverrideChange
from tests.support.sampling import examples


def asking(label: str, before: str | None, after: str | None) -> OverrideChange:
    return OverrideChange(
        app_id="com.example.app",
        wire_id="device-id",
        label=label,
        before={"channel": before},
        after={"channel": after},
    )


QUESTION = re.compile(
    r"(?:Override |Clear the override of )?(?P<label>.+): (?P<before>.+) → (?P<after>.+)\?"
)


def could_be(part: str, name: str) -> bool:
    """Whether a name shortened to `part` could have been this one, as it is shown."""
    name = clean(name)
    pieces = map(re.escape, part.split("…"))
    return part == name or ("…" in part and bool(re.fullmatch(".+".join(pieces), name)))


def assert_recognisable(part: str, name: str) -> None:
    name = clean(name)
    assert could_be(part, name)
    assert measure_width(part) <= measure_width(name)
    if part != name:
        assert measure_width(part.replace("…", "")) >= 4, "a name is not cut away"


def parts_of(question: str) -> tuple[str, str, str]:
    match = QUESTION.fullmatch(question)
    assert match is not None, question
    return match["label"], match["before"], match["after"]


NAMES = st.text(alphabet="abcdefXYZ0123456789-._/ 東京オé", min_size=1, max_size=90)


@example("3f2a9c10-aaaa", "release-2026-11-customer-a-eu", "release-2026-12-customer-a-eu", 45)
@given(NAMES, st.none() | NAMES, st.none() | NAMES, st.integers(45, 200))
@hypothesis_settings(deadline=None, max_examples=examples(300))
def test_a_question_fits_its_row_and_names_the_device_and_both_channels(
    label: str, before: str | None, after: str | None, width: int
) -> None:
    question = describe(asking(label, before, after)).ask(width)
    assert cell_len(question) <= width, "as wide as the terminal draws it"
    shown_label, shown_before, shown_after = parts_of(question)
    assert_recognisable(shown_label, label)
    assert_recognisable(shown_before, before or "none")
    assert_recognisable(shown_after, after or "none")


DEVICE_ID = "3f2a9c10-aaaa-4bbb-8ccc-1234567890ab"
WIDE_LABEL = "東京オフィスの試験用端末その一番目のもの東京"
ALIKE = [
    (DEVICE_ID, "release-2026-customer-alpha", "release-2026-customer-alpha-eu"),
    (DEVICE_ID, "a-release-2026-customer-alpha", "b-release-2026-customer-alpha"),
    (DEVICE_ID, "beta-two", "beta"),
    (WIDE_LABEL, None, "beta"),
]
ALIKE_AT_BOTH_ENDS = [
    (DEVICE_ID, "feature-login-beta", "feature-logout-beta"),
    (DEVICE_ID, "release-2026-11-customer-a-eu", "release-2026-12-customer-a-eu"),
    (DEVICE_ID, "release-2026-customer-alpha-eu-west", "release-2026-customer-omega-eu-west"),
    (WIDE_LABEL, "東京チャンネル一番目テスト用途", "東京チャンネル二番目テスト用途"),
]


def assert_apart(label: str, before: str | None, after: str) -> None:
    """On every width the question fits, and neither channel could be taken for the other."""
    for width in range(45, 201):
        question = describe(asking(label, before, after)).ask(width)
        assert cell_len(question) <= width, question
        shown_label, shown_before, shown_after = parts_of(question)
        assert could_be(shown_label, label)
        assert could_be(shown_before, before or "none")
        assert could_be(shown_after, after)
        assert not could_be(shown_after, before or "none"), question
        assert not could_be(shown_before, after), question


@pytest.mark.parametrize(("label", "before", "after"), ALIKE)
def test_two_channels_that_are_named_alike_stay_apart_in_a_question(
    label: str, before: str | None, after: str
) -> None:
    assert_apart(label, before, after)


@pytest.mark.parametrize(("label", "before", "after"), ALIKE_AT_BOTH_ENDS)
def test_two_channels_that_differ_in_the_middle_stay_apart_in_a_question(
    label: str, before: str, after: str
) -> None:
    assert_apart(label, before, after)


def test_a_question_says_its_verb_where_there_is_room_and_the_names_on_every_width() -> None:
    change = asking(DEVICE_ID, "feature-login-beta", "hotfix-payments")
    for width in range(35, 201):
        question, summary = describe(change).ask(width), describe(change).summarize(width)
        assert cell_len(question) <= width
        assert cell_len(summary) <= width
        assert question.startswith("Override ") is (width - len("Override ") >= ROOMY)
        for name, shown_name in zip(
            (DEVICE_ID, "feature-login-beta", "hotfix-payments"), parts_of(question), strict=True
        ):
            assert could_be(shown_name, name)


@pytest.mark.parametrize("width", range(45, 200))
def test_more_room_never_shortens_a_question(width: int) -> None:
    change = asking("3f2a9c10-aaaa-4bbb-8ccc-1234567890ab", "feature-login", "hotfix-payments-eu")
    assert cell_len(describe(change).ask(width + 1)) >= cell_len(describe(change).ask(width))


def test_a_question_with_room_cuts_nothing() -> None:
    change = asking("3f2a9c10-aaaa-4bbb-8ccc-1234567890ab", None, "hotfix-payments-eu")
    assert (
        describe(change).ask(120)
        == "Override 3f2a9c10-aaaa-4bbb-8ccc-1234567890ab: none → hotfix-payments-eu?"
    )


def test_a_question_says_that_an_override_is_taken_away() -> None:
    assert describe(asking("qa-07", "beta", None)).ask(80) == (
        "Clear the override of qa-07: beta → none?"
    )
    assert describe(asking("qa-07", "beta", "qa")).ask(80) == "Override qa-07: beta → qa?"
