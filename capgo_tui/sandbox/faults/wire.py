"""The request and the answer that a fault works on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from capgo_tui.sandbox.call import parse_json

if TYPE_CHECKING:
    import random
    from datetime import datetime

    from capgo_tui.sandbox.answers import Answer
    from capgo_tui.sandbox.revisions import Revision
    from capgo_tui.sandbox.store import Store


@dataclass(frozen=True)
class Request:
    """One request; ``operation`` is its name in the table of operations."""

    operation: str
    method: str
    path: str
    query: Mapping[str, str]
    body: bytes

    @property
    def is_later_page(self) -> bool:
        """Return whether the request is for a later page of a list."""
        return bool(self.query.get("cursor")) or self.query.get("page", "0") != "0"


@dataclass(frozen=True)
class Wire:
    """One answer; ``pause`` is the time between its pieces, ``cut`` ends it half way."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    pause: float = 0.0
    cut: bool = False

    def with_header(self, name: str, value: str) -> Wire:
        """Replace one header."""
        other_headers = tuple(header for header in self.headers if header[0] != name)
        return replace(self, headers=(*other_headers, (name, value)))

    def with_body(self, body: bytes) -> Wire:
        """Replace the body and the content length."""
        return replace(self, body=body).with_header("content-length", str(len(body)))


@dataclass(frozen=True)
class Scene:
    """What else a fault may use: the store, the revision, random numbers."""

    store: Store
    revision: Revision
    now: Callable[[], datetime]
    rng: random.Random
    sleep: Callable[[float], Awaitable[None]]


#: Carries a request out, or passes it to the next fault, and returns the answer.
Forward: TypeAlias = Callable[[Request], Awaitable[Wire]]
Effect: TypeAlias = Callable[[Request, Forward, Scene], Awaitable[Wire]]


class ConnectionDrop(Exception):  # noqa: N818 - an outcome, not an error of ours
    """The connection ends without an answer."""


def answer_of(answer: Answer) -> Wire:
    """Convert an answer of the sandbox."""
    headers = {name.lower(): value for name, value in answer.headers.items()}
    wire = Wire(answer.status, (("content-type", answer.media_type), *headers.items()), b"")
    return wire.with_body(answer.render())


def make_page(status: int, media_type: str, body: bytes) -> Wire:
    """Return an answer with this body."""
    return Wire(status, (("content-type", media_type),), b"").with_body(body)


def make_text_field(request: Request, name: str) -> str:
    """Return a field of the JSON body or of the query; "" for none."""
    try:
        fields = parse_json(request.body)
    except ValueError:
        fields = None
    value = fields.get(name) if isinstance(fields, dict) else None
    return str(value) if value else request.query.get(name, "")
