"""Tests of the environment's proxies and certificates, with real ones on loopback."""

from __future__ import annotations

import asyncio
import base64
import shutil
import socket
import ssl
import subprocess
from typing import TYPE_CHECKING

import pytest

from capgo_tui.api import requests
from capgo_tui.api.certificates import make_ssl_context
from capgo_tui.api.errors import CapgoError, ErrorKind, InvalidEnvironment
from capgo_tui.api.http_client import Timeouts
from capgo_tui.api.proxies import find_proxy
from capgo_tui.api.revisions import LIVE
from capgo_tui.api.transport import Transport
from tests.api.support import APP, KEY
from tests.support.proxies import HOST, Proxy, listening, make_tls, tls_server

if TYPE_CHECKING:
    from pathlib import Path

READ = requests.list_channels(LIVE, APP)
WRITE = requests.delete_channel(LIVE, APP, "beta")
NAMES = ("https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY",
         "no_proxy", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")  # fmt: skip
SECRET = "pass%40word"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


def free_port() -> int:
    with socket.socket() as placeholder:
        placeholder.bind(("127.0.0.1", 0))
        port: int = placeholder.getsockname()[1]
        return port


async def read(server: str = f"https://{HOST}", timeouts: Timeouts | None = None) -> bytes:
    transport = Transport(server, KEY, timeouts=timeouts)
    try:
        return await transport.send(READ)
    finally:
        await transport.aclose()


async def failure(server: str = f"https://{HOST}", timeouts: Timeouts | None = None) -> CapgoError:
    transport = Transport(server, KEY, timeouts=timeouts)
    try:
        with pytest.raises(CapgoError) as excinfo:
            await transport.send(WRITE)
    finally:
        await transport.aclose()
    error = excinfo.value
    assert "pass@" not in error.message
    assert SECRET not in error.message
    assert error.kind is ErrorKind.UNREACHABLE
    assert not error.maybe_sent, "the write did not come past the proxy"
    return error


# A proxy that works


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
@pytest.mark.parametrize("scheme", ["", "http://"])
async def test_an_http_proxy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str, scheme: str
) -> None:
    async with tls_server(tmp_path, HOST) as (upstream, authority):
        proxy = Proxy(upstream)
        async with listening(proxy.connect) as port:
            monkeypatch.setenv("SSL_CERT_FILE", str(authority))
            monkeypatch.setenv(variable, f"{scheme}ann:{SECRET}@127.0.0.1:{port}")
            assert await read() == b"[]"
    assert proxy.targets == [f"{HOST}:443"]
    assert proxy.users == ["Basic " + base64.b64encode(b"ann:pass@word").decode()]


@pytest.mark.parametrize("scheme", ["socks", "socks5", "socks5h", "SOCKS5"])
@pytest.mark.parametrize("user", ["", f"ann:{SECRET}@"])
async def test_a_socks_proxy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, scheme: str, user: str
) -> None:
    async with tls_server(tmp_path, HOST) as (upstream, authority):
        proxy = Proxy(upstream)
        async with listening(proxy.socks) as port:
            monkeypatch.setenv("SSL_CERT_FILE", str(authority))
            monkeypatch.setenv("ALL_PROXY", f"{scheme}://{user}127.0.0.1:{port}")
            assert await read() == b"[]"
    assert proxy.targets == [f"{HOST}:443"]
    assert proxy.users == (["ann:pass@word"] if user else [])


async def test_a_proxy_with_tls(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async with tls_server(tmp_path, HOST) as (upstream, authority):
        proxy = Proxy(upstream)
        tls, proxy_authority = make_tls(tmp_path / "proxy.pem", "localhost")
        async with listening(proxy.connect, tls) as port:
            monkeypatch.setenv("HTTPS_PROXY", f"https://localhost:{port}")
            monkeypatch.setenv("SSL_CERT_FILE", str(authority))
            message = (await failure()).message
            peer = f"the proxy localhost:{port} (HTTPS_PROXY)"
            assert message.startswith(f"cannot reach {peer}: its certificate is not trusted")
            both = tmp_path / "both.pem"
            both.write_bytes(authority.read_bytes() + proxy_authority.read_bytes())
            monkeypatch.setenv("SSL_CERT_FILE", str(both))
            assert await read() == b"[]"
    assert proxy.targets == [f"{HOST}:443"]


async def test_a_connection_past_the_proxy_is_the_servers(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with tls_server(tmp_path, "other.example.test") as (upstream, authority):
        proxy = Proxy(upstream)
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        async with listening(proxy.connect) as http, listening(proxy.socks) as socks:
            for address in (f"http://127.0.0.1:{http}", f"socks5://127.0.0.1:{socks}"):
                monkeypatch.setenv("HTTPS_PROXY", address)
                message = (await failure()).message
                assert message.startswith(f"cannot reach {HOST}: its certificate is not trusted")


async def test_this_machine_needs_no_proxy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "nonsense://")
    async with tls_server(tmp_path, "localhost") as (port, authority):
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        assert await read(f"https://localhost:{port}") == b"[]"


# A proxy that does not


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_proxy_that_is_not_there(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    port = free_port()
    monkeypatch.setenv("HTTPS_PROXY", f"{scheme}://ann:{SECRET}@127.0.0.1:{port}")
    assert (await failure()).message == (
        f"cannot reach the proxy 127.0.0.1:{port} (HTTPS_PROXY): connection refused"
    )


@pytest.mark.parametrize(
    ("refusal", "why"),
    [
        (b"HTTP/1.1 407 pass@word\r\n\r\n", "407, it wants a user name and a password"),
        (b"HTTP/1.1 403 No pass@word\r\n\r\n", "HTTP 403"),
    ],
)
async def test_a_proxy_that_refuses(
    monkeypatch: pytest.MonkeyPatch, refusal: bytes, why: str
) -> None:
    async with listening(Proxy(0, refusal=refusal).connect) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"127.0.0.1:{port}")
        error = await failure()
    proxy = f"the proxy 127.0.0.1:{port} (HTTPS_PROXY)"
    assert error.message == f"cannot reach {HOST}: {proxy} refused the connection ({why})"
    assert error.lasting is why.startswith("407"), "a password does not come by waiting"


async def test_a_socks_proxy_that_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    async with listening(Proxy(0, refusal=b"\x05").socks) as port:
        monkeypatch.setenv("ALL_PROXY", f"socks://127.0.0.1:{port}")
        error = await failure()
    assert error.message.endswith(
        "(ALL_PROXY) refused the connection (Proxy Server could not connect: Connection refused)"
    )


@pytest.mark.parametrize("scheme", ["http", "socks5"])
@pytest.mark.parametrize("answer", [b"SSH-2.0-OpenSSH_9.7\r\n\r\n", b""])
async def test_a_port_that_is_no_proxy(
    monkeypatch: pytest.MonkeyPatch, scheme: str, answer: bytes
) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(3)
        writer.write(answer)
        await writer.drain()

    async with listening(talk) as port:
        monkeypatch.setenv("ALL_PROXY", f"{scheme}://127.0.0.1:{port}")
        error = await failure()
    assert f"the proxy 127.0.0.1:{port} (ALL_PROXY)" in error.message


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_proxy_that_is_silent(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    async def stay_silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with listening(stay_silent) as port:
        monkeypatch.setenv("ALL_PROXY", f"{scheme}://127.0.0.1:{port}")
        error = await failure(timeouts=Timeouts(total=1))
    assert error.message == f"the proxy 127.0.0.1:{port} (ALL_PROXY) did not finish within 1 s"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("socks4://127.0.0.1:1080", "names a kind of proxy that is not supported"),
        ("ftp://ann:password@proxy", "names a kind of proxy that is not supported"),
        ("http://proxy:99999", "is no address of a proxy"),
        ("http://proxy:port", "is no address of a proxy"),
        ("http://proxy:0", "is no address of a proxy"),
        ("http://", "is no address of a proxy"),
        ("http://[::1", "is no address of a proxy"),
        ("ann:password@ho st", "is no address of a proxy"),
    ],
)
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "all_proxy"])
def test_a_proxy_that_cannot_be_used_is_named_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, address: str, words: str
) -> None:
    monkeypatch.setenv(variable, address)
    with pytest.raises(InvalidEnvironment) as excinfo:
        Transport(f"https://{HOST}", KEY)
    message = str(excinfo.value)
    assert message.startswith(f"{variable} {words}")
    assert "password" not in message


# The variables


@pytest.mark.parametrize(
    ("environ", "url"),
    [
        ({}, None),
        ({"HTTP_PROXY": "a", "http_proxy": "a"}, None),
        ({"HTTPS_PROXY": "a", "https_proxy": "b", "ALL_PROXY": "c"}, "http://b:1080"),
        ({"HTTPS_PROXY": "", "ALL_PROXY": "c", "all_proxy": "d:80"}, "http://d:80"),
        ({"HTTPS_PROXY": "https://a"}, "https://a:443"),
        ({"HTTPS_PROXY": "HTTP://A:3128/"}, "http://a:3128"),
        ({"HTTPS_PROXY": "[fd07::1]:3128"}, "http://[fd07::1]:3128"),
        ({"ALL_PROXY": "socks://[::1]"}, "socks5://[::1]:1080"),
    ],
)
def test_the_variable_that_counts(environ: dict[str, str], url: str | None) -> None:
    proxy = find_proxy(HOST, 443, environ)
    assert (proxy and proxy.url) == url


@pytest.mark.parametrize(
    ("entries", "host", "is_direct"),
    [
        ("*", HOST, True),
        ("a.test, *", HOST, True),
        (HOST, HOST, True),
        ("EXAMPLE.test", HOST, True),
        (".example.test", HOST, True),
        ("*.example.test", HOST, True),
        ("example.test.", "api.example.test.", True),
        ("a.test b.test example.test", HOST, True),
        ("ple.test", HOST, False),
        (f"{HOST}:443", HOST, True),
        (f"{HOST}:444", HOST, False),
        (f"https://{HOST}", HOST, True),
        (f"http://{HOST}", HOST, False),
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.0.0.9/8", "10.1.2.3", True),
        ("10.0.0.0/8", "11.1.2.3", False),
        ("10.0.0.0/8", "10.example.test", False),
        ("10.1.2.3", "10.1.2.3", True),
        ("fd07::/64", "fd07::1:2", True),
        ("[fd07::]/64", "fd07::1:2", True),
        ("fd07::/64", "fd08::1", False),
        ("[fd07::1]", "fd07::1", True),
        ("fd07:0::1", "fd07::1", True),
        ("[fd07::1]:443", "fd07::1", True),
        ("[fd07::1]:444", "fd07::1", False),
        ("fd07::/999, [, ://, :, ., 10.0.0.0/x, http://[::1", HOST, False),
        ("[::1, example.test", HOST, True),
        ("", HOST, False),
    ],
)
@pytest.mark.parametrize("variable", ["no_proxy", "NO_PROXY"])
def test_hosts_without_a_proxy(variable: str, entries: str, host: str, is_direct: bool) -> None:
    proxy = find_proxy(host, 443, {"HTTPS_PROXY": "proxy", variable: entries})
    assert (proxy is None) is is_direct


def test_a_proxy_keeps_its_password_from_a_log() -> None:
    proxy = find_proxy(HOST, 443, {"HTTPS_PROXY": "ann:password@proxy"})
    assert proxy is not None
    assert "password" not in f"{proxy} {proxy.description}"


# Certificates


def subject_hash(certificate: Path) -> str:
    """Return the name that OpenSSL looks a certificate up by."""
    command = ["openssl", "x509", "-noout", "-subject_hash", "-in", str(certificate)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
async def test_a_certificate_that_nobody_vouches_for(tmp_path: Path) -> None:
    async with tls_server(tmp_path, "localhost") as (port, _):
        message = (await failure(f"https://localhost:{port}")).message
    assert message.startswith(f"cannot reach localhost:{port}: its certificate is not trusted")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
async def test_a_folder_of_certificates(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "certificates"
    folder.mkdir()
    async with tls_server(tmp_path, "localhost") as (port, authority):
        monkeypatch.setenv("SSL_CERT_DIR", f"{tmp_path / 'missing'}:{folder}")
        await failure(f"https://localhost:{port}")
        (folder / f"{subject_hash(authority)}.0").write_bytes(authority.read_bytes())
        assert await read(f"https://localhost:{port}") == b"[]"


@pytest.mark.parametrize(
    ("variable", "path", "why"),
    [
        ("SSL_CERT_FILE", "missing", "No such file or directory"),
        ("SSL_CERT_FILE", "empty", "no certificate in it"),
        ("SSL_CERT_FILE", "garbage", "no certificate in it"),
        ("SSL_CERT_FILE", ".", "Is a directory"),
        ("SSL_CERT_DIR", "missing", "No such file or directory"),
        ("SSL_CERT_DIR", "empty", "Not a directory"),
    ],
)
def test_certificates_that_cannot_be_used_are_named_by_their_path(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str, path: str, why: str
) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "garbage").write_bytes(b"\xff" * 99)
    monkeypatch.setenv(variable, str(tmp_path / path))
    for server in (f"https://{HOST}", "https://localhost:1"):
        with pytest.raises(InvalidEnvironment) as excinfo:
            Transport(server, KEY).prepare()
        assert str(excinfo.value) == f"{variable}: {tmp_path / path}: {why}"


def test_http_needs_no_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/missing")
    Transport("http://localhost:1", KEY).prepare()


def test_without_a_variable_there_are_certificates() -> None:
    assert make_ssl_context({}).cert_store_stats()["x509_ca"] > 0


async def test_where_python_has_none_the_system_is_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with tls_server(tmp_path, "localhost") as (port, authority):
        # OpenSSL reads these as the places of its own store.
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing"))
        monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "missing"))
        context = make_ssl_context({})
        assert type(context).__module__.startswith("truststore")
        with pytest.raises(ssl.SSLCertVerificationError):
            await asyncio.open_connection("localhost", port, ssl=context)
        context.load_verify_locations(cafile=authority)
        _, writer = await asyncio.open_connection("localhost", port, ssl=context)
        writer.close()
        await writer.wait_closed()
