"""Capgo's own server, loopback addresses, and hosts in messages."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final

DEFAULT_SERVER: Final = "https://api.capgo.app"
SELF_HOSTED_PATH: Final = "/functions/v1"
"""The path of the API on a self-hosted Supabase."""


def is_loopback(host: str) -> bool:
    """Return whether a host of a URL is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def bracket(host: str) -> str:
    """Return a host as URLs and messages write it, an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host else host
