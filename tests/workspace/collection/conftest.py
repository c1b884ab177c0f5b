"""A workspace whose lists have some pages each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.world import World, open_world

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """Three pages of devices, the last one short."""
    async with open_world(channels=120, devices=375, bundles=120) as world:
        yield world
