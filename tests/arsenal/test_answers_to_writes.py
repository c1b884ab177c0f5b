"""A server or a proxy that answers a write with anything at all, done or not."""

from __future__ import annotations

import socket
import threading
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from capgo_tui.api.errors import CapgoError
from capgo_tui.commands import reading
from capgo_tui.commands.root import capgo_tui
from capgo_tui.workspace.changes.carry_out import carry_out
from capgo_tui.workspace.changes.outcome import Fate
from capgo_tui.workspace.session import open_client
from tests.support.patience import one_try
from tests.tui.world import APP
from tests.workspace.changes.overriding import SET, change_for, run, shown
from tests.workspace.misbehaving import ConnectionCut
from tests.workspace.world import World, open_world

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
    from pathlib import Path

    from capgo_tui.api.client import CapgoClient
    from capgo_tui.api.requests import Request
    from capgo_tui.workspace.journal_entry import Entry
    from capgo_tui.workspace.session import Workspace
    from capgo_tui.workspace.target import Target
    from tests.workspace.misbehaving import Reply

EMPTY = "content-length: 0\r\nconnection: close\r\n\r\n"


def moved(location: str, status: str = "302 Found") -> bytes:
    head = f"HTTP/1.1 {status}\r\nlocation: {location}\r\n{EMPTY}"
    return head.encode("latin-1")


def bare(status: str, body: bytes = b"", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", "connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


ODD: dict[str, bytes] = {
    "a location with a bad port": moved("http://127.0.0.1:99999999/device"),
    "a location with no port": moved("http://[::1/device"),
    "a location with an empty label": moved("http://a..b/device"),
    "a location of a label too long": moved(f"http://{'a' * 70}.example/"),
    "a location in bad punycode": moved("http://xn--\u00fc\u00fc.example/"),
    "a location with control characters": moved("http://exa\x01mple/\x7f"),
    "a location of 9 KB": moved(f"https://e.example/{'a' * 9000}"),
    "a location elsewhere": moved("https://elsewhere.example/device"),
    "the same address with a slash": moved("/device/", "307 Temporary Redirect"),
    "the same address with a slash, for good": moved("/device/", "308 Permanent Redirect"),
    "301 without a location": bare("301 Moved"),
    "304": bare("304 Not Modified"),
    "300": bare("300 Multiple Choices"),
    "399": bare("399 Odd"),
    "405": bare("405 Method Not Allowed"),
    "409": bare("409 Conflict", b"conflict"),
    "418": bare("418 Teapot", b"{}", "content-type: application/json"),
    "499": bare("499 Client Closed Request"),
    "502": bare("502 Bad Gateway", b"<html>bad gateway</html>"),
    "599": bare("599 Odd"),
    "999": bare("999 Odd"),
    "1000": bare("1000 Odd"),
    "101": b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
    "100 and no more": b"HTTP/1.1 100 Continue\r\n\r\n",
    "a web page in 200": bare("200 OK", b"<!doctype html><title>Sign in</title>"),
    "an error in 200": bare("200 OK", b'{"error":"unknown_error","message":"Unknown error"}'),
    "a truncated body": b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{",
    "a truncated chunk": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\n{",
    "no gzip in gzip": bare("200 OK", b"{}", "content-encoding: gzip"),
    "two lengths": b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}",
    "no HTTP": b"\x15\x03\x01\x00\x02\x02\x46",
    "nothing": b"",
    "half a head": b"HTTP/1.1 200 OK\r\ncontent-le",
}
"""Answers that say nothing, or nothing to be believed, of a write."""
PLAIN: dict[str, bytes] = {
    "204": bare("204 No Content").replace(b"content-length: 0\r\n", b""),
    "201": bare("201 Created", b"{}"),
    "206": bare("206 Partial Content", b'{"status":"ok"}'),
    "226": bare("226 IM Used"),
}
"""Answers that say it was done: any 2xx does (contract §12)."""


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with open_world(devices=40) as made:
        yield made


def entry_of(workspace: Workspace) -> Entry:
    """The only change in the journal."""
    (entry,) = workspace.journal.entries()
    return entry


@pytest.mark.parametrize("done", [True, False], ids=["done", "not done"])
@pytest.mark.parametrize("answer", ODD)
async def test_a_write_with_an_odd_answer_has_not_failed_and_is_read_back(
    world: World, answer: str, done: bool
) -> None:
    async with world.on_a_socket() as workspace:
        change = await change_for(world, workspace, "beta")
        world.door.answer_raw(SET, ODD[answer], first=done)
        logged = workspace.requests.total
        outcome = await run(world, workspace, change)
        assert outcome.bug is None
        assert outcome.fate is (Fate.VERIFIED if done else Fate.UNKNOWN)
        assert outcome.found == {"channel": "beta" if done else None}
        assert world.override_of(change.key) == ("beta" if done else None)
        entry = entry_of(workspace)
        assert (entry.fate, entry.found) == (outcome.fate, outcome.found)
        sent = [
            workspace.requests.newest(index).exchange
            for index in range(workspace.requests.total - logged)
        ]
        (write,) = [one for one in sent if one.method == "POST"]
        assert write.error is not None
        assert write.message.isprintable()
        line = shown(world, change, outcome)
        assert line.startswith("✓" if done else "?")


@pytest.mark.parametrize("answer", ODD)
async def test_what_was_not_read_back_is_not_told_nor_journalled_as_read(
    world: World, answer: str
) -> None:
    async with world.on_a_socket() as workspace:
        change = await change_for(world, workspace, "beta")
        world.door.answer_raw(SET, ODD[answer], first=True)

        async def cut_after_write(forward: Callable[[], Awaitable[Reply]]) -> Reply:
            if world.door.writes:
                raise ConnectionCut
            return await forward()

        world.door.on("GET /device", cut_after_write, times=99)
        outcome = await run(world, workspace, change)
        assert outcome.fate is Fate.UNKNOWN
        assert outcome.found is None
        assert entry_of(workspace).found is None
        line = shown(world, change, outcome)
        assert "it may have taken effect" in line
        assert "none" not in line


@pytest.mark.parametrize("done", [True, False], ids=["done", "not done"])
@pytest.mark.parametrize("answer", PLAIN)
async def test_any_2xx_accepts_a_write_and_only_what_is_read_verifies_it(
    world: World, answer: str, done: bool
) -> None:
    async with world.on_a_socket() as workspace:
        change = await change_for(world, workspace, "beta")
        world.door.answer_raw(SET, PLAIN[answer], first=done)
        outcome = await run(world, workspace, change)
        assert outcome.fate is (Fate.VERIFIED if done else Fate.DIFFERENT)
        assert outcome.error is None


@pytest.mark.parametrize("fault", [MemoryError(), RecursionError(), KeyError("a bug")], ids=repr)
async def test_a_fault_of_ours_after_a_write_went_out_is_read_back(
    world: World, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    workspace = world.open()
    change = await change_for(world, workspace, "beta")
    send = workspace.client.send

    async def sent(request: Request) -> bytes:
        await send(request)
        raise fault

    monkeypatch.setattr(workspace.client, "send", sent)
    outcome = await run(world, workspace, change)
    assert (outcome.fate, outcome.bug) == (Fate.VERIFIED, fault)
    assert entry_of(workspace).found == {"channel": "beta"}


async def test_a_fault_of_ours_before_a_write_is_told_and_nothing_is_sent(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = world.open()
    change = await change_for(world, workspace, "beta")
    bug = LookupError("a bug")

    def broken(*_: object) -> Request:
        raise bug

    monkeypatch.setattr(type(change), "request", broken)
    outcome = await carry_out(change, workspace)
    assert (outcome.fate, outcome.bug, outcome.found) == (Fate.FAILED, bug, None)
    assert world.door.writes == 0
    assert "LookupError, a bug in capgo-tui" in shown(world, change, outcome)


async def test_a_refused_write_is_not_journalled_with_what_was_not_read(world: World) -> None:
    workspace = world.open()
    change = await change_for(world, workspace, "beta")
    world.door.answer(SET, {"error": "cannot_find_channel", "message": "Cannot find channel"}, 404)
    outcome = await run(world, workspace, change)
    entry = entry_of(workspace)
    assert (outcome.fate, entry.fate, outcome.found, entry.found) == (
        *(Fate.FAILED, Fate.FAILED),
        *(None, None),
    )
    assert "override is" not in shown(world, change, outcome)


def test_the_same_answers_to_a_read_are_one_line_for_the_command_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def opened(target: Target, *more: Any) -> CapgoClient:
        return open_client(replace(target, patience=one_try()), *more)

    monkeypatch.setattr(reading, "open_client", opened)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    answers = {**ODD, "a list of lists": bare("200 OK", b"[" * 90_000)}
    for name, answer in answers.items():
        with answering(answer) as url:
            words = ["channel", "list", APP, "-a", "a-key", "--api-url", url]
            result = CliRunner().invoke(capgo_tui, words)
        told = f"{name}: {result.output!r} {result.exception!r}"
        assert result.exit_code not in (0, 2), told
        assert isinstance(result.exception, SystemExit), told
        assert result.stdout == "", told
        assert len(result.stderr.strip().splitlines()) <= 2, told
        assert "Traceback" not in result.stderr, told


@pytest.mark.parametrize("answer", ODD)
async def test_the_same_answers_to_a_read_are_an_error_that_a_list_keeps(
    world: World, answer: str
) -> None:
    async with world.on_a_socket() as workspace:
        world.door.answer_raw("GET /channel", ODD[answer], first=True, times=99)
        world.door.answer_raw("GET /channel/", ODD[answer], first=True, times=99)
        await workspace.channels.load_all()
        assert isinstance(workspace.channels.error, CapgoError)
        assert workspace.channels.error.message.isprintable()


@contextmanager
def answering(raw: bytes) -> Iterator[str]:
    """Answer every connection on a port with the same bytes."""

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with closing(connection):
                connection.settimeout(10)
                connection.recv(65536)
                connection.sendall(raw)

    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(10)
