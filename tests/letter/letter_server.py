"""The base of both servers: API key, parameters of each operation, trailing slash."""

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
CREATION_TIME = "2022-11-01T10:00:00+00:00"
OK: Row = {"status": "ok"}


class Slash(Enum):
    """The rule for a slash at the end of a path."""

    NONE = "as the documents write it: without"
    MANDATORY = "404 without it"
    REDIRECT = "a redirect to the same address with it"


class Refusal(Exception):  # noqa: N818 - an answer, not an error
    """A request that the document does not describe."""

    def __init__(self, status: str, code: int = 400) -> None:
        super().__init__(status)
        self.status = status
        self.code = code


@dataclass(frozen=True)
class RequestRecord:
    """One request in the log."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Row
    status: int


@dataclass(frozen=True)
class Input:
    """The parameters and fields of a request that the document has."""

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
Answer: TypeAlias = "Callable[[Input], JSON]"


@dataclass(frozen=True)
class Operation:
    """One operation of a document: its parameters, fields and answer."""

    method: str
    path: str
    answer: Answer
    query: frozenset[str] = frozenset()
    body: Fields = field(default_factory=dict)


class LetterServer:
    """An ASGI app with the operations of one document only.

    ``strict`` refuses every parameter and field that the document does not name, and every
    value of another type; otherwise they are ignored.
    """

    def __init__(
        self, operations: list[Operation], *, strict: bool, slash: Slash = Slash.NONE
    ) -> None:
        self.log: list[RequestRecord] = []
        self.fails = False
        """Whether every request is refused with an undocumented error."""
        self._strict = strict
        self._slash = slash
        self._app = Starlette(
            routes=[
                Route(
                    each.path + "/" * (slash is not Slash.NONE),
                    self._route(each),
                    methods=[each.method],
                )
                for each in operations
            ]
        )
        self._app.router.redirect_slashes = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].endswith("/"):
            if self._slash is Slash.REDIRECT:
                query = scope["query_string"].decode()
                location = f"{scope['path']}/" + (f"?{query}" if query else "")
                await self._log(scope, 308)
                await RedirectResponse(location, 308)(scope, receive, send)
                return
            if self._slash is Slash.MANDATORY:
                await self._log(scope, 404)
        await self._app(scope, receive, send)

    async def _log(self, scope: Scope, status: int) -> None:
        self.log.append(RequestRecord(scope["method"], scope["path"], {}, {}, status))

    def requests(self, method: str, path: str) -> list[RequestRecord]:
        """Return the requests to one path, with or without a slash."""
        return [a for a in self.log if (a.method, a.path.rstrip("/")) == (method, path)]

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
                status, answer = 200, operation.answer(self._read_input(operation, query, body))
            except Refusal as refusal:
                status, answer = refusal.code, {"status": refusal.status}
            log_body = body if isinstance(body, dict) else {}
            self.log.append(
                RequestRecord(request.method, request.url.path, query, log_body, status)
            )
            return JSONResponse(answer, status)

        return respond

    def _read_input(self, operation: Operation, query: Mapping[str, str], body: Row) -> Input:
        good: Row = {n: v for n, v in body.items() if type(v) is operation.body.get(n)}
        parameters = {name: value for name, value in query.items() if name in operation.query}
        if self._strict:
            for name in query.keys() - parameters.keys():
                raise Refusal(f"Unknown parameter {name}")
            for name in body.keys() - good.keys():
                raise Refusal(
                    f"Unknown field {name}" if name not in operation.body else f"Invalid {name}"
                )
        return Input(parameters, good)
