"""The list of the apps that an API key may read."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from capgo_tui.api.retry_policy import RetryPolicy
from capgo_tui.workspace.session import open_client

if TYPE_CHECKING:
    from capgo_tui.workspace.target import Target

MOST = 200
"""Most apps that are listed."""


async def list_apps(target: Target) -> list[tuple[str, str | None]]:
    """Return the ids and names of the apps of a target's API key, at most `MOST`.

    Raises:
        CapgoError: when the server refuses, or has no list of apps (L, D).
        InsecureServer: when the key would travel unprotected.

    """
    # Nobody watches it wait, and it is only a help: one try.
    target = replace(target, retry_policy=RetryPolicy(tries=1))
    # In a thread: it imports the HTTP library, and the screen is already up.
    client = await asyncio.to_thread(open_client, target)
    try:
        pager = client.list_apps()
        apps: list[tuple[str, str | None]] = []
        while not pager.at_end and len(apps) < MOST:
            page = await pager.read_next_page()
            apps += [(app.app_id, app.name) for app in page.rows]
        return apps[:MOST]
    finally:
        await client.aclose()
