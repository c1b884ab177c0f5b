"""Which apps a key can see."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from capgo_tui.api.errors import CapgoError, ErrorKind
from capgo_tui.workspace.apps import MOST, list_apps
from tests.support.world import open_world

if TYPE_CHECKING:
    from capgo_tui.workspace.target import Target
    from tests.support.world import World


def target(world: World, key: str = "org_super_admin") -> Target:
    return replace(world.target(key), asgi_app=lambda: world.door)


async def test_the_apps_of_a_key_come_with_their_names() -> None:
    async with open_world() as world:
        assert await list_apps(target(world)) == [(world.app_id, "Acme Shop")]


async def test_a_key_that_is_refused_is_an_error_and_not_an_empty_list() -> None:
    async with open_world() as world:
        with pytest.raises(CapgoError) as error:
            await list_apps(target(world, "no-such-key"))
        assert error.value.kind is ErrorKind.KEY_REFUSED


async def test_a_server_without_a_list_of_apps_is_an_error() -> None:
    async with open_world("documented") as world:
        with pytest.raises(CapgoError):
            await list_apps(target(world))


async def test_no_more_are_read_than_anybody_picks_from() -> None:
    async with open_world() as world:
        created_at = world.column("SELECT created_at FROM apps")[0]
        with world.store.open_for_writing() as db:
            for number in range(MOST + 120):
                db.execute(
                    "INSERT INTO apps (app_id, id, owner_org, user_id, created_at, updated_at)"
                    " SELECT ?, ?, owner_org, user_id, ?, ? FROM apps LIMIT 1",
                    [f"com.many.a{number}", f"id-{number}", created_at, created_at],
                )
            db.execute(
                "UPDATE keys SET apps = (SELECT json_group_array(app_id) FROM apps)"
                " WHERE label = 'org_super_admin'"
            )
        apps = await list_apps(target(world))
        assert len(apps) == MOST
        assert len({app_id for app_id, _ in apps}) == MOST
        assert world.door.count("GET /app") == MOST // 50
