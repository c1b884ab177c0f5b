"""Property tests of malformed replies: a call returns or raises CapgoError, and walks end."""

from __future__ import annotations

import contextlib
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from capgo_tui.api.errors import CapgoError, Refusal
from capgo_tui.api.listing import Listing, UnreadableReplyError, parse_list, parse_one
from capgo_tui.api.models import AppInfo, Bundle, Channel, Device
from capgo_tui.api.paging import Page
from capgo_tui.api.records import Record, Unreadable
from capgo_tui.api.revisions import Revision
from capgo_tui.api.settings import ChannelSettings
from capgo_tui.workspace.unreadable_rows import UnreadableRows
from tests.api.support import APP, Answer, SentRequest, open_client, walk
from tests.support.sampling import examples

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["builtin", "\ud800", "0001-01-01T00:00:00+14:00", "9" * 5000, 10**30, "1"])
)
JSONS = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)
NAMES = st.sampled_from(
    [
        "id",
        "name",
        "device_id",
        "app_id",
        "version",
        "version_name",
        "custom_id",
        "public",
        "created_at",
        "updated_at",
        "disableAutoUpdate",
        "rollout_version_info",
        "native_packages",
        "session_key",
        "retention",
        "channel",
        "rolloutPercentageBps",
        "autoPauseConfidence",
        "bundle",
        "manifest_count",
        "is_prod",
    ]
)
ROWS = st.dictionaries(NAMES, JSONS, max_size=8) | st.fixed_dictionaries(
    {"id": st.integers(1, 9), "name": st.text(min_size=1), "device_id": st.text(min_size=1)},
    optional={"version": JSONS, "created_at": JSONS, "public": JSONS, "app_id": st.text()},
)
LISTS = st.lists(ROWS | JSONS, max_size=6)


def nest(depth: int, kind: str) -> bytes:
    """Return a value inside a number of lists, objects, or both in turn."""
    depth = depth // 2 if kind == "both" else depth
    before = {"list": "[", "object": '{"a":', "both": '[{"a":'}[kind] * depth
    after = {"list": "]", "object": "}", "both": "}]"}[kind] * depth
    return f"{before}1{after}".encode()


ODD = st.one_of(
    st.builds(
        nest,
        st.sampled_from([10, 120, 190, 260, 450]),
        st.sampled_from(["list", "object", "both"]),
    ),
    st.sampled_from([b"NaN", b"-Infinity", b"1e999", b"9" * 5_000, b"-" + b"9" * 4_301, b"null"]),
    st.sampled_from(
        [b'"\\ud800"', b'""', b"{}", b"[]", b"true", b"0.1e-400", b'"' + b"x" * 9_999 + b'"']
    ),
)
"""Rare values that are JSON, or that Python accepts as JSON."""
FIELDS = st.sampled_from([b"id", b"name", b"device_id", b"version", b"public", b"comment", b"new"])


@st.composite
def rows_with_odd_values(draw: st.DrawFn) -> bytes:
    """Strategy of rows as text, in which a name may occur twice with different odd values."""
    fields = draw(st.lists(st.tuples(FIELDS, ODD), max_size=4))
    return b"{" + b",".join(b'"' + name + b'":' + value for name, value in fields) + b"}"


BODIES = st.one_of(
    st.binary(),
    JSONS.map(lambda value: json.dumps(value).encode()),
    LISTS.map(lambda value: json.dumps(value).encode()),
    st.fixed_dictionaries(
        {"data": LISTS},
        optional={"nextCursor": JSONS | st.text(), "hasMore": JSONS, "bundles": JSONS},
    ).map(lambda value: json.dumps(value).encode()),
)
MODELS = st.sampled_from([Channel, Device, Bundle, AppInfo])


@given(MODELS, BODIES)
def test_parsing(model: type[Record], body: bytes) -> None:
    try:
        listing = parse_list(model, body)
    except UnreadableReplyError:
        return
    rows = [row for row in listing.rows if isinstance(row, Record)]
    assert len(rows) + sum(isinstance(row, Unreadable) for row in listing.rows) == len(listing.rows)
    for row in rows:
        original = row.parse_raw()
        assert isinstance(original, dict)
        assert json.loads(row.format_raw_json()).keys() == original.keys()
        assert repr(row).isprintable()
        hash(row.row_key)


GOOD = b'{"id": 1, "name": "good", "device_id": "good", "app_id": "com.good"}'


@given(MODELS, st.lists(rows_with_odd_values() | ODD, max_size=3), st.booleans())
def test_the_rest_of_a_page_lives_on(model: type[Record], odd: list[bytes], envelope: bool) -> None:
    body = b"[" + b",".join([*odd, GOOD]) + b"]"
    listing = parse_list(model, b'{"data":' + body + b"}" if envelope else body)
    *others, good = listing.rows
    assert isinstance(good, model)
    assert len(others) == len(odd)
    for row in listing.rows:
        if isinstance(row, Unreadable):
            assert row.why
            assert row.why.isprintable()
            unreadable = UnreadableRows()
            unreadable.note([row])
            assert unreadable.rows[0].json
        else:
            # Shown with J, from deep within the interface's own calls.
            assert isinstance(json.loads(row.format_raw_json()), dict)


def test_what_is_wrong_with_a_row_is_said_in_words_of_its_own() -> None:
    body = b'[17, {}, {"device_id": 5.5}, {"device_id": null}, {"device_id": ""}]'
    reasons = [row.why for row in parse_list(Device, body).rows if isinstance(row, Unreadable)]
    assert reasons == [
        "row: not an object",
        "device_id: missing",
        "device_id: not a text",
        "device_id: not a text",
        "device_id: empty",
    ]


def test_a_number_of_too_many_digits_is_kept_digit_by_digit() -> None:
    digits = "9" * 5_000
    listing = parse_list(Channel, f'[{{"id": 1, "name": "a", "new": {digits}}}]'.encode())
    (row,) = listing.rows
    assert isinstance(row, Channel)
    assert row.parse_raw() == {"id": 1, "name": "a", "new": digits}


@given(MODELS, BODIES)
def test_parsing_one(model: type[Record], body: bytes) -> None:
    with contextlib.suppress(UnreadableReplyError):
        assert isinstance(parse_one(model, body), (model, Listing))


@settings(max_examples=examples(60))
@given(
    st.lists(
        st.tuples(st.sampled_from([200, 200, 200, 400, 404, 429, 500]), BODIES),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from([None, *Revision]),
)
async def test_calls(script: list[tuple[int, bytes]], revision: Revision | None) -> None:
    step = 0

    def answer(_request: SentRequest) -> Answer:
        nonlocal step
        step += 1
        return script[step % len(script)]

    async with open_client(answer, revision=revision) as (client, _):
        pagers: list[Any] = [
            client.list_channels(APP),
            client.list_devices(APP),
            client.list_bundles(APP),
        ]
        for pager in pagers:
            try:
                for page in await walk(pager, most=60):
                    assert isinstance(page, Page)
            except (CapgoError, Refusal):
                pass
        for call in (
            client.get_channel(APP, "a"),
            client.get_device(APP, "a"),
            client.set_channel(APP, "a", ChannelSettings(bundle="1.0.0")),
            client.unlink_device(APP, "a"),
            client.ping(),
        ):
            with contextlib.suppress(CapgoError, Refusal):
                await call
