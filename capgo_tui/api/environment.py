"""Check the variables of the environment that a connection needs, before there is one."""

from __future__ import annotations

from urllib.parse import urlsplit

from capgo_tui.api.certificates import check_variables
from capgo_tui.api.proxies import find_proxy_of


def check_environment(server: str) -> None:
    """Check proxy and certificates for a server's address; no certificate is loaded.

    Raises:
        InvalidEnvironment: when one of them cannot be used.

    """
    if urlsplit(server).scheme == "https":
        check_variables()
        find_proxy_of(server)
