"""Folders, files and settings that somebody else laid out; the installed program starts there."""

from __future__ import annotations

import asyncio
import json
import os
from functools import partial
from typing import TYPE_CHECKING

from tests.arsenal.attack import KEY, Attack, Result
from tests.arsenal.leaks import leaky_files, pieces_in
from tests.arsenal.program import run_program
from tests.arsenal.servers import bare, raw_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Lay = Callable[[Path, str], None]

LISTING = ("channel", "list", "com.demo.app")


async def start_in(
    lay: Lay, folder: Path, *, words: tuple[str, ...] = (), names_server: bool = False
) -> Result:
    """Lay something out around ``project``, and list the channels of a server from there."""
    project, config = folder / "project", folder / "config" / "capgo-tui"
    project.mkdir()
    config.mkdir(parents=True)
    with raw_server(lambda _: bare("200 OK", b"[]", "content-type: application/json")) as server:
        lay(folder, server.url)
        environ = {} if names_server else {"CAPGO_API_URL": server.url}
        ran = await asyncio.to_thread(run_program, folder, *LISTING, *words, environ=environ)
        arrived = f"{len(server.requests)} reads"
    assert b"Traceback" not in ran.stderr
    seen = ["screen"] if pieces_in(ran.stdout + ran.stderr, KEY) else []
    own = {str(folder / "project" / ".capgo"), str(config / "config.toml")}
    leaks = [*seen, *(file for file in leaky_files(folder, KEY) if file not in own)]
    return Result(arrived, "", str(ran.code), ", ".join(leaks), ran.megabytes)


def link(place: str, target: str) -> Lay:
    return lambda folder, _: (folder / place).symlink_to(folder / target)


def pipe(place: str) -> Lay:
    return lambda folder, _: os.mkfifo(folder / place)


def text(place: str, content: str) -> Lay:
    def lay(folder: Path, _: str) -> None:
        (folder / place).write_text(content)

    return lay


def linked_key(folder: Path, _: str) -> None:
    (folder / "secret").write_text("a-secret-of-somebody\n")
    (folder / "project" / ".capgo").symlink_to(folder / "secret")


def named_server(folder: Path, url: str) -> None:
    config = {"appId": "com.demo.app", "plugins": {"CapacitorUpdater": {"localApi": url}}}
    (folder / "project" / "capacitor.config.json").write_text(json.dumps(config))
    (folder / "project" / ".capgo").write_text(KEY)


def linked_log(folder: Path, _: str) -> None:
    (folder / "project" / ".capgo").write_text(KEY)
    (folder / "project" / "log").symlink_to(folder / "nowhere")


def hard_log(folder: Path, _: str) -> None:
    (folder / "project" / ".capgo").write_text(KEY)
    (folder / "theirs").write_text("theirs")
    os.link(folder / "theirs", folder / "project" / "log")


def key_command(*command: str) -> Lay:
    profile = f'default_profile = "p"\n[profiles.p]\nkey_command = {json.dumps(command)}\n'
    return text("config/capgo-tui/config.toml", profile)


SETTINGS = "config/capgo-tui/config.toml"
TELLING = f"echo {KEY}; echo {KEY} >&2; exit 1"
REFUSED = Result("0 reads", "", "2", "", 60)
ROWS: list[tuple[int, str, Lay, tuple[str, ...]]] = [
    (8, ".capgo leads to somebody's file", linked_key, ()),
    (8, ".capgo leads to /dev/zero", link("project/.capgo", "/dev/zero"), ()),
    (8, ".capgo leads to the program's memory", link("project/.capgo", "/proc/self/mem"), ()),
    (8, ".capgo is a pipe", pipe("project/.capgo"), ()),
    (8, ".capgo is larger than 256 KB", text("project/.capgo", "k" * 300_000), ()),
    (8, ".capgo holds a header of its own", text("project/.capgo", f"{KEY}\r\nx-evil: 1"), ()),
    (8, "the settings are a pipe", pipe(SETTINGS), ()),
    (8, "a setting has 100 000 parts", text(SETTINGS, ".".join(["a"] * 100_000) + " = 1"), ()),
    (9, "key_command writes without end", key_command("yes"), ()),
    (9, "key_command tells the key as it fails", key_command("sh", "-c", TELLING), ()),
    (10, "--log-file leads to nowhere", linked_log, ("--log-file", "log")),
    (10, "--log-file is a file of somebody's", hard_log, ("--log-file", "log")),
]  # fmt: skip


def attacks() -> Iterator[Attack]:
    """Yield the rows."""
    for line, name, lay, words in ROWS:
        yield Attack(line, name, partial(start_in, lay, words=words), REFUSED)
    named = partial(start_in, named_server, names_server=True)
    yield Attack(8, "a file of the folder names the server", named, REFUSED)
    complaint = f"head -c 10000000 /dev/zero >&2; echo {KEY}"
    heard = partial(start_in, key_command("sh", "-c", complaint))
    yield Attack(9, "key_command complains for 10 MB", heard, Result("1 reads", "", "0", "", 60))
