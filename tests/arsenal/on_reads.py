"""Attacks by servers whose answers are huge or hold the API key; the installed program reads."""

from __future__ import annotations

import asyncio
import gzip
import json
import sys
from functools import partial
from typing import TYPE_CHECKING

from tests.arsenal.attack import KEY, Attack, Result
from tests.arsenal.leaks import find_leaky_files, find_pieces
from tests.arsenal.program import run_program
from tests.arsenal.servers import make_answer, raw_server
from tests.support.sandbox_process import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator, Sequence
    from pathlib import Path

    Run = Callable[[Path], Coroutine[None, None, Result]]
    MakeAnswer = Callable[[], bytes]
    """Makes an answer when it is needed: some have 70 MB."""

MB = 1024 * 1024
MEMORY_LIMIT = 200
"""The limit in megabytes for a reply of any size: 150 above the program at its start."""
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


async def answer_reads(make: MakeAnswer, folder: Path, words: Sequence[str] = LIST) -> Result:
    """Answer every request of a command with the answer that `make` returns."""
    answer = make()
    log = str(folder / "requests.log")
    with raw_server(lambda _: answer) as server:
        environ = {"CAPGO_TOKEN": KEY, "CAPGO_APP_ID": "com.demo.app", "CAPGO_API_URL": server.url}
        program = await asyncio.to_thread(
            run_program, folder, *words, "--log-file", log, environ=environ
        )
        requests = f"{len(server.requests)} reads"
    assert b"Traceback" not in program.stderr
    (folder / "output").write_bytes(program.stdout + program.stderr)
    leaks = ", ".join(find_leaky_files(folder, KEY))
    return Result(
        requests, "", str(program.code), leaks, program.megabytes, program.processor_seconds
    )


async def echo_the_key(folder: Path) -> Result:
    """Put the API key of the request into every answer, in another spelling each time."""
    log = folder / "requests.log"
    debugging = {"TEXTUAL_LOG": "textual.log", "TEXTUAL_DEBUG": "1", "TEXTUAL": "debug,devtools"}
    codes, leaks = [], []
    with serving(ECHOING) as sandbox:
        assert sandbox.key == KEY
        for words in COMMANDS:
            options = ["--log-file", str(log)] if words[0] not in {"info", "nonsense"} else []
            environ = sandbox.environ | debugging
            program = await asyncio.to_thread(
                run_program, folder, *words, *options, environ=environ
            )
            assert b"Traceback" not in program.stderr
            codes.append(str(program.code))
            if find_pieces(program.stdout + program.stderr, KEY):
                leaks.append(" ".join(words[:2]))
    assert b"GET /bundle" in log.read_bytes()
    return Result("", "", " ".join(codes), ", ".join([*leaks, *find_leaky_files(folder, KEY)]))


def make_list(size: int, row: bytes) -> bytes:
    """Return an answer of `size` bytes: a list of one row, repeated."""
    return make_answer("200 OK", b"[" + b",".join([row] * (size // (len(row) + 1))) + b"]", JSON)


def make_row(text: str) -> bytes:
    """Return an answer with a row that has `text` as values and as a field name."""
    row = {"id": 1, "name": "a", "comment": text, "version": {"name": text}, text: text}
    return make_answer("200 OK", json.dumps([row]).encode(), JSON)


def pack(body: bytes, times: int = 1) -> bytes:
    """Return an answer that is compressed `times` times, and says so."""
    for _ in range(times):
        body = gzip.compress(body)
    return make_answer("200 OK", body, f"content-encoding: {', '.join(['gzip'] * times)}")


PERCENT = "".join(f"%{ord(letter):02X}" for letter in KEY)
SAME_CURSOR = b'{"data":[{"device_id":"d1"}],"nextCursor":"c","hasMore":true}'


def attacks() -> Iterator[Attack]:
    """Yield the rows."""

    def expect(code: int, reads: int = 1) -> Result:
        return Result(f"{reads} reads", "", str(code), "", MEMORY_LIMIT)

    def read(make: MakeAnswer, *words: str) -> Run:
        return partial(answer_reads, make, words=words or LIST)

    huge = partial(Result, "1 reads", "", "6", "", MEMORY_LIMIT, 10.0)
    rows: list[tuple[int, str, MakeAnswer, Result, tuple[str, ...]]] = [
        (5, "1 MB of [{},{},…", lambda: make_list(MB, b"{}"), expect(6, 2), ()),
        (5, "a list of 64 MB packed twice", lambda: pack(bytes(64 * MB), 2), expect(1), ()),
        (5, "70 MB of spaces packed once", lambda: pack(b"[" + b" " * 70 * MB), expect(1), ()),
        (
            5,
            "the same cursor without end",
            lambda: make_answer("200 OK", SAME_CURSOR, JSON),
            expect(6, 2),
            ("device", "list"),
        ),
        (
            5,
            "a number of 100 000 digits",
            lambda: make_answer("200 OK", b'[{"id":' + b"9" * 100_000 + b"}]"),
            expect(6),
            ("channel", "list", "--json"),
        ),
        (
            6,
            "the key in capitals in a row",
            lambda: make_row(KEY.upper()),
            expect(0),
            ("bundle", "list", "--json"),
        ),
        (
            6,
            "the key percent-encoded in a row",
            lambda: make_row(PERCENT),
            expect(0, 2),
            ("bundle", "list", "--csv"),
        ),
    ]
    for line, name, answer, expectation, words in rows:
        yield Attack(line, name, read(answer, *words), expectation)
    codes = Result("", "", "0 0 0 3 2 0 0 2")
    yield Attack(6, "the key in every answer, in six spellings", echo_the_key, codes)
    slow: list[tuple[str, MakeAnswer, Result]] = [
        ("16 MB of [{},{},…", lambda: make_list(16 * MB, b"{}"), huge()),
        ("64 MB of [[],[],… packed", lambda: pack(b"[" + b"[]," * (21 * MB) + b"[]]"), huge()),
        (
            "a name of 30 MB",
            lambda: make_answer("200 OK", b'[{"id":1,"name":"' + b"a" * 30 * MB + b'"}]'),
            expect(0),
        ),
        (
            "16 MB of needless escapes",
            lambda: make_answer("200 OK", b'[{"id":1,"name":"' + b"\\u0041" * 2_700_000 + b'"}]'),
            expect(0),
        ),
        ("50 000 lists in each other", lambda: make_answer("200 OK", b"[" * 50_000), expect(1, 4)),
        (
            "a header of 10 MB",
            lambda: make_answer("200 OK", b"[]", "x: " + "a" * 10 * MB),
            expect(1, 4),
        ),
        (
            "100 000 answers before one",
            lambda: make_answer("103 Early Hints") * 100_000 + make_answer("200 OK", b"[]"),
            expect(0),
        ),
        (
            "a message of 16 MB in an error",
            lambda: make_answer("500 Odd", b'{"message":"' + b"m" * 16 * MB + b'"}'),
            expect(1, 4),
        ),
    ]
    for name, answer, expectation in slow:
        yield Attack(5, name, read(answer), expectation, slow=True)
