"""The progress of one exchange, by the trace events of httpcore."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpcore

if TYPE_CHECKING:
    from collections.abc import Mapping


class Progress:
    """Progress of one exchange."""

    __slots__ = (
        "is_asking_proxy",
        "is_connected",
        "is_done",
        "proxy_stream",
        "reply_bytes",
        "status",
        "went_out",
    )

    def __init__(self, *, went_out: bool, is_connected: bool) -> None:
        self.is_connected = is_connected
        """Whether the connection has come past the proxy."""
        self.is_asking_proxy = False
        self.proxy_stream: httpcore.AsyncNetworkStream | None = None
        self.is_done = False
        self.reply_bytes = 0
        self.status: int | None = None
        self.went_out = went_out

    async def trace(self, event: str, info: Mapping[str, object]) -> None:
        """Note how far a request is (trace callback of httpcore; CONNECT is none)."""
        if event.endswith("send_request_headers.started"):
            is_connect = getattr(info.get("request"), "method", b"") == b"CONNECT"
            self.went_out, self.is_asking_proxy = not is_connect, is_connect
            self.is_connected = self.is_connected or not is_connect
        elif event.endswith("connect_tcp.complete") and not self.is_connected:
            stream = info.get("return_value")
            if isinstance(stream, httpcore.AsyncNetworkStream):
                self.proxy_stream = stream
        elif event.endswith("setup_socks5_connection.complete") or (
            self.is_asking_proxy and event.endswith("start_tls.started")
        ):
            self.is_connected = True

    async def close_unfinished(self) -> None:
        """Close a connection that ended at the proxy, which httpcore leaves open."""
        if self.proxy_stream is not None and not self.is_connected:
            await self.proxy_stream.aclose()
