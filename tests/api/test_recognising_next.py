"""Tests that next is recognised by the shape of its replies (contract §18)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from capgo_tui.api.errors import CapgoError, ErrorKind
from capgo_tui.api.recognition import find_common, recognise
from capgo_tui.api.retry_policy import RetryPolicy
from capgo_tui.api.revisions import TRAITS, Revision
from capgo_tui.api.settings import ChannelSettings
from tests.api.support import APP, SentRequest, open_client, walk

if TYPE_CHECKING:
    from tests.api.support import Answer

LIVE_CHANNEL: dict[str, Any] = {
    "id": 1,
    "name": "production",
    "version": {"id": 1, "name": "1.0.0"},
    "disableAutoUpdate": "major",
    "rollout_id": "r",
    "rolloutEnabled": False,
    "allow_device": True,
    "allow_prod": True,
}
NEXT_CHANNEL = {**LIVE_CHANNEL, "ios": True, "android": True, "updatePackage": "all"}
LIVE_BUNDLE = {"id": 1, "name": "1.0.0", "min_update_version": None}
UNAVAILABLE = {
    "error": "upstream_unavailable",
    "message": "Database temporarily unavailable",
    "moreInfo": {},
}


@pytest.mark.parametrize("field", ["ios", "android", "updatePackage"])
@pytest.mark.parametrize("value", [True, False, None, "all"])
def test_each_new_field_of_a_channel_tells(field: str, value: object) -> None:
    row = {**LIVE_CHANNEL, field: value}
    assert find_common(recognise("GET /channel", [row])) is Revision.NEXT
    assert find_common(recognise("GET /channel", row)) is Revision.NEXT


def test_a_channel_without_them_is_of_july() -> None:
    assert find_common(recognise("GET /channel", [LIVE_CHANNEL])) is Revision.LIVE
    assert find_common(recognise("GET /channel", LIVE_CHANNEL)) is Revision.LIVE


@pytest.mark.parametrize(
    ("candidates", "common"),
    [
        (set(Revision), None),
        ({Revision.DOCUMENTED, Revision.LEGACY}, None),
        ({Revision.LIVE, Revision.NEXT}, Revision.LIVE),
        ({Revision.LEGACY}, Revision.LEGACY),
    ],
)
def test_the_traits_in_use_are_those_that_all_candidates_share(
    candidates: set[Revision], common: Revision | None
) -> None:
    assert find_common(candidates) is common


def test_a_sign_is_that_of_one_revision_and_of_those_that_extend_it() -> None:
    signs = [sign for traits in TRAITS.values() for sign in traits.signs]
    assert len(signs) == len(set(signs))
    assert recognise("GET /channel", LIVE_CHANNEL) == {Revision.LIVE, Revision.NEXT}
    assert recognise("GET /channel", NEXT_CHANNEL) == {Revision.NEXT}


def test_an_address_that_one_revision_has_is_a_sign() -> None:
    assert recognise("GET /versions", []) == {Revision.LEGACY}
    assert recognise("GET /channel", []) == set(Revision)


async def test_a_channel_list_tells_it_at_once_or_after_all() -> None:
    def answer(request: SentRequest) -> Answer:
        if request.path == "/channel":
            return 200, [NEXT_CHANNEL]
        return 200, {"data": [{"device_id": "d", "version_name": "1"}], "hasMore": False}

    async with open_client(answer) as (client, _):
        await walk(client.list_channels(APP))
        assert client.revision is Revision.NEXT
    async with open_client(answer) as (client, _):
        await walk(client.list_devices(APP))
        revisions = [client.revision]  # devices do not tell the two apart
        await walk(client.list_channels(APP))
        assert [*revisions, client.revision] == [Revision.LIVE, Revision.NEXT]


async def test_one_channel_tells_it_as_well() -> None:
    async with open_client(lambda _: (200, NEXT_CHANNEL)) as (client, _):
        channel = await client.get_channel(APP, "production")
        assert (channel.ios, channel.android, channel.update_package) == (True, True, "all")
        assert client.revision is Revision.NEXT


def bundles_ending_in_nothing(request: SentRequest) -> Answer:
    page = int(request.query.get("page", "0"))
    full = [{**LIVE_BUNDLE, "id": number, "name": f"1.0.{number}"} for number in range(50)]
    return 200, [] if page else full


async def test_an_empty_page_behind_the_last_bundle_tells_it() -> None:
    async with open_client(bundles_ending_in_nothing) as (client, server):
        await walk(client.list_bundles(APP))
        assert client.revision is Revision.NEXT
        assert len(server.requests) == 2


async def test_the_error_behind_the_last_bundle_leaves_it_at_july() -> None:
    refusal = {"error": "cannot_get_bundle", "message": "Cannot get bundle"}

    def answer(request: SentRequest) -> Answer:
        status, rows = bundles_ending_in_nothing(request)
        return (status, rows) if rows else (400, refusal)

    async with open_client(answer) as (client, _):
        await walk(client.list_bundles(APP))
        assert client.revision is Revision.LIVE


async def test_no_bundle_at_all_tells_nothing_of_an_unknown_server() -> None:
    async with open_client(lambda _: (200, [])) as (client, _):
        await walk(client.list_bundles(APP))
        assert client.revision is None


def promoting(reply: dict[str, object]) -> Any:
    def answer(request: SentRequest) -> Answer:
        if request.method == "GET":
            return 200, {"data": [{"device_id": "d", "version_name": "1"}], "hasMore": False}
        return 200, reply

    return answer


@pytest.mark.parametrize(
    ("reply", "revision"),
    [
        ({"status": "success", "assignmentTarget": "stable"}, Revision.NEXT),
        ({"status": "success", "message": "Bundle set to channel"}, Revision.LIVE),
    ],
)
async def test_the_reply_to_a_promotion_tells(reply: dict[str, object], revision: Revision) -> None:
    async with open_client(promoting(reply)) as (client, server):
        await client.promote_bundle(APP, 1, 1)
        assert client.revision is revision
        assert server.requests[-1].body["target"] == "stable"


async def test_a_revision_that_was_given_is_never_changed() -> None:
    async with open_client(lambda _: (200, [NEXT_CHANNEL]), revision=Revision.LIVE) as (client, _):
        await walk(client.list_channels(APP))
        assert client.revision is Revision.LIVE
    async with open_client(bundles_ending_in_nothing, revision=Revision.LIVE) as (client, _):
        await walk(client.list_bundles(APP))
        assert client.revision is Revision.LIVE
    reply: dict[str, object] = {"status": "success", "assignmentTarget": "stable"}
    async with open_client(promoting(reply), revision=Revision.LIVE) as (client, _):
        await client.promote_bundle(APP, 1, 1)
        assert client.revision is Revision.LIVE
    async with open_client(lambda _: (200, [LIVE_CHANNEL]), revision=Revision.NEXT) as (client, _):
        await walk(client.list_channels(APP))
        assert client.revision is Revision.NEXT


@pytest.mark.parametrize("old", [Revision.DOCUMENTED, Revision.LEGACY])
async def test_an_older_server_never_becomes_next(old: Revision) -> None:
    async with open_client(lambda _: (200, [NEXT_CHANNEL]), revision=old) as (client, _):
        await client.list_channels(APP).read_next_page()
        assert client.revision is old


# A database that is not there for a moment (§18.9)


async def no_sleep(_: float) -> None:
    return


RETRY_POLICY = RetryPolicy(sleep=no_sleep, clock=lambda: 0.0)


async def test_a_read_is_tried_again_while_the_database_is_unavailable() -> None:
    reads: list[SentRequest] = []

    def answer(request: SentRequest) -> Answer:
        reads.append(request)
        return (503, UNAVAILABLE) if len(reads) < 3 else (200, [NEXT_CHANNEL])

    async with open_client(answer, retry_policy=RETRY_POLICY) as (client, server):
        (page,) = await walk(client.list_channels(APP))
        assert len(page.rows) == 1
        assert len(server.requests) == 3


async def test_a_write_is_never_tried_again_and_may_have_been_done() -> None:
    async with open_client(
        lambda _: (503, UNAVAILABLE), retry_policy=RETRY_POLICY, revision=Revision.NEXT
    ) as (client, server):
        with pytest.raises(CapgoError) as excinfo:
            await client.promote_bundle(APP, 1, 1)
        assert excinfo.value.kind is ErrorKind.SERVER_FAULT
        assert excinfo.value.code == "upstream_unavailable"
        assert excinfo.value.maybe_sent
        assert [str(request) for request in server.requests] == ["PUT /bundle"]


async def test_an_app_without_devices_can_be_written_to() -> None:
    def answer(request: SentRequest) -> Answer:
        if request.path == "/device":
            return 404, {"error": "devices_not_found", "message": "x", "moreInfo": {}}
        return 200, {"status": "ok"}

    async with open_client(answer) as (client, server):
        await client.set_channel(APP, "beta", ChannelSettings(public=False))
        assert [str(each) for each in server.requests] == ["GET /device", "POST /channel"]
