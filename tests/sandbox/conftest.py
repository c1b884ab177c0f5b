"""A sandbox in this process with synchronous requests and a clock that the test moves."""

from __future__ import annotations

import asyncio
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import httpx
import pytest

from capgo_tui.sandbox.app import create_app
from capgo_tui.sandbox.live.override_lookup import DEFAULT_URL_LIMIT
from capgo_tui.sandbox.store import Store
from tests.support.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from capgo_tui.sandbox.faults import Faults

DATA = Path(__file__).parents[1] / "data"


@dataclass
class Sandbox:
    """An application over a store, and its client."""

    store: Store
    clock: Clock
    client: httpx.AsyncClient
    runner: asyncio.Runner
    key: str = ""

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        body: object = None,
        raw: bytes | None = None,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send one request; ``body`` as JSON, ``raw`` unchanged, ``key`` None means the default."""
        request_headers = (
            dict(headers) if headers is not None else {"authorization": key or self.key}
        )
        request = self.client.build_request(
            method,
            path,
            params={name: str(value) for name, value in (query or {}).items()},
            headers=request_headers,
            content=raw,
            json=body,
        )
        return self.runner.run(self.client.send(request))

    def get(self, path: str, **query: object) -> httpx.Response:
        return self.ask("GET", path, query=query)

    def post(self, path: str, **body: object) -> httpx.Response:
        return self.ask("POST", path, body=body)

    def put(self, path: str, **body: object) -> httpx.Response:
        return self.ask("PUT", path, body=body)

    def delete(self, path: str, **body: object) -> httpx.Response:
        return self.ask("DELETE", path, body=body)


class OpenSandbox(Protocol):
    """The type of the ``open_sandbox`` fixture."""

    def __call__(
        self,
        revision: str = "live",
        limits: str = "none",
        fill: Callable[[Store], str] | None = None,
        url_limit: int = DEFAULT_URL_LIMIT,
    ) -> Sandbox: ...


@contextmanager
def run_sandbox(
    store: Store,
    *,
    revision: str = "live",
    limits: str = "none",
    address: str = "192.0.2.1",
    faults: Faults | tuple[str, ...] = (),
    url_limit: int = DEFAULT_URL_LIMIT,
) -> Iterator[Sandbox]:
    """Run a sandbox over this store, and close both afterwards."""
    clock = Clock()
    app = create_app(
        store, revision=revision, limits=limits, now=clock, faults=faults, url_limit=url_limit
    )
    transport = httpx.ASGITransport(app, client=(address, 1234))
    client = httpx.AsyncClient(transport=transport, base_url="http://sandbox")
    with asyncio.Runner() as runner:
        yield Sandbox(store, clock, client, runner)
        runner.run(client.aclose())
    store.close()


@pytest.fixture
def open_sandbox() -> Iterator[OpenSandbox]:
    """Open sandboxes that are closed after the test."""
    contexts: list[AbstractContextManager[Sandbox]] = []

    def open_one(
        revision: str = "live",
        limits: str = "none",
        fill: Callable[[Store], str] | None = None,
        url_limit: int = DEFAULT_URL_LIMIT,
    ) -> Sandbox:
        store = Store()
        key = (fill or conformance)(store)
        context = run_sandbox(store, revision=revision, limits=limits, url_limit=url_limit)
        sandbox = context.__enter__()
        contexts.append(context)
        sandbox.key = key
        return sandbox

    yield open_one
    for context in contexts:
        context.__exit__(None, None, None)


@pytest.fixture
def sandbox(open_sandbox: OpenSandbox) -> Sandbox:
    """A live sandbox with the data of the conformance cases (§15)."""
    return open_sandbox()


def conformance(store: Store) -> str:
    """Fill a store with the data of §15, and return the full-rights key."""
    from tests.sandbox.contract_app import fill

    return fill(store)
