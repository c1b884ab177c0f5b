"""What both servers share: the key, what each request may hold, and where the slash must be."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

from starlette.applications import Starlette
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

JSON: TypeAlias = "str | int | float | bool | list[JSON] | dict[str, JSON] | None"
Row: TypeAlias = dict[str, JSON]

APP = "com.example.letter"
KEY = "5f0c9a70-1111-4222-8333-944444444444"
CREATED = "2022-11-01T10:00:00+00:00"
OK: Row = {"status": "ok"}


class Slash(Enum):
    """Where an address must end in a slash."""

    NEVER = "as the documents write it: without"
    REQUIRED = "404 without it"
    REDIRECTED = "a redirect to the same address with it"


class Refusal(Exception):  # noqa: N818 - it names what happened
    """A request that the document does not describe."""

    def __init__(self, status: str, code: int = 400) -> None:
        super().__init__(status)
        self.status = status
        self.code = code


@dataclass(frozen=True)
class Asked:
    """One request as it came in."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Row
    status: int


@dataclass(frozen=True)
class Said:
    """What one request holds, after the unknown was refused or dropped."""

    query: Mapping[str, str]
    body: Row

    def text(self, name: str) -> str:
        """A required text of the body."""
        value = self.body.get(name)
        if not isinstance(value, str) or not value:
            raise Refusal(f"Missing {name}")
        return value

    def parameter(self, name: str) -> str:
        """A required parameter of the query."""
        if not self.query.get(name):
            raise Refusal(f"Missing {name}")
        return self.query[name]


Fields: TypeAlias = "Mapping[str, type[str] | type[bool]]"
Answer: TypeAlias = "Callable[[Said], JSON]"


@dataclass(frozen=True)
class Operation:
    """One operation of a document: what it may be sent, and what it answers."""

    method: str
    path: str
    answer: Answer
    query: frozenset[str] = frozenset()
    body: Fields = field(default_factory=dict)


class LetterServer:
    """An ASGI app that knows the operations of one document and nothing else.

    ``strict`` refuses every parameter and field that the document does not name, and every
    value of another type; otherwise they are ignored.
    """

    def __init__(
        self, operations: list[Operation], *, strict: bool, slash: Slash = Slash.NEVER
    ) -> None:
        self.asked: list[Asked] = []
        self.fails = False
        """Whether every request is refused in words that no document has."""
        self._strict = strict
        self._slash = slash
        self._app = Starlette(
            routes=[
                Route(
                    each.path + "/" * (slash is not Slash.NEVER),
                    self._route(each),
                    methods=[each.method],
                )
                for each in operations
            ]
        )
        self._app.router.redirect_slashes = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].endswith("/"):
            if self._slash is Slash.REDIRECTED:
                query = scope["query_string"].decode()
                there = f"{scope['path']}/" + (f"?{query}" if query else "")
                await self._note(scope, 308)
                await RedirectResponse(there, 308)(scope, receive, send)
                return
            if self._slash is Slash.REQUIRED:
                await self._note(scope, 404)
        await self._app(scope, receive, send)

    async def _note(self, scope: Scope, status: int) -> None:
        self.asked.append(Asked(scope["method"], scope["path"], {}, {}, status))

    def requests(self, method: str, path: str) -> list[Asked]:
        """What was asked of one address, with or without a slash."""
        return [a for a in self.asked if (a.method, a.path.rstrip("/")) == (method, path)]

    def _route(self, operation: Operation) -> Callable[[Request], Awaitable[Response]]:
        async def respond(request: Request) -> Response:
            query = dict(request.query_params)
            content = await request.body()
            try:
                body = json.loads(content) if content else {}
            except ValueError:
                body = None
            status: int
            answer: JSON
            try:
                if request.headers.get("authorization") != KEY:
                    raise Refusal("Invalid apikey", 401)
                if not isinstance(body, dict):
                    raise Refusal("Invalid body")
                if self.fails:
                    raise Refusal("Out of order")
                status, answer = 200, operation.answer(self._said(operation, query, body))
            except Refusal as refusal:
                status, answer = refusal.code, {"status": refusal.status}
            noted = body if isinstance(body, dict) else {}
            self.asked.append(Asked(request.method, request.url.path, query, noted, status))
            return JSONResponse(answer, status)

        return respond

    def _said(self, operation: Operation, query: Mapping[str, str], body: Row) -> Said:
        good: Row = {n: v for n, v in body.items() if type(v) is operation.body.get(n)}
        known = {name: value for name, value in query.items() if name in operation.query}
        if self._strict:
            for name in query.keys() - known.keys():
                raise Refusal(f"Unknown parameter {name}")
            for name in body.keys() - good.keys():
                raise Refusal(
                    f"Unknown field {name}" if name not in operation.body else f"Invalid {name}"
                )
        return Said(known, good)
