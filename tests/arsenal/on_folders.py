"""Attacks by folders, files and settings; the installed program starts among them."""

from __future__ import annotations

import asyncio
import json
import os
from functools import partial
from typing import TYPE_CHECKING

from tests.arsenal.attack import KEY, Attack, Result
from tests.arsenal.leaks import find_leaky_files, find_pieces
from tests.arsenal.program import run_program
from tests.arsenal.servers import make_answer, raw_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Lay = Callable[[Path, str], None]

LISTING = ("channel", "list", "com.demo.app")


async def start_in(
    lay: Lay, folder: Path, *, words: tuple[str, ...] = (), names_server: bool = False
) -> Result:
    """Lay files out around ``project``, and list the channels of a server from there."""
    project, config = folder / "project", folder / "config" / "capgo-tui"
    project.mkdir()
    config.mkdir(parents=True)
    with raw_server(
        lambda _: make_answer("200 OK", b"[]", "content-type: application/json")
    ) as server:
        lay(folder, server.url)
        environ = {} if names_server else {"CAPGO_API_URL": server.url}
        program = await asyncio.to_thread(run_program, folder, *LISTING, *words, environ=environ)
        requests = f"{len(server.requests)} reads"
    assert b"Traceback" not in program.stderr
    screen_leaks = ["screen"] if find_pieces(program.stdout + program.stderr, KEY) else []
    key_files = {str(folder / "project" / ".capgo"), str(config / "config.toml")}
    leaks = [
        *screen_leaks,
        *(file for file in find_leaky_files(folder, KEY) if file not in key_files),
    ]
    return Result(requests, "", str(program.code), ", ".join(leaks), program.megabytes)


def lay_link(place: str, target: str) -> Lay:
    return lambda folder, _: (folder / place).symlink_to(folder / target)


def lay_pipe(place: str) -> Lay:
    return lambda folder, _: os.mkfifo(folder / place)


def lay_text(place: str, content: str) -> Lay:
    def lay(folder: Path, _: str) -> None:
        (folder / place).write_text(content)

    return lay


def link_key(folder: Path, _: str) -> None:
    (folder / "secret").write_text("a-secret-of-somebody\n")
    (folder / "project" / ".capgo").symlink_to(folder / "secret")


def name_server(folder: Path, url: str) -> None:
    config = {"appId": "com.demo.app", "plugins": {"CapacitorUpdater": {"localApi": url}}}
    (folder / "project" / "capacitor.config.json").write_text(json.dumps(config))
    (folder / "project" / ".capgo").write_text(KEY)


def link_log(folder: Path, _: str) -> None:
    (folder / "project" / ".capgo").write_text(KEY)
    (folder / "project" / "log").symlink_to(folder / "nowhere")


def hard_link_log(folder: Path, _: str) -> None:
    (folder / "project" / ".capgo").write_text(KEY)
    (folder / "theirs").write_text("theirs")
    os.link(folder / "theirs", folder / "project" / "log")


def lay_key_command(*command: str) -> Lay:
    profile = f'default_profile = "p"\n[profiles.p]\nkey_command = {json.dumps(command)}\n'
    return lay_text("config/capgo-tui/config.toml", profile)


SETTINGS = "config/capgo-tui/config.toml"
ECHO_KEY = f"echo {KEY}; echo {KEY} >&2; exit 1"
REFUSAL = Result("0 reads", "", "2", "", 60)
ROWS: list[tuple[int, str, Lay, tuple[str, ...]]] = [
    (8, ".capgo leads to somebody's file", link_key, ()),
    (8, ".capgo leads to /dev/zero", lay_link("project/.capgo", "/dev/zero"), ()),
    (8, ".capgo leads to the program's memory", lay_link("project/.capgo", "/proc/self/mem"), ()),
    (8, ".capgo is a pipe", lay_pipe("project/.capgo"), ()),
    (8, ".capgo is larger than 256 KB", lay_text("project/.capgo", "k" * 300_000), ()),
    (8, ".capgo holds a header of its own", lay_text("project/.capgo", f"{KEY}\r\nx-evil: 1"), ()),
    (8, "the settings are a pipe", lay_pipe(SETTINGS), ()),
    (8, "a setting has 100 000 parts", lay_text(SETTINGS, ".".join(["a"] * 100_000) + " = 1"), ()),
    (9, "key_command writes without end", lay_key_command("yes"), ()),
    (9, "key_command tells the key as it fails", lay_key_command("sh", "-c", ECHO_KEY), ()),
    (10, "--log-file leads to nowhere", link_log, ("--log-file", "log")),
    (10, "--log-file is a file of somebody's", hard_link_log, ("--log-file", "log")),
]  # fmt: skip


def attacks() -> Iterator[Attack]:
    """Yield the rows."""
    for line, name, lay, words in ROWS:
        yield Attack(line, name, partial(start_in, lay, words=words), REFUSAL)
    named_server = partial(start_in, name_server, names_server=True)
    yield Attack(8, "a file of the folder names the server", named_server, REFUSAL)
    complaint = f"head -c 10000000 /dev/zero >&2; echo {KEY}"
    long_complaint = partial(start_in, lay_key_command("sh", "-c", complaint))
    yield Attack(
        9, "key_command complains for 10 MB", long_complaint, Result("1 reads", "", "0", "", 60)
    )
