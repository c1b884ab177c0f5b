"""Tests of hiding the API key, however a server spells it."""

from __future__ import annotations

import gzip
import html
import json
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capgo_tui.api import hiding
from capgo_tui.api.errors import CapgoError
from capgo_tui.api.hiding import KEY_PLACEHOLDER, hide_key, hide_key_in_reply
from capgo_tui.api.listing import parse_list
from capgo_tui.api.models import Bundle
from capgo_tui.api.transport import Exchange, Transport
from capgo_tui.text import clean
from tests.api.support import KEY
from tests.api.test_transport import READ, WRITE, raw, serving

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = KEY.reveal()
ODD = 'k/e"y\\%&+0123'
KEYS = [SECRET, ODD]
SELECTORS = ["\u200b", "\u0301", "\U000e0041", "\ufe0f", "\ufe00", "\U000e0100", "\U0001f3fb"]


def escape(text: str) -> str:
    r"""Escape every letter as ``\u0041``."""
    return "".join(f"\\u{ord(letter):04X}" for letter in text)


def escape_half(text: str) -> str:
    plain = (json.dumps(letter)[1:-1] for letter in text)
    return "".join(
        one if number % 2 else f"\\u{ord(letter):04x}"
        for number, (one, letter) in enumerate(zip(plain, text, strict=True))
    )


def escape_slashes(text: str) -> str:
    return json.dumps(text)[1:-1].replace("/", "\\/")


def insert_selectors(text: str) -> str:
    """Put a character that `clean` removes between the letters."""
    return json.dumps("\ufe0f".join(text), ensure_ascii=False)[1:-1]


def insert_escaped_selectors(text: str) -> str:
    return json.dumps("\U0001f3ff".join(text))[1:-1]


def insert_zero_width(text: str) -> str:
    return json.dumps("\u200b".join(text), ensure_ascii=False)[1:-1]


def insert_escaped_zero_width(text: str) -> str:
    return json.dumps("\u2060".join(text))[1:-1]


def insert_accents(text: str) -> str:
    return json.dumps("\u0301".join(text))[1:-1]


def capitalize(text: str) -> str:
    return json.dumps(text.upper())[1:-1]


def lower_and_insert_selectors(text: str) -> str:
    return json.dumps("\ufe0f".join(text.lower()))[1:-1]


def percent_encode(text: str) -> str:
    return "".join(f"%{ord(letter):02X}" for letter in text)


def escape_html(text: str) -> str:
    return "".join(f"&#{ord(letter)};" for letter in text)


def escape_twice(text: str) -> str:
    return json.dumps(escape(text))[1:-1]


IN_JSON = [
    *(
        escape,
        escape_half,
        escape_slashes,
        insert_selectors,
        insert_escaped_selectors,
        insert_zero_width,
        insert_accents,
    ),
    *(insert_escaped_zero_width, capitalize, lower_and_insert_selectors),
    *(percent_encode, escape_html, escape_twice),
]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]


def texts_of(body: bytes) -> str:
    (row,) = parse_list(Bundle, body).rows
    assert isinstance(row, Bundle)
    return row.format_raw_json() + repr(row) + clean(str(row.parse_raw()))


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("spell", IN_JSON)
@pytest.mark.parametrize("key", KEYS)
def test_the_rows_of_a_reply_never_tell_it(
    key: str, spell: Callable[[str], str], encoding: str
) -> None:
    text = f'[{{"id": 1, "name": "a", "comment": "<{spell(key)}>", "{spell(key)}": "\\u00e9"}}]'
    body = hide_key_in_reply(text.encode(encoding), key)
    text = texts_of(body)
    assert key not in clean(text, 10_000)
    assert clean(text, 10_000).count(f"<{KEY_PLACEHOLDER}>") >= 2
    assert json.loads(body)[0]["comment"] == f"<{KEY_PLACEHOLDER}>"
    assert json.loads(body)[0][KEY_PLACEHOLDER] == "é"


JSONS = st.recursive(
    st.none() | st.integers() | st.text() | st.text('\\u0041/"'),
    lambda inner: st.lists(inner) | st.dictionaries(st.text('\\/"'), inner),
)


@given(JSONS, st.booleans(), st.integers(8, 40))
def test_a_reply_without_the_key_stays_the_same_json(
    value: object, ascii_: bool, chunk: int
) -> None:
    body = json.dumps(value, ensure_ascii=ascii_)
    needless = body.replace("A", "\\u0041").replace("/", "\\/").encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hiding, "_CHUNK", chunk)
        assert json.loads(hide_key_in_reply(needless, SECRET)) == value


@given(st.integers(0, 30), st.integers(0, 30), st.sampled_from(IN_JSON), st.integers(8, 40))
def test_it_is_found_wherever_a_chunk_ends(
    before: int, backslashes: int, spell: Callable[[str], str], chunk: int
) -> None:
    text = '["' + "x" * before + "\\\\" * backslashes + spell(SECRET) + '"]'
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hiding, "_CHUNK", chunk)
        (value,) = json.loads(hide_key_in_reply(text.encode(), SECRET))
    assert value == "x" * before + "\\" * backslashes + KEY_PLACEHOLDER


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    "spell",
    [
        str,
        str.upper,
        str.lower,
        lambda key: quote(key, safe=""),
        lambda key: "".join(f"%{ord(letter):02X}" for letter in key),
        lambda key: "".join(f"%25{ord(letter):02x}" for letter in key),
        lambda key: "".join(f"&#{ord(letter)};" for letter in key),
        lambda key: "".join(f"&#x{ord(letter):04x};" for letter in key),
        lambda key: "".join(f"\\x{ord(letter):02x}" for letter in key),
        escape,
        escape_half,
        *(selector.join for selector in SELECTORS),
        "\u200b".join,
        "\x00".join,
    ],
)
def test_no_short_text_tells_it(key: str, spell: Callable[[str], str]) -> None:
    assert hide_key(f"<{spell(key)}>", key) == f"<{KEY_PLACEHOLDER}>"


@given(st.text())
def test_a_text_without_it_is_left_alone(text: str) -> None:
    assert hide_key(text, SECRET) == text
    assert hide_key(text, "") == text


def test_a_short_key_is_hidden_in_its_own_letters_alone() -> None:
    assert hide_key("The Key is a key", "key") == f"The Key is a {KEY_PLACEHOLDER}"


def answer(status: str, body: bytes, *headers: str) -> bytes:
    lines = "".join(f"{line}\r\n" for line in headers)
    head = f"HTTP/1.1 {status}\r\n{lines}content-length: {len(body)}\r\n\r\n"
    return head.encode("latin-1") + body


HOSTS = [
    SECRET,
    SECRET.upper(),
    f"x.{SECRET}.example.com",
    "".join(f"%{ord(c):02x}" for c in SECRET),
]
ERRORS = [
    *(answer("302 Found", b"", f"location: https://{host}/{SECRET}") for host in HOSTS),
    answer("302 Found", b"", f"location: /{SECRET}"),
    answer("302 Found", b"", f"location: https://{'a' * 60}.{SECRET}.com/"),
    answer("500 Oops", f"<title>{SECRET}</title>".encode(), "content-type: text/html"),
    answer("500 Oops", f"<title>{escape(SECRET)}</title>".encode(), "content-type: text/html"),
    answer("500 Oops", ("x" * 290 + "\ufe0f".join(SECRET)).encode()),
    answer("500 Oops", ("x" * 280 + SECRET.upper()).encode("utf-16")),
    answer("500 Oops", f'{{"message": "{escape(SECRET)}"}}'.encode("utf-16")),
    answer("400 Bad", f'{{"error": "{escape_half(SECRET)}"}}'.encode()),
    answer(
        "400 Bad",
        f'{{"message": "m", "error": "e", "moreInfo": {{"{escape(SECRET)}": 1}}}}'.encode(),
    ),
    answer("400 Bad", html.escape(SECRET).encode(), f"x-request-id: {SECRET.upper()}"),
    answer("400 Bad", b"no", f"x-request-id: {quote(SECRET, safe='').replace('-', '%2d')}"),
    answer(
        "400 Bad",
        gzip.compress(f'{{"message": "{escape(SECRET)}"}}'.encode()),
        "content-encoding: gzip",
    ),
    answer("200 OK", f'{{"status": "KO", "error": "{escape(SECRET)}"}}'.encode()),
    f"HTTP/1.1 404 {SECRET}\r\ncontent-length: 0\r\n\r\n".encode(),
    f"HTTP/1.1 200 OK\r\ncontent-encoding: {SECRET}\r\ncontent-length: 0\r\n\r\n".encode(),
    f"{SECRET}\r\n\r\n".encode(),
    f"HTTP/1.1 {SECRET} OK\r\n\r\n".encode(),
    f"HTTP/1.1 200 OK\r\n{SECRET}\r\n\r\n".encode(),
    f"HTTP/1.1 200 OK\r\ncontent-length: {SECRET}\r\n\r\n".encode(),
]


@pytest.mark.parametrize("bytes_", ERRORS)
@pytest.mark.parametrize("request_", [READ, WRITE], ids=["read", "write"])
async def test_no_error_tells_it(bytes_: bytes, request_: object) -> None:
    exchanges: list[Exchange] = []
    texts: list[str] = []
    async with serving(raw(bytes_)) as server:
        transport = Transport(server.url, KEY, on_exchange=exchanges.append)
        try:
            texts.append((await transport.send(request_)).decode())  # type: ignore[arg-type]
        except CapgoError as error:
            texts += [
                str(error),
                repr(error),
                str(error.detail),
                f"{error.code} {error.request_id}",
            ]
        await transport.aclose()
    texts += [repr(each) for each in exchanges]
    for text in texts:
        bare = "".join(letter for letter in text.casefold() if letter.isalnum() or letter == "-")
        assert SECRET not in bare
        for at in range(len(SECRET) - 12):
            assert SECRET[at : at + 12] not in bare


@given(
    st.lists(st.sampled_from([*SECRET, SECRET, SECRET[:-1], *ODD, ODD, *"&#%\\ x0;\u212a\u200b"])),
    st.sampled_from(KEYS),
)
def test_a_text_that_is_not_searched_has_no_spelling_of_the_key(
    pieces: list[str], key: str
) -> None:
    text = "".join(pieces)
    assert hide_key(text, key) == hiding.compile_spellings(key).sub(KEY_PLACEHOLDER, text)
