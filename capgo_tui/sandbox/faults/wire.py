"""What a fault works on: the request as asked, the answer as it goes over the wire."""

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
class Asked:
    """One request; ``operation`` is its friendly name."""

    operation: str
    method: str
    path: str
    query: Mapping[str, str]
    body: bytes

    @property
    def asks_on(self) -> bool:
        """Tell whether this asks for a later page of a list."""
        return bool(self.query.get("cursor")) or self.query.get("page", "0") != "0"


@dataclass(frozen=True)
class Wire:
    """One answer, whole; ``pause`` parts its pieces, ``cut`` ends it half way."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    pause: float = 0.0
    cut: bool = False

    def with_header(self, name: str, value: str) -> Wire:
        """Replace one header."""
        kept = tuple(header for header in self.headers if header[0] != name)
        return replace(self, headers=(*kept, (name, value)))

    def with_body(self, body: bytes) -> Wire:
        """Replace the body and the length that is told of it."""
        return replace(self, body=body).with_header("content-length", str(len(body)))


@dataclass(frozen=True)
class Scene:
    """What a fault may use besides: the data, the revision's words, its own dice."""

    store: Store
    revision: Revision
    now: Callable[[], datetime]
    rng: random.Random
    sleep: Callable[[float], Awaitable[None]]


#: Carries a request out, or hands it to the next fault, and gives the answer.
Forward: TypeAlias = Callable[[Asked], Awaitable[Wire]]
Effect: TypeAlias = Callable[[Asked, Forward, Scene], Awaitable[Wire]]


class Dropped(Exception):  # noqa: N818 - an outcome, not an error of ours
    """The connection ends here, without an answer."""


def answer_of(answer: Answer) -> Wire:
    """Put one of the sandbox's own answers on the wire."""
    headers = {name.lower(): value for name, value in answer.headers.items()}
    wire = Wire(answer.status, (("content-type", answer.media_type), *headers.items()), b"")
    return wire.with_body(answer.render())


def page(status: int, media_type: str, body: bytes) -> Wire:
    """Make up an answer."""
    return Wire(status, (("content-type", media_type),), b"").with_body(body)


def text_field(asked: Asked, name: str) -> str:
    """Read a field wherever it was sent, in the JSON body or in the query; "" for none."""
    try:
        sent = parse_json(asked.body)
    except ValueError:
        sent = None
    value = sent.get(name) if isinstance(sent, dict) else None
    return str(value) if value else asked.query.get(name, "")
