"""The address of a server: which ones the API key may be sent to."""

from __future__ import annotations

import re
from typing import Final

import httpx

from capgo_tui.api.errors import InsecureServer
from capgo_tui.api.servers import bracket, is_loopback

_HOST: Final = re.compile(rb"[a-z0-9._:-]+")


def parse_server(server: str) -> tuple[httpx.URL, bool]:
    """Parse the address of a server; return it, and whether it is this machine.

    Raises:
        InsecureServer: when it is no address, or would send the API key unencrypted.

    """
    try:
        url = httpx.URL(server.strip())
    except (httpx.InvalidURL, ValueError):
        raise InsecureServer("the server address is not a valid URL") from None
    if url.scheme not in ("http", "https") or not _HOST.fullmatch(url.raw_host):
        raise InsecureServer("the server address must start with https://")
    if url.port is not None and not 0 < url.port < 65_536:
        raise InsecureServer("the port of the server address is out of range (1 to 65535)")
    if url.userinfo or url.query or url.fragment:
        raise InsecureServer("the server address must hold no user name, query or fragment")
    loopback = is_loopback(url.host)
    if url.scheme == "http" and not loopback:
        raise InsecureServer(
            f"http://{bracket(url.host)} would send the API key unencrypted: use https://"
            " (http is for this machine only)"
        )
    return url, loopback
