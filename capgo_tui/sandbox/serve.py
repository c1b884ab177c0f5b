"""The sandbox's HTTP server, which runs until ctrl+c."""

from __future__ import annotations

import socket
import sys
from shlex import quote
from typing import TYPE_CHECKING

import uvicorn

from capgo_tui.sandbox.faults.protocol import DroppingProtocol

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.types import ASGIApp

    from capgo_tui.sandbox.entrance import Entrance


class _AnnouncingServer(uvicorn.Server):
    """A server that prints its address once it listens."""

    def __init__(self, config: uvicorn.Config, lines: list[str]) -> None:
        super().__init__(config)
        self._lines = lines

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            print("\n".join(self._lines), flush=True)


def make_server_config(app: ASGIApp) -> uvicorn.Config:
    """Return the uvicorn configuration of the sandbox, which can drop connections for faults."""
    return uvicorn.Config(
        app,
        http=DroppingProtocol,
        lifespan="off",
        log_level="warning",
        access_log=False,
        # A fault may delay an answer for minutes; ctrl+c must not wait for it.
        timeout_graceful_shutdown=1,
    )


def serve(app: Starlette, entrance: Entrance, *, host: str, port: int) -> int:
    """Serve until ctrl+c and return the exit code; port 0 takes any free one."""
    try:
        listener = listen(host, port)
    except OSError as error:
        reason = error.strerror or error
        print(
            f"cannot listen on {host} port {port}: {reason}; choose another with --port "
            "(0 takes any free one)",
            file=sys.stderr,
        )
        return 1
    real_port = listener.getsockname()[1]
    url = f"http://[{host}]:{real_port}" if ":" in host else f"http://{host}:{real_port}"
    app_id, key = quote(entrance.app_id), quote(entrance.key)
    lines = [
        f"url  {url}",
        f"app  {entrance.app_id}",
        f"key  {entrance.key}",
        f"capgo-tui --api-url {url} --app {app_id} -a {key}",
        f"export CAPGO_API_URL={url} CAPGO_APP_ID={app_id} CAPGO_TOKEN={key}",
        "ctrl+c stops",
    ]
    server = _AnnouncingServer(make_server_config(app), lines)
    with listener:
        try:
            server.run(sockets=[listener])
        except KeyboardInterrupt:
            # The server is closed by now; it raises the signal again for its caller.
            return 0
    return 0 if server.started else 1


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on an address, which no other program shares."""
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    # asyncio turns Nagle off only for a named protocol: without it a reply waits 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform != "win32":  # where it would let two programs have one port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(2048)
    except OSError:
        listener.close()
        raise
    return listener
