"""One app's lists behind one client: what joins them, and looking one device up."""

from __future__ import annotations

import pytest

from capgo_tui.api.errors import CapgoError, ErrorKind, InsecureServer
from capgo_tui.api.key import ApiKey
from capgo_tui.api.models import Bundle
from capgo_tui.api.revisions import Revision
from capgo_tui.api.servers import DEFAULT_SERVER
from capgo_tui.profiles import Profile
from capgo_tui.workspace.cells import format_linked_channels
from capgo_tui.workspace.session import open_workspace, read_utc_clock
from capgo_tui.workspace.target import Target
from tests.support.clock import NOON
from tests.support.world import ALL_REVISIONS, open_world


async def test_opening_a_workspace_sends_nothing() -> None:
    async with open_world() as world:
        workspace = world.open()
        assert world.door.requests == []
        assert not workspace.devices.has_answer


def test_a_server_that_would_get_the_key_unprotected_is_not_opened() -> None:
    target = Target(ApiKey("a-secret-key"), "com.example.app", "http://capgo.example.com")
    with pytest.raises(InsecureServer) as error:
        open_workspace(target)
    assert "a-secret-key" not in str(error.value)


def test_the_workspace_clock_knows_its_zone() -> None:
    assert read_utc_clock().tzinfo is not None


# Looking a device up


async def test_one_device_is_found_by_its_id_however_it_is_written() -> None:
    async with open_world(devices=250) as world:
        workspace = world.open()
        far = world.device_ids()[-1]
        for text in (far, far.upper(), f"  {far}\n"):
            device = await workspace.look_up_device(text)
            assert device is not None
            assert device.device_id == far
        assert list(workspace.devices.records) == [far], "all three are the same record"


@pytest.mark.parametrize("revision", ALL_REVISIONS)
async def test_a_device_the_server_does_not_know_is_none_in_every_revision(revision: str) -> None:
    async with open_world(revision) as world:
        workspace = world.open()
        assert await workspace.look_up_device("00000000-0000-4000-8000-00000000dead") is None
        assert len(workspace.devices) == 0
        device_id = world.device_ids()[0]
        device = await workspace.look_up_device(device_id)
        assert device is not None
        assert device.device_id == device_id


async def test_a_look_up_that_fails_says_so_and_is_not_an_unknown_device() -> None:
    async with open_world() as world:
        workspace = world.open()
        device_id = world.device_ids()[0]
        world.door.fail("GET /device")
        with pytest.raises(CapgoError) as error:
            await workspace.look_up_device(device_id)
        assert error.value.kind is ErrorKind.SERVER_FAULT
        world.door.cut_after("GET /device")
        async with world.on_a_socket() as far_away:
            with pytest.raises(CapgoError) as error:
                await far_away.look_up_device(device_id)
        assert error.value.kind is ErrorKind.UNREACHABLE


async def test_an_app_that_is_not_ones_own_is_not_allowed_rather_than_unknown() -> None:
    async with open_world() as world:
        workspace = world.open(app_id="com.somebody.else")
        with pytest.raises(CapgoError) as error:
            await workspace.look_up_device(world.device_ids()[0])
        assert error.value.kind is ErrorKind.NOT_ALLOWED


@pytest.mark.parametrize("text", ["", "  ", "\n"])
async def test_no_device_at_all_is_not_asked_for(text: str) -> None:
    async with open_world() as world:
        assert await world.open().look_up_device(text) is None
        assert world.door.requests == []


# What joins the lists


async def test_a_bundle_knows_the_loaded_channels_that_carry_it_stable_or_in_rollout() -> None:
    async with open_world() as world:
        stable, target = world.column(
            "SELECT id FROM bundles WHERE id NOT IN (SELECT version FROM channels"
            " WHERE version IS NOT NULL) ORDER BY id LIMIT 2"
        )
        world.run("UPDATE channels SET version = ? WHERE name IN ('beta', 'qa')", stable)
        world.run("UPDATE channels SET rollout_version = ? WHERE name = 'qa'", target)
        workspace = world.open()
        await workspace.bundles.load_all()
        bundles = workspace.bundles.records

        def describe_channels(bundle_id: str) -> str:
            return format_linked_channels(bundles[bundle_id], workspace.make_cell_context())

        assert describe_channels(stable) == "…", "no channel is loaded yet"
        world.door.fail("GET /channel")
        await workspace.channels.load_all()
        assert describe_channels(stable) == "?", "nor can any be"
        await workspace.channels.load_all()
        assert describe_channels(stable) == "beta, qa"
        assert describe_channels(target) == "qa"
        unused_ids = world.column(
            "SELECT id FROM bundles WHERE id NOT IN (SELECT version FROM channels"
            " WHERE version IS NOT NULL) AND id <> ? LIMIT 1",
            target,
        )
        assert describe_channels(unused_ids[0]) == ""
        world.run("UPDATE channels SET version = NULL WHERE name = 'beta'")
        await workspace.channels.refresh()
        assert describe_channels(stable) == "qa"


async def test_a_channel_that_rolls_out_what_it_carries_is_named_once() -> None:
    async with open_world() as world:
        world.run("UPDATE channels SET rollout_version = version WHERE name = 'beta'")
        workspace = world.open()
        await workspace.channels.load_all()
        await workspace.bundles.load_all()
        (bundle_id,) = world.column("SELECT version FROM channels WHERE name = 'beta'")
        names = format_linked_channels(
            workspace.bundles.records[bundle_id], workspace.make_cell_context()
        )
        assert names.split(", ").count("beta") == 1


async def test_a_new_bundle_does_not_inherit_the_channels_of_a_namesake() -> None:
    async with open_world() as world:
        (bundle_id,) = world.column("SELECT version FROM channels WHERE name = 'beta'")
        (name,) = world.column("SELECT name FROM bundles WHERE id = ?", bundle_id)
        workspace = world.open()
        await workspace.channels.load_all()
        context = workspace.make_cell_context()
        assert "beta" in format_linked_channels(Bundle(id=int(bundle_id), name=name), context)
        assert format_linked_channels(Bundle(id=987_654, name=name), context) == ""


@pytest.mark.parametrize("revision", ALL_REVISIONS)
async def test_links_work_in_every_revision(revision: str) -> None:
    async with open_world(revision) as world:
        workspace = world.open()
        await workspace.channels.load_all()
        await workspace.bundles.load_all()
        (bundle_id,) = world.column("SELECT version FROM channels WHERE name = 'production'")
        context = workspace.make_cell_context()
        names = format_linked_channels(workspace.bundles.records[bundle_id], context).split(", ")
        assert "production" in names


async def test_ages_grow_with_the_workspace_clock() -> None:
    async with open_world() as world:
        workspace = world.open()
        assert workspace.make_cell_context().now == NOON
        world.clock.advance(5)
        assert workspace.make_cell_context().now == world.clock()


@pytest.mark.parametrize("revision", ALL_REVISIONS)
async def test_it_is_learned_whether_the_server_tells_overrides(revision: str) -> None:
    async with open_world(revision) as world:
        workspace = world.open()
        assert workspace.tells_overrides, "as long as nothing else is known"
        await workspace.channels.load_more()
        await workspace.devices.load_more()
        assert workspace.client.revision == revision
        assert workspace.tells_overrides is (revision == "live")


async def test_a_told_revision_is_believed() -> None:
    async with open_world("legacy") as world:
        workspace = world.open(revision=Revision.LEGACY)
        assert not workspace.tells_overrides
        await workspace.bundles.load_more()
        assert [request.name for request in world.door.requests] == ["GET /versions"]


# Targets


def test_a_target_shows_no_key() -> None:
    target = Target(ApiKey("a-secret-key"), "com.example.app")
    assert "a-secret-key" not in f"{target} {target!r}"


@pytest.mark.parametrize(
    ("server", "place"),
    [
        (DEFAULT_SERVER, ""),
        ("https://capgo.example.com", "capgo.example.com"),
        ("http://localhost:8787", "localhost:8787"),
        ("https://capgo.example.com/functions/v1", "capgo.example.com/functions/v1"),
    ],
)
def test_a_title_says_where_this_is_unless_it_is_capgo_itself(server: str, place: str) -> None:
    assert Target(ApiKey("k"), "com.example.app", server).place == place


def test_a_changed_profile_has_the_place_of_capgo_itself_in_the_title() -> None:
    target = Target(ApiKey("k"), "com.example.app", profile=Profile("staging", is_changed=True))
    assert target.place == "api.capgo.app"


async def test_the_demo_says_that_it_is_one() -> None:
    async with open_world() as world:
        assert world.open().target.place == "demo"
