"""An override is sent exactly once, read back, and told for what it became."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from rich.cells import cell_len

from capgo_tui.api.errors import ErrorKind
from capgo_tui.api.models import Device
from capgo_tui.text import cell_width
from capgo_tui.workspace.changes.carry_out import carry_out
from capgo_tui.workspace.changes.change import ROOMY
from capgo_tui.workspace.changes.outcome import Fate, Outcome
from capgo_tui.workspace.changes.overrides import OverrideChange, override
from capgo_tui.workspace.changes.states import device_state
from capgo_tui.workspace.changes.told import told
from capgo_tui.workspace.collection import Progressed
from tests.workspace.misbehaving import Reply
from tests.workspace.world import ALL_REVISIONS, World, open_world

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from capgo_tui.workspace.changes.change import State
    from capgo_tui.workspace.collection import Event
    from capgo_tui.workspace.session import Workspace

SET, CLEAR, READ = "POST /device", "DELETE /device", "GET /device"


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with open_world(devices=40) as made:
        yield made


async def change_for(
    world: World, workspace: Workspace, channel: str | None, device_id: str | None = None
) -> OverrideChange:
    """The change as the interface makes it: from a loaded device and a loaded channel."""
    await workspace.devices.load_all()
    await workspace.channels.load_all()
    device = workspace.devices.records[device_id or world.free_devices()[0]]
    chosen = [c for c in workspace.channels.records.values() if c.name == channel]
    change = override(workspace, device, chosen[0] if channel else None)
    world.door.asked.clear()
    return change


async def run(world: World, workspace: Workspace, change: OverrideChange) -> Outcome:
    """Run a change; whatever becomes of it, it is sent once and nothing is left marked."""
    outcome = await carry_out(change, workspace)
    assert world.door.writes == 1
    assert not workspace.writing
    return outcome


def shown(world: World, change: OverrideChange, outcome: Outcome) -> str:
    """What the operator reads, without any key."""
    line = told(change, outcome)
    assert "\n" not in line
    assert line.isprintable()
    assert not any(key in line for key in world.keys.values())
    return line


# Carried out


async def test_an_override_is_sent_once_and_read_back(world: World) -> None:
    workspace = world.open()
    change = await change_for(world, workspace, "beta")
    outcome = await run(world, workspace, change)
    assert outcome == Outcome(Fate.VERIFIED, {"channel": "beta"})
    assert world.override_of(change.key) == "beta"
    assert workspace.devices.records[change.key].channel == "beta"
    assert world.door.count(SET) == 1
    assert world.door.count(READ) == 1
    line = shown(world, change, outcome)
    assert line.startswith("✓")
    assert "beta" in line


async def test_a_cleared_override_is_sent_once_and_read_back(world: World) -> None:
    device_id = world.free_devices()[0]
    world.set_override(device_id, "beta")
    workspace = world.open()
    change = await change_for(world, workspace, None, device_id)
    assert change.before == {"channel": "beta"}
    outcome = await run(world, workspace, change)
    assert outcome == Outcome(Fate.VERIFIED, {"channel": None})
    assert world.override_of(device_id) is None
    assert workspace.devices.records[device_id].channel is None
    assert world.door.count(CLEAR) == 1
    assert "none" in shown(world, change, outcome)


@pytest.mark.parametrize(
    ("key", "label", "typed"),
    [
        ("001cf288-0756-4e20-be1c-3f4389eb6f94", "qa-07", "qa-07"),
        ("001cf288-0756-4e20-be1c-3f4389eb6f94", "", "3f4389eb6f94"),
        ("emulator-5", "", "emulator-5"),
        ("test_device", "", "test_device"),
    ],
)
def test_of_a_long_id_the_end_is_typed(key: str, label: str, typed: str) -> None:
    change = OverrideChange(
        app_id="com.acme.shop",
        key=key,
        label=label or key,
        before={"channel": None},
        after={"channel": "beta"},
    )
    assert change.confirmation == typed


async def test_one_override_replaces_another(world: World) -> None:
    device_id = world.free_devices()[0]
    world.set_override(device_id, "beta")
    workspace = world.open()
    change = await change_for(world, workspace, "qa", device_id)
    assert (change.before, change.after) == ({"channel": "beta"}, {"channel": "qa"})
    assert (await run(world, workspace, change)).fate is Fate.VERIFIED
    assert world.override_of(device_id) == "qa"


async def test_nobody_elses_device_is_touched(world: World) -> None:
    before = {device_id: world.override_of(device_id) for device_id in world.device_ids()}
    workspace = world.open()
    change = await change_for(world, workspace, "beta")
    await run(world, workspace, change)
    after = {device_id: world.override_of(device_id) for device_id in world.device_ids()}
    assert after == {**before, change.key: "beta"}


@pytest.mark.parametrize("revision", ALL_REVISIONS)
@pytest.mark.parametrize("clears", [False, True], ids=["override", "clear"])
async def test_every_revision_gets_the_write_once_and_carries_it_out(
    revision: str, clears: bool
) -> None:
    async with open_world(revision, devices=20) as world:
        device_id = world.free_devices()[0]
        if clears:
            world.set_override(device_id, "beta")
        workspace = world.open()
        change = await change_for(world, workspace, None if clears else "beta", device_id)
        outcome = await run(world, workspace, change)
        assert world.override_of(device_id) == (None if clears else "beta")
        if revision == "live":
            assert outcome == Outcome(Fate.VERIFIED, change.after)
        else:
            assert outcome == Outcome(Fate.UNVERIFIED, {}, seen=False), (
                "these tell no override back"
            )
            assert "unknown → " in change.question(200)
            assert "does not tell" in shown(world, change, outcome)


async def test_a_channel_is_named_to_the_server_exactly_as_the_server_names_it(
    world: World,
) -> None:
    world.run("UPDATE channels SET name = ? WHERE name = 'beta'", "be\u200bta")
    workspace = world.open()
    await workspace.channels.load_all()
    await workspace.devices.load_all()
    channel = next(c for c in workspace.channels.records.values() if c.wire_key == "be\u200bta")
    device = workspace.devices.records[world.free_devices()[0]]
    change = override(workspace, device, channel)
    assert change.question(200).isprintable()
    outcome = await carry_out(change, workspace)
    assert outcome.fate is Fate.VERIFIED
    assert world.override_of(device.device_id) == "be\u200bta"


# Accepted, but


async def test_an_override_that_is_accepted_and_ignored_is_told_as_different(
    world: World,
) -> None:
    workspace = world.open()
    change = await change_for(world, workspace, "beta")
    world.door.answer(SET, {"status": "ok"})
    outcome = await run(world, workspace, change)
    assert outcome == Outcome(Fate.DIFFERENT, {"channel": None})
    line = shown(world, change, outcome)
    assert line.startswith("!")
    assert "none" in line
    assert "not beta" in line


async def test_somebody_quicker_is_told_by_name(world: World) -> None:
    workspace = world.open()
    change = await change_for(world, workspace, "beta")
    world.door.after(SET, lambda: world.set_override(change.key, "qa"))
    outcome = await run(world, workspace, change)
    assert outcome == Outcome(Fate.DIFFERENT, {"channel": "qa"})
    assert workspace.devices.records[change.key].channel == "qa"
    assert "now says override is qa" in shown(world, change, outcome)


async def test_an_override_that_somebody_sets_again_is_not_told_as_cleared(world: World) -> None:
    device_id = world.free_devices()[0]
    world.set_override(device_id, "beta")
    workspace = world.open()
    change = await change_for(world, workspace, None, device_id)
    world.door.after(CLEAR, lambda: world.set_override(device_id, "qa"))
    outcome = await run(world, workspace, change)
    assert outcome == Outcome(Fate.DIFFERENT, {"channel": "qa"})


async def test_what_cannot_be_read_back_is_told_as_unverified(world: World) -> None:
    workspace = world.open()
    change = await change_for(world, workspace, "beta")
    world.door.fail(READ)
    outcome = await run(world, workspace, change)
    assert outcome.fate is Fate.UNVERIFIED
    assert outcome.error is not None
    assert outcome.error.kind is ErrorKind.SERVER_FAULT
    assert world.override_of(change.key) == "beta"
    line = shown(world, change, outcome)
    assert line.startswith("?")
    assert "accepted" in line


async def test_a_device_the_server_has_never_seen_takes_the_override_unverified(
    world: World,
) -> None:
    workspace = world.open()
    await workspace.channels.load_all()
    beta = next(c for c in workspace.channels.records.values() if c.name == "beta")
    stranger = Device(device_id="00000000-0000-4000-8000-00000000beef")
    change = override(workspace, stranger, beta)
    world.door.asked.clear()
    outcome = await run(world, workspace, change)
    assert outcome == Outcome(Fate.UNVERIFIED, seen=False)
    assert world.override_of(stranger.device_id) == "beta"
    line = shown(world, change, outcome)
    assert line.startswith("? ")
    assert "beef" in line


# Refused


async def test_a_default_channel_takes_no_override(world: World) -> None:
    workspace = world.open()
    change = await change_for(world, workspace, "production")
    outcome = await run(world, workspace, change)
    assert outcome.fate is Fate.FAILED
    assert outcome.error is not None
    assert outcome.error.kind is ErrorKind.RULE
    assert world.override_of(change.key) is None
    assert world.door.count(READ) == 0, "a refusal needs no second look"
    line = shown(world, change, outcome)
    assert line.startswith("✗")
    assert "not changed" in line.lower()
    assert "public channel" in line


@pytest.mark.parametrize("clears", [False, True], ids=["override", "clear"])
async def test_a_readers_key_may_not_change_overrides(world: World, clears: bool) -> None:
    device_id = world.free_devices()[0]
    if clears:
        world.set_override(device_id, "qa")
    workspace = world.open("app_reader")
    change = await change_for(world, workspace, None if clears else "beta", device_id)
    outcome = await run(world, workspace, change)
    assert outcome.fate is Fate.FAILED
    assert outcome.error is not None
    assert outcome.error.kind is ErrorKind.NOT_ALLOWED
    assert outcome.found == change.before
    assert world.override_of(device_id) == ("qa" if clears else None)
    assert "may not change overrides" in shown(world, change, outcome)


async def test_the_same_channel_again_within_a_minute_is_told_with_the_time_to_wait() -> None:
    async with open_world(limits="device", devices=20) as world:
        workspace = world.open()
        change = await change_for(world, workspace, "beta")
        assert (await run(world, workspace, change)).fate is Fate.VERIFIED
        world.clock.advance(5)
        clear = await change_for(world, workspace, None, change.key)
        assert (await run(world, workspace, clear)).fate is Fate.VERIFIED
        world.clock.advance(5)
        again = await change_for(world, workspace, "beta", change.key)
        outcome = await run(world, workspace, again)
        assert outcome.fate is Fate.FAILED
        assert outcome.error is not None
        assert outcome.error.kind is ErrorKind.RATE_LIMITED
        assert outcome.error.retry_after == 50
        assert world.override_of(change.key) is None
        assert "50 s" in shown(world, again, outcome)
        world.clock.advance(50)
        again = await change_for(world, workspace, "beta", change.key)
        assert (await run(world, workspace, again)).fate is Fate.VERIFIED


async def test_a_key_that_expires_in_between_is_told_as_refused(world: World) -> None:
    workspace = world.open()
    change = await change_for(world, workspace, "beta")
    world.run("UPDATE keys SET expired = 1")
    outcome = await run(world, workspace, change)
    assert outcome.fate is Fate.FAILED
    assert outcome.error is not None
    assert outcome.error.kind is ErrorKind.KEY_REFUSED
    assert "key refused" in shown(world, change, outcome)


async def test_a_channel_that_is_gone_by_now_changes_nothing(world: World) -> None:
    workspace = world.open()
    change = await change_for(world, workspace, "beta")
    world.run("DELETE FROM channels WHERE name = 'beta'")
    outcome = await run(world, workspace, change)
    assert outcome.fate is Fate.FAILED
    assert outcome.error is not None
    assert outcome.error.kind is ErrorKind.NOT_FOUND
    assert "Cannot find channel" in shown(world, change, outcome)


async def test_a_server_that_is_not_there_has_been_sent_nothing(world: World) -> None:
    async with world.on_a_socket() as workspace:
        change = await change_for(world, workspace, "beta")
    # The port is closed by now; a new client still knows the address.
    gone = world.open(server=workspace.target.server)
    await gone.aclose()
    far = world.open(server=workspace.target.server)
    far.devices.put(workspace.devices.records[change.key])
    outcome = await carry_out(change, far)
    assert outcome.fate is Fate.FAILED
    assert outcome.found == change.before
    assert outcome.error is not None
    assert outcome.error.kind is ErrorKind.UNREACHABLE
    assert world.door.writes == 0


# Unknown for a while


@pytest.mark.parametrize("clears", [False, True], ids=["override", "clear"])
async def test_a_lost_answer_is_made_good_by_reading_back(world: World, clears: bool) -> None:
    device_id = world.free_devices()[0]
    if clears:
        world.set_override(device_id, "qa")
    async with world.on_a_socket() as workspace:
        change = await change_for(world, workspace, None if clears else "beta", device_id)
        world.door.cut_after(CLEAR if clears else SET)
        outcome = await run(world, workspace, change)
        assert outcome.fate is Fate.VERIFIED
        assert outcome.found == change.after
        wanted = None if clears else "beta"
        assert world.override_of(device_id) == wanted
        assert workspace.devices.records[device_id].channel == wanted


async def test_a_lost_request_is_never_told_as_done_and_never_sent_again(world: World) -> None:
    async with world.on_a_socket() as workspace:
        change = await change_for(world, workspace, "beta")
        world.door.cut_before(SET)
        outcome = await run(world, workspace, change)
        assert outcome.fate is Fate.UNKNOWN, "it may still be carried out"
        assert (outcome.found, outcome.seen) == ({"channel": None}, True)
        assert outcome.error is not None
        assert outcome.error.kind is ErrorKind.UNREACHABLE
        assert outcome.error.maybe_sent
        assert world.override_of(change.key) is None
        line = shown(world, change, outcome)
        assert line.startswith("?")
        assert "answer was lost" in line
        assert "override is none so far" in line


async def test_a_lost_answer_and_a_lost_look_leave_it_unknown(world: World) -> None:
    async with world.on_a_socket() as workspace:
        change = await change_for(world, workspace, "beta")
        world.door.cut_after(SET)
        world.door.cut_before(READ)
        outcome = await run(world, workspace, change)
        assert outcome.fate is Fate.UNKNOWN
        assert outcome.error is not None
        assert outcome.error.maybe_sent, "the write's own error, not that of the second look"
        assert world.override_of(change.key) == "beta"
        assert not outcome.seen
        line = shown(world, change, outcome)
        assert line.startswith("?")
        assert "may have taken effect" in line
        assert "not changed" not in line.lower()
        assert "none" not in line, "nothing was read, so nothing is said to be there"


async def test_a_lost_answer_for_a_device_never_seen_leaves_it_unknown(world: World) -> None:
    async with world.on_a_socket() as workspace:
        await workspace.channels.load_all()
        beta = next(c for c in workspace.channels.records.values() if c.name == "beta")
        change = override(workspace, Device(device_id="never-seen"), beta)
        world.door.asked.clear()
        world.door.cut_after(SET)
        outcome = await run(world, workspace, change)
        assert outcome.fate is Fate.UNKNOWN


@pytest.mark.parametrize("revision", ["documented", "legacy"])
async def test_a_lost_answer_stays_unknown_where_overrides_are_not_told(revision: str) -> None:
    async with open_world(revision, devices=20) as world, world.on_a_socket() as workspace:
        change = await change_for(world, workspace, "beta")
        world.door.cut_after(SET)
        outcome = await run(world, workspace, change)
        assert outcome.fate is Fate.UNKNOWN
        assert world.override_of(change.key) == "beta"
        assert shown(world, change, outcome).startswith("?")


async def test_a_gateway_that_gives_up_on_a_write_that_was_done_is_no_failure(
    world: World,
) -> None:
    workspace = world.open()
    change = await change_for(world, workspace, "beta")

    async def gateway(forward: Callable[[], Awaitable[Reply]]) -> Reply:
        await forward()
        html = [(b"content-type", b"text/html")]
        return Reply(504, b"<html><title>504 Gateway Time-out</title></html>", html)

    world.door.on(SET, gateway)
    outcome = await run(world, workspace, change)
    assert outcome == Outcome(Fate.VERIFIED, {"channel": "beta"})


@pytest.mark.parametrize("status", [502, 504, 524])
async def test_a_gateway_that_gives_up_may_let_the_write_through_later(
    world: World, status: int
) -> None:
    workspace = world.open()
    change = await change_for(world, workspace, "beta")
    world.door.fail(SET, status)
    outcome = await run(world, workspace, change)
    assert outcome.fate is Fate.UNKNOWN
    assert (outcome.found, outcome.seen) == ({"channel": None}, True)
    assert outcome.error is not None
    assert outcome.error.status == status
    line = shown(world, change, outcome)
    assert line.startswith("?")
    assert "none so far" in line


async def test_a_lost_answer_tells_the_override_that_is_there_for_now(world: World) -> None:
    device_id = world.free_devices()[0]
    world.set_override(device_id, "qa")
    workspace = world.open()
    change = await change_for(world, workspace, "beta", device_id)
    world.door.fail(SET, 504)
    outcome = await run(world, workspace, change)
    assert (outcome.fate, outcome.found, outcome.seen) == (Fate.UNKNOWN, {"channel": "qa"}, True)
    assert "override is qa so far" in shown(world, change, outcome)


async def test_a_not_found_in_place_of_the_second_look_is_unverified(world: World) -> None:
    workspace = world.open()
    change = await change_for(world, workspace, "beta")
    missing = {"error": "not_found", "message": "Not found"}

    async def proxy(_: Callable[[], Awaitable[Reply]]) -> Reply:
        return Reply.of(404, missing)

    world.door.on(READ, proxy)
    outcome = await run(world, workspace, change)
    assert outcome.fate is Fate.UNVERIFIED
    assert not outcome.seen
    line = shown(world, change, outcome)
    assert line.startswith("?")
    assert "accepted" in line


@pytest.mark.parametrize("lost", [False, True])
async def test_a_bug_after_the_request_went_out_leaves_its_end_unknown(
    world: World, monkeypatch: pytest.MonkeyPatch, lost: bool
) -> None:
    workspace = world.open()
    change = await change_for(world, workspace, "beta")
    bug = RuntimeError("a bug")

    async def broken(_: str) -> Device | None:
        raise bug

    monkeypatch.setattr(workspace, "look_up_device", broken)
    if lost:
        world.door.fail(SET, 504)
    outcome = await run(world, workspace, change)
    assert outcome == Outcome(Fate.UNKNOWN, bug=bug, seen=False)
    line = shown(world, change, outcome)
    assert line.startswith("?")
    assert "may have taken effect" in line


# While it is under way


async def test_a_write_is_marked_while_it_lasts_and_its_row_is_drawn_again(world: World) -> None:
    workspace = world.open()
    change = await change_for(world, workspace, "beta")
    marks: list[bool] = []

    def note(event: Event) -> None:
        if not isinstance(event, Progressed):
            marks.append(("devices", change.key) in workspace.writing)

    workspace.devices.listen(note)
    held = world.door.hold(SET)
    running = asyncio.ensure_future(carry_out(change, workspace))
    await held.ready.wait()
    assert marks == [True]
    held.let_go()
    assert (await running).fate is Fate.VERIFIED
    assert marks == [True, True, False]


async def test_a_write_given_up_leaves_no_mark(world: World) -> None:
    workspace = world.open()
    change = await change_for(world, workspace, "beta")
    held = world.door.hold(SET)
    running = asyncio.ensure_future(carry_out(change, workspace))
    await held.ready.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert not workspace.writing
    assert world.door.writes == 1


async def test_a_page_under_way_does_not_undo_the_re_read_of_a_write(world: World) -> None:
    workspace = world.open()
    change = await change_for(world, workspace, "beta")
    held = world.door.hold(READ)
    refreshing = asyncio.ensure_future(workspace.devices.refresh())
    await held.ready.wait()
    assert (await run(world, workspace, change)).fate is Fate.VERIFIED
    held.let_go()
    await refreshing
    assert workspace.devices.records[change.key].channel == "beta"


async def test_a_change_is_outdated_when_its_device_has_another_override_by_now(
    world: World,
) -> None:
    workspace = world.open()
    change = await change_for(world, workspace, "beta")
    device = workspace.devices.records[change.key]
    assert not change.outdated_by(state(device))
    world.rename(change.key, "another name")
    again = await workspace.look_up_device(change.key)
    assert again is not None
    assert not change.outdated_by(state(again)), "a new name does not change what would happen"
    world.set_override(change.key, "qa")
    again = await workspace.look_up_device(change.key)
    assert again is not None
    assert change.outdated_by(state(again))


# The question


def state(device: Device) -> State:
    return device_state(device, tells_overrides=True)


def asking(label: str, before: str | None, after: str | None) -> OverrideChange:
    return OverrideChange(
        app_id="com.example.app",
        key="device-id",
        label=label,
        before={"channel": before},
        after={"channel": after},
    )


QUESTION = re.compile(r"(?:Override )?(?P<label>.+): (?P<before>.+) → (?P<after>.+)\?")


def could_be(part: str, name: str) -> bool:
    """Whether a name shortened to `part` could have been this one."""
    pieces = map(re.escape, part.split("…"))
    return part == name or ("…" in part and bool(re.fullmatch(".+".join(pieces), name)))


def assert_recognisable(part: str, name: str) -> None:
    assert could_be(part, name)
    assert cell_width(part) <= cell_width(name)
    if part != name:
        assert cell_width(part.replace("…", "")) >= 4, "a name is not cut away"


def parts_of(question: str) -> tuple[str, str, str]:
    found = QUESTION.fullmatch(question)
    assert found is not None, question
    return found["label"], found["before"], found["after"]


NAMES = st.text(alphabet="abcdefXYZ0123456789-._/ 東京オé", min_size=1, max_size=90)


@example("3f2a9c10-aaaa", "release-2026-11-customer-a-eu", "release-2026-12-customer-a-eu", 45)
@given(NAMES, st.none() | NAMES, st.none() | NAMES, st.integers(45, 200))
@hypothesis_settings(deadline=None, max_examples=300)
def test_a_question_fits_its_row_and_names_the_device_and_both_channels(
    label: str, before: str | None, after: str | None, width: int
) -> None:
    question = asking(label, before, after).question(width)
    assert cell_len(question) <= width, "as wide as the terminal draws it"
    shown_label, shown_before, shown_after = parts_of(question)
    assert_recognisable(shown_label, label)
    assert_recognisable(shown_before, before or "none")
    assert_recognisable(shown_after, after or "none")


DEVICE_ID = "3f2a9c10-aaaa-4bbb-8ccc-1234567890ab"
WIDE_LABEL = "東京オフィスの試験用端末その一番目のもの東京"
ALIKE = [
    (DEVICE_ID, "release-2026-customer-alpha", "release-2026-customer-alpha-eu"),
    (DEVICE_ID, "a-release-2026-customer-alpha", "b-release-2026-customer-alpha"),
    (DEVICE_ID, "beta-two", "beta"),
    (WIDE_LABEL, None, "beta"),
]
ALIKE_AT_BOTH_ENDS = [
    (DEVICE_ID, "feature-login-beta", "feature-logout-beta"),
    (DEVICE_ID, "release-2026-11-customer-a-eu", "release-2026-12-customer-a-eu"),
    (DEVICE_ID, "release-2026-customer-alpha-eu-west", "release-2026-customer-omega-eu-west"),
    (WIDE_LABEL, "東京チャンネル一番目テスト用途", "東京チャンネル二番目テスト用途"),
]


def assert_apart(label: str, before: str | None, after: str) -> None:
    """On every width the question fits, and neither channel could be taken for the other."""
    for width in range(45, 201):
        question = asking(label, before, after).question(width)
        assert cell_len(question) <= width, question
        shown_label, shown_before, shown_after = parts_of(question)
        assert could_be(shown_label, label)
        assert could_be(shown_before, before or "none")
        assert could_be(shown_after, after)
        assert not could_be(shown_after, before or "none"), question
        assert not could_be(shown_before, after), question


@pytest.mark.parametrize(("label", "before", "after"), ALIKE)
def test_two_channels_that_are_named_alike_stay_apart_in_a_question(
    label: str, before: str | None, after: str
) -> None:
    assert_apart(label, before, after)


@pytest.mark.parametrize(("label", "before", "after"), ALIKE_AT_BOTH_ENDS)
def test_two_channels_that_differ_in_the_middle_stay_apart_in_a_question(
    label: str, before: str, after: str
) -> None:
    assert_apart(label, before, after)


def test_a_question_says_its_verb_where_there_is_room_and_the_names_on_every_width() -> None:
    change = asking(DEVICE_ID, "feature-login-beta", "hotfix-payments")
    for width in range(35, 201):
        question, summary = change.question(width), change.summary(width)
        assert cell_len(question) <= width
        assert cell_len(summary) <= width
        assert question.startswith("Override ") is (width >= ROOMY)
        for name, shown_name in zip(
            (DEVICE_ID, "feature-login-beta", "hotfix-payments"), parts_of(question), strict=True
        ):
            assert could_be(shown_name, name)


@pytest.mark.parametrize("width", range(45, 200))
def test_more_room_never_shortens_a_question(width: int) -> None:
    change = asking("3f2a9c10-aaaa-4bbb-8ccc-1234567890ab", "feature-login", "hotfix-payments-eu")
    assert cell_len(change.question(width + 1)) >= cell_len(change.question(width))


def test_a_question_with_room_cuts_nothing() -> None:
    change = asking("3f2a9c10-aaaa-4bbb-8ccc-1234567890ab", None, "hotfix-payments-eu")
    assert (
        change.question(120)
        == "Override 3f2a9c10-aaaa-4bbb-8ccc-1234567890ab: none → hotfix-payments-eu?"
    )


async def test_a_device_is_called_by_its_custom_id_where_it_has_one(world: World) -> None:
    named, nameless = world.free_devices()[:2]
    world.rename(named, "qa-07")
    world.rename(nameless, "")
    workspace = world.open()
    assert (await change_for(world, workspace, "beta", named)).label == "qa-07"
    assert (await change_for(world, workspace, "beta", nameless)).label == nameless
