"""``--demo``: run the app on generated data, with the sandbox in the same process."""

from __future__ import annotations

from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from capgo_tui.api.key import ApiKey
from capgo_tui.sandbox.generate import generate
from capgo_tui.sandbox.store import Store
from capgo_tui.tui.launch import Launch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from capgo_tui.api.revisions import Revision
    from capgo_tui.workspace.target import ASGIApp


@contextmanager
def open_demo(device: str | None = None, revision: Revision | None = None) -> Iterator[Launch]:
    """Generate an app, and a sandbox that starts once the screen is up.

    The data is deleted when the block is left.
    """
    with closing(Store()) as store:
        world = generate(store, now=datetime.now(UTC))

        def serve() -> ASGIApp:
            from capgo_tui.sandbox.app import create_app  # noqa: PLC0415 - after the first paint

            return create_app(store, revision=revision or "live", limits="device")

        yield Launch(
            api_key=ApiKey(world.key),
            app_id=world.app_id,
            revision=revision,
            asgi_app=serve,
            device=device,
            is_demo=True,
        )
