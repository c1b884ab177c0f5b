"""Bundles: described, registered, deleted one by one and all at once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from capgo_tui.api import requests
from capgo_tui.api.errors import (
    InvalidArgument,
    Refusal,
    UnsafeBundleName,
    UnsupportedByRevision,
)
from capgo_tui.api.models import Bundle
from capgo_tui.api.revisions import DOCUMENTED, LEGACY, LIVE, TRAITS, Traits
from capgo_tui.workspace.changes.batch import Batch
from capgo_tui.workspace.changes.bundle_deletions import (
    load_all_links,
    plan_deletion_of_all,
    plan_deletions,
)
from capgo_tui.workspace.changes.bundles import (
    AllBundlesDeletion,
    BundleDeletion,
    BundleRegistration,
    make_bundle_notes,
)
from capgo_tui.workspace.changes.carry_out import carry_out
from capgo_tui.workspace.changes.confirmation_level import ConfirmationLevel
from capgo_tui.workspace.changes.describe import describe
from capgo_tui.workspace.changes.describe.outcomes import describe_outcome_line
from capgo_tui.workspace.changes.kinds import CHANGES
from capgo_tui.workspace.changes.outcome import OutcomeState
from capgo_tui.workspace.next_step import NextStep, OtherWay
from tests.support.world import World, open_world
from tests.workspace.channels import (
    bundle,
    carry,
    carry_out_verified,
    list_writes,
    load_workspace,
    names,
    undo,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from capgo_tui.workspace.session import Workspace

DELETE, CHANNELS = "DELETE /bundle", "GET /channel"
SECRET = "c2VjcmV0LXNlc3Npb24ta2V5"
SUM = "0a" * 32


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with open_world(devices=20) as new_world:
        yield new_world


def left(world: World) -> list[str]:
    return [
        name
        for name in names(world)
        if world.column("SELECT deleted FROM bundles WHERE name = ?", name) == ["0"]
    ]


def used_names(world: World) -> set[str]:
    return set(
        world.column(
            "SELECT b.name FROM bundles b JOIN channels c ON b.id IN (c.version, c.rollout_version)"
        )
    )


def free(world: World) -> list[str]:
    return [name for name in names(world) if name not in used_names(world)]


def roll_out(world: World, channel: str, name: str) -> None:
    world.run(
        "UPDATE channels SET rollout_version = (SELECT id FROM bundles WHERE name = ?)"
        " WHERE name = ?",
        name,
        channel,
    )


def registration(world: World, **more: object) -> BundleRegistration:
    after = {"external_url": "https://cdn.example.com/9.9.9.zip", "checksum": SUM}
    fields = {"app_id": world.app_id, "key": "9.9.9", "label": "9.9.9", "before": None}
    return BundleRegistration.model_validate({**fields, "after": after, **more})


# Notes


async def test_only_the_note_that_changed_is_sent_and_it_is_taken_back(world: World) -> None:
    name = names(world)[0]
    world.run("UPDATE bundles SET comment = ?, link = NULL WHERE name = ?", "old\nnote", name)
    workspace = await load_workspace(world)
    target = bundle(workspace, name)
    change = make_bundle_notes(workspace, target, {"comment": "better", "link": None})
    assert (change.before, change.level) == ({"comment": "old\nnote"}, ConfirmationLevel.LINE)
    outcome = await carry_out_verified(workspace, change)
    body = {"app_id": world.app_id, "version_id": target.id, "comment": "better"}
    assert list_writes(world) == [("POST /bundle/metadata", body)]
    assert world.column("SELECT comment FROM bundles WHERE name = ?", name) == ["better"]
    assert bundle(workspace, name).comment == "better"
    await undo(workspace, change, outcome)
    assert world.column("SELECT comment FROM bundles WHERE name = ?", name) == ["old\nnote"]
    assert CHANGES.validate_json(change.model_dump_json()) == change


async def test_a_note_that_is_taken_away_is_gone_and_comes_back(world: World) -> None:
    name = names(world)[0]
    world.run("UPDATE bundles SET link = 'https://example.com/7' WHERE name = ?", name)
    workspace = await load_workspace(world)
    change = make_bundle_notes(workspace, bundle(workspace, name), {"link": None})
    outcome = await carry_out_verified(workspace, change)
    assert world.column("SELECT link FROM bundles WHERE name = ?", name) == [""]
    await undo(workspace, change, outcome)
    assert world.column("SELECT link FROM bundles WHERE name = ?", name) == [
        "https://example.com/7"
    ]


@pytest.mark.parametrize("traits", [DOCUMENTED, LEGACY], ids=["documented", "legacy"])
def test_older_revisions_have_neither_notes_nor_registration(traits: Traits) -> None:
    for change in (
        CHANGES.validate_python(
            {
                "kind": "bundle.notes",
                "app_id": "a.b",
                "key": "1.0.0",
                "label": "1.0.0",
                "before": {"comment": None},
                "after": {"comment": "x"},
                "bundle_id": 1,
            }
        ),
        CHANGES.validate_python(
            {
                "kind": "bundle.register",
                "app_id": "a.b",
                "key": "1.0.0",
                "label": "1.0.0",
                "before": None,
                "after": {"external_url": "https://e.com/z", "checksum": SUM},
            }
        ),
    ):
        with pytest.raises(UnsupportedByRevision):
            change.request(traits)


# Registering


async def test_a_registered_bundle_is_read_back_and_taken_back(world: World) -> None:
    workspace = await load_workspace(world)
    change = registration(world)
    outcome = await carry_out_verified(workspace, change)
    assert "9.9.9" in left(world)
    assert outcome.readback == change.after
    steps = await undo(workspace, change, outcome)
    assert "9.9.9" not in left(world)
    assert steps[0].level is ConfirmationLevel.TYPED
    again = await carry_out(change, workspace)
    assert again.state is OutcomeState.FAILED
    assert again.error is not None
    assert again.error.code == "cannot_create_bundle", "a deleted bundle keeps its name"


async def test_the_session_key_is_sent_and_written_nowhere(world: World) -> None:
    workspace = await load_workspace(world)
    change = registration(world, session_key=SecretStr(SECRET))
    outcome = await carry_out_verified(workspace, change)
    assert list_writes(world)[0][1]["session_key"] == SECRET
    entry = workspace.journal.list_entries()[0]
    texts = [repr(entry), repr(change), str(change), change.model_dump_json(), repr(outcome)]
    texts += [describe(change).ask(200), describe_outcome_line(change, outcome)]
    record = bundle(workspace, "9.9.9")
    texts += [repr(record), record.format_raw_json()]
    assert not any(SECRET in text for text in texts)
    assert "•••" in record.format_raw_json()
    back = CHANGES.validate_json(entry.change_json)
    with pytest.raises(InvalidArgument, match="not kept"):
        back.request(LIVE)


@pytest.mark.parametrize(
    ("after", "key"),
    [
        ({"external_url": "http://e.com/z", "checksum": SUM}, "1.0.0"),
        ({"external_url": "https://e.com/z", "checksum": SUM[:-1]}, "1.0.0"),
        ({"external_url": "https://e.com/z", "checksum": "x" * 64}, "1.0.0"),
        ({"external_url": "https://e.com/z", "checksum": SUM}, "v1.0.0"),
        ({"external_url": "https://e.com/z", "checksum": SUM, "key_id": "k" * 21}, "1.0.0"),
    ],
)
async def test_what_breaks_a_rule_is_never_sent(
    world: World, after: dict[str, str], key: str
) -> None:
    workspace = await load_workspace(world)
    outcome = await carry_out(registration(world, after=after, key=key), workspace)
    assert isinstance(outcome.refusal, InvalidArgument)
    assert not list_writes(world)
    assert not workspace.journal.list_entries()


# Deleting one


async def delete(world: World, workspace: Workspace, name: str) -> BundleDeletion:
    plan = await plan_deletions(workspace, [bundle(workspace, name)])
    assert not plan.refusals
    return plan.changes[0]


@pytest.mark.parametrize("revision", ["live", "documented"])
async def test_exactly_one_bundle_goes(revision: str) -> None:
    async with open_world(revision, devices=20) as world:
        workspace = await load_workspace(world)
        name = free(world)[0]
        before = left(world)
        change = await delete(world, workspace, name)
        assert (change.level, describe(change).confirmation) == (ConfirmationLevel.TYPED, name)
        outcome = await carry_out_verified(workspace, change)
        assert left(world) == [each for each in before if each != name]
        assert list_writes(world) == [(DELETE, {"app_id": world.app_id, "version": name})]
        assert "gone" in describe_outcome_line(change, outcome)
        assert isinstance(change.make_inverse(outcome.readback), str)
        assert workspace.journal.list_entries()[0].state is OutcomeState.VERIFIED


async def test_what_channels_use_is_refused_beforehand_and_named(world: World) -> None:
    first, second = free(world)[:2]
    carry(world, "beta", first)
    roll_out(world, "qa", first)
    workspace = await load_workspace(world)
    plan = await plan_deletions(workspace, [bundle(workspace, first), bundle(workspace, second)])
    assert [why for _, why in plan.refusals] == [
        "linked to: beta (stable), qa (rollout target, not served)"
    ]
    assert [change.wire_id for change in plan.changes] == [second]
    assert not list_writes(world)


async def test_the_documented_revision_deletes_what_is_linked_and_is_warned_of() -> None:
    async with open_world("documented", devices=20) as world:
        name = free(world)[0]
        carry(world, "beta", name)
        workspace = await load_workspace(world)
        change = await delete(world, workspace, name)
        assert change.impact[0] == f"{name} is linked to: beta (stable): left pointing at nothing"
        await carry_out_verified(workspace, change)
        assert name not in left(world)


async def test_a_channel_that_came_to_use_it_meanwhile_stops_the_deletion() -> None:
    async with open_world("documented", devices=20) as world:
        workspace = await load_workspace(world)
        name = free(world)[0]
        change = await delete(world, workspace, name)
        carry(world, "beta", name)
        world.clock.advance(11)
        outcome = await carry_out(change, workspace)
        assert outcome.state is OutcomeState.FAILED
        assert "linked to: beta (stable)" in str(outcome.refusal)
        assert not list_writes(world)
        assert name in left(world)


async def test_without_the_channels_nothing_is_deleted_where_the_server_protects_none() -> None:
    async with open_world("documented", devices=20) as world:
        workspace = world.open()
        await workspace.bundles.load_all()
        await workspace.client.learn_revision(world.app_id)
        world.door.fail(CHANNELS)
        plan = await plan_deletions(workspace, list(workspace.bundles.records.values())[:2])
        assert not plan.changes
        assert all("nobody knows" in why for _, why in plan.refusals)


async def test_live_protects_by_itself_when_the_channels_are_not_known(world: World) -> None:
    workspace = world.open()
    await workspace.bundles.load_all()
    await workspace.client.learn_revision(world.app_id)
    world.door.fail(CHANNELS)
    name = next(iter(used_names(world)))
    change = await delete(world, workspace, name)
    assert change.impact[0] == (
        "channels cannot be read: not known whether it is in use;"
        " the server refuses to delete what they use"
    )
    assert "0 devices are loaded; what the others run is not known" in change.impact
    outcome = await carry_out(change, workspace)
    assert outcome.state is OutcomeState.FAILED
    assert outcome.error is not None
    assert outcome.error.code == "cannot_delete_linked_version"
    assert name in left(world)


async def test_old_channels_are_read_again_before_a_deletion_is_judged(world: World) -> None:
    workspace = await load_workspace(world)
    name = free(world)[0]
    carry(world, "beta", name)
    world.clock.advance(61)
    plan = await plan_deletions(workspace, [bundle(workspace, name)])
    assert [why for _, why in plan.refusals] == ["linked to: beta (stable)"]


async def test_the_oldest_revision_has_no_deletion_of_one() -> None:
    async with open_world("legacy", devices=5) as world:
        workspace = await load_workspace(world)
        with pytest.raises(OtherWay, match=r"only all$") as refusal:
            await plan_deletions(workspace, [next(iter(workspace.bundles.records.values()))])
        assert refusal.value.next_step is NextStep.DELETE_ALL
        assert not list_writes(world)


async def test_a_run_tells_the_end_of_each_and_reads_the_list_once(world: World) -> None:
    workspace = await load_workspace(world)
    bundles = [bundle(workspace, name) for name in free(world)[:4]]
    plan = await plan_deletions(workspace, bundles)
    carry(world, "beta", bundles[1].name)  # the server refuses this one
    world.door.requests.clear()
    batch = Batch(plan.changes, workspace)
    await batch.carry_out()
    fates = [step.outcome.state for step in batch.steps if step.outcome]
    assert fates == [
        OutcomeState.VERIFIED,
        OutcomeState.FAILED,
        OutcomeState.VERIFIED,
        OutcomeState.VERIFIED,
    ]
    assert world.door.count("GET /bundle") == 1, "read once, for all of them"
    deleted_names = {each.name for each in bundles} - {bundles[1].name}
    assert not deleted_names & set(left(world))
    entries = workspace.journal.list_entries()
    assert {entry.batch for entry in entries} == {batch.id}
    assert [entry.state for entry in reversed(entries)] == fates


# Deleting all


async def test_what_channels_keep_is_not_counted_while_they_cannot_be_read(world: World) -> None:
    workspace = world.open()
    world.door.fail(CHANNELS)
    change = plan_deletion_of_all(workspace, await load_all_links(workspace))
    count = len(workspace.bundles)
    assert change.before == {}
    assert [str(effect) for effect in describe(change).list_effects()] == ["unknown → 0"]
    assert change.impact == (
        f"at most {count} of {count} loaded bundles go, for good",
        "channels cannot be read: they may use more of the bundles",
        "the server keeps what channels use: how many that are is not known",
        "0 devices are loaded; what the others run is not known",
    )
    spared_names = used_names(world)
    await carry_out_verified(workspace, change)
    assert set(left(world)) == spared_names


async def test_what_could_not_be_counted_again_is_not_told_as_done(world: World) -> None:
    workspace = world.open()
    world.door.fail(CHANNELS, times=2)
    change = plan_deletion_of_all(workspace, await load_all_links(workspace))
    outcome = await carry_out(change, workspace)
    assert outcome.state is OutcomeState.UNVERIFIED


async def test_delete_all_on_live_keeps_what_channels_use_and_counts_again(world: World) -> None:
    roll_out(world, "qa", free(world)[0])
    spared_names = used_names(world)
    workspace = await load_workspace(world)
    change = plan_deletion_of_all(workspace, await load_all_links(workspace))
    assert describe(change).confirmation == world.app_id
    assert change.before == {"bundles": len(left(world)) - len(spared_names)}
    assert f"the server keeps what channels use: {len(spared_names)}" in change.impact
    outcome = await carry_out_verified(workspace, change)
    assert set(left(world)) == spared_names
    assert outcome.readback == {"bundles": 0}
    assert list_writes(world) == [(DELETE, {"app_id": world.app_id})]
    line = describe_outcome_line(change, outcome)
    assert "number of bundles no channel uses is 0" in line


@pytest.mark.parametrize(
    ("revision", "request_name"), [("documented", DELETE), ("legacy", "DELETE /versions")]
)
async def test_older_revisions_delete_all_and_say_whom_that_hits(
    revision: str, request_name: str
) -> None:
    async with open_world(revision, devices=20) as world:
        workspace = await load_workspace(world)
        change = plan_deletion_of_all(workspace, await load_all_links(workspace))
        assert change.before == {"bundles": len(left(world))}
        told_of = "\n".join(change.impact)
        assert "deletes ALL of them" in told_of
        assert all(f"{name} is linked to: " in told_of for name in used_names(world))
        await carry_out_verified(workspace, change)
        assert not left(world)
        assert list_writes(world) == [(request_name, {"app_id": world.app_id})]


async def test_what_is_left_of_all_is_told(world: World) -> None:
    workspace = await load_workspace(world)
    change = plan_deletion_of_all(workspace, await load_all_links(workspace))
    world.door.answer(DELETE, {"status": "ok"})
    outcome = await carry_out(change, workspace)
    assert outcome.state is OutcomeState.DIFFERENT
    assert outcome.readback == change.before


async def test_a_bundle_linked_meanwhile_and_kept_is_no_failure(world: World) -> None:
    workspace = await load_workspace(world)
    change = plan_deletion_of_all(workspace, await load_all_links(workspace))
    name = free(world)[0]
    carry(world, "beta", name)
    await carry_out_verified(workspace, change)
    assert name in left(world)


# An empty name deletes everything: it must reach no request

NAMES = st.one_of(
    st.text(alphabet=" \t\r\n\x00\x1f\x7f\u200b\u200e\u2060\ufeff\u3164\u00a0\ud800", max_size=5),
    st.sampled_from(["", "builtin", " Unknown ", "BUILTIN"]),
    st.text(max_size=8),
)


@given(NAMES, st.sampled_from(list(TRAITS.values())))
def test_no_name_turns_the_deletion_of_one_into_that_of_all(key: str, traits: Traits) -> None:
    change = BundleDeletion.model_construct(
        app_id="com.acme.shop", wire_id=key, label=key, before={}, after=None
    )
    try:
        request = change.request(traits)
    except Refusal:
        return
    version = dict(request.query)["version"]
    assert (request.body or {"version": version})["version"] == version == key
    assert version.strip()
    assert any(char.isprintable() and char != " " for char in version)
    assert version.strip().lower() not in {"builtin", "unknown"}


@given(NAMES)
def test_a_journal_that_was_tampered_with_deletes_no_more(key: str) -> None:
    plain = key.encode("utf-8", "replace").decode()
    text = json.dumps(
        {
            "kind": "bundle.delete",
            "app_id": "com.acme.shop",
            "key": plain,
            "label": "1.0.0",
            "before": {},
            "after": None,
        }
    )
    change = CHANGES.validate_json(text)
    assert not isinstance(change, AllBundlesDeletion)
    try:
        request = change.request(LIVE)
    except Refusal:
        return
    assert dict(request.query)["version"].strip()


@pytest.mark.parametrize("name", ["", " ", "\u200b", "builtin"])
def test_a_deletion_takes_a_checked_name_only(name: str) -> None:
    # mypy guards the first half: without the ignore it does not pass.
    with pytest.raises(UnsafeBundleName):
        requests.delete_bundle(LIVE, "com.acme.shop", name)  # type: ignore[arg-type]


async def test_a_row_whose_name_says_nothing_is_refused_beforehand(world: World) -> None:
    workspace = await load_workspace(world)
    nameless = [Bundle(id=1, name="\u200b"), Bundle(id=2, name="builtin")]
    plan = await plan_deletions(workspace, nameless)
    assert not plan.changes
    assert [why.split(":")[0] for _, why in plan.refusals] == [
        "a bundle name is needed",
        "builtin is not a bundle but the server's word for none",
    ]
