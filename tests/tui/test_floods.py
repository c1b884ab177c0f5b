"""Floods of keys at every write and dialog: only a ``y`` to a question writes.

The questions are reached by keys alone here, so that a flood can follow them at once;
`tests/tui/every_write.py` is the catalogue of writes and their results.
"""

from __future__ import annotations

import random
import string
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Literal

import pytest

from capgo_tui.tui.widgets.answer import REPEAT_SECONDS
from capgo_tui.workspace.changes.outcome import Outcome, OutcomeState
from capgo_tui.workspace.changes.overrides import make_override
from tests.support.server import Server
from tests.support.world import device, device_id, state, store_of
from tests.tui.driving import open_app, post_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.tui.driving import Driver

Kind = Literal["line", "list", "form"]


@dataclass(frozen=True)
class Question:
    """One way to a question: the tab, the keys, and the text on the screen."""

    name: str
    tab: str
    keys: tuple[str, ...]
    shows: str
    kind: Kind = "line"
    """A question in one line, a dialog with a list, or a form before the question."""
    target_ids: tuple[str, ...] = ()
    """The ids or custom ids that a yes writes to, as in the requests."""
    revision: str = "live"
    first: tuple[str, ...] = ()
    """Keys typed before `keys`, and..."""
    first_shows: str = ""
    """...the text to wait for after them."""
    has_undo: bool = False
    """Whether an override of the last device is in the journal, to be undone."""


MARK_THREE = ("g", "space", "space", "space")
LEFT_OUT = "2 unknown to the server, left out"
DEVICE_QUESTIONS = (
    Question("o", "2", ("o", *"beta", "enter"), "none → beta?", target_ids=(device_id(1),)),
    Question("x", "2", ("G", "x"), "qa → none?", target_ids=(device_id(12),)),
    Question("o form", "2", ("o",), "Override tester-01 · now", "form"),
    Question(
        "o marked", "2", (*MARK_THREE, "o", *"beta", "enter"), "Override 3 devices → beta",
        "list", target_ids=tuple(map(device_id, (1, 2, 3))),
    ),
    Question("o marked form", "2", (*MARK_THREE, "o"), "Override 3 devices", "form"),
    Question(
        "x marked", "2", ("asterisk", "x"), "Clear the override of 2 devices", "list",
        target_ids=(device_id(11), device_id(12)),
    ),
    Question("O", "2", ("O", *"some-id"), "1 device · 0 loaded", "form"),
    Question("O actions", "2", ("O", *"some-id", "tab"), "o override  x clear", "form"),
    Question(
        "O override", "2", ("k", "o", *"beta", "enter"), "Override 2 devices → beta", "list",
        target_ids=("one", "two"), first=("O", *"one two", "tab", "o"), first_shows=LEFT_OUT,
    ),
    Question(
        "O clear", "2", ("k", "x"), "Clear the override of 2 devices", "list",
        target_ids=("three", "four"), first=("O", *"three four", "tab", "x"), first_shows=LEFT_OUT,
    ),
    Question(
        "bundle form", "2", ("o", *"beta", "enter"), "with a bundle?", "form", revision="legacy",
    ),
    Question(
        "o with bundle", "2", ("o", *"beta", "enter", *"1.0.3", "enter"), "beta with 1.0.3?",
        revision="documented", target_ids=(device_id(1),),
    ),
)  # fmt: skip
OTHER_QUESTIONS = (
    Question("l", "1", ("G", "l", *"1.0.3", "enter"), "→ 1.0.3", "line"),
    Question("l, rollout", "1", ("down", "l", *"1.0.3", "enter"), "its rollout stays", "list"),
    Question("l on a default", "1", ("l", *"1.0.3", "enter"), "Promote production", "list"),
    Question("l form", "1", ("down", "l"), "Promote to alpha-beta", "form"),
    Question("x of a channel", "1", ("G", "x"), "Take 1.0.1 off", "line"),
    Question("n", "1", ("n",), "New channel", "form"),
    Question("e", "1", ("down", "e"), "Edit alpha-beta", "form"),
    Question("D", "1", ("down", "D"), "type alpha-beta", "form"),
    Question(
        "D typed", "1", (*"alpha-beta", "enter"), "y yes  n no", "list",
        first=("down", "D"), first_shows="type alpha-beta",
    ),
    Question("l of a bundle", "3", ("l", *"qa", "enter"), "→ 1.0.5", "line"),
    Question("e of a bundle", "3", ("e",), "Edit bundle 1.0.5", "form"),
    Question("n of a bundle", "3", ("n",), "Register a bundle", "form"),
    Question("C", "3", ("C",), "Clean up bundles", "form"),
    Question("D of a bundle", "3", ("D",), "type 1.0.5", "form"),
    Question(
        "D of a bundle typed", "3", (*"1.0.5", "enter"), "y yes  n no", "list",
        first=("D",), first_shows="type 1.0.5",
    ),
    Question("Z", "2", ("Z",), "Nothing has been changed from here", "form"),
    Question("b", "1", ("down", "down", "b"), "1.0.3 → 1.0.2 (next older)", "list"),
    Question("z", "2", ("z",), "Undo: Override tester-12: qa → none?", has_undo=True),
    Question("start", "1", ("down", "e", *["up"] * 14, "enter"), "rollout on: no → yes?"),
    Question("pause", "1", ("down", "e", *["up"] * 13, "enter"), "rollout paused: no → yes?"),
    Question(
        "resume", "1", ("down", "down", "e", *["up"] * 12, "enter"), "rollout paused: yes → no?",
    ),
    Question(
        "promote to stable", "1", ("down", "e", *["up"] * 11, "enter"), "1.0.1 → 1.0.4 +1 more?",
    ),
    Question(
        "roll back", "1", ("down", "e", *["up"] * 10, "enter"), "rollout target: 1.0.4 → none?",
    ),
)  # fmt: skip
"""Questions of channels and bundles, which are tried with the floods only."""
DEVICE_WRITES = [each for each in DEVICE_QUESTIONS if each.kind != "form"]
NOT_Y = [
    *(letter for letter in string.ascii_letters + string.digits if letter != "y"),
    *["enter", "escape"] * 12,
    *["tab", "shift+tab", "up", "down", "left", "right", "space", "backspace", "delete"] * 3,
    *("pageup", "pagedown", "home", "end", "slash", "question_mark", "asterisk", "colon"),
]
QUITS = {"q"}


@pytest.fixture
def make() -> Iterator[Callable[[str], Server]]:
    """Return a factory of servers on which the last two of twelve devices are on qa.

    The second channel has a rollout that is off, the third one that is paused.
    """
    servers: list[Server] = []

    def make_server(revision: str) -> Server:
        overrides = dict.fromkeys([device_id(11), device_id(12), "three", "four"], "qa")
        servers.append(Server(store_of(state(overrides=overrides)), revision=revision))
        servers[-1].change("UPDATE channels SET rollout_version = 4 WHERE id IN (2, 3)")
        servers[-1].change(
            "UPDATE channels SET version = 3, rollout_paused_at = updated_at WHERE id = 3"
        )
        return servers[-1]

    yield make_server
    for server in servers:
        server.store.close()


async def begin(driver: Driver, question: Question) -> None:
    """Type the keys before those that open the question."""
    if question.has_undo:
        add_to_journal(driver)
    if question.first:
        await driver.type(*question.first)
        await driver.until(question.first_shows)


def add_to_journal(driver: Driver) -> None:
    """Add an override of the sandbox to the journal."""
    workspace = driver.main.workspace
    assert workspace is not None
    device = workspace.devices.records[device_id(12)]
    change = make_override(workspace, device, None).model_copy(
        update={"before": {"channel": None}, "after": {"channel": "qa"}}
    )
    entry = workspace.journal.intend(change, change.request(workspace.client.traits))
    workspace.journal.settle(entry, Outcome(OutcomeState.VERIFIED, change.after))


async def bring(driver: Driver, question: Question) -> None:
    """Open the question and wait until it can be answered."""
    await driver.type(question.tab)
    if question.tab == "2":
        await driver.until(lambda: driver.main.table._length == 12, "12 devices")
    await driver.until(lambda: driver.main.workspace and driver.main.workspace.bundles.has_answer)
    await begin(driver, question)
    await driver.type(*question.keys)
    await driver.until(question.shows)
    if question.kind == "line":
        await driver.wait_for_question()
    elif question.kind == "list":
        await driver.wait_for_dialog()


@pytest.mark.parametrize("seed", [0])
@pytest.mark.parametrize(
    "question", [*DEVICE_QUESTIONS, *OTHER_QUESTIONS], ids=lambda question: question.name
)
async def test_no_flood_without_y_writes(
    make: Callable[[str], Server], question: Question, seed: int
) -> None:
    server = make(question.revision)
    chance = random.Random(f"{question.name} {seed}")  # noqa: S311 - a walk that can be repeated
    async with open_app(server) as driver:
        await bring(driver, question)
        for _ in range(6):
            keys = chance.choices([key for key in NOT_Y if key not in QUITS], k=20)
            post_keys(driver.app, keys)
            await driver.pilot.pause()
        await driver.settle()
        assert server.writes == 0
        assert driver.app.bug is None
        assert driver.app.is_running


@pytest.mark.parametrize(
    "question",
    [*DEVICE_WRITES, *(each for each in OTHER_QUESTIONS if each.kind != "form")],
    ids=lambda question: question.name,
)
async def test_what_was_typed_before_it_was_drawn_or_is_held_down_writes_nothing(
    make: Callable[[str], Server], question: Question
) -> None:
    server = make(question.revision)
    chance = random.Random(question.name)  # noqa: S311
    async with open_app(server) as driver:
        await driver.type(question.tab)
        await driver.until(
            lambda: driver.main.workspace and driver.main.workspace.bundles.has_answer
        )
        if question.tab == "2":
            await driver.until(lambda: driver.main.table._length == 12, "12 devices")
        # All at once: the keys of the flood are typed before anything is drawn.
        await begin(driver, question)
        flood = chance.choices(["y", "enter", "y", "tab", "y", "n", "y", "down"], k=30)
        post_keys(driver.app, [*question.keys, *["y"] * 20, *flood])
        await driver.settle()
        assert server.writes == 0


@pytest.mark.parametrize("question", DEVICE_WRITES, ids=lambda question: question.name)
async def test_a_y_held_down_from_before_it_was_drawn_writes_nothing(
    make: Callable[[str], Server], question: Question
) -> None:
    server = make(question.revision)
    async with open_app(server) as driver:
        await driver.type(question.tab)
        await driver.until(
            lambda: driver.main.workspace and driver.main.workspace.bundles.has_answer
        )
        if question.tab == "2":
            await driver.until(lambda: driver.main.table._length == 12, "12 devices")
        await begin(driver, question)
        post_keys(driver.app, [*question.keys, "y"])
        last = monotonic()
        for _ in range(60):
            if monotonic() - last > REPEAT_SECONDS / 2:
                break  # this machine is so busy that the key would count as let go
            last = monotonic()
            post_keys(driver.app, ["y"])
            await driver.pilot.pause()
        assert server.writes == 0
        assert driver.app.bug is None


@pytest.mark.parametrize("question", DEVICE_WRITES, ids=lambda question: question.name)
async def test_a_target_that_moves_is_still_the_one(
    make: Callable[[str], Server], question: Question
) -> None:
    server = make(question.revision)
    async with open_app(server) as driver:
        await bring(driver, question)
        before = server.overrides()
        # New devices are inserted before all others, and the order is reversed.
        for number in range(90, 96):
            row = device(number)
            server.change(
                "INSERT INTO devices (app_id, device_id, updated_at, custom_id, platform,"
                " plugin_version, version_name) SELECT app_id, ?, ?, ?, 'ios', '7', '1.0.1'"
                " FROM devices LIMIT 1",
                f"0000000-{number}", row["updated_at"], row["custom_id"],
            )  # fmt: skip
        await refresh(driver)
        driver.main.rows.view.sort_by(None)
        driver.main.table.rows_replaced()
        await driver.settle()
        await say_yes(driver, question)
        assert set(find_changed_ids(before, server.overrides())) == set(question.target_ids)


@pytest.mark.parametrize("question", DEVICE_WRITES, ids=lambda question: question.name)
async def test_a_target_that_changed_is_asked_about_again(
    make: Callable[[str], Server], question: Question
) -> None:
    server = make(question.revision)
    first = question.target_ids[0]
    if first not in {device_id(n) for n in range(1, 13)} or question.revision != "live":
        pytest.skip("what it had before is not known")
    async with open_app(server) as driver:
        await bring(driver, question)
        server.override(first, "internal")
        await refresh(driver)
        before = server.overrides()
        await driver.type("y")
        await driver.until("Changed!")
        assert server.writes == 0
        await driver.settle()
        await say_yes(driver, question)
        assert set(find_changed_ids(before, server.overrides())) == set(question.target_ids)


@pytest.mark.parametrize("question", DEVICE_WRITES, ids=lambda question: question.name)
async def test_a_target_that_vanished_is_not_written_nor_is_its_neighbour(
    make: Callable[[str], Server], question: Question
) -> None:
    server = make(question.revision)
    first = question.target_ids[0]
    if first not in {device_id(n) for n in range(1, 13)}:
        pytest.skip("it never was in the list")
    async with open_app(server) as driver:
        await bring(driver, question)
        server.change("DELETE FROM devices WHERE device_id = ?", first)
        await refresh(driver)
        before = server.overrides()
        await driver.type("y")
        if question.kind == "list":
            await driver.until("Changed!")
            await driver.settle()
            await say_yes(driver, question)
        else:
            await driver.until("no longer in the list")
        assert set(find_changed_ids(before, server.overrides())) == set(question.target_ids) - {
            first
        }


async def refresh(driver: Driver) -> None:
    """Refresh the devices behind the question, as a timer would."""
    assert driver.main.workspace is not None
    await driver.main.workspace.devices.refresh()
    await driver.settle()


async def say_yes(driver: Driver, question: Question) -> None:
    """Answer yes and wait for the end."""
    if question.kind == "list":
        await driver.wait_for_dialog()
        await driver.type("y")
        await driver.until("esc close")
        await driver.type("enter")
    else:
        await driver.wait_for_question()
        await driver.type("y")
        await driver.until(lambda: driver.status.strip()[:1] in {"✓", "?"}, "an end")


def find_changed_ids(before: dict[str, str], after: dict[str, str]) -> Iterator[str]:
    """Yield the ids whose override changed, also of devices unknown to the server."""
    for key in before.keys() | after.keys():
        if before.get(key) != after.get(key):
            yield key
