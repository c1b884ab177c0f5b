"""Send requests to one server over HTTP."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import field, replace
from typing import TYPE_CHECKING, Any

import anyio.lowlevel
import httpx

from capgo_tui.api.errors import CapgoError, ErrorKind
from capgo_tui.api.failures import explain, explain_fault, explain_refusal, is_lasting
from capgo_tui.api.http_client import Timeouts, make_client
from capgo_tui.api.progress import Progress
from capgo_tui.api.proxies import find_proxy
from capgo_tui.api.replies import is_denial, is_web_page, make_error
from capgo_tui.api.server_address import parse_server
from capgo_tui.api.servers import DEFAULT_SERVER, SELF_HOSTED_PATH, bracket
from capgo_tui.api.unpacking import ACCEPT_ENCODING, PIECE, Unpacker, UnsupportedEncodingError
from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from capgo_tui.api.key import ApiKey
    from capgo_tui.api.requests import Request

MAX_REPLY_BYTES = 64 * 1024 * 1024
_HIDE_IN_THREAD = 128 * 1024  # bytes; searching more takes milliseconds
USER_AGENT = "capgo-tui"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One finished exchange, without headers, for a request log."""

    operation: str
    method: str
    path: str
    """Path with query, percent-encoded, with the API key hidden."""
    status: int | None
    """HTTP status; None without an answer."""
    elapsed_ms: float
    reply_bytes: int
    """Bytes of the reply's body, decompressed."""
    error: ErrorKind | None
    message: str = ""
    """The message of the `CapgoError`, clean and without the API key."""
    request: Request | None = field(default=None, repr=False)
    """The request that was sent; its body may hold secrets."""
    attempt: int = 1
    """Number of the try, from 1."""


class Transport:
    """HTTP to one server; sends the API key to no other.

    ``server`` is the base address: https, or http on this machine only, with an optional path
    before the API's own; anything else raises `InsecureServer`. Redirects are not followed,
    except for a read that is redirected to the path with a slash, which is used from then on.
    Proxies of the environment are used except for this machine, and its certificates for every
    https server (`InvalidEnvironment` when they cannot be used); netrc is never read.
    ``asgi_app`` replaces the network. Nothing is retried here: `Attempts` does that.
    """

    def __init__(
        self,
        server: str,
        key: ApiKey,
        *,
        timeouts: Timeouts | None = None,
        asgi_app: Callable[..., Any] | None = None,
        on_exchange: Callable[[Exchange], None] | None = None,
        max_reply_bytes: int = MAX_REPLY_BYTES,
    ) -> None:
        url, loopback = parse_server(server)
        self.server = str(url).rstrip("/")
        self.host = bracket(url.host) if url.port is None else f"{bracket(url.host)}:{url.port}"
        self._may_lack_path = self.server != DEFAULT_SERVER and url.path == "/"
        self._secure = url.scheme == "https" and asgi_app is None
        self._proxy = (
            find_proxy(url.host, url.port or 443) if self._secure and not loopback else None
        )
        self._key = key
        self._timeouts = timeouts or Timeouts()
        self._asgi_app = asgi_app
        self._on_exchange = on_exchange
        self._max_reply_bytes = max_reply_bytes
        self._client: httpx.AsyncClient | None = None
        self._is_closed = False
        self._slash: bool | None = None
        """Whether paths need a slash at the end; None while unknown."""

    async def aclose(self) -> None:
        """Close every connection; may be called again."""
        self._is_closed = True
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def read(
        self, request: Request, attempt: int = 1, *, slashes: Sequence[bool] = (False, True)
    ) -> bytes:
        """Send a read as `send` does, and after a 404 with a slash, which some servers need.

        `slashes` are tried in order while it is unknown what the server needs.
        """
        if self._slash is not None:
            return await self.send(request, attempt)
        no_route: CapgoError | None = None
        for slash in slashes:
            try:
                return await self.send(request, attempt, slash=slash)
            except CapgoError as error:
                if not _is_unknown_route(error):
                    raise
                no_route = no_route or error
        if no_route is not None and self._may_lack_path:
            no_route.hint = f"the address may lack its path, such as {SELF_HOSTED_PATH}"
        raise no_route or ValueError("there is no way to try")

    async def send(self, request: Request, attempt: int = 1, *, slash: bool | None = None) -> bytes:
        """Send a request as try number `attempt`, and return the body of its 2xx reply.

        A read that is redirected to the same address with a slash is sent again there.
        Raises `CapgoError` for any other reply, RuntimeError after `aclose`.
        """
        slash = bool(self._slash) if slash is None else slash
        try:
            body = await self._send(request, attempt, slash=slash)
        except _SlashRedirect:
            self._slash = True
            return await self._send(request, attempt, slash=True)
        except CapgoError as error:
            if error.status == 400 and self._slash is None:
                self._slash = slash  # a refusal by the API shows that the path was right
            raise
        self._slash = slash
        return body

    async def _send(self, request: Request, attempt: int, *, slash: bool) -> bytes:
        if self._is_closed:
            raise RuntimeError("this client is closed")
        if slash:
            request = replace(request, path=f"{request.path}/")
        self._open()
        start = time.monotonic()
        progress = Progress(went_out=self._asgi_app is not None, is_connected=self._proxy is None)
        error: CapgoError | None = None
        try:
            return await self._exchange(request, progress)
        except CapgoError as failure:
            error = failure
            raise
        except _SlashRedirect:
            raise
        except Exception as fault:
            # httpx parses even a Location that it does not follow, and h11, a codec or our code may
            # fail as well: a write already sent may still have taken effect.
            message = explain_fault(fault, self.host, went_out=progress.went_out)
            kind = ErrorKind.SERVER_FAULT
            if self._proxy is not None and not progress.is_connected:
                # A reply that is no SOCKS ends in an assertion of httpcore or socksio.
                message = f"cannot reach {self.host}: {self._proxy.description} answers otherwise"
                kind = ErrorKind.UNREACHABLE
            error = self._make_error(request, progress, message, kind, lasting=True)
            raise error from fault
        finally:
            if self._on_exchange is not None and (error or progress.is_done):
                self._on_exchange(
                    Exchange(
                        operation=request.operation,
                        method=request.method,
                        path=self._key.hide_in(request.target),
                        status=progress.status,
                        elapsed_ms=(time.monotonic() - start) * 1000,
                        reply_bytes=progress.reply_bytes,
                        error=None if error is None else error.kind,
                        message="" if error is None else error.message,
                        request=request,
                        attempt=attempt,
                    )
                )

    async def _exchange(self, request: Request, progress: Progress) -> bytes:
        limits = self._timeouts
        clock = asyncio.timeout(limits.total)
        try:
            async with clock:
                body, headers = await self._exchange_once(request, progress)
        except TimeoutError:
            if not clock.expired():
                raise
            message = f"{self._describe_peer(progress)} did not finish within {limits.total:g} s"
            raise self._make_error(request, progress, message) from None
        except httpx.HTTPError as error:
            if isinstance(error, httpx.ProxyError) and self._proxy is not None:
                message = explain_refusal(error, self.host, self._proxy.description)
            else:
                peer = self._describe_peer(progress)
                message = explain(error, peer, connect=limits.connect, read=limits.read)
            raise self._make_error(request, progress, message, lasting=is_lasting(error)) from None
        progress.is_done = True
        status = progress.status or 0
        if 300 <= status < 400:
            # A write is not sent again: the redirecting server may have executed it.
            again = not request.writes and not request.path.endswith("/")
            if again and self._adds_a_slash(request, headers):
                raise _SlashRedirect
            raise self._redirect_error(request, status, headers)
        is_refusal = is_denial(body) if request.writes else is_web_page(body)
        if not 200 <= status < 300 or is_refusal:
            raise make_error(
                request.name.removesuffix("/"),
                status,
                headers,
                body,
                writes=request.writes,
                key=self._key.reveal(),
                now=time.time(),
            )
        return body

    def _describe_peer(self, progress: Progress) -> str:
        """Return who is talked to: the server, or the proxy while there is no way past it."""
        if self._proxy is None or progress.is_connected:
            return self.host
        return self._proxy.description

    async def _exchange_once(
        self, request: Request, progress: Progress
    ) -> tuple[bytes, dict[str, str]]:
        client = self._open()
        outgoing = client.build_request(
            request.method,
            self.server + request.target,
            content=None if request.body is None else json.dumps(request.body).encode(),
            headers=self._make_headers(request),
            extensions={"trace": progress.trace},
        )
        try:
            response = await client.send(outgoing, stream=True)
        finally:
            await progress.close_unfinished()
        try:
            progress.status = response.status_code
            body = await self._read_body(request, response, progress)
            headers = {name.lower(): value for name, value in response.headers.items()}
        finally:
            await response.aclose()
        # A server may echo the API key in a row as well as in an error.
        if len(body) < _HIDE_IN_THREAD:
            return self._key.hide_in_reply(body), headers
        return await asyncio.to_thread(self._key.hide_in_reply, body), headers

    async def _read_body(
        self, request: Request, response: httpx.Response, progress: Progress
    ) -> bytes:
        """Read and decompress the body, up to `max_reply_bytes`."""
        try:
            unpacker = Unpacker(response.headers.get_list("content-encoding", split_commas=True))
        except UnsupportedEncodingError:
            message = f"the answer of {self.host} is packed in a way that was not asked for"
            kind = ErrorKind.SERVER_FAULT
            raise self._make_error(request, progress, message, kind, lasting=True) from None
        pieces: list[bytes] = []
        async for chunk in response.aiter_raw():
            for piece in unpacker.iterate_pieces(chunk):
                progress.reply_bytes += len(piece)
                if progress.reply_bytes > self._max_reply_bytes:
                    size = self._max_reply_bytes // (1024 * 1024)
                    message = f"the answer of {self.host} is larger than {size} MB"
                    kind = ErrorKind.SERVER_FAULT
                    raise self._make_error(request, progress, message, kind, lasting=True)
                if pieces and len(pieces[-1]) >= PIECE:
                    await asyncio.sleep(0)  # a small chunk may decompress to many pieces
                pieces.append(piece)
        unpacker.finish()
        return b"".join(pieces)

    def _make_headers(self, request: Request) -> dict[str, str]:
        headers = {
            "accept": "application/json",
            "accept-encoding": ACCEPT_ENCODING,
            "user-agent": USER_AGENT,
        }
        if request.needs_key:
            headers[request.key_header] = self._key.reveal()
        if request.body is not None:
            headers["content-type"] = "application/json"
        return headers

    def prepare(self) -> None:
        """Load modules and certificates now, up to 0.1 s, rather than at the first request.

        For a thread without an event loop; in a thread with one it does only a part.
        """
        self._open()
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            # httpx imports its asyncio back end at the first checkpoint.
            anyio.run(anyio.lowlevel.checkpoint)

    def _open(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = make_client(
                self._timeouts, self._proxy, self._asgi_app, is_secure=self._secure
            )
        return self._client

    def _make_error(
        self,
        request: Request,
        progress: Progress,
        message: str,
        kind: ErrorKind = ErrorKind.UNREACHABLE,
        *,
        lasting: bool = False,
    ) -> CapgoError:
        return CapgoError(
            self._key.hide_in(message),
            kind=kind,
            status=progress.status,
            request=request.name,
            maybe_sent=request.writes and progress.went_out,
            lasting=lasting,
        )

    def _adds_a_slash(self, request: Request, headers: Mapping[str, str]) -> bool:
        """Return whether a redirect leads to the same address with a slash."""
        url = httpx.URL(self.server + request.target)
        try:
            target = url.join(headers.get("location", ""))
        except (httpx.InvalidURL, ValueError):
            return False
        return target == url.copy_with(raw_path=_with_slash(url.raw_path))

    def _redirect_error(
        self, request: Request, status: int, headers: Mapping[str, str]
    ) -> CapgoError:
        try:
            target = bracket(httpx.URL(headers.get("location", "")).host)
        except (httpx.InvalidURL, ValueError):
            target = ""
        where = f" to {clean(self._key.hide_in(target), 100)}" if target else ""
        return CapgoError(
            f"{self.host} answered with a redirect{where}; redirects are not followed",
            kind=ErrorKind.SERVER_FAULT,
            status=status,
            request=request.name,
            maybe_sent=request.writes,
            lasting=True,
        )


class _SlashRedirect(Exception):  # noqa: N818 - it names what the server asked for
    """The server redirected to the same address with a slash."""


def _with_slash(raw_path: bytes) -> bytes:
    path, mark, query = raw_path.partition(b"?")
    return path + b"/" + mark + query


def _is_unknown_route(error: CapgoError) -> bool:
    """Return whether a 404 is about the path, not about a record (contract §6-§8)."""
    return error.status == 404 and error.code in (None, "not_found")
