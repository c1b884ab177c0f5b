"""Every operation of each document through the client."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capgo_tui.api.errors import CapgoError, ErrorKind, UnsupportedByRevision
from capgo_tui.api.settings import ChannelSettings
from tests.api.support import Answer, SentRequest, open_client, walk
from tests.letter.documented_server import DocumentedServer
from tests.letter.legacy_server import LegacyServer
from tests.letter.letter_server import APP, Slash
from tests.letter.modes import (
    AnyServer,
    Mode,
    both_servers,
    client_on,
    every_mode,
    make,
    plain_modes,
    revision_of,
)

if TYPE_CHECKING:
    from capgo_tui.api.client import CapgoClient

LISTS = ("channels", "devices", "bundles")


async def names(client: CapgoClient, what: str) -> list[str]:
    if what == "channels":
        return [row.wire_id for page in await walk(client.list_channels(APP)) for row in page.rows]
    if what == "devices":
        return [row.wire_id for page in await walk(client.list_devices(APP)) for row in page.rows]
    return [row.wire_id for page in await walk(client.list_bundles(APP)) for row in page.rows]


def stored_names(server: AnyServer, what: str) -> list[str]:
    rows = {
        "channels": server.channels,
        "devices": server.devices,
        "bundles": server.versions if isinstance(server, LegacyServer) else server.bundles,
    }
    return list(rows[what])


@both_servers
@every_mode
@pytest.mark.parametrize("what", LISTS)
async def test_each_list_is_read_first(kind: type[AnyServer], mode: Mode, what: str) -> None:
    server = make(kind, mode)
    async with client_on(server, mode) as client:
        assert await names(client, what) == stored_names(server, what)
        assert client.revision is revision_of(kind)


@both_servers
@plain_modes
async def test_a_list_costs_one_request_more_at_most(kind: type[AnyServer], mode: Mode) -> None:
    for what in LISTS:
        server = make(kind, mode)
        async with client_on(server, mode) as client:
            await names(client, what)
            assert len(server.log) <= 2
            first = len(server.log)
            for other in LISTS:
                await names(client, other)
            assert len(server.log) <= first + 4
            before = len(server.log)
            for other in LISTS:  # all is known now
                await names(client, other)
            assert len(server.log) == before + 3
            assert all(request.status == 200 for request in server.log[before:])


@both_servers
@every_mode
async def test_a_slash_is_learnt_once(kind: type[AnyServer], mode: Mode) -> None:
    server = make(kind, mode)
    async with client_on(server, mode) as client:
        for what in LISTS * 2:
            await names(client, what)
        without = [request for request in server.log if not request.path.endswith("/")]
        assert len(without) == (1 if mode.slash is not Slash.NONE else len(server.log))


async def test_no_slash_is_learnt_from_another_server() -> None:
    """A redirect to another host is not followed, as it would send the API key."""
    location = f"https://other.example/channel/?app_id={APP}".encode()

    def answer(_: SentRequest) -> Answer:
        return 308, b""

    async with open_client(answer) as (client, server):
        server.headers["location"] = location.decode()
        with pytest.raises(CapgoError, match=r"redirect to other\.example"):
            await client.list_channels(APP).read_next_page()
        assert [request.path for request in server.requests] == ["/channel"]


@both_servers
@every_mode
async def test_one_channel(kind: type[AnyServer], mode: Mode) -> None:
    server = make(kind, mode)
    async with client_on(server, mode) as client:
        channel = await client.get_channel(APP, "production")
        assert (channel.name, channel.public) == ("production", True)
        assert channel.bundle is not None
        with pytest.raises(CapgoError) as error:
            await client.get_channel(APP, "nowhere")
        assert error.value.kind is ErrorKind.NOT_FOUND


@both_servers
@every_mode
async def test_one_device(kind: type[AnyServer], mode: Mode) -> None:
    server = make(kind, mode)
    async with client_on(server, mode) as client:
        device_id = next(iter(server.devices))
        assert (await client.get_device(APP, device_id)).device_id == device_id
        with pytest.raises(CapgoError) as error:
            await client.get_device(APP, "no-such-device")
        assert error.value.kind is ErrorKind.NOT_FOUND


@both_servers
@every_mode
async def test_a_channel_without_a_bundle(kind: type[AnyServer], mode: Mode) -> None:
    server = make(kind, mode)
    async with client_on(server, mode) as client:
        await client.list_channels(APP).read_next_page()
        await client.set_channel(APP, "new", ChannelSettings())
        assert "new" in server.channels
        await client.set_channel(APP, "new", ChannelSettings(public=True))
        assert server.channels["new"]["public"] is True
        await client.set_channel(APP, "empty", ChannelSettings(public=True))
        assert server.channels["empty"]["version"] is None
    bodies = [request.body for request in server.requests("POST", "/channel")]
    assert len(bodies) == 3
    assert all("version" not in body for body in bodies)


@both_servers
@every_mode
async def test_a_channel_keeps_its_bundle(kind: type[AnyServer], mode: Mode) -> None:
    server = make(kind, mode)
    async with client_on(server, mode) as client:
        await client.list_channels(APP).read_next_page()
        before = server.channels["beta"]["version"]
        await client.set_channel(APP, "beta", ChannelSettings(public=True))
        assert server.channels["beta"]["version"] == before
        await client.set_channel(APP, "beta", ChannelSettings(bundle="1.0.0"))
        assert server.channels["beta"]["version"] != before


@every_mode
async def test_all_settings_of_the_documented_revision(mode: Mode) -> None:
    server = DocumentedServer(strict=mode.strict, slash=mode.slash)
    async with client_on(server, mode) as client:
        await client.list_channels(APP).read_next_page()
        settings = ChannelSettings(
            disable_auto_update="minor",
            disable_auto_update_under_native=False,
            ios=False,
            android=True,
            allow_device_self_set=True,
            allow_emulator=False,
            allow_dev=False,
        )
        await client.set_channel(APP, "beta", settings)
    row = server.channels["beta"]
    assert row["disableAutoUpdate"] == "minor"
    assert (row["ios"], row["allow_device_self_set"]) == (False, True)
    assert row["version"] == "1.2.0"


@both_servers
@every_mode
async def test_a_channel_is_deleted(kind: type[AnyServer], mode: Mode) -> None:
    server = make(kind, mode)
    async with client_on(server, mode) as client:
        await client.list_channels(APP).read_next_page()
        await client.delete_channel(APP, "beta")
    assert list(server.channels) == ["production", "empty"]


@both_servers
@every_mode
async def test_a_device_is_linked_and_unlinked(kind: type[AnyServer], mode: Mode) -> None:
    server = make(kind, mode)
    channel = "channel_id" if kind is LegacyServer else "channel"
    async with client_on(server, mode) as client:
        await client.list_channels(APP).read_next_page()
        device = next(iter(server.devices))
        await client.link_device(APP, device, "production", bundle="1.0.0")
        assert server.links == {device: {channel: "production", "version_id": "1.0.0"}}
        await client.unlink_device(APP, device)
        assert server.links == {}


@every_mode
async def test_one_bundle_is_deleted(mode: Mode) -> None:
    server = DocumentedServer(strict=mode.strict, slash=mode.slash)
    async with client_on(server, mode) as client:
        await client.list_channels(APP).read_next_page()
        await client.delete_bundle(APP, "1.0.0")
    assert list(server.bundles) == ["1.1.0", "1.2.0"]


@plain_modes
async def test_the_legacy_revision_deletes_no_single_bundle(mode: Mode) -> None:
    server = LegacyServer(strict=mode.strict)
    async with client_on(server, mode) as client:
        with pytest.raises(UnsupportedByRevision):
            await client.delete_bundle(APP, "1.0.0")
    assert len(server.versions) == 3


@both_servers
@every_mode
async def test_all_bundles_are_deleted(kind: type[AnyServer], mode: Mode) -> None:
    server = make(kind, mode)
    async with client_on(server, mode) as client:
        await client.list_channels(APP).read_next_page()
        await client.delete_all_bundles(APP)
        assert stored_names(server, "bundles") == []
        assert await names(client, "bundles") == []


@both_servers
@plain_modes
async def test_a_write_may_come_first(kind: type[AnyServer], mode: Mode) -> None:
    server = make(kind, mode)
    async with client_on(server, mode) as client:
        await client.delete_channel(APP, "beta")
    assert "beta" not in server.channels
    assert [request.status for request in server.log if request.method != "GET"] == [200]


@plain_modes
async def test_an_unknown_app_is_no_matter_of_the_revision(mode: Mode) -> None:
    server = LegacyServer(strict=mode.strict)
    async with client_on(server, mode) as client:
        for read in (client.list_channels, client.list_devices):
            with pytest.raises(CapgoError) as error:
                await read("com.example.other").read_next_page()
            assert error.value.kind is ErrorKind.NOT_ALLOWED
            assert not error.value.is_revision_guessed


async def test_an_error_says_when_the_revision_was_a_guess() -> None:
    async with open_client(lambda _: (400, {"status": "Nonsense"})) as (client, _):
        for read in (client.list_channels, client.list_devices, client.list_bundles):
            with pytest.raises(CapgoError, match="Nonsense") as error:
                await read(APP).read_next_page()
            assert error.value.is_revision_guessed
        with pytest.raises(CapgoError) as error:
            await client.get_channel(APP, "beta")
        assert error.value.is_revision_guessed
