"""The request log: every exchange with how it went, and no key anywhere."""

from __future__ import annotations

import json
import os
import shlex
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from capgo_tui.api import requests
from capgo_tui.api.errors import CapgoError, ErrorKind
from capgo_tui.api.key import ApiKey
from capgo_tui.api.requests import BundleName, Request
from capgo_tui.api.revisions import LIVE
from capgo_tui.api.settings import ChannelSettings
from capgo_tui.api.transport import Exchange
from capgo_tui.plain_files import UnsuitableFileError
from capgo_tui.workspace.curl import format_curl
from capgo_tui.workspace.log_file import LogFile
from capgo_tui.workspace.request_log import LONGEST, MOST_ENTRIES, RequestLog
from capgo_tui.workspace.target import Target
from tests.support.clock import NOON
from tests.support.world import open_world

if TYPE_CHECKING:
    from capgo_tui.api.jsonvalue import JSON

KEY = ApiKey("k+3y/with'odd$chars-0123456789")
SERVER = "https://api.example.org/v1"
TARGET = Target(KEY, "com.demo.app", SERVER)
READ = requests.list_channels(LIVE, "com.demo.app")


@pytest.fixture
def log() -> RequestLog:
    return RequestLog(TARGET, lambda: NOON)


def exchange(request: Request = READ, **more: Any) -> Exchange:
    fields: dict[str, Any] = {
        "operation": request.operation,
        "method": request.method,
        "path": request.target,
        "status": 200,
        "elapsed_ms": 12.4,
        "reply_bytes": 345,
        "error": None,
        "request": request,
    }
    return Exchange(**(fields | more))


# What is kept


async def test_a_workspace_logs_what_it_asks_and_what_went_wrong() -> None:
    async with open_world(channels=3) as world:
        workspace = world.open()
        await workspace.channels.load_more()
        other = world.open("no-such-key-0123456789")
        await other.channels.load_more()
        one = workspace.requests.get_newest(0)
        assert (workspace.requests.total, one.number) == (1, 1)
        assert one.exchange.path.startswith("/channel?app_id=")
        assert (one.exchange.status, one.exchange.attempt, one.outcome) == (200, 1, "ok")
        bad = other.requests.get_newest(0)
        assert bad.exchange.error is ErrorKind.KEY_REFUSED
        assert bad.exchange.message in bad.outcome
        assert "no-such-key" not in bad.line


async def test_the_log_says_which_rows_could_not_be_read_and_why() -> None:
    def spoil(document: Any) -> object:
        document["data"][3] = {"custom_id": "nobody"}
        document["data"][4] = None
        return document

    async with open_world(devices=20) as world:
        workspace = world.open()
        world.door.rewrite("GET /device", spoil)
        await workspace.devices.load_more()
        assert workspace.requests.get_newest(0).outcome == ("2 rows unreadable: device_id: missing")
        assert len(workspace.devices) == 18
        first, second = workspace.devices.unreadable_rows.rows
        assert json.loads(first.json) == {"custom_id": "nobody"}
        assert (first.why, second.json) == ("device_id: missing", "null")


async def test_the_log_says_that_an_answer_was_no_list() -> None:
    async with open_world(channels=3) as world:
        workspace = world.open()
        world.door.rewrite("GET /channel", lambda _: 17)
        await workspace.channels.load_more()
        assert isinstance(workspace.channels.error, CapgoError)
        assert workspace.requests.get_newest(0).outcome == "unreadable: it is no list"


def test_only_the_latest_are_kept_and_found_by_their_number(log: RequestLog) -> None:
    for _ in range(MOST_ENTRIES + 7):
        log.note(exchange())
    assert (log.entry_count, log.total) == (MOST_ENTRIES, MOST_ENTRIES + 7)
    assert log.get_newest(0).number == MOST_ENTRIES + 7
    assert [log.place_of(number) for number in (7, 8, MOST_ENTRIES + 7, MOST_ENTRIES + 8)] == [
        None, MOST_ENTRIES - 1, 0, None,
    ]  # fmt: skip


def test_a_note_goes_to_its_own_request_and_to_its_last_try(log: RequestLog) -> None:
    other = requests.list_channels(LIVE, "com.demo.app")
    for one in (exchange(attempt=1), exchange(attempt=2), exchange(other)):
        log.note(one)
    log.note_unreadable(READ, "odd")
    assert [log.get_newest(place).unreadable for place in range(3)] == ["", "odd", ""]
    log.note_unreadable(requests.list_channels(LIVE, "com.demo.app"), "never sent")
    assert log.get_newest(0).unreadable == ""


def test_an_endless_path_is_not_kept(log: RequestLog) -> None:
    request = requests.get_device(LIVE, "com.demo.app", "x" * 1_000_000)
    log.note(exchange(request))
    assert len(log.get_newest(0).exchange.path) == LONGEST + 1
    assert log.format_curl(log.get_newest(0)) is None


# The command for curl


def words(command: str) -> list[str]:
    return shlex.split(command.replace("$CAPGO_TOKEN", "TOKEN"))


def test_a_read_as_curl(log: RequestLog) -> None:
    log.note(exchange())
    command = log.format_curl(log.get_newest(0))
    assert command == (
        f"curl -sS -H \"authorization: $CAPGO_TOKEN\" '{SERVER}/channel?app_id=com.demo.app'"
    )


def test_a_write_as_curl_is_the_request_that_was_sent() -> None:
    request = requests.set_channel(
        LIVE, "com.demo.app", "it's `$HOME` \x1b[31m", ChannelSettings(bundle="1.0.0")
    )
    command = format_curl(request, SERVER, KEY)
    assert command.isascii()
    assert command.isprintable()
    *_, data, body, url = words(command)
    assert data == "--data-raw"
    assert json.loads(body) == request.body
    assert url == SERVER + request.target
    assert words(command)[2:4] == ["-X", "POST"]
    delete = requests.delete_bundle(LIVE, "com.demo.app", BundleName("1.0.0"))
    assert "-X DELETE" in format_curl(delete, SERVER, KEY)
    assert "CAPGO_TOKEN" not in format_curl(requests.ping(LIVE), SERVER, KEY)


def test_what_is_secret_is_in_no_command() -> None:
    raw = KEY.reveal()
    body: dict[str, JSON] = {
        "session_key": "s3cret",
        "nested": [{"sessionKey": "s3cret", "note": f"<{raw}>"}],
    }
    request = Request("x", "POST", "/bundle", (("device_id", raw),), body, writes=True)
    command = format_curl(request, SERVER, KEY)
    assert "s3cret" not in command
    assert raw not in command
    assert raw not in shlex.split(command)[-1]
    assert "0123456789" not in command, "in no spelling"


def test_a_demo_has_no_address_to_copy() -> None:
    async def app(*_: object) -> None:
        """Never called."""

    log = RequestLog(Target(KEY, "com.demo.app", asgi_app=lambda: app), lambda: NOON)
    log.note(exchange())
    assert "https://demo.invalid/channel" in (log.format_curl(log.get_newest(0)) or "")


# The file


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "requests.log"


async def test_every_exchange_is_a_line_at_once_and_none_holds_the_key(path: Path) -> None:
    async with open_world(channels=3) as world:
        key = world.keys["org_super_admin"]
        file = LogFile(path)
        workspace = world.open(log_file=file)
        await workspace.channels.load_more()
        (line,) = lines(path)
        assert " GET /channel?app_id=" in line
        assert line.endswith(" B try 1 ok")
        # The key, pasted where a device id belongs, would travel in the path.
        assert await workspace.look_up_device(key) is None
        world.door.rewrite("GET /channel", lambda _: [17])
        await workspace.channels.refresh()
        _, looked_up, *_, found_later = log_lines = lines(path)
        assert "device_id=[key hidden]" in looked_up
        assert "not_found: " in looked_up
        assert "… 1 row unreadable: row: " in found_later
        assert not any(key in line for line in log_lines)
        file.close()


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def test_a_log_file_is_for_its_owner_and_goes_on_where_it_was(path: Path) -> None:
    path.write_text("before\n")
    path.chmod(0o644)
    file = LogFile(path)
    file.write("after \udcff")
    file.close()
    file.close()
    file.write("too late")
    assert path.read_text() == "before\nafter ?\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_log_file_is_written_where_unix_is_missing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("O_NONBLOCK", "fchmod"):
        monkeypatch.delattr(os, name)
    for line in ("first", "second"):
        file = LogFile(path)
        file.write(line)
        file.close()
    assert path.read_bytes() == b"first\nsecond\n"
    with pytest.raises(OSError, match="no plain file"):
        LogFile(Path(os.devnull))


def test_a_log_file_of_somebody_else_is_refused_and_closed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    descriptors: list[int] = []

    def refuse(file: int, mode: int) -> None:
        descriptors.append(file)
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "fchmod", refuse)
    with pytest.raises(PermissionError):
        LogFile(path)
    (file,) = descriptors
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(file)


def test_a_full_disk_ends_the_log_and_nothing_else(path: Path) -> None:
    file = LogFile(path)
    full = os.open("/dev/full", os.O_WRONLY)
    descriptor = file.descriptor
    assert descriptor is not None
    os.dup2(full, descriptor)
    os.close(full)
    log = RequestLog(Target(KEY, "com.demo.app", log_file=file), lambda: NOON)
    for _ in range(2):
        log.note(exchange())
    assert log.total == 2
    assert log.file_trouble == "No space left on device"
    file.close()


def test_what_is_no_plain_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", tmp_path / "no" / "such", "/dev/null"):
        with pytest.raises(OSError, match=r".+"):
            LogFile(tmp_path / path)


@pytest.mark.parametrize("has_target", [True, False], ids=["to something", "to nothing"])
def test_a_log_file_is_not_written_through_a_link(path: Path, has_target: bool) -> None:
    other = path.with_name("other")
    if has_target:
        other.write_text("theirs\n")
        other.chmod(0o644)
    path.symlink_to(other)
    with pytest.raises(UnsuitableFileError, match="it is a link"):
        LogFile(path)
    assert other.exists() == has_target
    if has_target:
        assert (other.read_text(), stat.S_IMODE(other.stat().st_mode)) == ("theirs\n", 0o644)


def test_a_log_file_is_not_written_through_another_name_of_a_file(path: Path) -> None:
    other = path.with_name("other")
    other.write_text("theirs\n")
    other.chmod(0o644)
    path.hardlink_to(other)
    with pytest.raises(UnsuitableFileError, match="another name"):
        LogFile(path)
    assert (other.read_text(), stat.S_IMODE(other.stat().st_mode)) == ("theirs\n", 0o644)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_log_file_that_belongs_to_somebody_else_is_left_alone(path: Path) -> None:
    path.write_text("theirs\n")
    os.chown(path, 12_345, 12_345)
    with pytest.raises(UnsuitableFileError, match="somebody else"):
        LogFile(path)
    assert path.read_text() == "theirs\n"
