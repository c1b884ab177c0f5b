"""The screen's texts for states and failures, with the key binding that helps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.api.errors import CapgoError, EndlessList, ErrorKind
from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.tui.keys import capitalize_key, fill_keys, name_key
from capgo_tui.workspace import failures
from capgo_tui.workspace.ages import format_age, format_clock_time
from capgo_tui.workspace.failures import REVISION_GUESSED, describe_lock, format_time_to_wait
from capgo_tui.workspace.list_state import ListState, Loading
from capgo_tui.workspace.load_effort import describe_progress
from capgo_tui.workspace.next_step import NextStep
from capgo_tui.workspace.numbers import group_digits
from capgo_tui.workspace.resources.registry import RESOURCE_BY_NAME

if TYPE_CHECKING:
    from datetime import datetime

    from capgo_tui.workspace.pending_retries import RetryCountdown
    from capgo_tui.workspace.query import Query
    from capgo_tui.workspace.target import Target


@dataclass(frozen=True, slots=True)
class Notice:
    """A headline and what to do about it."""

    headline: str
    advice: str = ""


_STEPS = {
    NextStep.REFRESH: "; {list.refresh} reads again",
    NextStep.OTHER_KEY: ", {list.refresh} asks for another",
    NextStep.READ_ON: " · {list.all} reads on",
    NextStep.LOAD_ALL: ": {list.all} loads it",
    NextStep.LIST_CHANGES: " · {change.list} shows",
    NextStep.EDIT: ": {channel.edit} edits it",
    NextStep.DELETE_ALL: ": {bundle.clean-up}",
}


def explain(
    error: CapgoError,
    doing: str,
    target: Target,
    seconds_ago: float = 0,
    *,
    failed_at: datetime | None = None,
) -> Notice:
    """Return the notice of a failure; it says so if the server's revision is only guessed.

    Args:
        error: what went wrong.
        doing: completes «may not …», such as «read the devices».
        target: what it was about.
        seconds_ago: seconds since the failure, which count towards a wait.
        failed_at: when it happened, if known.

    """
    notice = _explain(error, doing, target, seconds_ago, failed_at)
    if not error.is_revision_guessed:
        return notice
    return Notice(notice.headline, f"{notice.advice} {REVISION_GUESSED}".strip())


def _explain(
    error: CapgoError, doing: str, target: Target, seconds_ago: float, failed_at: datetime | None
) -> Notice:
    reads = name_key("list.refresh")
    server_text = f" The server said: {_make_sentence(error.message)}" if error.message else ""
    status = f" ({error.status})" if error.status else ""
    match error.kind:
        case ErrorKind.KEY_REFUSED:
            return Notice(
                f"The key was refused{status}.",
                "It is wrong or has expired. No more requests are sent with it. "
                f"{reads} asks for another key.",
            )
        case ErrorKind.NOT_ALLOWED:
            return Notice(
                f"This key may not {doing} of {target.app_id}.",
                "Or there is no such app: the server gives the same answer for both. "
                "Check the app id, or ask its owner for the right.",
            )
        case ErrorKind.RATE_LIMITED if error.locks_address:
            return Notice(
                f"This address is {describe_lock(error, failed_at)}.",
                f"The server has refused 20 keys from here{status} and answers none until then."
                f" After that {reads} tries again.",
            )
        case ErrorKind.RATE_LIMITED:
            return Notice(
                "The server asks to slow down (429).",
                f"Wait {format_time_to_wait(error, seconds_ago)}; then {reads} tries again.",
            )
        case ErrorKind.UNREACHABLE:
            return Notice(
                _make_sentence(error.message),
                f"Check the network and the address; {reads} tries again.",
            )
        case ErrorKind.NOT_FOUND if error.hint:
            return Notice(
                f"Not found{status}.{server_text}",
                f"{_make_sentence(error.hint)} {reads} tries again.",
            )
        case ErrorKind.NOT_FOUND:
            return Notice(
                f"Not found{status}.{server_text}",
                f"It may have been deleted; {reads} reads again.",
            )
        case ErrorKind.SERVER_FAULT if isinstance(error, EndlessList):
            return Notice(_make_sentence(error.message), f"{name_key('list.all')} reads on.")
        case ErrorKind.SERVER_FAULT:
            return Notice(f"The server failed{status}.{server_text}", f"{reads} tries again.")
        case ErrorKind.RULE | ErrorKind.BAD_REQUEST:
            return Notice(f"The server refused to {doing}{status}.{server_text}")


def shorten_failure(
    error: CapgoError, doing: str, seconds_ago: float = 0, *, failed_at: datetime | None = None
) -> str:
    """Return a failure in a few words, with the key binding that helps."""
    words = failures.shorten_failure(error, doing, seconds_ago, failed_at=failed_at)
    return words + shorten_step(failures.find_next_step(error))


def shorten_step(step: NextStep | None) -> str:
    """Return the key binding that helps after a failure, if it belongs to a brief text."""
    return step_label(step) if step in (NextStep.OTHER_KEY, NextStep.READ_ON) else ""


def step_label(step: NextStep | None) -> str:
    """Return the suffix for a next step: its key binding and what it does."""
    return "" if step is None else fill_keys(_STEPS[step])


def describe_demo() -> str:
    """Return what the first screen of the demo says of itself."""
    return fill_keys(
        "A demo: safe to change, kept nowhere. Try {tab.devices}, then {device.override} on a"
        " device, then {change.undo}."
    )


def describe_stop() -> str:
    """Return that the key for going back stops what is under way."""
    return f"{name_key('back')} stops"


def describe_waiting(wait: RetryCountdown, now: datetime, *, writing: bool = False) -> str:
    """Return why a request waits, for how long, and how to stop that.

    During a write, a read is the read-back of its outcome.
    """
    back = "reading back: " if writing and wait.retry.request.startswith("GET ") else ""
    why, next_try = _describe_reason(wait.retry.error), _describe_next_try(wait, now)
    return f"{back}{why} · {next_try} · {describe_stop()}"


def _describe_next_try(wait: RetryCountdown, now: datetime) -> str:
    pending, seconds = wait.retry, wait.count_seconds(now)
    which = "sent" if pending.tries == 1 else f"try {pending.number} of {pending.tries}"
    return f"{which} in {seconds} s"


def _describe_reason(error: CapgoError) -> str:
    """Return why a try failed, in very few words."""
    match error.kind:
        case ErrorKind.RATE_LIMITED:
            return "the server asks to slow down"
        case ErrorKind.SERVER_FAULT if error.status == 200:
            return "unreadable answer"
        case ErrorKind.SERVER_FAULT:
            return f"the server failed ({error.status})"
        case _:
            return "no answer"


def _count_seconds_since_failure(collection: ListState, now: datetime) -> float:
    return 0 if collection.failed_at is None else (now - collection.failed_at).total_seconds()


def _make_sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


LENGTH_OF_ID = 36
"""Characters of a UUID."""


def find_placeholder(
    collection: ListState,
    visible_count: int | None,
    query: Query,
    now: datetime,
    target: Target,
    *,
    typing: bool = False,
) -> Notice | None:
    """Return the notice in place of rows when none of the loaded ones is shown.

    `typing` says that the filter is being typed, when letters are no key bindings. While the
    filter is at work, the `visible_count` is None.
    """
    name = collection.name
    if visible_count:
        return None
    if visible_count is None and len(collection):
        return Notice(f"Filtering {group_digits(len(collection))} {name}…", "")
    if len(collection):
        hints = (
            _describe_other_places(collection, query, typing),
            f"{capitalize_key('back')} clears the filter.",
        )
        count = group_digits(len(collection))
        return Notice(
            f"0 of {count} loaded {name} match «{_shorten(query.text, 40)}».",
            " ".join(hint for hint in hints if hint),
        )
    if collection.waiting is not None:
        why = explain(collection.waiting.retry.error, f"read the {name}", target)
        next_try = _describe_next_try(collection.waiting, now)
        return Notice(
            why.headline, f"{next_try[:1].upper()}{next_try[1:]}. {capitalize_key('back')} stops."
        )
    if collection.error is not None:
        seconds_ago, failed_at = _count_seconds_since_failure(collection, now), collection.failed_at
        return explain(
            collection.error, f"read the {name}", target, seconds_ago, failed_at=failed_at
        )
    if collection.unreadable:
        return Notice(
            f"{collection.unreadable} rows came that are no {name} this program can read.",
            "They have no usable id or name. Is this the right server?"
            f" {name_key('list.unreadable')} shows them.",
        )
    if collection.at_end:
        return Notice(f"{target.app_id} has no {name}.", RESOURCE_BY_NAME[name].empty_advice)
    return describe_loading(name, target)


def describe_loading(name: str, target: Target) -> Notice:
    """Return the notice while the first page is loading."""
    return Notice(f"Loading {name}…", f"from {target.server if target.is_remote else 'the demo'}")


def _describe_other_places(collection: ListState, query: Query, typing: bool) -> str:
    """Return where to look for a record when no loaded one matches."""
    more = "" if collection.at_end else f"{name_key('list.all')} loads all of them, ↓ some more."
    if typing and collection.name == "devices":
        what = "id" if query.looks_like_id else "custom id" if query.custom_id else ""
        if what:
            return f"⏎ asks the server for this {what}.{' Then ' if more else ''}{more}"
    return f"⏎, then {more}" if typing and more else more


def _shorten(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def describe_status(
    collection: ListState, visible_count: int | None, query: Query, now: datetime
) -> str:
    """Return how much is loaded and shown, whether there is more, and how old it is.

    The `visible_count` is None while the filter is at work.
    """
    total = len(collection)
    parts: list[str] = []
    if query:
        parts.append(f"/{_shorten(query.text, 16)}")
        parts.append(
            "filtering…"
            if visible_count is None
            else f"{group_digits(visible_count)} of {group_digits(total)} loaded"
        )
    elif collection.as_of is not None:
        parts.append(f"{group_digits(total)} loaded")
    if collection.unreadable:
        parts.append(f"{collection.unreadable} unreadable ({name_key('list.unreadable')})")
    if collection.unreadable_rows.too_many:
        parts.append("a page had more rows than it should")
    next_at = len(parts)
    parts.append(_describe_next(collection, now))
    # While a load says how to stop it, leave the room to that instead of the age.
    if collection.effort is None or not collection.loading_all or collection.waiting is not None:
        parts.append(describe_freshness(collection, now))
    if collection.error is not None and collection.error.locks_address:
        # First of all parts: nothing else works before the lock ends.
        parts.insert(0, parts.pop(next_at))
    return " · ".join(part for part in parts if part)


def describe_freshness(collection: ListState, now: datetime) -> str:
    """Return the snapshot time of the rows, and after a failure their age."""
    if collection.as_of is None:
        return ""
    if not collection.stale:
        return f"as of {format_clock_time(collection.as_of)}"
    old = format_age(collection.as_of, now)
    # A failed page does not make the earlier ones older.
    return "STALE" if old == "now" else f"STALE {old}"


def _describe_next(collection: ListState, now: datetime) -> str:
    if collection.waiting is not None:
        return describe_waiting(collection.waiting, now)
    if collection.loading_all:
        if collection.effort is not None:
            return f"{describe_progress(collection.effort, now)} · {describe_stop()}"
        requests = collection.requests
        return f"loading all… {requests} request{'' if requests == 1 else 's'} · {describe_stop()}"
    if collection.loading is Loading.REFRESH:
        if not collection.read_again:
            return "refreshing…"
        return f"{group_digits(collection.read_again)} read again · {describe_stop()}"
    if collection.loading is Loading.MORE:
        return "loading more…" if len(collection) else "loading…"
    if collection.error is not None:
        # Without rows the placeholder says it.
        if collection.as_of is None:
            return ""
        seconds_ago = _count_seconds_since_failure(collection, now)
        failed_at = collection.failed_at
        return shorten_failure(
            collection.error, f"read the {collection.name}", seconds_ago, failed_at=failed_at
        )
    if collection.incomplete:
        return "the server has more but gives no way to it"
    if collection.at_end:
        return "end of list"
    return "more ↓" if collection.has_answer else ""


def count(collection: ListState) -> str:
    """Return the number on a tab: ``6``, ``150+`` with more to load, ``!`` after a failure."""
    if not collection.has_answer:
        return "…"
    if collection.error is not None:
        return f"{len(collection)}!" if len(collection) else "!"
    whole = collection.at_end and not collection.incomplete
    return f"{len(collection)}" if whole else f"{len(collection)}+"


def describe_unknown_device(text: str) -> str:
    """Return that the server knows no device of an id."""
    return f"✗ No device has the id {text}."
