"""Check the variables of the environment that a connection needs, before there is one."""

from __future__ import annotations

from urllib.parse import urlsplit

from capgo_tui.api.certificates import check_variables
from capgo_tui.api.proxies import find_proxy
from capgo_tui.api.servers import is_loopback


def check_environment(server: str) -> None:
    """Check proxy and certificates for a server's address; no certificate is loaded.

    Raises:
        InvalidEnvironment: when one of them cannot be used.

    """
    parts = urlsplit(server)
    if parts.scheme != "https" or parts.hostname is None:
        return
    check_variables()
    if not is_loopback(parts.hostname):
        find_proxy(parts.hostname, parts.port or 443)
