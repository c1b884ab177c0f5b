"""Tests of every operation against the sandbox, in each revision, over a real socket."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn

from capgo_tui.api.client import CapgoClient
from capgo_tui.api.errors import CapgoError, ErrorKind, UnsupportedByRevision
from capgo_tui.api.key import ApiKey
from capgo_tui.api.revisions import TRAITS, DeleteAll, Revision
from capgo_tui.api.settings import ChannelSettings
from tests.api.support import walk

pytest.importorskip("capgo_tui.sandbox.app")
from capgo_tui.sandbox.app import create_app
from capgo_tui.sandbox.generate import generate
from capgo_tui.sandbox.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from capgo_tui.api.paging import Pager

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CURRENT = (Revision.NEXT, Revision.LIVE)
REVISIONS = list(Revision)


@contextmanager
def sandbox(revision: Revision, **counts: int) -> Iterator[tuple[str, Any]]:
    store = Store()
    world = generate(store, seed=3, now=NOW, **counts)
    config = uvicorn.Config(
        create_app(store, revision=revision.value), log_level="critical", ws="none", lifespan="off"
    )
    server = uvicorn.Server(config)
    # asyncio switches Nagle's algorithm off only where the protocol is named: 40 ms a reply.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    ready = threading.Event()
    startup = server.startup

    async def start(sockets: list[socket.socket] | None = None) -> None:
        await startup(sockets)
        ready.set()

    server.startup = start  # type: ignore[method-assign]
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        assert ready.wait(20)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", world
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
        close = getattr(store, "close", None)
        if close is not None:
            close()


@pytest.fixture(params=REVISIONS, ids=str, scope="module")
def large(request: pytest.FixtureRequest) -> Iterator[tuple[str, Any, Revision]]:
    with sandbox(request.param, channels=1_300, devices=1_300, bundles=1_300) as (url, world):
        yield url, world, request.param


async def ids_of(pager: Pager[Any]) -> list[Any]:
    rows = [row for page in await walk(pager) for row in page.rows]
    assert len({row.row_key for row in rows}) == len(rows)
    return rows


@pytest.mark.parametrize("is_given", [True, False])
async def test_paging_loses_and_doubles_nothing(
    large: tuple[str, Any, Revision], is_given: bool
) -> None:
    url, world, revision = large
    async with CapgoClient(
        ApiKey(world.key), server=url, revision=revision if is_given else None
    ) as client:
        channels = await ids_of(client.list_channels(world.app_id))
        assert len(channels) == 1_300
        assert client.revision is revision
        devices = await ids_of(client.list_devices(world.app_id))
        assert len(devices) == 1_300
        bundles = await ids_of(client.list_bundles(world.app_id))
        assert len(bundles) == 1_300
        one = await client.get_channel(world.app_id, channels[700].wire_id)
        assert one.id == channels[700].id
        device_id = devices[700].wire_id
        lowers = TRAITS[revision].lowers_device_ids
        device = await client.get_device(world.app_id, device_id.upper() if lowers else device_id)
        assert device.device_id == devices[700].device_id


@pytest.mark.parametrize("limit", [1, 7, 50, 100])
async def test_live_device_pages_of_any_size(limit: int) -> None:
    with sandbox(Revision.LIVE, channels=4, devices=100, bundles=10) as (url, world):
        async with CapgoClient(ApiKey(world.key), server=url) as client:
            for order in (None, "asc", "desc"):
                pager = client.list_devices(world.app_id, limit=limit, order=order)
                assert len(await ids_of(pager)) == 100


@pytest.mark.parametrize("revision", REVISIONS)
async def test_every_operation(revision: Revision) -> None:
    with sandbox(revision, channels=5, devices=20, bundles=10) as (url, world):
        async with CapgoClient(ApiKey(world.key), server=url) as client:
            await operate(client, world.app_id, revision)


async def operate(client: CapgoClient, app: str, revision: Revision) -> None:
    traits = TRAITS[revision]
    bundles = await ids_of(client.list_bundles(app))
    channels = await ids_of(client.list_channels(app))
    devices = await ids_of(client.list_devices(app))
    bundle_ids = {channel.bundle.id for channel in channels if channel.bundle}
    free = next(bundle for bundle in bundles if bundle.id not in bundle_ids)

    await client.set_channel(app, "made here", ChannelSettings(bundle=free.wire_id))
    assert client.revision is revision
    new_channel = await client.get_channel(app, "made here")
    assert new_channel.bundle is not None
    assert new_channel.bundle.id == free.id
    await client.set_channel(app, "made here", ChannelSettings(public=False))
    channel_after = await client.get_channel(app, "made here")
    assert channel_after.bundle == new_channel.bundle, (
        "the bundle must survive a change of another setting"
    )
    if traits.clears_bundle:
        await client.set_channel(app, "made here", ChannelSettings(bundle=None))
        assert (await client.get_channel(app, "made here")).bundle is None
    if "disable_auto_update" in traits.channel_fields:
        await client.set_channel(app, "made here", ChannelSettings(disable_auto_update="metadata"))
        channel_after = await client.get_channel(app, "made here")
        # D documents a boolean, which cannot tell the kinds of "on" apart.
        policy = "version_number" if revision in CURRENT else "some"
        assert channel_after.disable_auto_update == policy

    device = devices[0]
    await client.link_device(app, device.wire_id, "made here")
    linked_device = await client.get_device(app, device.wire_id)
    if revision in CURRENT:
        assert linked_device.channel == "made here"
    await client.unlink_device(app, device.wire_id)
    assert (await client.get_device(app, device.wire_id)).channel is None
    with pytest.raises(CapgoError) as excinfo:
        await client.get_device(app, "00000000-0000-4000-8000-00000000dead")
    assert excinfo.value.kind is ErrorKind.NOT_FOUND

    await extras(client, app, revision, channels[0].id, free)

    await client.delete_channel(app, "made here")
    with pytest.raises(CapgoError) as excinfo:
        await client.get_channel(app, "made here")
    assert excinfo.value.kind is ErrorKind.NOT_FOUND

    before = await ids_of(client.list_bundles(app))
    if revision is Revision.LEGACY:
        with pytest.raises(UnsupportedByRevision):
            await client.delete_bundle(app, free.wire_id)
    else:
        spare = next(bundle for bundle in before if bundle.id not in bundle_ids | {free.id})
        await client.delete_bundle(app, spare.wire_id)
        after = await ids_of(client.list_bundles(app))
        assert {row.id for row in before} - {row.id for row in after} == {spare.id}
    await client.delete_all_bundles(app)
    remaining = await ids_of(client.list_bundles(app))
    assert bool(remaining) is (traits.delete_all is DeleteAll.UNLINKED)


async def extras(
    client: CapgoClient, app: str, revision: Revision, channel_id: int, bundle: Any
) -> None:
    if revision not in CURRENT:
        for attempt in (
            client.promote_bundle(app, bundle.id, channel_id),
            client.set_bundle_metadata(app, bundle.id, link="x"),
            client.create_bundle(app, "9.0.0", external_url="https://x/y.zip", checksum="ab"),
            client.ping(),
            client.get_app(app),
            client.list_apps().read_next_page(),
        ):
            with pytest.raises(UnsupportedByRevision):
                await attempt
        return
    await client.ping()
    assert (await client.get_app(app)).app_id == app
    assert app in [row.app_id for row in await ids_of(client.list_apps())]
    await client.promote_bundle(app, bundle.id, channel_id)
    (promoted_channel,) = [
        row for row in await ids_of(client.list_channels(app)) if row.id == channel_id
    ]
    assert promoted_channel.bundle.id == bundle.id
    await client.set_bundle_metadata(app, bundle.id, comment="seen")
    (bundle_after,) = [row for row in await ids_of(client.list_bundles(app)) if row.id == bundle.id]
    assert bundle_after.comment == "seen"
    await client.create_bundle(app, "9.9.9", external_url="https://x/y.zip", checksum="ab")
    assert "9.9.9" in [row.name for row in await ids_of(client.list_bundles(app))]
    with pytest.raises(CapgoError) as excinfo:
        await client.create_bundle(app, "9.9.9", external_url="https://x/y.zip", checksum="ab")
    assert excinfo.value.kind is ErrorKind.RULE
    with pytest.raises(CapgoError) as excinfo:
        await client.delete_bundle(app, bundle.wire_id)
    assert excinfo.value.kind is ErrorKind.RULE


@pytest.mark.parametrize("revision", REVISIONS)
async def test_a_wrong_key(revision: Revision) -> None:
    with sandbox(revision, channels=2, devices=2, bundles=2) as (url, world):
        async with CapgoClient(ApiKey("wrong"), server=url) as client:
            with pytest.raises(CapgoError) as excinfo:
                await client.list_channels(world.app_id).read_next_page()
            assert excinfo.value.kind is ErrorKind.KEY_REFUSED
        async with CapgoClient(ApiKey(world.key), server=url, revision=revision) as client:
            with pytest.raises(CapgoError) as excinfo:
                await client.list_bundles("com.nobody.app").read_next_page()
            assert excinfo.value.kind is ErrorKind.NOT_ALLOWED
