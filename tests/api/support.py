"""A scripted server: a function answers, and every request is recorded."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from capgo_tui.api.client import CapgoClient
from capgo_tui.api.key import ApiKey

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping

    from capgo_tui.api.paging import Page, Pager
    from capgo_tui.api.records import RecordT

DATA = Path(__file__).parent.parent / "data"
APP = "com.demo.app"
KEY = ApiKey("2c1eb96d-8677-57f8-8bd7-09e59dbbe943")


@dataclass(frozen=True)
class SentRequest:
    """One request as received by the server."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    headers: dict[str, str]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


Answer = tuple[int, Any]


@dataclass
class ScriptedServer:
    """An ASGI app that answers with the result of `answer`: a status, and JSON or bytes."""

    answer: Callable[[SentRequest], Answer]
    requests: list[SentRequest] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)

    async def __call__(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
        send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ) -> None:
        body = (await receive()).get("body", b"")
        request = SentRequest(
            scope["method"],
            scope["path"],
            dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True)),
            json.loads(body) if body else None,
            {name.decode(): value.decode() for name, value in scope["headers"]},
        )
        self.requests.append(request)
        status, content = self.answer(request)
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        headers = [(name.encode(), value.encode()) for name, value in self.headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": data})


@asynccontextmanager
async def open_client(
    answer: Callable[[SentRequest], Answer], **options: Any
) -> AsyncIterator[tuple[CapgoClient, ScriptedServer]]:
    """Open a client on a `ScriptedServer` in the same process."""
    server = ScriptedServer(answer)
    async with CapgoClient(KEY, server="http://localhost", asgi_app=server, **options) as client:
        yield client, server


async def walk(pager: Pager[RecordT], most: int = 2_000) -> list[Page[RecordT]]:
    """Return all pages of a walk; fail when it does not end."""
    pages = []
    while not pager.at_end:
        pages.append(await pager.read_next_page())
        assert len(pages) < most, "the walk does not end"
    return pages
