"""How many requests a job costs, counted by the server, and how many keys."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.budgets.sandbox import Sandbox, sandbox
from tests.support.pseudo_terminal import COMMAND, PseudoTerminal

if TYPE_CHECKING:
    from pathlib import Path

    from tests.budgets.figures import Measured

DEVICES = 700
READ_BACK = "override is beta, read back"
PASTE = "\x1b[200~{}\x1b[201~"
FIRST_LISTS = 3
"""The first page of each of the three lists, which a cold start asks for in any case."""


def measure(folder: Path) -> Measured:
    """The requests of a cold start and of one job, and the keys of that job."""
    with sandbox(DEVICES) as world:
        # Behind the first page, whatever its size.
        near, far = (row["device_id"] for row in world.devices(3)[-2:])
        return {
            "cold-start": _cold_start(world, folder),
            "fix": _fix(world, folder, near) - FIRST_LISTS,
            "keys": _keys(world, folder, far),
        }


def _cold_start(world: Sandbox, folder: Path) -> int:
    before = len(world.asked())
    with PseudoTerminal([str(COMMAND)], environ=world.environ, folder=folder) as terminal:
        terminal.settle("production")
        # Each list tells its count once it is there, and an ellipsis until then.
        terminal.settle(lambda: "…" not in terminal.text.splitlines()[0], "all three counts")
        return len(world.asked()) - before


def _fix(world: Sandbox, folder: Path, device: str) -> int:
    """All requests from the start on a device to its override verified."""
    before = len(world.asked())
    with PseudoTerminal(
        [str(COMMAND), "--device", device], environ=world.environ, folder=folder
    ) as terminal:
        terminal.settle("1 of ")
        terminal.press("obeta\r", "none → beta?")
        terminal.press("y", READ_BACK)
    asked = world.asked()[before:]
    assert any(request.startswith("POST /device") for request in asked), json.dumps(asked)
    return len(asked)


def _keys(world: Sandbox, folder: Path, device: str) -> int:
    """The keys from the lists to an override verified, beside the device's id, pasted."""
    typed = 0
    with PseudoTerminal([str(COMMAND)], environ=world.environ, folder=folder) as terminal:
        terminal.settle("production")
        for keys, shown in (
            ("2", " loaded"),
            ("/", ""),
            (PASTE.format(device), "0 of "),
            ("\r", "1 of "),
            ("o", "Override"),
            ("be", "beta"),
            ("\r", "none → beta?"),
            ("y", READ_BACK),
        ):
            terminal.press(keys, shown)
            typed += 0 if keys.startswith("\x1b[200~") else len(keys)
    return typed
