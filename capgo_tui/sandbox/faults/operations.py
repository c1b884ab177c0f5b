"""The operations of all revisions a fault may be aimed at, by name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from capgo_tui.sandbox.faults.problem import FaultError, make_unknown_error
from capgo_tui.sandbox.faults.wire import Request, make_text_field

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class _Operation:
    """One operation; with ``fields`` only a request that has one of these fields.

    ``APP`` in a path stands for any app's id.
    """

    name: str
    method: str
    path: str
    fields: tuple[str, ...] = ()

    def is_at(self, path: str) -> bool:
        """Return whether a path belongs to this operation."""
        return re.fullmatch(self.path.replace("APP", "[^/]+"), path) is not None


#: The first matching row names the request. L says ``channel`` for a device's id (§7.1) and has
#: ``/versions`` for bundles (§8).
_TABLE = (
    _Operation("ping", "GET", "/ok"),
    _Operation("channel.get", "GET", "/channel", fields=("channel",)),
    _Operation("channel.list", "GET", "/channel"),
    _Operation("channel.set", "POST", "/channel"),
    _Operation("channel.delete", "DELETE", "/channel"),
    _Operation("channel.current", "GET", "/channel/current-bundle"),
    _Operation("device.get", "GET", "/device", fields=("device_id", "channel")),
    _Operation("device.list", "GET", "/device"),
    _Operation("device.link", "POST", "/device"),
    _Operation("device.unlink", "DELETE", "/device"),
    _Operation("bundle.list", "GET", "/bundle|/versions"),
    _Operation("bundle.lookup", "GET", "/bundle/lookup"),
    _Operation("bundle.create", "POST", "/bundle"),
    _Operation("bundle.promote", "PUT", "/bundle"),
    _Operation("bundle.metadata", "POST", "/bundle/metadata"),
    _Operation("bundle.delete", "DELETE", "/bundle", fields=("version",)),
    _Operation("bundle.delete-all", "DELETE", "/bundle|/versions"),
    _Operation("app.list", "GET", "/app"),
    _Operation("app.get", "GET", "/app/APP"),
    _Operation(
        "app.statistics",
        "GET",
        "/statistics/app/APP|/statistics/app/APP/bundle_usage|/statistics/app/APP/native_usage",
    ),
    _Operation("audit.list", "GET", "/organization/audit"),
)
NAMES = tuple(operation.name for operation in _TABLE)
#: A request without a row in the table, such as a path that does not exist.
OTHER = "other"
GROUPS = ("*", "read", "write")
_READS = frozenset({"GET", "HEAD"})


def identify_request(method: str, path: str, query: Mapping[str, str], body: bytes) -> Request:
    """Return a request with the name of its operation."""
    request = Request(OTHER, method, path.rstrip("/") or "/", query, body)
    routed_method = "GET" if method == "HEAD" else method
    for row in _TABLE:
        if row.method != routed_method or not row.is_at(request.path):
            continue
        if not row.fields or any(make_text_field(request, field) for field in row.fields):
            return Request(row.name, method, request.path, query, body)
    return request


def check_aim(aim: str) -> str:
    """Return a fault's aim unchanged, or raise FaultError if there is no such operation."""
    if "/" in aim:
        if not re.fullmatch(r"([A-Z]+ )?/\S*", aim):
            raise FaultError(f"{aim!r} is not METHOD /path, such as 'GET /device'")
        method, path = _split_aim(aim)
        if not any(method in {"", row.method} and row.is_at(path) for row in _TABLE):
            raise make_unknown_error("request", aim, _list_requests(with_method=bool(method)))
        return aim
    if aim in GROUPS or any(fnmatchcase(name, aim) for name in (*NAMES, OTHER)):
        return aim
    raise make_unknown_error("operation", aim, (*NAMES, *GROUPS))


def is_aimed_at(aim: str, request: Request) -> bool:
    """Return whether a fault with this aim concerns the request."""
    if "/" in aim:
        method, path = _split_aim(aim)
        return path == request.path and method in {"", request.method}
    if aim in {"read", "write"}:
        return (request.method in _READS) is (aim == "read")
    return fnmatchcase(request.operation, aim)


def _split_aim(aim: str) -> tuple[str, str]:
    """Return the method, "" for any, and the path of an aim."""
    method, _, path = aim.rpartition(" ")
    return method, path.rstrip("/") or "/"


def _list_requests(*, with_method: bool) -> list[str]:
    """Return all requests as they are written after an ``@``."""
    requests = [
        f"{row.method} {path}" if with_method else path
        for row in _TABLE
        for path in row.path.split("|")
    ]
    return list(dict.fromkeys(requests))
