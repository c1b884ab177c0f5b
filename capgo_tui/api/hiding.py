"""Remove the API key from server text, in any spelling."""

from __future__ import annotations

import functools
import json
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY_PLACEHOLDER: Final = "[key hidden]"
"""Placeholder for the API key in server text."""
_SHORTEST: Final = 8
"""A shorter key, which no server issues, could be a common word: it is hidden only as spelt."""
_CHUNK = 1024 * 1024
# Invisible or inconspicuous characters, with which a key could be spelt.
_BETWEEN_LETTERS = (
    "[\x00-\x20\x7f-\xa0\xad\u0300-\u036f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufffd"
    "\U0001f3fb-\U0001f3ff\U000e0000-\U000e01ef]*+"
)
_BETWEEN_BYTES = (
    rb"(?:\xc2\xad|\xcc[\x80-\xbf]|\xcd[\x80-\xaf]|\xe2\x80[\x80-\xaf]|\xe2\x81[\xa0-\xaf]"
    rb"|\xef\xb8[\x80-\x8f]|\xef\xbb\xbf|\xf0\x9f\x8f[\xbb-\xbf]|\xf3\xa0[\x80-\x87][\x80-\xbf]"
    rb"|(?i:\\u(?:00[01][0-9a-f]|00ad|03[0-6][0-9a-f]|20[0-6][0-9a-f]|fe0[0-9a-f]|feff)"
    rb"|\\ud83c\\udff[b-f]|\\udb40\\ud[cd][0-9a-f]{2}))*+"
)
"""The same in JSON and in UTF-8, for invisible and combining characters."""
_ESCAPE = re.compile(rb"\\(?:u00[2-7][0-9a-f]|.)", re.IGNORECASE | re.DOTALL)
_WHOLE_ESCAPES = re.compile(rb"(?:[^\\]++|\\(?:u.{4}|[^u]))*+", re.DOTALL)
_FORMS: Final = ("%%%02x", "%%25%02x", "\\u%04x", "\\x%02x", "&#%d;", "&#x%x;")
"""Ways to spell a letter, by its code."""
_UNESCAPED = re.compile(r"(?:[!-$'-\[\]-~]|&(?!#))*+")
"""A text in which a key can only be spelt letter by letter."""
_NEEDLESS = re.compile(rb"\\(?:u00[2-7]|/)", re.IGNORECASE)


def hide_key(text: str, key: str) -> str:
    """Replace every copy of `key` in a short text; an empty `key` hides nothing.

    A copy may differ in case (as in a host name), be percent-encoded or escaped as in JSON or
    HTML, or have invisible characters in it.
    """
    if len(key) >= _SHORTEST:
        is_plain = key.isascii() and _UNESCAPED.fullmatch(text) is not None
        if is_plain and key.lower() not in text.lower():
            return text  # as most are: the pattern of all spellings takes 10 ms to compile
        return compile_spellings(key).sub(KEY_PLACEHOLDER, text)
    for spelling in {key, quote(key, safe="")} - {""}:
        text = text.replace(spelling, KEY_PLACEHOLDER)
    return text


def hide_key_in_reply(body: bytes, key: str) -> bytes:
    """Return a reply in UTF-8 with every copy of `key` replaced, in any spelling of JSON.

    The JSON has the same meaning; only needless escapes of ASCII are removed.
    As in `hide_key` a copy may differ in case, be percent-encoded, or be escaped twice.
    """
    body = _encode_utf8(body)
    if _NEEDLESS.search(body):
        body = b"".join(_without_needless_escapes(body))
    placeholder = KEY_PLACEHOLDER.encode()
    if len(key) < _SHORTEST:
        for spelling in {json.dumps(key)[1:-1], key, quote(key, safe="")} - {""}:
            body = body.replace(spelling.encode(), placeholder)
        return body
    lowercase_body = body.lower()
    if not body.isascii() or b"\\u" in lowercase_body:
        # Only then can characters be between its letters; the pattern takes 4 ms to compile.
        body = _compile_json_spelling(key).sub(placeholder, body)
    for whole in _list_whole_spellings(key):
        if whole in lowercase_body:
            body = re.sub(re.escape(whole), placeholder, body, flags=re.IGNORECASE)
    return body


@functools.lru_cache(maxsize=4)
def compile_spellings(key: str) -> re.Pattern[str]:
    """Return a pattern of every way in which a key may be spelled in a text."""
    letters = (_list_spellings(letter) for letter in key)
    return re.compile(_BETWEEN_LETTERS.join(letters), re.IGNORECASE)


def _list_spellings(letter: str) -> str:
    code = ord(letter)
    return (
        rf"(?:\\?{re.escape(letter)}|%(?:25)*{code:02x}|\\u00{code:02x}|\\x{code:02x}"
        rf"|&\#0*+{code};?|&\#x0*+{code:02x};?)"
    )


@functools.lru_cache(maxsize=4)
def _compile_json_spelling(key: str) -> re.Pattern[bytes]:
    letters = (re.escape(json.dumps(letter)[1:-1].encode()) for letter in key)
    return re.compile(_BETWEEN_BYTES.join(letters), re.IGNORECASE)


@functools.lru_cache(maxsize=4)
def _list_whole_spellings(key: str) -> tuple[bytes, ...]:
    """Return the spellings of a key in lower case, each of which encodes all letters alike."""
    by_letter = ("".join(form % ord(letter) for letter in key) for form in _FORMS)
    spellings = [key, quote(key, safe=""), *by_letter]
    in_json = [json.dumps(spelling)[1:-1] for spelling in spellings]
    # The reply may also be no JSON.
    return tuple({text.lower().encode(): None for text in (*in_json, *spellings)})


def _encode_utf8(body: bytes) -> bytes:
    encoding = json.detect_encoding(body)
    if encoding == "utf-8":
        return body
    try:
        return body.decode(encoding, "surrogatepass").encode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return body


def _without_needless_escapes(body: bytes) -> Iterator[bytes]:
    """Yield a reply in chunks that split no escape, without needless ones."""
    start = 0
    while start < len(body):
        whole = _WHOLE_ESCAPES.match(body, start, start + _CHUNK)
        end = whole.end() if whole is not None and whole.end() > start else len(body)
        yield _ESCAPE.sub(_decode_plain, body[start:end])
        start = end


def _decode_plain(match: re.Match[bytes]) -> bytes:
    text = match[0]
    if len(text) == len(rb"\u0041"):
        return json.dumps(chr(int(text[2:], 16)))[1:-1].encode() if text[2:] != b"007f" else text
    return b"/" if text == rb"\/" else text
