"""Servers that answer without measure, or with the key; the installed program reads."""

from __future__ import annotations

import asyncio
import gzip
import json
import sys
from functools import partial
from typing import TYPE_CHECKING

from tests.arsenal.attack import KEY, Attack, Result
from tests.arsenal.leaks import leaky_files, pieces_in
from tests.arsenal.program import run_program
from tests.arsenal.servers import bare, raw_server
from tests.support.sandbox_process import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator, Sequence
    from pathlib import Path

    Run = Callable[[Path], Coroutine[None, None, Result]]

MB = 1024 * 1024
MEMORY = 200
"""Megabytes for a reply of any size: 150 above what the program takes at its start."""
LIST = ("channel", "list")
JSON = "content-type: application/json"
ECHOING = [sys.executable, "-m", "tests.terminal.unfriendly_sandbox", "echoing"]
COMMANDS: Sequence[Sequence[str]] = (
    ("bundle", "list", "--json"),
    ("channel", "get", "beta"),
    ("device", "list", "--csv"),
    ("device", "get", "nowhere"),
    ("channel", "list", "--table", KEY),
    ("app", "list", "-a", KEY),
    ("info",),
    ("nonsense",),
)


async def answer_reads(answer: bytes, folder: Path, words: Sequence[str] = LIST) -> Result:
    """Answer every request of a command with some bytes."""
    log = str(folder / "requests.log")
    with raw_server(lambda _: answer) as server:
        environ = {"CAPGO_TOKEN": KEY, "CAPGO_APP_ID": "com.demo.app", "CAPGO_API_URL": server.url}
        ran = await asyncio.to_thread(
            run_program, folder, *words, "--log-file", log, environ=environ
        )
        arrived = f"{len(server.requests)} reads"
    assert b"Traceback" not in ran.stderr
    (folder / "said").write_bytes(ran.stdout + ran.stderr)
    leaks = ", ".join(leaky_files(folder, KEY))
    return Result(arrived, "", str(ran.code), leaks, ran.megabytes, ran.processor_seconds)


async def echo_the_key(folder: Path) -> Result:
    """Put the key that came with a request into every answer, spelt another way each time."""
    log = folder / "requests.log"
    debugging = {"TEXTUAL_LOG": "textual.log", "TEXTUAL_DEBUG": "1", "TEXTUAL": "debug,devtools"}
    codes, leaks = [], []
    with serving(ECHOING) as sandbox:
        assert sandbox.key == KEY
        for words in COMMANDS:
            more = ["--log-file", str(log)] if words[0] not in {"info", "nonsense"} else []
            environ = sandbox.environ | debugging
            ran = await asyncio.to_thread(run_program, folder, *words, *more, environ=environ)
            assert b"Traceback" not in ran.stderr
            codes.append(str(ran.code))
            if pieces_in(ran.stdout + ran.stderr, KEY):
                leaks.append(" ".join(words[:2]))
    assert b"GET /bundle" in log.read_bytes()
    return Result("", "", " ".join(codes), ", ".join([*leaks, *leaky_files(folder, KEY)]))


def of_size(size: int, row: bytes) -> bytes:
    """Return an answer with a list of the same row again and again."""
    return bare("200 OK", b"[" + b",".join([row] * (size // (len(row) + 1))) + b"]", JSON)


def row_of(text: str) -> bytes:
    """Return an answer with a row whose texts and one name hold something."""
    row = {"id": 1, "name": "a", "comment": text, "version": {"name": text}, text: text}
    return bare("200 OK", json.dumps([row]).encode(), JSON)


def packed(body: bytes, times: int = 1) -> bytes:
    """Return an answer that is packed, and says so."""
    for _ in range(times):
        body = gzip.compress(body)
    return bare("200 OK", body, f"content-encoding: {', '.join(['gzip'] * times)}")


PERCENT = "".join(f"%{ord(letter):02X}" for letter in KEY)
SAME_CURSOR = b'{"data":[{"device_id":"d1"}],"nextCursor":"c","hasMore":true}'


def attacks() -> Iterator[Attack]:
    """Yield the rows."""

    def sized(code: int, reads: int = 1) -> Result:
        return Result(f"{reads} reads", "", str(code), "", MEMORY)

    def reading(answer: bytes, *words: str) -> Run:
        return partial(answer_reads, answer, words=words or LIST)

    huge = partial(Result, "1 reads", "", "6", "", MEMORY, 10.0)
    rows: list[tuple[int, str, bytes, Result, tuple[str, ...]]] = [
        (5, "1 MB of [{},{},…", of_size(MB, b"{}"), sized(6, 2), ()),
        (5, "a list of 64 MB packed twice", packed(bytes(64 * MB), 2), sized(1), ()),
        (5, "70 MB of spaces packed once", packed(b"[" + b" " * 70 * MB), sized(1), ()),
        (
            5,
            "the same cursor without end",
            bare("200 OK", SAME_CURSOR, JSON),
            sized(6, 2),
            ("device", "list"),
        ),
        (
            5,
            "a number of 100 000 digits",
            bare("200 OK", b'[{"id":' + b"9" * 100_000 + b"}]"),
            sized(6),
            ("channel", "list", "--json"),
        ),
        (
            6,
            "the key in capitals in a row",
            row_of(KEY.upper()),
            sized(0),
            ("bundle", "list", "--json"),
        ),
        (
            6,
            "the key percent-encoded in a row",
            row_of(PERCENT),
            sized(0, 2),
            ("bundle", "list", "--csv"),
        ),
    ]
    for line, name, answer, expected, words in rows:
        yield Attack(line, name, reading(answer, *words), expected)
    codes = Result("", "", "0 0 0 3 2 0 0 2")
    yield Attack(6, "the key in every answer, in six spellings", echo_the_key, codes)
    slow: list[tuple[str, bytes, Result]] = [
        ("16 MB of [{},{},…", of_size(16 * MB, b"{}"), huge()),
        ("64 MB of [[],[],… packed", packed(b"[" + b"[]," * (21 * MB) + b"[]]"), huge()),
        (
            "a name of 30 MB",
            bare("200 OK", b'[{"id":1,"name":"' + b"a" * 30 * MB + b'"}]'),
            sized(0),
        ),
        (
            "16 MB of needless escapes",
            bare("200 OK", b'[{"id":1,"name":"' + b"\\u0041" * 2_700_000 + b'"}]'),
            sized(0),
        ),
        ("50 000 lists in each other", bare("200 OK", b"[" * 50_000), sized(1, 4)),
        ("a header of 10 MB", bare("200 OK", b"[]", "x: " + "a" * 10 * MB), sized(1, 4)),
        (
            "100 000 answers before one",
            bare("103 Early Hints") * 100_000 + bare("200 OK", b"[]"),
            sized(0),
        ),
        (
            "a message of 16 MB in an error",
            bare("500 Odd", b'{"message":"' + b"m" * 16 * MB + b'"}'),
            sized(1, 4),
        ),
    ]
    for name, answer, expected in slow:
        yield Attack(5, name, reading(answer), expected, slow=True)
