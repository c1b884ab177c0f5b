"""Texts of states and failures: true, complete, and without the API key."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from capgo_tui.api.errors import CapgoError, EndlessList, ErrorKind
from capgo_tui.api.key import ApiKey
from capgo_tui.api.retry_policy import PendingRetry
from capgo_tui.tui.words import (
    count,
    describe_status,
    describe_unknown_device,
    explain,
    find_placeholder,
    shorten_failure,
)
from capgo_tui.workspace.ages import format_clock_time
from capgo_tui.workspace.list_state import ListState, Loading
from capgo_tui.workspace.pending_retries import RetryCountdown
from capgo_tui.workspace.query import Query
from capgo_tui.workspace.target import Target
from capgo_tui.workspace.unreadable_rows import UnreadableRows
from tests.support.clock import NOON
from tests.support.world import open_world

if TYPE_CHECKING:
    from datetime import datetime

SECRET = "2c1eb96d-8677-57f8-8bd7-09e59dbbe943"
TARGET = Target(ApiKey(SECRET), "com.acme.shop")
NO_FILTER = Query()
QA = Query.parse("QA ios")


def failure(kind: ErrorKind, message: str = "The words of the server", **more: Any) -> CapgoError:
    return CapgoError(message, kind=kind, **more)


class State(ListState):
    """A list in a given state."""

    def __init__(
        self,
        loaded: int = 0,
        *,
        name: str = "devices",
        at_end: bool = False,
        error: CapgoError | None = None,
        as_of: datetime | None = None,
        loading: Loading = Loading.NOTHING,
        unreadable: int = 0,
        incomplete: bool = False,
        too_many: bool = False,
    ) -> None:
        super().__init__(name)
        self._loaded = loaded
        self.at_end, self.error, self.as_of = at_end, error, as_of
        self.loading, self.unreadable_rows = loading, UnreadableRows(unreadable, too_many=too_many)
        self.incomplete = incomplete

    def __len__(self) -> int:
        return self._loaded


SERVER_ERROR = failure(ErrorKind.SERVER_FAULT, status=500)


# Failures


@pytest.mark.parametrize("kind", list(ErrorKind))
@pytest.mark.parametrize("status_code", [None, 400, 500])
def test_every_failure_has_a_headline_of_whole_words(
    kind: ErrorKind, status_code: int | None
) -> None:
    error = failure(kind, status=status_code, request="GET /device", code="some_code")
    notice = explain(error, "read the devices", TARGET)
    assert notice.headline.endswith(".")
    assert notice.headline[0].isupper()
    assert not notice.advice or notice.advice.endswith(".")
    both = f"{notice.headline} {notice.advice}"
    assert both.isprintable()
    assert "None" not in both
    assert SECRET not in both


@pytest.mark.parametrize(
    ("error", "parts"),
    [
        (failure(ErrorKind.KEY_REFUSED, status=401), ["key was refused", "401", "another key"]),
        (
            failure(ErrorKind.NOT_ALLOWED, status=400),
            ["may not read the devices", "com.acme.shop", "no such app"],
        ),
        (failure(ErrorKind.RATE_LIMITED, status=429, retry_after=60.0), ["429", "60 s"]),
        (failure(ErrorKind.RATE_LIMITED, status=429), ["429", "Wait"]),
        (
            failure(ErrorKind.UNREACHABLE, "cannot reach api.capgo.app: name not found"),
            ["annot reach api.capgo.app: name not found", "network", "r tries again"],
        ),
        (failure(ErrorKind.NOT_FOUND, status=404), ["404", "The words of the server"]),
        (
            failure(ErrorKind.SERVER_FAULT, status=500),
            ["500", "The words of the server", "r tries again"],
        ),
        (
            failure(ErrorKind.RULE, status=400),
            ["refused to read the devices", "The words of the server"],
        ),
        (failure(ErrorKind.BAD_REQUEST, status=400), ["400", "The words of the server"]),
    ],
    ids=lambda value: value.kind.value if isinstance(value, CapgoError) else None,
)
def test_a_failure_says_what_happened_and_what_to_do(error: CapgoError, parts: list[str]) -> None:
    notice = explain(error, "read the devices", TARGET)
    for part in parts:
        assert part in f"{notice.headline} {notice.advice}"


def test_a_hint_is_not_put_into_the_servers_mouth() -> None:
    error = failure(ErrorKind.NOT_FOUND, "no Route matched", status=404)
    error.hint = "the address may lack its path, such as /functions/v1"
    notice = explain(error, "read the devices", TARGET)
    assert notice.headline == "Not found (404). The server said: No Route matched."
    assert notice.advice.startswith("The address may lack its path, such as /functions/v1. r tries")


@pytest.mark.parametrize(
    ("seconds", "wait"),
    [
        (None, "a little"),
        (0.0, "1 s"),
        (0.3, "1 s"),
        (1.2, "2 s"),
        (119.0, "119 s"),
        (120.0, "2 min"),
        (121.0, "3 min"),
        (900.0, "15 min"),
    ],
)
def test_a_wait_is_never_rounded_down(seconds: float | None, wait: str) -> None:
    error = failure(ErrorKind.RATE_LIMITED, status=429, retry_after=seconds)
    assert f"Wait {wait};" in explain(error, "read the devices", TARGET).advice
    assert f"wait {wait}," in shorten_failure(error, "read the devices")


LOCK = failure(
    ErrorKind.RATE_LIMITED,
    "Too many requests",
    status=429,
    retry_after=600.0,
    detail={"reason": "too_many_failed_auth_attempts"},
)


def test_an_address_that_is_locked_for_refused_keys_says_how_long_and_until_when() -> None:
    until = format_clock_time(NOON + timedelta(minutes=10))
    notice = explain(LOCK, "read the devices", TARGET, failed_at=NOON)
    assert notice.headline == f"This address is locked for 15 minutes, until {until}."
    assert "20 keys" in notice.advice
    assert explain(LOCK, "", TARGET).headline == "This address is locked for 15 minutes."
    untold = failure(ErrorKind.RATE_LIMITED, detail=LOCK.detail)
    end = format_clock_time(NOON + timedelta(minutes=15))
    assert shorten_failure(untold, "", failed_at=NOON).startswith(
        f"locked for 15 minutes, until {end} · "
    )


def test_the_lock_stands_before_the_filter() -> None:
    state = State(12, as_of=NOON, error=LOCK)
    state.failed_at = NOON
    until = format_clock_time(NOON + timedelta(minutes=10))
    line = describe_status(state, 3, Query.parse("a long filter of many words"), NOON)
    assert line.startswith(f"locked for 15 minutes, until {until} · 20 refused keys · /a long")


@pytest.mark.parametrize("kind", [ErrorKind.SERVER_FAULT, ErrorKind.NOT_FOUND, ErrorKind.RULE])
def test_a_message_that_ends_in_a_full_stop_gets_no_second_one(kind: ErrorKind) -> None:
    notice = explain(failure(kind, "It broke.", status=500), "read the devices", TARGET)
    assert "It broke." in notice.headline
    assert ".." not in notice.headline


async def test_a_server_that_echoes_the_key_does_not_get_it_on_the_screen() -> None:
    async with open_world() as world:
        workspace = world.open()
        key = world.keys["org_super_admin"]
        message = f"What is {key} doing here"
        world.door.answer("GET /device", {"error": f"bad_{key}", "message": message}, status=500)
        await workspace.devices.load_more()
        error = workspace.devices.error
        assert error is not None
        notice = explain(error, "read the devices", workspace.target)
        assert "doing here" in notice.headline
        assert key not in f"{notice} {error} {error!r} {error.code} {workspace.target}"


# Placeholders


def headline(state: State, count: int | None = 0, query: Query = NO_FILTER) -> str | None:
    notice = find_placeholder(state, count, query, NOON, TARGET)
    return f"{notice.headline} | {notice.advice}" if notice else None


def test_nothing_stands_in_place_of_rows_that_are_there() -> None:
    assert headline(State(6, at_end=True, as_of=NOON), 6) is None
    assert headline(State(6, at_end=True, as_of=NOON, error=SERVER_ERROR), 6) is None


def test_a_first_load_says_from_where() -> None:
    assert headline(State(loading=Loading.MORE)) == "Loading devices… | from https://api.capgo.app"


@pytest.mark.parametrize("name", ["channels", "devices", "bundles"])
def test_an_empty_list_says_so_and_how_the_first_record_comes(name: str) -> None:
    notice = headline(State(name=name, at_end=True, as_of=NOON))
    assert notice is not None
    empty, _, advice = notice.partition(" | ")
    assert empty == f"com.acme.shop has no {name}."
    assert advice


def test_an_empty_list_after_a_failure_says_the_failure() -> None:
    assert headline(State(error=SERVER_ERROR)) == (
        "The server failed (500). The server said: The words of the server. | r tries again."
    )
    assert "may not read the channels" in (
        headline(State(name="channels", error=failure(ErrorKind.NOT_ALLOWED))) or ""
    )


def test_a_filter_that_matches_nothing_says_of_how_many_loaded() -> None:
    some = headline(State(150, as_of=NOON), 0, QA)
    assert some is not None
    assert "0 of 150 loaded devices match «QA ios»" in some
    assert "L loads all of them, ↓ some more" in some
    assert "Esc" in some
    everything = headline(State(150, at_end=True, as_of=NOON), 0, QA)
    assert everything is not None
    assert "loads all" not in everything


def test_while_a_filter_is_at_work_nothing_is_said_of_matches() -> None:
    assert headline(State(12_400, as_of=NOON), None, QA) == "Filtering 12 400 devices… | "
    assert headline(State(loading=Loading.MORE), None, QA) == headline(State(), 0)


def test_while_a_filter_is_typed_letters_are_no_commands() -> None:
    def advice(name: str, query: Query, *, at_end: bool) -> str:
        state = State(150, name=name, at_end=at_end, as_of=NOON)
        notice = find_placeholder(state, 0, query, NOON, TARGET, typing=True)
        assert notice is not None
        return notice.advice

    maybe_id = Query.parse("3f2a91bc-0000")
    assert advice("devices", QA, at_end=False).startswith(
        "⏎ asks the server for this custom id. Th"
    )
    column = Query.parse("os:18", ["os"])
    assert advice("devices", column, at_end=False).startswith("⏎, then L loads all of them")
    assert advice("devices", column, at_end=True) == "Esc clears the filter."
    assert advice("devices", maybe_id, at_end=True).startswith("⏎ asks the server for this id. Esc")
    assert "for this id. Then L loads all" in advice("devices", maybe_id, at_end=False)
    assert "asks" not in advice("bundles", maybe_id, at_end=False)


def test_a_long_filter_leaves_room_for_what_it_found() -> None:
    line = describe_status(State(150, as_of=NOON), 0, Query.parse("x" * 36), NOON)
    assert line == f"/{'x' * 15}… · 0 of 150 loaded · more ↓ · {AS_OF}"


def test_a_device_nobody_knows_is_named_by_its_whole_id() -> None:
    assert describe_unknown_device("3" * 36) == f"✗ No device has the id {'3' * 36}."


@pytest.mark.parametrize("at_end", [False, True])
@pytest.mark.parametrize("name", ["channels", "devices", "bundles"])
def test_rows_that_are_all_unreadable_are_neither_an_empty_list_nor_a_loading_one(
    name: str, at_end: bool
) -> None:
    notice = headline(State(name=name, at_end=at_end, as_of=NOON, unreadable=50))
    assert notice is not None
    assert notice.startswith(f"50 rows came that are no {name}")
    assert "has no" not in notice
    assert "Loading" not in notice


def test_a_filter_over_rows_that_could_not_be_read_anew_says_what_it_knows() -> None:
    notice = headline(State(150, as_of=NOON, error=SERVER_ERROR), 0, QA)
    assert notice is not None
    assert "0 of 150 loaded devices match «QA ios»" in notice
    line = describe_status(State(150, as_of=NOON, error=SERVER_ERROR), 0, QA, NOON)
    assert "the server failed (500)" in line, "and why there are no newer ones"


# The status line


AS_OF = f"as of {format_clock_time(NOON)}"


@pytest.mark.parametrize(
    ("state", "count", "query", "line"),
    [
        (State(), 0, NO_FILTER, ""),
        (State(loading=Loading.MORE), 0, NO_FILTER, "loading…"),
        (State(150, as_of=NOON), 150, NO_FILTER, f"150 loaded · more ↓ · {AS_OF}"),
        (State(6, as_of=NOON, at_end=True), 6, NO_FILTER, f"6 loaded · end of list · {AS_OF}"),
        (State(0, as_of=NOON, at_end=True), 0, NO_FILTER, f"0 loaded · end of list · {AS_OF}"),
        (
            State(150, as_of=NOON),
            12,
            QA,
            f"/QA ios · 12 of 150 loaded · more ↓ · {AS_OF}",
        ),
        (State(150, as_of=NOON), None, QA, f"/QA ios · filtering… · more ↓ · {AS_OF}"),
        (State(150, as_of=NOON), None, NO_FILTER, f"150 loaded · more ↓ · {AS_OF}"),
        (
            State(150, as_of=NOON, loading=Loading.MORE),
            150,
            NO_FILTER,
            f"150 loaded · loading more… · {AS_OF}",
        ),
        (
            State(150, as_of=NOON, loading=Loading.REFRESH),
            150,
            NO_FILTER,
            f"150 loaded · refreshing… · {AS_OF}",
        ),
        (
            State(150, as_of=NOON, at_end=True, unreadable=2),
            150,
            NO_FILTER,
            f"150 loaded · 2 unreadable (!) · end of list · {AS_OF}",
        ),
        (
            State(1_500, as_of=NOON, too_many=True),
            1_500,
            NO_FILTER,
            f"1 500 loaded · a page had more rows than it should · more ↓ · {AS_OF}",
        ),
        (
            State(100, as_of=NOON, at_end=True, incomplete=True),
            100,
            NO_FILTER,
            f"100 loaded · the server has more but gives no way to it · {AS_OF}",
        ),
    ],
)
def test_the_status_says_what_is_loaded_and_how_old_it_is(
    state: State, count: int | None, query: Query, line: str
) -> None:
    assert describe_status(state, count, query, NOON) == line


def test_after_a_failure_the_status_says_how_stale_the_rows_are() -> None:
    state = State(150, as_of=NOON, error=SERVER_ERROR)
    line = describe_status(state, 150, NO_FILTER, NOON + timedelta(minutes=3, seconds=5))
    assert "150 loaded" in line
    assert "STALE 3m" in line
    assert describe_status(state, 150, NO_FILTER, NOON).endswith("the server failed (500) · STALE")
    assert "as of" not in line
    assert "more" not in line, "it is not known whether there is more"


async def test_rows_tell_their_age_while_a_try_is_waited_for() -> None:
    state = State(150, as_of=NOON)
    state.waiting = RetryCountdown(
        PendingRetry(
            "GET /device", "list_devices", error=SERVER_ERROR, seconds=4, number=2, tries=4
        ),
        NOON,
    )
    assert describe_status(state, 150, NO_FILTER, NOON).endswith(f"esc stops · {AS_OF}")


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (failure(ErrorKind.RATE_LIMITED, status=429, retry_after=60.0), "wait 60 s"),
        (failure(ErrorKind.RATE_LIMITED, status=429), "wait a little"),
        (failure(ErrorKind.KEY_REFUSED, status=401), "key refused, r asks for another"),
        (
            failure(ErrorKind.NOT_ALLOWED, status=403),
            "this key may not read the devices",
        ),
        (failure(ErrorKind.SERVER_FAULT, status=503), "the server failed (503)"),
        (failure(ErrorKind.UNREACHABLE, "the connection was closed"), "the connection was closed"),
    ],
    ids=lambda value: value.kind.value if isinstance(value, CapgoError) else None,
)
def test_stale_rows_say_why_they_are(error: CapgoError, why: str) -> None:
    line = describe_status(State(150, as_of=NOON, error=error), 150, NO_FILTER, NOON)
    assert why in line
    assert "STALE" in line
    assert SECRET not in line


@pytest.mark.parametrize("kind", list(ErrorKind))
@pytest.mark.parametrize("status_code", [None, 400, 500])
def test_the_few_words_for_a_failure_are_words(kind: ErrorKind, status_code: int | None) -> None:
    text = shorten_failure(failure(kind, status=status_code), "read the devices")
    assert text
    assert text.isprintable()
    assert not text.endswith(".")
    assert "None" not in text
    assert SECRET not in text


def test_nothing_is_claimed_to_be_loaded_when_the_first_page_failed() -> None:
    line = describe_status(State(error=SERVER_ERROR), 0, NO_FILTER, NOON)
    assert "STALE" not in line
    assert "end of list" not in line
    assert "as of" not in line


# The number on a tab


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (State(), "…"),
        (State(loading=Loading.MORE), "…"),
        (State(6, as_of=NOON, at_end=True), "6"),
        (State(0, as_of=NOON, at_end=True), "0"),
        (State(150, as_of=NOON), "150+"),
        (State(150, as_of=NOON, loading=Loading.MORE), "150+"),
        (State(error=SERVER_ERROR), "!"),
        (State(150, as_of=NOON, error=SERVER_ERROR), "150!"),
        (State(6, as_of=NOON, at_end=True, error=SERVER_ERROR), "6!"),
        (State(0, as_of=NOON, unreadable=50), "0+"),
        (State(100, as_of=NOON, at_end=True, incomplete=True), "100+"),
    ],
)
def test_the_number_on_a_tab(state: State, text: str) -> None:
    assert count(state) == text


async def test_the_number_on_a_tab_follows_the_list() -> None:
    async with open_world(devices=150) as world:
        devices = world.open().devices
        texts = [count(devices)]
        await devices.load_more()
        texts.append(count(devices))
        world.door.fail("GET /device")
        await devices.load_more()
        texts.append(count(devices))
        await devices.load_more()
        texts.append(count(devices))
        assert texts == ["…", "50+", "50!", "150"]


def test_an_endless_list_says_how_much_came_and_which_key_reads_on() -> None:
    endless = EndlessList(5_000_000)
    line = describe_status(State(150, as_of=NOON, error=endless), 150, NO_FILTER, NOON)
    assert "the list does not come to an end: 5 000 000 records so far · L reads on" in line
    notice = headline(State(0, as_of=NOON, error=endless))
    assert notice == "The list does not come to an end: 5 000 000 records so far. | L reads on."
