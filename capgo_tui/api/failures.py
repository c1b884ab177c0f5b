"""Describe a failed exchange in one sentence."""

from __future__ import annotations

import errno
import re
import socket
import ssl
from typing import TYPE_CHECKING

import httpx

from capgo_tui.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

_NO_ROUTE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN}

_PROXY_STATUS = re.compile(r"\d{3}(?= )")
"""How the status of a proxy begins the text of httpcore's error."""

_SENTENCES = (
    (httpx.ConnectTimeout, "cannot reach {host}: no connection within {connect:g} s"),
    (httpx.PoolTimeout, "too many requests to {host} are waiting: no free connection"),
    (httpx.TimeoutException, "{host} did not answer within {read:g} s"),
    (httpx.DecodingError, "the answer of {host} is damaged: it cannot be decompressed"),
)


def explain(error: Exception, host: str, *, connect: float, read: float) -> str:
    """Describe an error of httpx; `connect` and `read` are the timeouts in seconds.

    `host` is a description of the proxy when the connection did not come past it.
    """
    if isinstance(error, httpx.ConnectError):
        return f"cannot reach {host}: {_explain_no_connection(error)}"
    for kind, sentence in _SENTENCES:
        if isinstance(error, kind):
            return sentence.format(host=host, connect=connect, read=read)
    if isinstance(error, httpx.RemoteProtocolError) and "illegal" in str(error):  # h11's word
        return f"{host} did not answer in proper HTTP"
    return f"{host} closed the connection before the answer was complete"


def explain_refusal(error: httpx.ProxyError, host: str, proxy: str) -> str:
    """Describe the refusal of a proxy, whose own words may hold its password."""
    text = str(error)
    status = _PROXY_STATUS.match(text)
    if status is None:
        why = clean(text.strip(), 120).rstrip(".")  # httpcore's words for a code of SOCKS
    elif status[0] == "407":
        why = "407, it wants a user name and a password"
    else:
        why = f"HTTP {status[0]}"
    return f"cannot reach {host}: {proxy} refused the connection ({why})"


def explain_fault(fault: Exception, host: str, *, went_out: bool) -> str:
    """Describe an unexpected exception by its type only, for its text may hold the API key."""
    kind = type(fault).__name__
    if went_out:
        return f"the answer of {host} cannot be used ({kind})"
    return f"the request to {host} could not be sent ({kind})"


def is_lasting(error: Exception) -> bool:
    """Return whether a retry is useless: for a certificate, or a password that the proxy wants."""
    if isinstance(error, httpx.ProxyError) and str(error).startswith("407 "):
        return True
    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _iterate_causes(error))


def _explain_no_connection(error: BaseException) -> str:
    causes = list(_iterate_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is not trusted ({clean(cause.verify_message, 120)})"
        if isinstance(cause, ssl.SSLError):
            return "no secure connection (TLS failed)"
        if isinstance(cause, socket.gaierror):
            return "name not found"
        if isinstance(cause, ConnectionRefusedError):
            return "connection refused"
        if isinstance(cause, OSError) and cause.errno in _NO_ROUTE:
            return "no network route"
    return "no connection"


def _iterate_causes(error: BaseException | None) -> Iterator[BaseException]:
    for _ in range(10):
        if error is None:
            return
        yield error
        if isinstance(error, BaseExceptionGroup):
            for inner in error.exceptions:
                yield from _iterate_causes(inner)
        error = error.__cause__ or error.__context__
