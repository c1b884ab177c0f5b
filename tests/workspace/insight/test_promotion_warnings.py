"""Warnings before a bundle is put on a channel, by what is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capgo_tui.workspace.insight.audience import find_audience, find_default_platforms
from capgo_tui.workspace.insight.promotion_warnings import find_promotion_warnings
from tests.support.world import World, open_world
from tests.workspace.channels import bundle, channel, load_workspace, names
from tests.workspace.insight.records import random_channels, random_devices

if TYPE_CHECKING:
    from collections.abc import Callable

SEEDS = range(20)
METADATA = "UPDATE channels SET disable_auto_update = 'version_number' WHERE name = 'beta'"
FOLLOW = (
    "INSERT OR REPLACE INTO overrides (app_id, device_id, channel_id)"
    " SELECT app_id, device_id, (SELECT id FROM channels WHERE name = 'beta') FROM devices"
)


def needs(version: str | None) -> Callable[[World, str], None]:
    """Return a preparation of the bundle that is to be put on beta."""

    def prepare(world: World, name: str) -> None:
        world.run(METADATA)
        world.run("UPDATE bundles SET min_update_version = ? WHERE name = ?", version, name)
        world.run("UPDATE devices SET version_build = '1.4.0'")

    return prepare


def is_encrypted(world: World, name: str) -> None:
    world.run("UPDATE bundles SET session_key = 'a:b', key_id = 'new' WHERE name = ?", name)
    world.run("UPDATE devices SET key_id = 'old', version_build = '0.0.1'")
    world.run("UPDATE channels SET disable_auto_update = 'none' WHERE name = 'beta'")


@pytest.mark.parametrize(
    ("prepare", "sentence"),
    [
        (needs("2.0.0"), "7 of 7 loaded devices run native 1.4.0 and will not take {}"),
        (needs(None), "7 of 7 loaded devices run native 1.4.0 and will not take {}"),
        (is_encrypted, "7 of 7 loaded devices lack the key of {} and will not take it"),
    ],
)
async def test_devices_that_will_not_take_a_bundle_are_counted(
    prepare: Callable[[World, str], None], sentence: str
) -> None:
    async with open_world("live", devices=7) as world:
        name = names(world)[0]
        world.run(FOLLOW)
        prepare(world, name)
        workspace = await load_workspace(world)
        before = len(world.door.requests)
        warnings = await find_promotion_warnings(
            workspace, channel(workspace, "beta"), bundle(workspace, name)
        )
        assert sentence.format(name) in warnings
        assert len(world.door.requests) == before


async def test_without_a_device_the_missing_minimum_is_said_all_the_same() -> None:
    async with open_world("live", devices=7) as world:
        name = names(world)[0]
        world.run(METADATA)
        world.run("DELETE FROM overrides")
        world.run("UPDATE bundles SET min_update_version = NULL WHERE name = ?", name)
        workspace = await load_workspace(world)
        warnings = await find_promotion_warnings(
            workspace, channel(workspace, "beta"), bundle(workspace, name)
        )
        assert f"beta goes by metadata, and {name} has no minimum native version" in warnings


async def test_native_packages_are_compared_with_those_of_the_present_bundle() -> None:
    async with open_world("live", devices=7) as world:
        new, old = names(world)[:2]
        world.run(
            "UPDATE channels SET version = (SELECT id FROM bundles WHERE name = ?)"
            " WHERE name = 'beta'",
            old,
        )
        for name, packages in (
            (old, '[{"name": "app", "version": "6.0.0"}]'),
            (
                new,
                '[{"name": "app", "version": "6.1.0"}, {"name": "x", "version": "1"}]',
            ),
        ):
            world.run("UPDATE bundles SET native_packages = ? WHERE name = ?", packages, name)
        workspace = await load_workspace(world)
        warnings = await find_promotion_warnings(
            workspace, channel(workspace, "beta"), bundle(workspace, new)
        )
        assert warnings[-1] == (
            "native packages differ from the present bundle: app 6.0.0 → 6.1.0, + x 1"
        )


@pytest.mark.parametrize("seed", SEEDS)
def test_the_audience_of_a_channel_is_counted_as_one_would_by_hand(seed: int) -> None:
    devices, channels = random_devices(seed, 150), random_channels(seed)
    for each in channels:
        platforms = find_default_platforms(channels, each, all_loaded=True)
        audience = find_audience(each, devices, platforms, is_whole=True)
        forced = [d for d in devices if d.channel == each.name]
        by_default = [
            d
            for d in devices
            if d.channel is None
            and d.is_override_known
            and platforms.flags.get((d.platform or "").lower())
        ]
        assert audience.device_count == len(forced) + len(by_default)
        assert audience.loaded_count == 150
        if not each.public:
            assert audience.device_count == len(forced)
            untold = [d for d in devices if d.channel is None and not d.is_override_known]
            assert audience.unknown_count == len(untold)
