"""The operations a fault may be aimed at, by friendly name, in all revisions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from capgo_tui.sandbox.faults.problem import FaultError, unknown
from capgo_tui.sandbox.faults.wire import Asked, text_field

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class _Operation:
    """One row of the table; with ``naming`` only a request that fills one of these fields.

    ``APP`` in a path stands for any app's id.
    """

    name: str
    method: str
    path: str
    naming: tuple[str, ...] = ()

    def is_at(self, path: str) -> bool:
        """Tell whether this is what a path names."""
        return re.fullmatch(self.path.replace("APP", "[^/]+"), path) is not None


#: The first row that fits names the request. L says ``channel`` for a device's id (§7.1) and has
#: ``/versions`` for bundles (§8).
_TABLE = (
    _Operation("ping", "GET", "/ok"),
    _Operation("channel.get", "GET", "/channel", naming=("channel",)),
    _Operation("channel.list", "GET", "/channel"),
    _Operation("channel.set", "POST", "/channel"),
    _Operation("channel.delete", "DELETE", "/channel"),
    _Operation("channel.current", "GET", "/channel/current-bundle"),
    _Operation("device.get", "GET", "/device", naming=("device_id", "channel")),
    _Operation("device.list", "GET", "/device"),
    _Operation("device.link", "POST", "/device"),
    _Operation("device.unlink", "DELETE", "/device"),
    _Operation("bundle.list", "GET", "/bundle|/versions"),
    _Operation("bundle.lookup", "GET", "/bundle/lookup"),
    _Operation("bundle.create", "POST", "/bundle"),
    _Operation("bundle.promote", "PUT", "/bundle"),
    _Operation("bundle.metadata", "POST", "/bundle/metadata"),
    _Operation("bundle.delete", "DELETE", "/bundle", naming=("version",)),
    _Operation("bundle.delete-all", "DELETE", "/bundle|/versions"),
    _Operation("app.list", "GET", "/app"),
    _Operation("app.get", "GET", "/app/APP"),
    _Operation("app.statistics", "GET", "/statistics/app/APP|/statistics/app/APP/bundle_usage"),
    _Operation("audit.list", "GET", "/organization/audit"),
)
NAMES = tuple(operation.name for operation in _TABLE)
#: What has no row in the table, such as a path that does not exist.
OTHER = "other"
GROUPS = ("*", "read", "write")
_READS = frozenset({"GET", "HEAD"})


def named(method: str, path: str, query: Mapping[str, str], body: bytes) -> Asked:
    """Read a request and name its operation."""
    asked = Asked(OTHER, method, path.rstrip("/") or "/", query, body)
    asking = "GET" if method == "HEAD" else method
    for row in _TABLE:
        if row.method != asking or not row.is_at(asked.path):
            continue
        if not row.naming or any(text_field(asked, field) for field in row.naming):
            return Asked(row.name, method, asked.path, query, body)
    return asked


def check_aim(aim: str) -> str:
    """Give what a fault is aimed at as it was written, or say what is wrong with it."""
    if "/" in aim:
        if not re.fullmatch(r"([A-Z]+ )?/\S*", aim):
            raise FaultError(f"{aim!r} is not METHOD /path, such as 'GET /device'")
        method, path = _taken_apart(aim)
        if not any(method in {"", row.method} and row.is_at(path) for row in _TABLE):
            raise unknown("request", aim, _requests(with_method=bool(method)))
        return aim
    if aim in GROUPS or any(fnmatchcase(name, aim) for name in (*NAMES, OTHER)):
        return aim
    raise unknown("operation", aim, (*NAMES, *GROUPS))


def is_aimed_at(aim: str, asked: Asked) -> bool:
    """Tell whether a fault aimed so concerns this request."""
    if "/" in aim:
        method, path = _taken_apart(aim)
        return path == asked.path and method in {"", asked.method}
    if aim in {"read", "write"}:
        return (asked.method in _READS) is (aim == "read")
    return fnmatchcase(asked.operation, aim)


def _taken_apart(aim: str) -> tuple[str, str]:
    """Part a method, "" for any, from a path."""
    method, _, path = aim.rpartition(" ")
    return method, path.rstrip("/") or "/"


def _requests(*, with_method: bool) -> list[str]:
    """List the requests there are, as they are written after an ``@``."""
    found = [
        f"{row.method} {path}" if with_method else path
        for row in _TABLE
        for path in row.path.split("|")
    ]
    return list(dict.fromkeys(found))
