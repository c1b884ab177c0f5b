"""The journal's file: private, shared between instances, bounded, and never overwritten."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from capgo_tui.api.errors import CapgoError, ErrorKind
from capgo_tui.api.key import ApiKey
from capgo_tui.api.requests import Request, link_device
from capgo_tui.api.revisions import LIVE
from capgo_tui.workspace.changes.carry_out import carry_out
from capgo_tui.workspace.changes.history import describe_entry
from capgo_tui.workspace.changes.outcome import Outcome, OutcomeState
from capgo_tui.workspace.changes.overrides import OverrideChange
from capgo_tui.workspace.changes.recorded import revive
from capgo_tui.workspace.journal import Journal, JournalUnusable
from tests.support.clock import NOON
from tests.support.world import open_world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

APP, SERVER = "com.example.app", "https://capgo.example.com"
KEY = "0b47c2f1-9d3e-4a6b-8c15-7e2f90ab34cd"
CHANGE = OverrideChange(
    app_id=APP, wire_id="d-1", row_key="d-1", label="qa-07", before={"channel": None},
    after={"channel": "beta"},
)  # fmt: skip
WRITER = """
import sys, pathlib
from tests.workspace.test_journal import CHANGE, REQUEST, SUCCESS, open_journal
journal = open_journal(pathlib.Path(sys.argv[1]))
for number in range(int(sys.argv[2])):
    change = CHANGE.model_copy(update={"wire_id": f"{sys.argv[3]}-{number}"})
    entry = journal.intend(change, REQUEST)
    print(entry, flush=True)
    journal.settle(entry, SUCCESS)
journal.close()
"""
SUCCESS = Outcome(OutcomeState.VERIFIED, {"channel": "beta"})


def request() -> Request:
    return link_device(LIVE, APP, "d-1", "beta")


REQUEST = request()


def open_journal(path: Path | None, **more: object) -> Journal:
    return Journal(
        path,
        server=SERVER,
        app_id=str(more.get("app_id", APP)),
        key_fingerprint=ApiKey(KEY).fingerprint,
        now=lambda: NOON,
        most_entries=int(str(more.get("most_entries", 10_000))),
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "capgo-tui" / "journal.sqlite3"


@pytest.fixture
def journal(file: Path) -> Iterator[Journal]:
    journal = open_journal(file)
    yield journal
    journal.close()


def writer(file: Path, count: int, name: str) -> subprocess.Popen[str]:
    """Another process that writes entries, and prints each number once it is written down."""
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(file), str(count), name],
        stdout=subprocess.PIPE,
        text=True,
    )


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("journal.*")}


def mode(path: Path) -> str:
    return oct(stat.S_IMODE(path.stat().st_mode))


# What it holds


def test_an_entry_comes_back_as_it_went_in(journal: Journal) -> None:
    entry = journal.intend(CHANGE, REQUEST, batch="r1")
    (entry_read,) = journal.list_entries()
    assert entry_read.is_under_way
    assert not entry_read.is_cut_off
    assert (entry_read.id, entry_read.at, entry_read.batch, entry_read.state) == (
        entry,
        NOON,
        "r1",
        None,
    )
    assert entry_read.key_fingerprint == ApiKey(KEY).fingerprint
    assert (entry_read.kind, entry_read.target, entry_read.request) == (
        "device.override",
        "d-1",
        "POST /device",
    )
    assert revive(entry_read) == CHANGE
    error = CapgoError("no such channel", kind=ErrorKind.RULE)
    journal.settle(entry, Outcome(OutcomeState.FAILED, {"channel": None}, error))
    (entry_read,) = journal.list_entries()
    assert (entry_read.state, entry_read.readback, entry_read.error) == (
        OutcomeState.FAILED,
        {"channel": None},
        "no such channel",
    )
    assert not entry_read.is_under_way


def test_lone_surrogates_of_a_server_come_back_letter_by_letter(journal: Journal) -> None:
    change = OverrideChange(
        app_id=APP, wire_id="d\ud800", label="d", before={}, after={"channel": "\udfffbeta"}
    )
    entry = journal.intend(change, REQUEST)
    journal.settle(entry, Outcome(OutcomeState.VERIFIED, {"channel": "\udfffbeta"}))
    (found,) = journal.list_entries()
    assert revive(found) == change
    assert found.readback == change.after
    assert describe_entry(found).effect == "unknown → \ufffdbeta"


def test_each_app_of_each_server_has_entries_of_its_own(journal: Journal, file: Path) -> None:
    journal.intend(CHANGE, REQUEST)
    other = open_journal(file, app_id="com.example.other")
    assert other.list_entries() == []
    other.intend(CHANGE, REQUEST)
    assert [entry.id for entry in journal.list_entries()] == [1]
    assert [entry.id for entry in other.list_entries()] == [2]
    other.close()


def test_looking_makes_no_file(journal: Journal, file: Path) -> None:
    assert journal.list_entries() == []
    assert journal.cut_off_entries() == []
    assert not file.parent.parent.exists()


def test_what_an_undo_took_back_is_undone_until_that_is_taken_back(journal: Journal) -> None:
    def write(undoes: int | None = None, fate: OutcomeState = OutcomeState.VERIFIED) -> int:
        entry = journal.intend(CHANGE, REQUEST, undoes=undoes)
        journal.settle(entry, Outcome(fate))
        return entry

    def undone() -> set[int]:
        return {entry.id for entry in journal.list_entries() if entry.is_undone}

    first = write()
    write(first, OutcomeState.FAILED)
    assert undone() == set()
    second = write(first)
    assert undone() == {first}
    third = write(second)
    assert undone() == {second}, "done again"
    write(third)
    assert undone() == {third, first}


def test_an_undo_in_two_steps_counts_when_both_took_effect(journal: Journal) -> None:
    first = journal.intend(CHANGE, REQUEST)
    journal.settle(first, SUCCESS)
    for fate in (OutcomeState.VERIFIED, OutcomeState.FAILED):
        step = journal.intend(CHANGE, REQUEST, undoes=first, batch="half")
        journal.settle(step, Outcome(fate))
    assert not any(entry.is_undone for entry in journal.list_entries())
    for _ in range(2):
        step = journal.intend(CHANGE, REQUEST, undoes=first, batch="whole")
        journal.settle(step, SUCCESS)
    assert [entry.id for entry in journal.list_entries() if entry.is_undone] == [first]


def test_the_oldest_give_way_but_not_those_without_an_end(file: Path) -> None:
    journal = open_journal(file, most_entries=5)
    journal.intend(CHANGE, REQUEST)
    for _ in range(20):
        journal.settle(journal.intend(CHANGE, REQUEST), SUCCESS)
    assert [entry.id for entry in journal.list_entries()] == [21, 20, 19, 18, 17, 1]
    journal.close()


# Whose it is


def test_it_is_its_owners_alone_however_lax_the_umask(file: Path) -> None:
    before = os.umask(0)
    try:
        journal = open_journal(file)
        journal.intend(CHANGE, REQUEST)
        modes = {path.name: mode(path) for path in file.parent.rglob("*") if path.is_file()}
    finally:
        os.umask(before)
    assert {"journal.sqlite3", "journal.sqlite3-wal", "journal.sqlite3-shm"} <= modes.keys()
    assert set(modes.values()) == {"0o600"}
    assert mode(file.parent) == "0o700"
    journal.close()


def test_one_that_others_could_read_is_closed_to_them(file: Path) -> None:
    first = open_journal(file)
    first.settle(first.intend(CHANGE, REQUEST), SUCCESS)
    for path in file.parent.glob("journal.*"):
        path.chmod(0o644)
    second = open_journal(file)
    second.intend(CHANGE, REQUEST)
    assert {mode(path) for path in file.parent.glob("journal.*")} == {"0o600"}
    first.close()
    second.close()


POSIX = pytest.mark.skipif(sys.platform == "win32", reason="there a file has no mode")
ROOT = pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() != 0, reason="only root can give files away"
)


@POSIX
@pytest.mark.parametrize("place", ["folder", "running", "file", "-wal", "-shm"])
def test_one_that_others_may_write_is_refused(place: str, journal: Journal, file: Path) -> None:
    fill(file)
    place_of(file, place).chmod(0o777)
    assert_unusable(journal, "others may write", "chmod go-w", str(place_of(file, place)))
    assert mode(place_of(file, place)) == "0o777", "it is left as evidence"


@ROOT
@pytest.mark.parametrize("place", ["folder", "running", "file", "-wal", "-shm"])
def test_one_of_somebody_else_is_refused(place: str, journal: Journal, file: Path) -> None:
    fill(file)
    os.chown(place_of(file, place), 12_345, 12_345)
    assert_unusable(journal, "belongs to somebody else", "XDG_STATE_HOME")


@POSIX
@pytest.mark.parametrize("has_target", [True, False], ids=["to something", "to nothing"])
@pytest.mark.parametrize("place", ["folder", "running", "file", "-wal", "-shm"])
def test_no_link_is_followed(
    place: str, has_target: bool, journal: Journal, file: Path, tmp_path: Path
) -> None:
    fill(file)
    link, other = place_of(file, place), tmp_path / "other"
    if not has_target:
        link.rename(tmp_path / "out of the way")
    else:
        link.rename(other)
        other.chmod(0o755)
    link.symlink_to(other)
    with pytest.raises(JournalUnusable) as error:
        journal.intend(CHANGE, REQUEST)
    if has_target:
        assert "is a link" in str(error.value)
        assert mode(other) == "0o755"
    assert other.exists() == has_target


@POSIX
@pytest.mark.parametrize("place", ["file", "-wal", "-shm"])
def test_a_pipe_in_its_place_is_refused_and_not_waited_for(
    place: str, journal: Journal, file: Path
) -> None:
    fill(file)
    place_of(file, place).unlink()
    os.mkfifo(place_of(file, place), 0o600)
    assert_unusable(journal, "no plain file")


@POSIX
def test_litter_among_the_lock_files_stops_nothing(journal: Journal, file: Path) -> None:
    fill(file)
    running = file.parent / "running"
    (running / "abc.lock").mkdir()
    (running / "def.lock").symlink_to(file)
    os.mkfifo(running / "123.lock")
    content = file.read_bytes()
    assert journal.intend(CHANGE, REQUEST) == 2
    assert file.read_bytes()[:100] == content[:100]


def fill(file: Path) -> None:
    """Make a journal with all that lies beside it while it is open."""
    journal = open_journal(file)
    journal.settle(journal.intend(CHANGE, REQUEST), SUCCESS)
    journal.close()
    for end in ("-wal", "-shm"):
        place_of(file, end).touch(mode=0o600)


def place_of(file: Path, place: str) -> Path:
    match place:
        case "folder":
            return file.parent
        case "running":
            return file.parent / "running"
        case "file":
            return file
        case _:
            return file.with_name(file.name + place)


async def test_no_piece_of_the_key_is_in_its_bytes(file: Path) -> None:
    async with open_world(devices=5) as world:
        key = world.keys["org_super_admin"]
        workspace = world.open(journal=file)
        await workspace.devices.load_more()
        fingerprint = workspace.client.key_fingerprint
        good = CHANGE.model_copy(
            update={"app_id": world.app_id, "wire_id": world.free_devices()[0]}
        )
        bad_change = good.model_copy(update={"after": {"channel": "no such channel"}})
        world.door.fail("GET /device", skip=1)
        for change in (good, bad_change, good):
            await carry_out(change, workspace)
        # Both files as they are while it runs, and the one that is left.
        running = contents(file.parent)
        await workspace.aclose()
    assert running.keys() >= {"journal.sqlite3", "journal.sqlite3-wal"}
    left = contents(file.parent)[file.name]
    for content in (*running.values(), left):
        for start in range(len(key) - 7):
            assert key[start : start + 8].encode() not in content
    assert fingerprint.encode() in left


# Trouble with the file


def assert_unusable(journal: Journal, *words: str) -> None:
    for attempt in (lambda: journal.intend(CHANGE, REQUEST), journal.list_entries):
        with pytest.raises(JournalUnusable) as error:
            attempt()
        assert all(word in str(error.value) for word in words), str(error.value)


def test_one_of_a_newer_version_is_named_and_left_alone(journal: Journal, file: Path) -> None:
    file.parent.mkdir(parents=True)
    with sqlite3.connect(file) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    before = file.read_bytes()
    assert_unusable(journal, "newer capgo-tui", str(file))
    assert file.read_bytes() == before


def test_a_database_of_somebody_else_is_left_alone(journal: Journal, file: Path) -> None:
    file.parent.mkdir(parents=True)
    with sqlite3.connect(file) as db:
        db.execute("CREATE TABLE recipes (name)")
    db.close()
    before = file.read_bytes()
    assert_unusable(journal, "no journal of capgo-tui", str(file))
    assert file.read_bytes() == before


def overwrite(content: bytes) -> bytes:
    return b"not a database at all " * 100


def truncate(content: bytes) -> bytes:
    return content[: len(content) // 2]


def scribble(content: bytes) -> bytes:
    return content[:4096] + b"\xa5" * 4096 + content[8192:]


@pytest.mark.parametrize("damage", [overwrite, truncate, scribble])
def test_a_damaged_one_is_named_and_left_alone(
    damage: Callable[[bytes], bytes], file: Path
) -> None:
    before = open_journal(file)
    for _ in range(50):
        before.settle(before.intend(CHANGE, REQUEST), SUCCESS)
    before.close()
    file.write_bytes(damage(file.read_bytes()))
    content = file.read_bytes()
    journal = open_journal(file)
    assert_unusable(journal, "damaged", f"move {file} elsewhere")
    journal.close()
    assert file.read_bytes() == content
    file.rename(file.with_suffix(".old"))
    fresh = open_journal(file)
    assert fresh.intend(CHANGE, REQUEST) == 1, "what it says to do helps"
    fresh.close()


def test_a_folder_that_cannot_be_made_is_named_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where a folder should be")
    journal = open_journal(tmp_path / "state" / "capgo-tui" / "journal.sqlite3")
    with pytest.raises(JournalUnusable, match="XDG_STATE_HOME"):
        journal.intend(CHANGE, REQUEST)


def test_one_that_was_cut_off_while_it_was_made_is_made_now(journal: Journal, file: Path) -> None:
    file.parent.mkdir(parents=True)
    with sqlite3.connect(file) as db:
        db.execute("PRAGMA journal_mode = WAL")
    db.close()
    assert journal.list_entries() == []
    assert journal.intend(CHANGE, REQUEST) == 1


async def test_without_a_journal_nothing_is_sent(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where a folder should be")
    async with open_world(devices=5) as world:
        workspace = world.open(journal=tmp_path / "state" / "journal.sqlite3")
        device = world.free_devices()[0]
        change = CHANGE.model_copy(update={"app_id": world.app_id, "wire_id": device})
        outcome = await carry_out(change, workspace)
        assert outcome.state is OutcomeState.FAILED
        assert "XDG_STATE_HOME" in str(outcome.refusal)
        assert world.door.writes == 0
        assert world.override_of(device) is None


async def test_an_end_that_cannot_be_written_is_told(file: Path) -> None:
    async with open_world(devices=5) as world:
        workspace = world.open(journal=file)
        change = CHANGE.model_copy(
            update={"app_id": world.app_id, "wire_id": world.free_devices()[0]}
        )

        def lose_the_table() -> None:
            with sqlite3.connect(file) as db:
                db.execute("ALTER TABLE changes RENAME TO gone")
            db.close()

        world.door.after("POST /device", lose_the_table)
        outcome = await carry_out(change, workspace)
        assert (outcome.state, outcome.is_journalled) == (OutcomeState.VERIFIED, False)
        with sqlite3.connect(file) as db:
            db.execute("ALTER TABLE gone RENAME TO changes")
        db.close()
        (entry,) = workspace.journal.cut_off_entries()
        assert entry.state is None, "and so it is looked at again at the next start"


# Two instances


def test_two_processes_that_write_at_once_lose_nothing(file: Path) -> None:
    processes = [writer(file, 200, name) for name in ("one", "two")]
    output = [process.communicate()[0].split() for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    numbers = [int(number) for each in output for number in each]
    assert sorted(numbers) == list(range(1, 401))
    journal = open_journal(file)
    entries = journal.list_entries(limit=1000)
    assert {entry.target for entry in entries} == {
        f"{name}-{number}" for name in ("one", "two") for number in range(200)
    }
    assert {entry.state for entry in entries} == {OutcomeState.VERIFIED}
    journal.close()


async def test_threads_of_one_instance_take_turns(journal: Journal) -> None:
    async def write() -> None:
        entry = await asyncio.to_thread(journal.intend, CHANGE, REQUEST)
        await asyncio.to_thread(journal.settle, entry, SUCCESS)

    await asyncio.gather(*(write() for _ in range(40)))
    assert [entry.state for entry in journal.list_entries()] == [OutcomeState.VERIFIED] * 40


@pytest.mark.parametrize("lines", [1, 2, 7, 40])
def test_what_was_written_down_outlives_a_kill_at_any_moment(lines: int, file: Path) -> None:
    with writer(file, 10_000, "killed") as process:
        assert process.stdout is not None
        output = [int(process.stdout.readline()) for _ in range(lines)]
        process.kill()
        process.wait()
    journal = open_journal(file)
    entries = journal.list_entries(limit=10_000)
    assert {entry.id for entry in entries} >= set(output)
    assert not any(entry.is_under_way for entry in entries), "its writer is gone"
    without_end = [entry.id for entry in entries if entry.is_cut_off]
    assert without_end in ([], [entries[0].id]), "only the last can have been without an end"
    assert journal.intend(CHANGE, REQUEST) == entries[0].id + 1
    journal.close()


def test_an_entry_of_a_running_instance_is_under_way_there(file: Path) -> None:
    mine, other = open_journal(file), open_journal(file)
    mine.intend(CHANGE, REQUEST)
    assert [entry.is_under_way for entry in other.list_entries()] == [True]
    assert other.cut_off_entries() == []
    mine.close()
    assert [entry.is_cut_off for entry in other.list_entries()] == [True]
    other.close()
