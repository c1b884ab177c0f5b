"""Tables of the client's operations and of the consequence of each fault."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from capgo_tui.api.client import CapgoClient
from capgo_tui.api.errors import ErrorKind, UnsupportedByRevision
from capgo_tui.api.settings import ChannelSettings
from tests.api.support import walk
from tests.support.world import APP, device_id

if TYPE_CHECKING:
    from capgo_tui.api.paging import Pager
    from capgo_tui.api.records import RecordT

Call: TypeAlias = Callable[[CapgoClient], Awaitable[object]]


@dataclass(frozen=True)
class Operation:
    """One operation of the client; `aim` is its name in the sandbox."""

    name: str
    aim: str
    call: Call
    writes: bool = False
    parses: bool = True
    """Whether the body of the reply is parsed."""
    pages: bool = False
    """Whether it requests more than one page of the test data."""
    learns: bool = False
    """Whether it learns the revision, which must not be given then."""


def _all(pager: Callable[[CapgoClient], Pager[RecordT]]) -> Call:
    async def call(client: CapgoClient) -> object:
        pages = await walk(pager(client), most=60)
        return [row.row_key for page in pages for row in page.rows], pages[-1].incomplete

    return call


async def _device(client: CapgoClient) -> object:
    return (await client.get_device(APP, device_id(1))).format_raw_json()


async def _custom_id(client: CapgoClient) -> object:
    """A live server answers with the whole list, which is not trusted."""
    try:
        matches = await client.find_devices_by_custom_id(APP, "tester-01")
    except UnsupportedByRevision:
        return "ignored"
    return [device.row_key for device in matches.devices]


async def _channel(client: CapgoClient) -> object:
    return (await client.get_channel(APP, "c-05")).format_raw_json()


async def _app(client: CapgoClient) -> object:
    return (await client.get_app(APP)).format_raw_json()


async def _audit(client: CapgoClient) -> object:
    entries = await client.list_audit("org-1", table="channels")
    return [entry.row_key for entry in entries]


READS = (
    Operation("list_channels", "channel.list", _all(lambda c: c.list_channels(APP)), pages=True),
    Operation(
        "list_devices", "device.list", _all(lambda c: c.list_devices(APP, limit=5)), pages=True
    ),
    Operation("list_bundles", "bundle.list", _all(lambda c: c.list_bundles(APP)), pages=True),
    Operation("list_apps", "app.list", _all(lambda c: c.list_apps())),
    Operation("get_channel", "channel.get", _channel),
    Operation("get_device", "device.get", _device),
    Operation("find_devices_by_custom_id", "device.list", _custom_id),
    Operation("get_app", "app.get", _app),
    Operation("list_audit", "audit.list", _audit),
    Operation("ping", "ping", lambda c: c.ping(), parses=False),
    Operation("learn_revision", "device.list", lambda c: c.learn_revision(APP), learns=True),
)
WRITES = tuple(
    Operation(name, aim, call, writes=True)
    for name, aim, call in (
        (
            "set_channel",
            "channel.set",
            lambda c: c.set_channel(APP, "c-05", ChannelSettings(allow_dev=False)),
        ),
        ("delete_channel", "channel.delete", lambda c: c.delete_channel(APP, "c-05")),
        ("link_device", "device.link", lambda c: c.link_device(APP, device_id(1), "c-05")),
        ("unlink_device", "device.unlink", lambda c: c.unlink_device(APP, device_id(2))),
        ("delete_bundle", "bundle.delete", lambda c: c.delete_bundle(APP, "1.0.60")),
        ("delete_all_bundles", "bundle.delete-all", lambda c: c.delete_all_bundles(APP)),
        ("promote_bundle", "bundle.promote", lambda c: c.promote_bundle(APP, 9, 5)),
        (
            "create_bundle",
            "bundle.create",
            lambda c: c.create_bundle(
                APP, "9.9.9", external_url="https://example.com/a.zip", checksum="c"
            ),
        ),
        (
            "set_bundle_metadata",
            "bundle.metadata",
            lambda c: c.set_bundle_metadata(APP, 9, comment="new"),
        ),
    )
)
OPERATIONS = (*READS, *WRITES)


@dataclass(frozen=True)
class Consequence:
    """The consequence of one fault.

    `again`: a read is retried. `kind`: the error of a write, and of a read whose every try has
    the fault; None for none. `maybe`: whether the write may have taken effect.
    `body`: the fault affects only the body. `shifts`: it affects only later pages.
    """

    kind: ErrorKind | None = None
    again: bool = False
    maybe: bool = False
    body: bool = False
    shifts: bool = False


FAULT, UNREACHABLE = ErrorKind.SERVER_FAULT, ErrorKind.UNREACHABLE
SPOILT = Consequence(FAULT, again=True, body=True)
FAULTS: dict[str, Consequence] = {
    "latency": Consequence(),
    "jitter": Consequence(),
    "slow-drip": Consequence(),
    "late": Consequence(UNREACHABLE, again=True, maybe=True),
    "429=2": Consequence(ErrorKind.RATE_LIMITED, again=True),
    "429=bare": Consequence(ErrorKind.RATE_LIMITED, again=True),
    "500=before": Consequence(FAULT, again=True, maybe=True),
    "500=after": Consequence(FAULT, again=True, maybe=True),
    "502=before": Consequence(FAULT, again=True, maybe=True),
    "502=after": Consequence(FAULT, again=True, maybe=True),
    "503=before": Consequence(FAULT, again=True, maybe=True),
    "503=after": Consequence(FAULT, again=True, maybe=True),
    "drop=before": Consequence(UNREACHABLE, again=True, maybe=True),
    "drop=after": Consequence(UNREACHABLE, again=True, maybe=True),
    "drop=midway": Consequence(UNREACHABLE, again=True, maybe=True),
    "truncated": SPOILT,
    "empty": SPOILT,
    "bad-utf8": SPOILT,
    "wrong-type": Consequence(),
    "error-in-200": Consequence(FAULT, again=True, maybe=True),
    "expired-key": Consequence(ErrorKind.KEY_REFUSED),
    "insert-rows": Consequence(shifts=True),
    "delete-rows": Consequence(shifts=True),
    "same-cursor": Consequence(shifts=True),
    "redirect={other_host}": Consequence(FAULT, maybe=True),
}


def consequence_of(fault: str, operation: Operation) -> Consequence:
    """Return the consequence of a fault in one operation."""
    consequence = FAULTS[fault]
    # The status is enough for a write and for a health check.
    body_unread = operation.writes or not operation.parses
    if consequence.body and body_unread:
        return Consequence()
    if fault == "error-in-200" and not operation.parses:
        return Consequence()
    return consequence
