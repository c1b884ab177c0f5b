"""Attacks by a proxy that answers writes in its own way, forwarded or not, on the real client."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from capgo_tui.commands import running
from capgo_tui.commands.root import capgo_tui
from capgo_tui.workspace.changes.batch import Batch
from capgo_tui.workspace.changes.outcome import OutcomeState
from capgo_tui.workspace.log_file import LogFile
from capgo_tui.workspace.session import open_client
from tests.arsenal.answers import ODD_ANSWERS, SIGN_IN, SUCCESSES
from tests.arsenal.attack import Attack, Result
from tests.arsenal.leaks import find_leaky_files
from tests.arsenal.servers import raw_server
from tests.support.front_door import on_a_socket
from tests.support.retry_policy import one_try
from tests.support.world import open_world
from tests.workspace.changes.overriding import SET, change_for, check_line, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from capgo_tui.api.client import CapgoClient
    from capgo_tui.workspace.target import Target


async def answer_writes(
    raw: bytes, folder: Path, forwarding: tuple[bool, ...] = (True, False)
) -> Result:
    """Answer one override for each value of `forwarding` with `raw`, after forwarding it or not.

    The same bytes then answer a list on the command line.
    """
    journal = folder / "state" / "journal.sqlite3"
    writes = 0
    async with open_world(devices=6) as world, on_a_socket(world.door) as url:
        log = LogFile(folder / "requests.log")
        workspace = world.open(server=url, journal=journal, log_file=log)
        devices = world.free_devices()
        for is_forwarded, device in zip(forwarding, devices, strict=False):
            change = await change_for(world, workspace, "beta", device)
            world.door.answer_raw(SET, raw, first=is_forwarded)
            outcome = await run(world, workspace, change)
            assert outcome.bug is None
            assert world.override_of(device) == ("beta" if is_forwarded else None)
            line = check_line(world, change, outcome)
            assert line.startswith(MARKS.get(outcome.state, "!")), line
            (folder / f"shown-{is_forwarded}").write_text(line, encoding="utf-8")
            writes += world.door.writes
        await workspace.aclose()
        key = workspace.target.api_key.reveal()
        code = await asyncio.to_thread(list_channels, raw, key, folder)
        return Result(
            f"{writes} writes",
            read_fates(journal),
            str(code),
            ", ".join(find_leaky_files(folder, key)),
        )


def read_fates(journal: Path) -> str:
    """Return the fate of each change, and the override that was read back."""
    if not journal.exists():
        return "nothing"
    db = sqlite3.connect(journal)
    rows = db.execute(
        "SELECT fate, json_extract(found, '$.channel'), found FROM changes ORDER BY id"
    )
    lines = [
        f"{fate} {('none' if state else 'not read') if channel is None else channel}"
        for fate, channel, state in rows
    ]
    db.close()
    return ", ".join(lines) or "nothing"


def list_channels(raw: bytes, key: str, folder: Path) -> int:
    """Answer a list on the command line with `raw`; return its exit code."""

    def open_without_retries(target: Target, *more: Any) -> CapgoClient:
        return open_client(replace(target, retry_policy=one_try()), *more)

    with raw_server(lambda _: raw) as server, pytest.MonkeyPatch.context() as patch:
        patch.setattr(running, "open_client", open_without_retries)
        patch.setenv("HOME", str(folder))
        words = ["channel", "list", "com.demo.app", "-a", key, "--api-url", server.url]
        words += ["--log-file", str(folder / "reads.log")]
        result = CliRunner().invoke(capgo_tui, words)
    (folder / "output").write_text(result.output, encoding="utf-8")
    assert isinstance(result.exception, SystemExit | None), result.exception
    assert len(result.stderr.strip().splitlines()) <= 2, result.output
    assert "Traceback" not in result.stderr, result.output
    return result.exit_code


async def change_meanwhile(folder: Path) -> Result:
    """Set another override while the question is open."""
    journal = folder / "state" / "journal.sqlite3"
    async with open_world(devices=6) as world, on_a_socket(world.door) as url:
        workspace = world.open(server=url, journal=journal)
        change = await change_for(world, workspace, "beta")
        world.set_override(change.wire_id, "qa")
        world.clock.advance(60)
        await Batch([change], workspace).carry_out()
        await workspace.aclose()
        assert world.override_of(change.wire_id) == "qa"
        return Result(f"{world.door.writes} writes", read_fates(journal))


MARKS = {OutcomeState.VERIFIED: "✓", OutcomeState.UNKNOWN: "?"}
LANDED_AND_NOT = "verified beta, unknown none"
CODES = {
    "a web page in 403": "4",
    "a line of text in 403": "4",
    "a web page in 404": "3",
    "nothing in 404": "3",
    "a web page in 429": "5",
    "a reply of 1 MB": "6",
}
"""The exit code of a list by its answer; 1 for all others."""


def attacks() -> Iterator[Attack]:
    """Yield the rows."""
    for name, raw in ODD_ANSWERS.items():
        expectation = Result("2 writes", LANDED_AND_NOT, CODES.get(name, "1"))
        yield Attack(
            2, f"a write is answered with {name}", partial(answer_writes, raw), expectation
        )
    signed_out = partial(answer_writes, SIGN_IN, forwarding=(True,))
    expectation = Result("1 writes", "unknown not read", "4")
    yield Attack(2, "a write is answered with a web page in 401", signed_out, expectation)
    for name, raw in SUCCESSES.items():
        expectation = Result("2 writes", "verified beta, different none", "1")
        yield Attack(
            2, f"a write is answered with {name}", partial(answer_writes, raw), expectation
        )
    yield Attack(
        3, "another override is set before the yes", change_meanwhile, Result("0 writes", "nothing")
    )
