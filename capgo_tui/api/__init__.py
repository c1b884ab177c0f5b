"""A typed async client of Capgo's public HTTP API, usable on its own.

    async with CapgoClient(ApiKey("…")) as client:
        pager = client.channels("com.example.app")
        while not pager.at_end:
            for channel in (await pager.next_page()).rows:
                print(channel.name, channel.bundle)

`CONTRACT.md` beside this file says how the server behaves. Names load on first use, so that
importing this package costs neither httpx nor pydantic.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

# With click installed, httpx also imports its own command line (+60 ms of rich and pygments).
# None in sys.modules makes that one import fail, which httpx expects and survives (it does the
# same when click is missing); this is Python's documented way to forbid an import.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]

if TYPE_CHECKING:
    from capgo_tui.api.channel_setting import UNSET
    from capgo_tui.api.client import CapgoClient
    from capgo_tui.api.custom_ids import CustomIdMatches
    from capgo_tui.api.errors import (
        CapgoError,
        ErrorKind,
        InsecureServer,
        InvalidArgument,
        InvalidEnvironment,
        InvalidSetting,
        ReadOnlyError,
        Refusal,
        UnsafeBundleName,
        UnsupportedByRevision,
    )
    from capgo_tui.api.http_client import Timeouts
    from capgo_tui.api.jsonvalue import JSON
    from capgo_tui.api.key import ApiKey
    from capgo_tui.api.models import AppInfo, AuditEntry, Bundle, Channel, Device
    from capgo_tui.api.paging import Page, Pager
    from capgo_tui.api.records import BundleRef, Record, Unreadable
    from capgo_tui.api.requests import BundleName, Request
    from capgo_tui.api.retry_policy import PendingRetry, RetryPolicy
    from capgo_tui.api.revisions import TRAITS, Revision, Traits
    from capgo_tui.api.servers import DEFAULT_SERVER
    from capgo_tui.api.settings import ChannelSettings
    from capgo_tui.api.transport import Exchange

_NAMES_BY_MODULE = {
    "channel_setting": ("UNSET",),
    "client": ("CapgoClient",),
    "custom_ids": ("CustomIdMatches",),
    "errors": (
        *("CapgoError", "ErrorKind", "InsecureServer", "InvalidArgument", "InvalidSetting"),
        *(
            "InvalidEnvironment",
            "ReadOnlyError",
            "Refusal",
            "UnsafeBundleName",
            "UnsupportedByRevision",
        ),
    ),
    "jsonvalue": ("JSON",),
    "key": ("ApiKey",),
    "models": ("AppInfo", "AuditEntry", "Bundle", "Channel", "Device"),
    "paging": ("Page", "Pager"),
    "retry_policy": ("RetryPolicy", "PendingRetry"),
    "records": ("BundleRef", "Record", "Unreadable"),
    "requests": ("BundleName", "Request"),
    "revisions": ("TRAITS", "Revision", "Traits"),
    "servers": ("DEFAULT_SERVER",),
    "settings": ("ChannelSettings",),
    "http_client": ("Timeouts",),
    "transport": ("Exchange",),
}
_MODULE_OF = {name: module for module, names in _NAMES_BY_MODULE.items() for name in names}

__all__ = [
    "DEFAULT_SERVER",
    "JSON",
    "TRAITS",
    "UNSET",
    "ApiKey",
    "AppInfo",
    "AuditEntry",
    "Bundle",
    "BundleName",
    "BundleRef",
    "CapgoClient",
    "CapgoError",
    "Channel",
    "ChannelSettings",
    "CustomIdMatches",
    "Device",
    "ErrorKind",
    "Exchange",
    "InsecureServer",
    "InvalidArgument",
    "InvalidEnvironment",
    "InvalidSetting",
    "Page",
    "Pager",
    "PendingRetry",
    "ReadOnlyError",
    "Record",
    "Refusal",
    "Request",
    "RetryPolicy",
    "Revision",
    "Timeouts",
    "Traits",
    "Unreadable",
    "UnsafeBundleName",
    "UnsupportedByRevision",
]


def __getattr__(name: str) -> object:
    """Import the module that has `name` and cache the value here (PEP 562)."""
    module = _MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
