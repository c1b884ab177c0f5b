"""Changes on the command line: questions, formats, exit codes, following and interruption."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import threading
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from capgo_tui.api.settings import CHANNEL_SETTINGS
from capgo_tui.commands.command_ui import CommandUi
from capgo_tui.commands.common_options import WriteOptions
from capgo_tui.commands.exit_codes import Exit
from capgo_tui.commands.follow import LONGEST, follow
from capgo_tui.workspace.changes.carry_out import carry_out
from capgo_tui.workspace.changes.outcome import OutcomeState
from capgo_tui.workspace.changes.overrides import make_override
from capgo_tui.workspace.changes.perform import perform
from tests.commands.matrix import (
    FAILED,
    IN_PART,
    NOT_FOUND,
    OK,
    REFUSED,
    USAGE,
    Place,
    open_place,
    run_here,
)
from tests.support.pseudo_terminal import COMMAND, PATIENCE, PseudoTerminal
from tests.support.server import Server, answering
from tests.support.world import ALL, APP, device, device_id, open_world, state, store_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.server import App, Receive, Scope, Send
    from tests.support.world import World

ONE, TWO, THREE = map(device_id, (1, 2, 3))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with open_place(run_here, tmp_path) as new_place:
        yield new_place


def report(place: Place, *words: str) -> dict[str, Any]:
    """Return the JSON object of a command that changes one record."""
    end = place(*words, "--json")
    assert end.code == OK, end
    document: dict[str, Any] = json.loads(end.stdout)
    return document


# Options and words


@pytest.mark.parametrize(
    "words",
    [
        ("--ndjson", "--yes", "device", "link", "ID", "beta"),
        ("device", "--ndjson", "--yes", "link", "ID", "beta"),
        ("device", "link", "ID", "beta", "--ndjson", "--yes"),
        ("--ndjson", "device", "--app", APP, "link", "-y", "ID", "beta"),
        ("device", "link", "--ndjson", "-y", "ID", "beta", APP),
        ("--app", APP, "device", "link", "--ndjson", "-y", "ID", "beta", APP),
    ],
    ids=" ".join,
)
def test_options_count_before_and_after_the_verb(place: Place, words: tuple[str, ...]) -> None:
    end = place(*(ONE if word == "ID" else word for word in words))
    assert end.code == OK, end
    assert json.loads(end.stdout)["target"] == ONE
    assert place.server.overrides() == {ONE: "beta"}


def test_options_that_are_not_for_a_verb_are_refused(place: Place) -> None:
    assert "--demo is for the app, not for device" in place("--demo", "device", "list").stderr
    assert "options go after the verb 'sandbox'" in place("--app", APP, "sandbox").stderr
    assert "--yes goes with a verb" in place("--yes").stderr
    assert place.server.requests == []


@pytest.mark.parametrize(
    ("alias", "words"),
    [
        ("channel s", ("beta", "--no-dev", "--dry-run")),
        ("channel a", ("new", "-b", "1.0.2", "--dry-run")),
        ("channel d", ("qa", "--dry-run")),
        ("channel l", ()),
        ("bundle d", ("1.0.2", "--dry-run")),
        ("bundle c", ("-k", "2", "--dry-run")),
        ("bundle l", ()),
        ("app l", ()),
    ],
)
def test_the_aliases_of_the_official_command_line_work(
    place: Place, alias: str, words: tuple[str, ...]
) -> None:
    assert place(*alias.split(), *words).code == OK


def test_a_custom_id_counts_as_an_id(place: Place) -> None:
    assert place("device", "link", "tester-01", TWO, "beta", "--yes").code == OK
    assert place.server.overrides() == {ONE: "beta", TWO: "beta"}


@pytest.mark.parametrize(
    "text",
    [
        f"{ONE}\n{TWO}\n",
        f"{ONE} {TWO}, {ONE}",
        f"device,custom id\n{ONE},tester-01\n{TWO},tester-02\n",
        "tester-01\n\ntester-02",
    ],
)
def test_standard_input_gives_many_ids(place: Place, text: str) -> None:
    place.run = partial(run_here, stdin=text)
    assert place("device", "link", "-", "beta", "--yes").code == OK
    assert place.server.overrides() == {ONE: "beta", TWO: "beta"}
    assert place("device", "unlink", "-", THREE, "--yes", "--ndjson").code == OK
    assert place.server.overrides() == {}


@pytest.mark.parametrize("revision", ["live", "next", "documented"])
def test_custom_ids_are_looked_for_in_one_walk(tmp_path: Path, revision: str) -> None:
    rows = [device(number) for number in range(1, 401)]
    server = Server(store_of(state(devices=rows)), limits="none", revision=revision)
    with open_place(run_here, tmp_path, server) as place:
        words = ["tester-390", "tester-07", "nobody", "tester-200"]
        end = place("device", "link", *words, "beta", "--yes", "--ndjson")
        assert end.code == IN_PART, end
        targets = [json.loads(line)["target"] for line in end.stdout.splitlines()]
        assert targets == [device_id(390), device_id(7), device_id(200)]
        assert "nobody: no device has" in end.stderr
        pages = sum("device_id" not in one.query for one in server.requests if "GET" in one.method)
        assert pages < 12, "each page of devices at most once"


def test_the_words_of_a_settings_option_mean_the_same(place: Place) -> None:
    for words in (
        ("--no-emulator",),
        ("--no-allow-emulator",),
        ("--rollout-percentage", "12.5%", "--rollout-bundle", "1.0.2"),
        ("--rollout-percentage-bps", "1250", "--rollout-bundle", "1.0.2"),
        ("--state", "default"),
        ("--public",),
        ("--downgrade",),
        ("--no-disable-auto-update-under-native",),
        ("--disable-auto-update", "metadata"),
        ("--auto-pause-failure-rate", "5"),
        ("--latest-remote",),
        ("--no-bundle",),
    ):
        end = place("channel", "set", "beta", *words, "--dry-run", "--json")
        assert end.code in (OK,), (words, end)
    bodies = [
        json.loads(place("channel", "set", "beta", *words, "--dry-run", "--json").stdout)[
            "request"
        ]["body"]
        for words in (
            ("--rollout-percentage", "12.5%"),
            ("--rollout-percentage-bps", "1250"),
            ("--rollout-share", "12.5"),
        )
    ]
    assert [body["rolloutPercentageBps"] for body in bodies] == [1250] * 3
    assert place.server.writes == 0


def test_every_setting_of_the_table_has_its_option(place: Place) -> None:
    options = place("channel", "set", "--help").stdout
    for name, setting in CHANNEL_SETTINGS.items():
        if name != "rollout_paused_at":  # it follows from rollout_paused
            assert f"--{name.replace('_', '-')}" in options, name
        assert not setting.section or setting.label.split()[0] in options


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("channel", "set", "beta"), "give at least one setting"),
        (("channel", "set", "beta", "--bundle", ""), "--bundle is empty"),
        (("channel", "set", "beta", "--rollout-percentage", "101"), "between 0 and 100 %"),
        (("channel", "set", "beta", "--public", "--state", "normal"), "two values were given"),
        (("channel", "set", "beta", "--rollback", "--dev"), "a change of its own"),
        (("channel", "add", "a b"), "is no name of a channel"),
        (("device", "link", "beta"), "at least one device, and the channel"),
        (("device", "unlink", ""), "one of the ids is empty"),
        (("bundle", "delete", ""), "none is never all"),
        (("bundle", "delete"), "none is never all"),
        (("bundle", "set", "1.0.1"), "give --comment, --link or both"),
        (("bundle", "cleanup", "--older-than", "a while"), "is no duration"),
        (("rollout", "share", "beta"), "name the channel, the share"),
        (("device", "link", "a", "beta", "--csv"), "not as --csv"),
        (("undo", "1", "2", "3"), "the number of a change, and the app"),
    ],
)
def test_what_cannot_be_meant_is_a_mistake_of_usage(
    place: Place, words: tuple[str, ...], message: str
) -> None:
    end = place(*words, "--yes")
    assert (end.code, place.server.requests) == (USAGE, []), end
    assert message in end.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("device", "link", ONE, "betta"), "no channel 'betta'; beta is near"),
        (("channel", "get", "betta"), "no channel 'betta'; beta is near"),
        (("bundle", "get", "1.0.11"), "no bundle '1.0.11'; 1.0.1 is near"),
        (("bundle", "promote", "1.0.22", "beta"), "no bundle '1.0.22'; 1.0.2 is near"),
        (("channel", "set", "beta", "--bundle", "9"), "no bundle '9'"),
        (("undo", "7"), "the journal has no change 7 of this app"),
    ],
)
def test_an_error_names_what_is_missing_and_what_is_near(
    place: Place, words: tuple[str, ...], message: str
) -> None:
    end = place(*words, *(() if words[1] == "get" else ("--yes",)))
    assert (end.code, place.server.writes) == (NOT_FOUND, 0), end
    assert message in end.stderr


# Reports


def test_a_change_is_one_object_with_the_number_that_undoes_it(place: Place) -> None:
    link = report(place, "device", "link", ONE, "beta", "--yes")
    assert (link["target"], link["before"], link["after"]) == (
        ONE,
        {"channel": None},
        {"channel": "beta"},
    )
    assert (link["outcome"], link["error"]) == ("verified", None)
    back = report(place, "undo", str(link["undo"]), "--yes")
    assert (back["after"], back["outcome"]) == ({"channel": None}, "verified")
    assert place.server.overrides() == {}
    entries = json.loads(place("log", "--json").stdout)
    assert [(each["id"], each["is_undone"], each["undoes"]) for each in entries] == [
        (back["journal"], False, link["undo"]),
        (link["undo"], True, None),
    ]


def test_what_nothing_undoes_has_no_number(place: Place) -> None:
    gone = report(place, "bundle", "delete", "1.0.2", "--confirm", "1.0.2")
    assert (gone["outcome"], gone["undo"]) == ("verified", None)
    assert gone["journal"] == 1


def test_several_changes_are_a_list_or_a_line_each(place: Place) -> None:
    end = place("device", "link", ONE, TWO, "beta", "--yes", "--json")
    assert [each["outcome"] for each in json.loads(end.stdout)] == ["verified"] * 2
    end = place("device", "link", ONE, THREE, "beta", "--yes", "--ndjson")
    lines = [json.loads(line) for line in end.stdout.splitlines()]
    assert [each["outcome"] for each in lines] == ["unchanged", "verified"]
    assert end.code == OK


def test_what_is_so_already_is_done_without_a_write(place: Place) -> None:
    place.server.override(ONE, "beta")
    end = place("device", "link", ONE, "beta", "--yes")
    assert (end.code, place.server.writes) == (OK, 0)
    assert "already on beta" in end.stderr
    end = place("channel", "set", "beta", "--bundle", "1.0.1", "--yes", "--ndjson")
    assert (end.code, json.loads(end.stdout)["outcome"]) == (OK, "unchanged")


REVISIONS = pytest.mark.parametrize("revision", ["next", "live", "documented", "legacy"])


@pytest.fixture
def open_revision(tmp_path: Path) -> Iterator[Callable[[str], Place]]:
    """Return a function that opens a place on a server of a revision."""
    with ExitStack() as stack:

        def open_one(revision: str) -> Place:
            server = Server(store_of(state()), revision=revision, limits="none")
            return stack.enter_context(open_place(run_here, tmp_path, server))

        yield open_one


@REVISIONS
def test_a_promotion_that_changes_nothing_is_not_sent(
    open_revision: Callable[[str], Place], revision: str
) -> None:
    place = open_revision(revision)
    end = place("bundle", "promote", "1.0.1", "beta", "--yes")
    assert (end.code, end.stdout, place.server.writes) == (OK, "", 0)
    reason = "carries 1.0.1 already" if revision in ("live", "next") else "it is so already"
    assert end.stderr == f"capgo-tui: nothing to do: beta: {reason}\n"
    end = place("bundle", "promote", "1.0.1", "beta", "--dry-run")
    assert (end.code, end.stdout) == (OK, "")
    end = place("bundle", "promote", "1.0.1", "beta", "qa", "--yes", "--ndjson")
    outcomes = [json.loads(line)["outcome"] for line in end.stdout.splitlines()]
    assert (end.code, outcomes, place.server.writes) == (OK, ["unchanged"] * 2, 0)
    assert f"nothing to do: 2 left alone: {reason}" in end.stderr
    assert place("log").stdout == "", "nothing is noted"
    assert place("undo", "--yes").code == NOT_FOUND


@REVISIONS
def test_a_batch_of_promotions_leaves_alone_and_counts_what_is_so_already(
    open_revision: Callable[[str], Place], revision: str
) -> None:
    place = open_revision(revision)
    assert place("bundle", "promote", "1.0.2", "beta", "--yes").code == OK
    dry = place("bundle", "promote", "1.0.2", "beta", "qa", "--dry-run", "--ndjson")
    outcomes = [json.loads(line)["outcome"] for line in dry.stdout.splitlines()]
    assert (dry.code, outcomes) == (OK, ["dry-run", "unchanged"])
    assert "1 left alone" in dry.stderr
    end = place("bundle", "promote", "1.0.2", "beta", "qa", "--yes")
    assert (end.code, place.server.writes) == (OK, 2)
    assert "Put 1.0.2 on qa" in end.stderr
    assert "1 left alone" in end.stderr
    assert "1 done, 1 not needed" in end.stderr
    assert end.stdout.startswith("· beta: ")
    assert "✓ qa: " in end.stdout
    entries = json.loads(place("log", "--json").stdout)
    assert [each["id"] for each in entries] == [2, 1]
    assert place("undo", "2", "--yes").code == OK
    assert place.server.writes == 3


@REVISIONS
def test_what_is_not_known_to_be_so_is_sent(
    open_revision: Callable[[str], Place], revision: str
) -> None:
    """A channel whose bundle the server does not name, and an override that it does not tell."""
    place = open_revision(revision)
    place.server.override(ONE, "beta")
    end = place("device", "link", ONE, "beta", "--yes")
    is_told = revision in ("live", "next")
    assert (end.code, place.server.writes) == (OK, 0 if is_told else 1), end


def test_before_and_after_are_printed_before_the_request(place: Place) -> None:
    end = place("channel", "set", "beta", "--bundle", "1.0.2", "--yes")
    assert end.stderr.startswith("Change beta\n  bundle: 1.0.1 → 1.0.2\n")
    assert end.stdout == "✓ beta: bundle is 1.0.2, read back from the server\n"
    assert end.stderr.endswith("capgo-tui: undo 1 takes it back\n")


def test_a_dry_run_shows_the_request_with_the_key_hidden(place: Place) -> None:
    end = place("device", "link", ONE, "beta", "--dry-run")
    assert end.code == OK
    assert '-H "authorization: $CAPGO_TOKEN"' in end.stdout
    assert f'"device_id": "{ONE}", "channel": "beta"' in end.stdout
    assert "override: none → beta" in end.stderr
    end = place("device", "link", ONE, "beta", "--dry-run", "--json", "--read-only")
    request = json.loads(end.stdout)["request"]
    assert (request["method"], request["path"], request["body"]["channel"]) == (
        "POST",
        "/device",
        "beta",
    )
    assert (place.server.writes, place("log", "--json").stdout) == (0, "[]\n")


def test_a_session_key_is_shown_nowhere(place: Place) -> None:
    secret = "s3cr3t-" * 5
    words = ("bundle", "add", "3.0.0", "--url", "https://x.io/a.zip", "--checksum", "0a" * 32)
    for more in (("--dry-run",), ("--yes",)):
        for form in ((), ("--json",)):
            end = place(*words, "--session-key", secret, *more, *form)
            assert secret not in end.stdout + end.stderr


def test_some_that_stay_make_it_done_in_part(place: Place) -> None:
    end = place("bundle", "delete", "1.0.1", "1.0.2", "9.9.9", "--confirm", "1.0.2")
    assert end.code == IN_PART, end
    assert "1.0.1 stays: linked to" in end.stderr
    assert "no bundle '9.9.9'" in end.stderr
    end = place("device", "link", "nobody", TWO, "beta", "--yes")
    assert (end.code, place.server.overrides()) == (IN_PART, {TWO: "beta"})


def test_ids_the_server_has_not_seen_are_linked_on_request(place: Place) -> None:
    unseen = device_id(77)
    end = place("device", "link", unseen, "beta", "--yes")
    assert (end.code, place.server.writes) == (NOT_FOUND, 0)
    assert "--unseen links an id that the server has not seen" in end.stderr
    end = place("device", "link", unseen, "beta", "--yes", "--unseen", "--json")
    assert (end.code, json.loads(end.stdout)["outcome"]) == (OK, "unverified")
    assert place.server.overrides() == {unseen: "beta"}


# Consent


def test_more_than_fifty_need_their_number(tmp_path: Path) -> None:
    rows = [device(number) for number in range(1, 61)]
    server = Server(store_of(state(devices=rows)), limits="none")
    with open_place(run_here, tmp_path, server) as place:
        ids = [device_id(number) for number in range(1, 61)]
        end = place("device", "link", *ids, "beta", "--yes")
        assert (end.code, server.writes) == (USAGE, 0)
        assert "this needs --confirm '60': nothing was sent" in end.stderr
        end = place("device", "link", *ids, "beta", "--yes", "--confirm", "61")
        assert (end.code, server.writes) == (REFUSED, 0)
        assert place("device", "link", *ids, "beta", "--confirm", "60").code == OK
        assert len(server.overrides()) == 60


def test_a_read_only_profile_refuses_without_a_request(place: Place) -> None:
    config = place.folder / "config" / "capgo-tui" / "config.toml"
    config.write_text("[profiles.safe]\nread_only = true\nkey_env = 'CAPGO_TOKEN'\n")
    end = place("--profile", "safe", "device", "link", ONE, "beta", "--yes")
    assert (end.code, place.server.requests) == (REFUSED, [])
    assert end.stderr == "capgo-tui: profile safe refuses every change: nothing was sent\n"


@pytest.mark.parametrize(
    ("typed", "code"), [("y\r", OK), ("n\r", REFUSED), ("\r", REFUSED), ("\x04", REFUSED)]
)
def test_a_terminal_is_asked(tmp_path: Path, typed: str, code: int) -> None:
    with open_place(run_here, tmp_path) as place, on_terminal(place, "link", ONE, "beta") as screen:
        screen.wait_for("go on? [y/N]")
        assert "override: none → beta" in screen.text
        screen.type(typed)
        assert screen.wait_end() == code
        assert place.server.overrides() == ({ONE: "beta"} if code == OK else {})


@pytest.mark.parametrize(("typed", "code"), [("beta\r", OK), ("y\r", REFUSED)])
def test_a_terminal_is_asked_for_the_name(tmp_path: Path, typed: str, code: int) -> None:
    with (
        open_place(run_here, tmp_path) as place,
        on_terminal(
            place, "set", "beta", "--no-dev", "--profile", "prod", "--yes", noun="channel"
        ) as screen,
    ):
        screen.wait_for("type beta to go on:")
        assert "Change beta · prod" in screen.text
        screen.type(typed)
        assert screen.wait_end() == code
        assert (place.server.writes > 0) is (code == OK)


def on_terminal(place: Place, *words: str, noun: str = "device") -> PseudoTerminal:
    environ = {
        "CAPGO_API_URL": place.url,
        "CAPGO_APP_ID": APP,
        "CAPGO_TOKEN": ALL,
        "XDG_STATE_HOME": str(place.folder / "state"),
        "XDG_CONFIG_HOME": str(place.folder / "config"),
    }
    return PseudoTerminal([str(COMMAND), noun, *words], environ=environ, folder=place.folder)


# What comes in between


def test_ctrl_c_during_a_write_leaves_it_unknown(tmp_path: Path) -> None:
    """The request is out, and its answer never comes."""
    arrival, end = threading.Event(), threading.Event()

    async def hang(app: App, scope: Scope, receive: Receive, send: Send) -> None:
        arrival.set()
        await asyncio.to_thread(end.wait, PATIENCE)
        await app(scope, receive, send)

    with open_place(run_here, tmp_path) as place:
        place.server.on("POST", "/device", hang)
        process = subprocess.Popen(
            [str(COMMAND), "device", "link", ONE, "beta", "--yes", "--ndjson"],
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(tmp_path),
                "XDG_STATE_HOME": str(tmp_path / "state"),
                "CAPGO_API_URL": place.url,
                "CAPGO_APP_ID": APP,
                "CAPGO_TOKEN": ALL,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert arrival.wait(PATIENCE)
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=PATIENCE)
        end.set()
        assert process.returncode == Exit.INTERRUPTED
        assert json.loads(stdout)["outcome"] == "unknown"
        assert "interrupted while it was sent: whether it took effect is not known" in stderr
        (entry,) = json.loads(place("log", "--json").stdout)
        assert (entry["target"], entry["outcome"]) == (ONE, "unknown")


async def follow_override(world: World, wait_before_shown: int) -> tuple[Any, list[str | None]]:
    """Link a device whose override is shown only after some seconds; return what is seen."""
    async with world.on_a_socket() as workspace:
        await workspace.channels.load_all()
        wire_id = world.free_devices()[0]
        record = await workspace.look_up_device(wire_id)
        assert record is not None
        beta = next(c for c in workspace.channels.records.values() if c.name == "beta")
        # What the server takes lies hidden until it is due.
        world.door.after("POST /device", lambda: world.run("DELETE FROM overrides"))
        began = world.clock()

        async def sleep(seconds: float) -> None:
            world.clock.advance(seconds)
            if world.clock() - began >= timedelta(seconds=wait_before_shown):
                world.set_override(wire_id, "beta")

        change = make_override(workspace, record, beta)
        outcome = await carry_out(change, workspace)
        assert outcome.state is OutcomeState.DIFFERENT
        sighting = await follow(change, outcome, workspace, began, sleep)
        fates = [str(each.state) for each in workspace.journal.list_entries()]
        return sighting, [*fates]


async def test_a_change_is_followed_until_it_is_shown() -> None:
    async with open_world(devices=10) as world:
        sighting, fates = await follow_override(world, 60)
    assert (sighting.is_shown, sighting.outcome.state) == (True, OutcomeState.VERIFIED)
    assert 60 <= sighting.seconds <= 65
    assert fates == ["verified"]


async def test_following_has_an_end() -> None:
    async with open_world(devices=10) as world:
        sighting, fates = await follow_override(world, 1000)
    assert (sighting.is_shown, fates) == (False, ["different"])
    assert LONGEST <= sighting.seconds <= LONGEST + 10


def test_a_change_that_is_shown_at_once_is_not_waited_for(place: Place) -> None:
    end = place("device", "link", ONE, "beta", "--yes", "--wait", "--json")
    document = json.loads(end.stdout)
    assert document["is_shown"] is True
    assert document["waited_seconds"] >= 0
    assert "shown after" in place("device", "unlink", ONE, "--yes", "--wait").stdout


async def test_a_limit_of_the_server_is_waited_for() -> None:
    """The clock of the sandbox moves with the sleeping of the front end."""
    async with open_world(limits="device", devices=10) as world, world.on_a_socket() as workspace:
        await workspace.channels.load_all()
        wire_id = world.free_devices()[0]
        beta = next(c for c in workspace.channels.records.values() if c.name == "beta")

        async def sleep(seconds: float) -> None:
            world.clock.advance(30)
            slept.append(seconds)

        slept: list[float] = []
        options = WriteOptions(yes=True, confirm=None, dry_run=False, wait=False)
        for target in (beta, None, beta):
            record = await workspace.look_up_device(wire_id)
            assert record is not None
            ui = CommandUi(workspace, options, writes_lines=False, sleep=sleep)
            outcome = await perform(make_override(workspace, record, target), workspace, ui)
            assert outcome is not None
            assert outcome.state is OutcomeState.VERIFIED
        assert len(slept) == 2, "of 60 s, 30 at a time"
        assert world.override_of(wire_id) == "beta"


def test_a_server_that_asks_to_slow_down_gives_its_own_code(place: Place) -> None:
    body = json.dumps({"error": "too_many_requests", "message": "Too many requests"}).encode()
    place.server.on("POST", "/device", answering(429, body))
    end = place("device", "link", ONE, "beta", "--yes", "--json")
    assert (end.code, json.loads(end.stdout)["outcome"]) == (5, "failed")


def test_a_lost_answer_is_read_and_not_sent_again(place: Place) -> None:
    place.server.on("POST", "/device", answering(502, b"<html>bad gateway</html>", first=True))
    end = place("device", "link", ONE, "beta", "--yes", "--json")
    document = json.loads(end.stdout)
    assert (end.code, document["outcome"]) == (OK, "verified")
    assert place.server.writes == 1


@pytest.mark.parametrize("revision", ["documented", "legacy"])
def test_what_older_servers_cannot_do_is_refused_and_the_rest_done(
    tmp_path: Path, revision: str
) -> None:
    server = Server(store_of(state()), limits="none", revision=revision)
    with open_place(run_here, tmp_path, server) as place:
        end = place("rollout", "start", "beta", "--bundle", "1.0.2", "--yes")
        assert (end.code, server.writes) == (REFUSED, 0)
        assert f"this server's API ({revision}) has no rollouts" in end.stderr
        end = place("bundle", "add", "3.0.0", "--url", "https://x.io/a", "--yes")
        assert (end.code, server.writes) == (REFUSED, 0)
        link = report(place, "device", "link", ONE, "beta", "--yes")
        assert (link["outcome"], link["undo"]) == ("unverified", None)
        assert server.overrides() == {ONE: "beta"}
        dry = report(place, "channel", "set", "beta", "--public", "--dry-run")
        takes_bundle_off = revision == "documented"  # unless it is named
        assert ("1.0.1" in dry["request"]["body"].values()) is takes_bundle_off
        assert report(place, "bundle", "promote", "1.0.2", "beta", "--yes")["undo"] == 2


def test_a_promotion_says_which_native_packages_differ(place: Place) -> None:
    for name, version in (("1.0.1", "6.0.0"), ("1.0.2", "6.1.0")):
        packages = f'[{{"name": "camera", "version": "{version}"}}]'
        place.server.change("UPDATE bundles SET native_packages = ? WHERE name = ?", packages, name)
    end = place("bundle", "promote", "1.0.2", "beta", "--dry-run")
    assert end.code == OK, end
    assert "native packages differ from the present bundle: camera 6.0.0 → 6.1.0" in end.stderr


def test_a_change_without_a_journal_is_not_sent(place: Place) -> None:
    (place.folder / "state").write_text("no folder")
    end = place("device", "link", ONE, "beta", "--yes")
    assert (end.code, place.server.writes) == (FAILED, 0)
    assert "no journal" in end.stdout


def test_durations_have_the_units_of_the_filter(place: Place) -> None:
    for text in ("90s", "5m", "36h", "1d", "2w", "3mo", "1y"):
        assert place("log", "--since", text).code == OK
        words = ("bundle", "cleanup", "--keep", "0", "--no-devices", "--older-than", text)
        assert place(*words, "--dry-run").code == OK
    for text in ("999999y", "soon"):
        assert place("log", "--since", text).code == USAGE


# A script as the README has one

SCRIPT = """
set -eu
capgo-tui device link - beta --yes --confirm {count} --ndjson < ids.txt > changes.ndjson
number=$(sed -n '1s/.*"undo": \\([0-9]*\\).*/\\1/p' changes.ndjson)
capgo-tui undo "$number" --yes --confirm {count}
"""
"""Put the devices of ids.txt on beta, and undo it."""


def test_a_script_overrides_devices_by_their_ids_and_undoes_it(
    tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    """With ``--whole`` for 200 devices, else for the fewest whose number has to be typed."""
    count = 200 if pytestconfig.getoption("whole") else 51
    rows = [device(number) for number in range(1, count + 6)]
    server = Server(store_of(state(devices=rows)), limits="none")
    ids = [device_id(number) for number in range(1, count + 1)]
    (tmp_path / "ids.txt").write_text("\n".join(ids) + "\n")
    with open_place(run_here, tmp_path, server) as place:
        process = subprocess.run(
            ["/bin/sh", "-c", SCRIPT.replace("{count}", str(count))],
            env={
                "PATH": f"{COMMAND.parent}:{os.environ['PATH']}",
                "HOME": str(tmp_path),
                "CAPGO_API_URL": place.url,
                "CAPGO_APP_ID": APP,
                "CAPGO_TOKEN": ALL,
            },
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=390,
        )
        assert process.returncode == OK, process.stderr
        assert len((tmp_path / "changes.ndjson").read_text().splitlines()) == count
        assert sum(one.method == "POST" for one in server.requests) == count
        assert server.overrides() == {}
