"""Find the proxy of the environment for a server, by curl's rules."""

from __future__ import annotations

import os
import re
import sys
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, urlsplit

from capgo_tui.api.errors import InvalidEnvironment
from capgo_tui.api.servers import bracket, is_loopback
from capgo_tui.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

_VARIABLES: Final = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
"""The variables for an https server, the first that is not empty counts.

A server by plain http is this machine, which no proxy is asked for.
"""
_EXCEPTIONS: Final = ("no_proxy", "NO_PROXY")
_PORTS: Final = {"http": 1080, "https": 443, "socks5": 1080, "socks5h": 1080}
"""The default port of each scheme, as curl has it."""
_SCHEMES: Final = {"socks": "socks5"}
"""Other names of a scheme; desktops write ``socks://`` for SOCKS5."""
_HOST: Final = re.compile(r"[a-z0-9._:-]+", re.IGNORECASE)

_BRACKETS: Final = re.compile(r"\[([^\]]*)\](/\d+)?$")
"""The brackets of an IPv6 address without a port."""


@dataclass(frozen=True, slots=True)
class ProxySetting:
    """A proxy and the variable that names it."""

    url: str
    """Its address with scheme and port, without the user."""
    user: str | None
    """User and password, percent-encoded, with a colon between them; a secret."""
    variable: str

    def __repr__(self) -> str:
        return f"ProxySetting({self.url!r}, variable={self.variable!r})"

    @property
    def description(self) -> str:
        """The proxy in a message: its address and its variable."""
        return f"the proxy {self.url.partition('://')[2]} ({self.variable})"


def find_proxy_of(server: str) -> ProxySetting | None:
    """Return the proxy for a server's address, as `find_proxy` does; none for this machine."""
    parts = urlsplit(server)
    if parts.scheme != "https" or parts.hostname is None or is_loopback(parts.hostname):
        return None
    return find_proxy(parts.hostname, parts.port or 443)


def find_proxy(
    host: str, port: int, environ: Mapping[str, str] | None = None
) -> ProxySetting | None:
    """Return the proxy for an https server; None when it is reached without one.

    Raises:
        InvalidEnvironment: when the variable names a proxy that cannot be used.

    """
    variables = os.environ if environ is None else environ
    exceptions = next((variables[name] for name in _EXCEPTIONS if variables.get(name)), "")
    if _is_exception(exceptions, host, port):
        return None
    for variable in _VARIABLES:
        if address := variables.get(variable, "").strip():
            return _parse(address, variable)
    return _find_system_proxy(host)


def _parse(address: str, variable: str) -> ProxySetting:
    # The address is not repeated in an error: it may hold a password.
    try:
        parts = urlsplit(address if "://" in address else f"http://{address}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise InvalidEnvironment(f"{variable} is no address of a proxy") from None
    scheme = _SCHEMES.get(parts.scheme, parts.scheme)
    if scheme not in _PORTS:
        raise InvalidEnvironment(
            f"{variable} names a kind of proxy that is not supported;"
            " there are http://, https:// and socks5://"
        )
    if not _HOST.fullmatch(host) or port == 0:
        raise InvalidEnvironment(f"{variable} is no address of a proxy")
    url = f"{scheme}://{bracket(host)}:{port or _PORTS[scheme]}"
    return ProxySetting(url, _find_user(parts), variable)


def _find_user(parts: SplitResult) -> str | None:
    user, at, _ = parts.netloc.rpartition("@")
    return user if at else None


def _find_system_proxy(host: str) -> ProxySetting | None:
    """Return the proxy of the system's settings, which only macOS and Windows have."""
    if sys.platform not in ("darwin", "win32"):
        return None
    from urllib.request import getproxies, proxy_bypass  # noqa: PLC0415 - heavy, for these alone

    address = getproxies().get("https")
    if not address or proxy_bypass(host):
        return None
    return _parse(address, "the system's settings")


def _is_exception(entries: str, host: str, port: int) -> bool:
    """Return whether a NO_PROXY list has a host; entries that cannot be read are ignored."""
    host = host.lower().rstrip(".").strip("[]")
    return any(_matches(entry, host, port) for entry in re.split(r"[\s,]+", entries) if entry)


def _matches(entry: str, host: str, port: int) -> bool:
    if entry == "*":
        return True
    scheme, mark, rest = entry.lower().rpartition("://")
    if mark and scheme not in ("https", "all"):
        return False
    if (network := _is_in_network(rest, host)) is not None:
        return network
    name, colon, port_text = rest.rpartition(":")
    if colon and port_text.isdecimal():
        return port_text == str(port) and _matches(name, host, port)
    name = rest.removeprefix("*").strip(".")
    return bool(name) and (host == name or host.endswith(f".{name}"))


def _is_in_network(entry: str, host: str) -> bool | None:
    """Return whether a host is in a network such as ``fd07::/64``; None for another entry."""
    try:
        network = ip_network(_BRACKETS.sub(r"\1\2", entry), strict=False)
    except ValueError:
        return None
    try:
        return ip_address(host) in network
    except ValueError:
        return False
