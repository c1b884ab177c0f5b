"""Capgo's own server, and which servers are this very machine."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final

DEFAULT_SERVER: Final = "https://api.capgo.app"


def is_loopback(host: str) -> bool:
    """Whether a host, as a URL names it, is this machine: what is sent there leaves it never."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
