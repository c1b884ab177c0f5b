"""The HTTP client of a server: its timeouts, certificates, proxy and connections."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

import httpx

from capgo_tui.api.certificates import make_ssl_context
from capgo_tui.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from capgo_tui.api.proxies import ProxySetting

_LIMITS: Final = httpx.Limits(max_connections=8, max_keepalive_connections=4, keepalive_expiry=30.0)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Timeouts in seconds: for a connection, the next bytes, and a whole exchange."""

    connect: float = 5.0
    read: float = 15.0
    total: float = 30.0


def make_client(
    timeouts: Timeouts,
    proxy: ProxySetting | None,
    asgi_app: Callable[..., Any] | None,
    *,
    is_secure: bool,
) -> httpx.AsyncClient:
    """Return a client that reads nothing from the environment and follows no redirect.

    Args:
        timeouts: its timeouts.
        proxy: the proxy to use; None for none.
        asgi_app: replaces the network.
        is_secure: whether certificates are needed; loading them takes up to 0.1 s.

    """
    verify = make_ssl_context() if is_secure else False
    return httpx.AsyncClient(
        # An exception of the app becomes a 500, as on a server.
        transport=httpx.ASGITransport(asgi_app, raise_app_exceptions=False) if asgi_app else None,
        timeout=httpx.Timeout(timeouts.read, connect=timeouts.connect, pool=timeouts.total),
        limits=_LIMITS,
        follow_redirects=False,
        trust_env=False,  # `find_proxy` and `make_ssl_context` read it, by curl's rules
        proxy=None if proxy is None else _make_proxy(proxy, verify),
        verify=verify,
    )


def _make_proxy(setting: ProxySetting, verify: ssl.SSLContext | bool) -> httpx.Proxy:
    url = httpx.URL(setting.url)
    user, colon, password = (setting.user or "").partition(":")
    context = verify if isinstance(verify, ssl.SSLContext) else None
    return httpx.Proxy(
        url,
        auth=(unquote(user), unquote(password)) if user or colon else None,
        ssl_context=context if url.scheme == "https" else None,
    )
