"""Tests of the transport over real sockets of this machine."""

from __future__ import annotations

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from capgo_tui.api import requests
from capgo_tui.api.errors import CapgoError, ErrorKind, InsecureServer
from capgo_tui.api.http_client import Timeouts
from capgo_tui.api.revisions import LIVE
from capgo_tui.api.transport import Exchange, Transport
from tests.api.support import APP, KEY, ScriptedServer, SentRequest

if TYPE_CHECKING:
    from capgo_tui.api.requests import Request

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
READ = requests.list_channels(LIVE, APP)
WRITE = requests.delete_channel(LIVE, APP, "beta")


class Server:
    """A socket that runs `handler` for every connection, after reading the request."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler
        self.received_bytes: list[bytes] = []
        self.url = ""

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            self.received_bytes.append(await reader.read(65_536))
            await self.handler(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[Server]:
    server = Server(handler)
    listener = await asyncio.start_server(server.accept, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        listener.close()
        await listener.wait_closed()


def raw(data: bytes) -> Handler:
    async def handler(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()

    return handler


def reply(status: str, body: bytes, *headers: str) -> Handler:
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", "connection: close", *headers]
    return raw("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


async def silence(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()  # until the client goes away


async def failure(
    url: str, request: Request = READ, timeouts: Timeouts | None = None
) -> CapgoError:
    transport = Transport(url, KEY, timeouts=timeouts)
    try:
        with pytest.raises(CapgoError) as excinfo:
            await transport.send(request)
    finally:
        await transport.aclose()
    assert KEY.reveal() not in str(excinfo.value)
    assert excinfo.value.request == request.name
    return excinfo.value


async def test_the_key_goes_in_one_header_and_is_not_logged() -> None:
    exchanges: list[Exchange] = []
    async with serving(reply("200 OK", b"[]")) as server:
        transport = Transport(server.url, KEY, on_exchange=exchanges.append)
        assert await transport.send(READ) == b"[]"
        assert await transport.send(requests.ping(LIVE)) == b"[]"
        await transport.aclose()
    head, ping = (text.decode().lower() for text in server.received_bytes)
    assert head.startswith("get /channel?app_id=com.demo.app http/1.1")
    assert head.count(KEY.reveal()) == 1
    assert f"authorization: {KEY.reveal()}\r\n" in head
    assert KEY.reveal() not in ping
    assert "cookie" not in head
    assert [(one.operation, one.method, one.path, one.status) for one in exchanges] == [
        ("list_channels", "GET", "/channel?app_id=com.demo.app", 200),
        ("ping", "GET", "/ok", 200),
    ]
    assert exchanges[0].reply_bytes == 2
    assert exchanges[0].elapsed_ms > 0
    assert exchanges[0].error is None
    assert KEY.reveal() not in repr(exchanges)


async def test_a_redirect_is_an_error_and_the_key_stays_here() -> None:
    async with serving(reply("200 OK", b"[]")) as other_server:
        to = f"location: {other_server.url}/channel"
        for status in ("301 Moved", "302 Found", "307 Temporary", "308 Permanent"):
            async with serving(reply(status, b"", to)) as server:
                error = await failure(server.url, WRITE)
                assert "redirect to 127.0.0.1" in error.message
                assert error.kind is ErrorKind.SERVER_FAULT
                assert error.maybe_sent, "who redirects a write may have carried it out before"
        assert other_server.received_bytes == []


@pytest.mark.parametrize(
    "server",
    [
        "http://api.capgo.app",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "http://192.168.0.1",
        "http://0.0.0.0:80",
        "http://[::2]",
        "ftp://localhost",
        "file:///etc/passwd",
        "api.capgo.app",
        "",
        "https://",
        "https://user:pw@api.capgo.app",
        "https://api.capgo.app?x=1",
        "https://api.capgo.app/#x",
        "https://exa mple.com",
        "http://[::1",
        "https://api.capgo.app:port",
        "https://api.capgo.app:0",
        "https://api.capgo.app:65536",
        "https://api.capgo.app:99999",
    ],
)
def test_servers_that_are_refused(server: str) -> None:
    with pytest.raises(InsecureServer):
        Transport(server, KEY)


@pytest.mark.parametrize(
    "server",
    [
        "https://api.capgo.app",
        "https://self.hosted/functions/v1/",
        "http://localhost:54321",
        "http://127.9.9.9",
        "http://[::1]:8",
        "HTTP://LOCALHOST",
    ],
)
def test_servers_that_are_taken(server: str) -> None:
    assert Transport(server, KEY).server.casefold() == server.rstrip("/").casefold()


async def test_a_base_path_is_kept() -> None:
    async with serving(reply("200 OK", b"[]")) as server:
        transport = Transport(f"{server.url}/functions/v1/", KEY)
        await transport.send(READ)
        await transport.aclose()
    assert server.received_bytes[0].startswith(b"GET /functions/v1/channel?app_id=com.demo.app ")


async def test_the_environments_proxy_is_not_asked_about_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with serving(reply("200 OK", b"[]")) as server:
        transport = Transport(server.url, KEY)
        assert await transport.send(READ) == b"[]"
        await transport.aclose()


async def test_nobody_listens() -> None:
    with socket.socket() as placeholder:
        placeholder.bind(("127.0.0.1", 0))
        port = placeholder.getsockname()[1]
        error = await failure(f"http://127.0.0.1:{port}", WRITE)
    assert error.message == f"cannot reach 127.0.0.1:{port}: connection refused"
    assert error.kind is ErrorKind.UNREACHABLE
    assert not error.maybe_sent


async def test_an_ipv6_address_has_brackets() -> None:
    error = await failure("http://[::1]:9", WRITE)
    assert error.message.startswith("cannot reach [::1]:9: ")
    with pytest.raises(InsecureServer, match=r"http://\[::2\] would send"):
        Transport("http://[::2]", KEY)
    async with serving(reply("302 Found", b"", "location: https://[::2]/login")) as server:
        assert "redirect to [::2];" in (await failure(server.url)).message


async def test_an_unknown_name() -> None:
    error = await failure("https://no-such-host.invalid", WRITE)
    assert error.message.startswith("cannot reach no-such-host.invalid: ")
    assert not error.maybe_sent


async def test_tls_to_a_server_without_it() -> None:
    async with serving(reply("200 OK", b"[]")) as server:
        error = await failure(server.url.replace("http:", "https:"), WRITE)
    assert "TLS failed" in error.message
    assert not error.maybe_sent


@pytest.mark.parametrize(("request_", "maybe"), [(READ, False), (WRITE, True)])
async def test_silence(request_: Request, maybe: bool) -> None:
    async with serving(silence) as server:
        reading = await failure(server.url, request_, Timeouts(read=0.05))
        total = await failure(server.url, request_, Timeouts(total=2))  # it has to connect
    assert reading.message.endswith("did not answer within 0.05 s")
    assert total.message.endswith("did not finish within 2 s")
    for error in (reading, total):
        assert error.kind is ErrorKind.UNREACHABLE
        assert error.maybe_sent is maybe


@pytest.mark.parametrize(
    ("handler", "words"),
    [
        (raw(b""), "closed the connection before the answer was complete"),
        (raw(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n[1"), "before the answer was complete"),
        (raw(b"SSH-2.0-OpenSSH_9.7\r\n\r\n"), "did not answer in proper HTTP"),
        (reply("200 OK", b"not gzip", "content-encoding: gzip"), "damaged"),
    ],
)
@pytest.mark.parametrize(("request_", "maybe"), [(READ, False), (WRITE, True)])
async def test_broken_answers(handler: Handler, words: str, request_: Request, maybe: bool) -> None:
    async with serving(handler) as server:
        error = await failure(server.url, request_)
    assert error.kind is ErrorKind.UNREACHABLE
    assert error.maybe_sent is maybe
    assert words in error.message
    assert "127.0.0.1" in error.message


async def test_a_reply_too_large_is_cut_off() -> None:
    bomb = gzip.compress(bytes(3_000_000))
    async with serving(reply("200 OK", bomb, "content-encoding: gzip")) as server:
        transport = Transport(server.url, KEY, max_reply_bytes=1024 * 1024)
        with pytest.raises(CapgoError, match="larger than 1 MB") as excinfo:
            await transport.send(READ)
        await transport.aclose()
    assert excinfo.value.kind is ErrorKind.SERVER_FAULT


async def test_errors_are_read_and_heard_of() -> None:
    exchanges: list[Exchange] = []
    body = b'{"error": "cannot_access_app", "message": "You can\'t access this app"}'
    async with serving(reply("400 Bad", body, "X-Request-Id: r1")) as server:
        transport = Transport(server.url, KEY, on_exchange=exchanges.append)
        with pytest.raises(CapgoError) as excinfo:
            await transport.send(READ)
        await transport.aclose()
    assert excinfo.value.request_id == "r1"
    assert (exchanges[0].status, exchanges[0].error) == (400, ErrorKind.NOT_ALLOWED)


@pytest.mark.parametrize("body", [b"<html>login</html>", b'{"status": "KO", "error": "no"}'])
async def test_a_write_answered_by_a_web_page_is_no_success(body: bytes) -> None:
    async with serving(reply("200 OK", body)) as server:
        error = await failure(server.url, WRITE)
    assert error.kind is ErrorKind.SERVER_FAULT
    assert error.maybe_sent


async def test_a_captive_portal_is_told_by_its_title() -> None:
    page = b"\xef\xbb\xbf\n<!doctype html><title>Caf&eacute; Wi-Fi:\n log in</title>"
    async with serving(reply("200 OK", page, "content-type: text/html")) as server:
        for request in (READ, WRITE):
            error = await failure(server.url, request)
            assert error.message == (
                "HTTP 200, a web page instead of an answer: Café Wi-Fi: log in"
            )
            assert error.kind is ErrorKind.SERVER_FAULT
            assert error.maybe_sent is request.writes


GATEWAY = b'{"message":"no Route matched with those values"}'


async def read_failure(url: str) -> CapgoError:
    transport = Transport(url, KEY)
    try:
        with pytest.raises(CapgoError) as excinfo:
            await transport.read(READ)
    finally:
        await transport.aclose()
    return excinfo.value


async def test_a_server_that_lacks_the_path_may_want_another() -> None:
    async with serving(reply("404 Not Found", GATEWAY)) as server:
        error = await read_failure(server.url)
        assert error.kind is ErrorKind.NOT_FOUND
        assert error.message == "no Route matched with those values"
        assert "may lack its path, such as /functions/v1" in error.hint
        assert (await read_failure(f"{server.url}/functions/v1")).hint == ""
    unknown = b'{"error":"channel_not_found","message":"Cannot find channel"}'
    async with serving(reply("404 Not Found", unknown)) as server:
        assert (await read_failure(server.url)).hint == ""


async def test_a_refusal_of_a_gateway_is_in_its_own_words() -> None:
    body = b'{"msg":"Error: Missing authorization header"}'
    async with serving(reply("401 Unauthorized", body)) as server:
        error = await failure(server.url)
    assert error.message == "Error: Missing authorization header"
    assert error.kind is ErrorKind.KEY_REFUSED


async def test_an_app_in_this_process_that_fails() -> None:
    def answer(_request: SentRequest) -> tuple[int, object]:
        raise ZeroDivisionError

    transport = Transport("http://localhost", KEY, asgi_app=ScriptedServer(answer))
    with pytest.raises(CapgoError) as excinfo:
        await transport.send(READ)
    assert excinfo.value.kind is ErrorKind.SERVER_FAULT
    await transport.aclose()
    await transport.aclose()
    with pytest.raises(RuntimeError, match="closed"):
        await transport.send(READ)


async def test_cancelling_closes_the_connection() -> None:
    async with serving(silence) as server:
        transport = Transport(server.url, KEY)
        task = asyncio.create_task(transport.send(WRITE))
        while not server.received_bytes:  # noqa: ASYNC110  # a list tells as well as an event
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await transport.aclose()
