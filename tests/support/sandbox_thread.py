"""A sandbox in a thread, on a real socket: what it costs to start one is a fifth of a process."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from capgo_tui.sandbox.app import create_app
from capgo_tui.sandbox.entrance import find_entrance
from capgo_tui.sandbox.generate import generate
from capgo_tui.sandbox.state_file import load_state
from capgo_tui.sandbox.store import Store
from tests.sandbox.sockets import serve_app
from tests.support.sandbox_process import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def serving_state(state: Path) -> Iterator[Sandbox]:
    """Serve what a state file holds, as ``capgo-tui sandbox --state`` does."""
    store = Store()
    load_state(store, state)
    with _serving(store) as sandbox:
        yield sandbox


@contextmanager
def serving_generated(
    *, devices: int = 150, channels: int = 6, bundles: int = 48
) -> Iterator[Sandbox]:
    """Serve made-up data, as ``capgo-tui sandbox`` does."""
    store = Store()
    generate(
        store, channels=channels, devices=devices, bundles=bundles, seed=1, now=datetime.now(UTC)
    )
    with _serving(store) as sandbox:
        yield sandbox


@contextmanager
def _serving(store: Store) -> Iterator[Sandbox]:
    entrance = find_entrance(store)
    assert entrance is not None
    try:
        with serve_app(create_app(store)) as port:
            yield Sandbox(f"http://127.0.0.1:{port}", entrance.app_id, entrance.key)
    finally:
        store.close()
