"""A row of the journal that does not parse is one unreadable line, and stops nothing else."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING

import pytest

from capgo_tui.api.revisions import LIVE, NEXT
from capgo_tui.workspace.changes.bundles import (
    AllBundlesDeletion,
    BundleDeletion,
    BundleNotes,
    BundleRegistration,
)
from capgo_tui.workspace.changes.carry_out import carry_out
from capgo_tui.workspace.changes.channels import DEMOTED_FIELD, SettingsChange
from capgo_tui.workspace.changes.describe import describe
from capgo_tui.workspace.changes.history import describe_entry, list_details
from capgo_tui.workspace.changes.new_channels import ChannelCreation, ChannelDeletion
from capgo_tui.workspace.changes.outcome import Outcome, OutcomeState
from capgo_tui.workspace.changes.overrides import OverrideChange
from capgo_tui.workspace.changes.promotions import Promotion, Rollback
from capgo_tui.workspace.changes.recall import recall
from capgo_tui.workspace.changes.recorded import UNKNOWN_KIND, revive
from capgo_tui.workspace.changes.resolve import resolve
from capgo_tui.workspace.changes.undo import UndoPlan, find_latest, find_objection, plan_undo
from capgo_tui.workspace.rollback import Candidate, find_rollback_candidate
from tests.support.clock import NOON
from tests.support.world import World, open_world
from tests.workspace.test_journal import APP, CHANGE, REQUEST, SUCCESS, open_journal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from capgo_tui.api.jsonvalue import JSON
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.journal_entry import Entry
    from capgo_tui.workspace.session import Workspace

DEEP = "[" * 100_000
DAMAGE: dict[str, tuple[str, object]] = {
    "a change that is no JSON": ("change", "{"),
    "a change nested deeply": ("change", DEEP),
    "a list for a change": ("change", "[]"),
    "a change of bytes": ("change", b"{}"),
    "no number is so long": ("change", '{"kind": ' + "9" * 5_000 + "}"),
    "a time of no zone": ("at", "2026-11-01T12:00:00"),
    "a time of bytes": ("at", b"\xff\x00"),
    "a time that is none": ("at", "yesterday"),
    "a time at the end of all times": ("at", "9999-12-31T23:59:59+00:00"),
    "a time before all times": ("at", "0001-01-01T00:00:00+00:00"),
    "an end without a zone": ("settled_at", "2026-11-01T12:00:00"),
    "an end of bytes": ("settled_at", b"12"),
    "a fate of bytes": ("fate", b"verified"),
    "a fate that there is not": ("fate", "blessed"),
    "what was found is a list": ("found", "[]"),
    "what was found is nested": ("found", '{"channel": {}}'),
    "what was found is deep": ("found", DEEP),
    "what was found is bytes": ("found", b"{}"),
    "a writer of bytes": ("writer", b"\x00"),
    "a fingerprint of bytes": ("key_fingerprint", b"#"),
    "a kind of bytes": ("kind", b"device.override"),
    "a target of bytes": ("target", b"d-1"),
    "a request of bytes": ("request", b"POST"),
    "a run of bytes": ("run", b"r"),
    "a text for a number": ("undoes", "the other"),
    "an error of bytes": ("error", b"no"),
    "a server of bytes": ("server", b"https://capgo.example.com"),
    "an app of bytes": ("app_id", b"com.example.app"),
}
"""Columns, and what somebody wrote there."""


def damage(file: Path, entry: int, column: str, value: object) -> None:
    db = sqlite3.connect(file)
    with db:
        db.execute(f"UPDATE changes SET {column} = ? WHERE id = ?", (value, entry))  # noqa: S608
    db.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "capgo-tui" / "journal.sqlite3"


@pytest.mark.parametrize("has_end", [True, False])
@pytest.mark.parametrize("what", DAMAGE)
def test_a_damaged_row_is_one_line_and_stops_nothing(what: str, has_end: bool, file: Path) -> None:
    column, value = DAMAGE[what]
    before = open_journal(file)
    for number in range(3):
        entry = before.intend(CHANGE, REQUEST)
        if has_end or number != 1:
            before.settle(entry, SUCCESS)
    before.close()
    damage(file, 2, column, value)
    journal = open_journal(file)
    assert journal.intend(CHANGE, REQUEST) == 4
    journal.settle(4, SUCCESS)
    entries = journal.list_entries()
    assert [(e.id, e.is_damaged) for e in entries] == [
        (4, False), (3, False), (2, True), (1, False),
    ]  # fmt: skip
    assert journal.cut_off_entries() == []
    assert [revive(e) is None for e in entries] == [False, False, True, False]
    row = describe_entry(entries[2])
    assert (row.when, row.what, row.outcome) == ("", "Change 2", "unreadable"), (
        "nothing is said that is not known"
    )
    assert list_details(entries[2], NOON)
    assert "cannot be read" in str(find_objection(entries[2]))
    assert find_latest(entries).entries == (entries[0],)
    journal.close()


def test_a_text_that_is_no_text_is_one_line_too(file: Path) -> None:
    journal = open_journal(file)
    journal.settle(journal.intend(CHANGE, REQUEST), SUCCESS)
    db = sqlite3.connect(file)
    with db:
        db.execute("UPDATE changes SET target = CAST(x'ff' AS TEXT)")
    db.close()
    assert [entry.is_damaged for entry in journal.list_entries()] == [True]
    assert journal.intend(CHANGE, REQUEST) == 2
    journal.close()


@pytest.mark.parametrize("number", [2**63 - 1, 2**53, 10**12, -5])
def test_no_number_of_a_row_ends_the_journal_or_what_it_keeps(number: int, file: Path) -> None:
    journal = open_journal(file)
    for _ in range(3):
        journal.settle(journal.intend(CHANGE, REQUEST), SUCCESS)
    db = sqlite3.connect(file)
    with db:
        db.execute("UPDATE changes SET id = ? WHERE id = 2", (number,))
    db.close()
    entry = journal.intend(CHANGE, REQUEST)
    journal.settle(entry, SUCCESS)
    damage_by_id = {each.id: each.is_damaged for each in journal.list_entries()}
    assert damage_by_id == {1: False, 3: False, entry: False, number: number != 10**12}
    journal.close()


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with open_world(devices=20) as world:
        yield world


async def overridden(workspace: Workspace, device: str, channel: str = "beta") -> OverrideChange:
    change = OverrideChange(
        app_id=workspace.target.app_id, wire_id=device, row_key=device,
        label="the phone of the boss",
        before={"channel": None}, after={"channel": channel},
    )  # fmt: skip
    assert (await carry_out(change, workspace)).state is OutcomeState.VERIFIED
    return change


@pytest.mark.parametrize("what", DAMAGE)
async def test_all_that_reads_the_journal_goes_on(what: str, world: World, file: Path) -> None:
    column, value = DAMAGE[what]
    workspace = world.open(journal=file)
    await workspace.channels.load_all()
    first, second = world.free_devices()[:2]
    await overridden(workspace, first)
    damage(file, 1, "kind", "channel.settings")
    damage(file, 1, column, value)
    await overridden(workspace, second)
    again = world.open(journal=file)
    await recall(again)
    assert again.write_limits.entry_ids == {2}
    await again.channels.load_all()
    assert str(await resolve(again)) == ""
    beta = next(each for each in again.channels.records.values() if each.name == "beta")
    assert isinstance(await find_rollback_candidate(again, beta), (Candidate, str))
    undo = await plan_undo(find_latest(again.journal.list_entries()).entries, again)
    assert isinstance(undo, UndoPlan)
    assert undo.undoes == (2,)


LATER_KINDS: tuple[tuple[str, dict[str, JSON]], ...] = (
    ("channel.rollout", {"app_id": "com.example.app", "key": "beta", "label": "beta"}),
    ("channel.settings", {"app_id": "com.example.app", "key": "beta", "share": 25}),
    ("app.rename", {"before": {"name": "a"}, "after": {"name": "b"}}),
    ("channel.promote", {"bundle": ["2.4.0", "2.4.1"]}),
)
"""Kinds of change, and fields of them, that a later version may write."""


@pytest.mark.parametrize(("kind", "fields"), LATER_KINDS)
@pytest.mark.parametrize("fate", ["verified", None])
async def test_all_that_reads_the_journal_passes_over_an_unknown_kind_of_change(
    kind: str, fields: dict[str, JSON], fate: str | None, world: World, file: Path
) -> None:
    workspace = world.open(journal=file)
    first, second = world.free_devices()[:2]
    await overridden(workspace, second)
    await overridden(workspace, first)
    for column, value in (
        ("kind", kind),
        ("target", "beta"),
        ("change", json.dumps({"kind": kind, **fields})),
        ("fate", fate),
    ):
        damage(file, 2, column, value)
    workspace.journal.close()
    again = world.open(journal=file)
    await recall(again)
    assert again.write_limits.entry_ids == {1}
    await again.channels.load_all()
    assert ("1 cannot be read" in str(await resolve(again))) == (fate is None)
    beta = next(each for each in again.channels.records.values() if each.name == "beta")
    assert isinstance(await find_rollback_candidate(again, beta), (Candidate, str))
    newest = again.journal.list_entries()[0]
    assert describe_entry(newest).what == f"{kind} beta"
    assert "This version of capgo-tui cannot read more of it." in str(list_details(newest, NOON))
    assert UNKNOWN_KIND in str(await plan_undo([newest], again))
    undo = await plan_undo(find_latest(again.journal.list_entries()).entries, again)
    assert isinstance(undo, UndoPlan)
    assert undo.undoes == (1,)


# What an undo goes by


async def test_an_undo_is_named_by_what_was_read_not_by_what_is_stored(
    world: World, file: Path
) -> None:
    device = world.free_devices()[0]
    world.rename(device, "qa-07")
    workspace = world.open(journal=file)
    await overridden(workspace, device)
    undo = await plan_undo(workspace.journal.list_entries(), workspace)
    assert isinstance(undo, UndoPlan)
    assert undo.changes[0].label == "qa-07"
    assert "boss" not in undo.title


def write_entry(file: Path, change: Change, entry: int = 1) -> None:
    """Put another change into the place of one."""
    damage(file, entry, "change", change.model_dump_json())


async def test_what_its_row_does_not_show_is_not_written_to(world: World, file: Path) -> None:
    one, other = world.free_devices()[:2]
    workspace = world.open(journal=file)
    change = await overridden(workspace, one)
    for update in ({"wire_id": other}, {"app_id": "com.example.other"}):
        write_entry(file, change.model_copy(update=update))
        (entry,) = workspace.journal.list_entries()
        assert revive(entry) is None
        assert isinstance(await plan_undo([entry], workspace), str)


async def test_an_entry_of_another_server_is_not_undone_here(world: World, file: Path) -> None:
    workspace = world.open(journal=file)
    await overridden(workspace, world.free_devices()[0])
    entries = workspace.journal.list_entries()
    target = world.target(server="https://elsewhere.example.com")
    workspace.target = target
    assert "on another server" in str(await plan_undo(entries, workspace))


async def test_ids_that_were_stored_give_way_to_those_of_the_records(
    world: World, file: Path
) -> None:
    workspace = world.open(journal=file)
    for collection in (workspace.channels, workspace.bundles):
        await collection.load_all()
    by_name = {each.name: each for each in workspace.channels.records.values()}
    bundles = list(workspace.bundles.records.values())
    change = Promotion(
        app_id=world.app_id, wire_id="beta", label="beta", before={}, after={},
        channel_id=by_name["qa"].id, bundle_id=1,
    )  # fmt: skip
    assert change.refresh_identity(workspace).channel_id == by_name["beta"].id
    notes = BundleNotes(
        app_id=world.app_id, wire_id=bundles[0].wire_id, label="x", before={}, after={},
        bundle_id=bundles[1].id,
    )  # fmt: skip
    assert notes.refresh_identity(workspace).bundle_id == bundles[0].id


# Every value of every kind


CHANNEL = {"app_id": APP, "key": "beta", "row": "7", "label": "beta"}
ROLLOUT = {
    "bundle": "2.4.0", "rollout_bundle": "2.5.0", "rollout_percentage_bps": 2500,
    "rollout_enabled": True, "rollout_paused": True, "rollout_pause_reason": "no",
    "disable_auto_update": "major", "public": True, "ios": True,
}  # fmt: skip
KINDS: tuple[Change, ...] = (
    CHANGE,
    SettingsChange(
        **CHANNEL,
        before=ROLLOUT,
        after={**ROLLOUT, "bundle": "2.4.1", "public": False},
        sends={"bundle": "2.4.1"},
        keeps={"bundle": "2.4.0"},
        demotes=("qa",),
        notes={"2.4.1": "new"},
    ),
    Promotion(
        **CHANNEL,
        before=ROLLOUT,
        after={"bundle": "2.4.1"},
        channel_id=7,
        bundle_id=8,
        bundle_before_id=9,
        is_default=True,
    ),
    Rollback(
        **CHANNEL,
        before={"bundle": "2.4.0"},
        after={"bundle": "2.4.1"},
        channel_id=7,
        bundle_id=8,
    ),
    ChannelCreation(**CHANNEL, before=None, after=ROLLOUT, demotes=("qa",)),
    ChannelDeletion(**CHANNEL, before=ROLLOUT, after=None, restores=ROLLOUT),
    BundleNotes(
        app_id=APP,
        wire_id="2.4.0",
        label="2.4.0",
        before={"link": None, "comment": "a"},
        after={"link": "https://example.com", "comment": "b"},
        bundle_id=8,
    ),
    BundleRegistration(
        app_id=APP,
        wire_id="9.9.9",
        label="9.9.9",
        before=None,
        after={"external_url": "https://example.com/9.zip", "checksum": "0a" * 32},
    ),
    BundleDeletion(app_id=APP, wire_id="2.4.0", label="2.4.0", before={"link": None}, after=None),
    AllBundlesDeletion(
        app_id=APP, wire_id=APP, label=APP, before={"bundles": 4}, after={"bundles": 0},
        spares_linked=True,
    ),
)  # fmt: skip
ODD: tuple[JSON, ...] = (
    None, True, -1, 10**400, float("inf"), "", "\x1b[31mred", "\ud800", [], [1], {}, {"a": 1},
    {"\x1b]0;x\x07": "y"},
)  # fmt: skip
"""What may stand where something else belongs."""


def alter(value: JSON) -> Iterator[JSON]:
    """Yield a document once for each of its places and each odd value."""
    yield from ODD
    if isinstance(value, dict):
        for name, inner in value.items():
            for other in alter(inner):
                yield {**value, name: other}
            yield {each: item for each, item in value.items() if each != name}


def look_at(entry: Entry) -> None:
    """Do all that is done with an entry before its record is read; nothing of it may raise."""
    texts = [
        *vars_of(describe_entry(entry)),
        *(text for line in list_details(entry, NOON) for text in line),
    ]
    assert all(text.isprintable() for text in texts), texts
    find_objection(entry)
    find_latest([entry])
    change = revive(entry)
    if change is None:
        return
    assert isinstance(change.limits, (tuple, list))
    for traits in (LIVE, NEXT):
        inverses = change.make_inverse(change.after, entry.readback, traits)
        for each in () if isinstance(inverses, str) else inverses:
            texts = [
                describe(each).ask(80),
                describe(each).title,
                describe(each).confirmation,
                *each.impact,
            ]
            assert all(text.isprintable() for text in texts), texts


def vars_of(row: object) -> list[str]:
    return [getattr(row, name) for name in row.__slots__]  # type: ignore[attr-defined]


@pytest.mark.parametrize("change", KINDS, ids=lambda change: type(change).__name__)
def test_no_value_of_a_change_stops_anything(change: Change, file: Path) -> None:
    journal = open_journal(file)
    state = {**(change.after or change.before or {}), DEMOTED_FIELD: json.dumps(["qa"])}
    journal.settle(journal.intend(change, REQUEST), Outcome(OutcomeState.VERIFIED, state))
    (sound,) = journal.list_entries()
    assert revive(sound) == change
    look_at(sound)
    documents: dict[str, JSON] = {"change": change.model_dump(mode="json"), "found": {**state}}
    for column, document in documents.items():
        for other in alter(document):
            damage(file, 1, column, json.dumps(other))
            (entry,) = journal.list_entries()
            look_at(entry)
        damage(file, 1, column, json.dumps(document))
    for text in ("[", '["qa', DEEP, "{}", "[1, {}]"):
        damage(file, 1, "found", json.dumps({**state, DEMOTED_FIELD: text}))
        look_at(journal.list_entries()[0])
    journal.close()
