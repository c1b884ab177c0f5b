"""The requests of a job, counted by the server, and its keys."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.budgets.sandbox import Sandbox, sandbox
from tests.support.pseudo_terminal import COMMAND, PseudoTerminal

if TYPE_CHECKING:
    from pathlib import Path

    from tests.budgets.figures import Figures

DEVICES = 700
READ_BACK_TEXT = "override is beta, read back"
PASTE = "\x1b[200~{}\x1b[201~"
FIRST_LISTS = 3
"""The first page of each of the three lists, which every cold start requests."""
RIGHT = "\x1b[C"
ROLLOUT = {
    "start": (
        ("R", "no target yet"),
        ("t", "Roll out on production"),
        ("\r", "10 % · not started"),
        ("s", "Sure?"),
        ("y", "✓ production: 10 % of devices get"),
    ),
    "raise": (
        ("R", "not paused"),
        (RIGHT, "10 % → 25 %"),
        ("s", "Sure?"),
        ("y", "✓ production: 25 % of devices get"),
    ),
    "finish": (("R", "not paused"), ("f", "Sure?"), ("y", "✓ production: no rollout")),
}
"""The keys of each job of a rollout, from the list, each with what it shows."""


def measure(folder: Path) -> Figures:
    """Count the requests of a cold start and of one job, and the keys of that job."""
    with sandbox(DEVICES) as world:
        # After the first page, whatever its size.
        near, far = (row["device_id"] for row in world.devices(3)[-2:])
        return {
            "cold-start": _cold_start(world, folder),
            "fix": _fix(world, folder, near) - FIRST_LISTS,
            "keys": _keys(world, folder, far),
            **_rollout(world, folder),
        }


def _cold_start(world: Sandbox, folder: Path) -> int:
    before = len(world.requests())
    with PseudoTerminal([str(COMMAND)], environ=world.environ, folder=folder) as terminal:
        terminal.settle("production")
        # Each tab shows a count once its list is loaded, and an ellipsis until then.
        terminal.settle(lambda: "…" not in terminal.text.splitlines()[0], "all three counts")
        return len(world.requests()) - before


def _fix(world: Sandbox, folder: Path, device: str) -> int:
    """Count the requests from the start on a device to its verified override."""
    before = len(world.requests())
    with PseudoTerminal(
        [str(COMMAND), "--device", device], environ=world.environ, folder=folder
    ) as terminal:
        terminal.settle("1 of ")
        terminal.press("obeta\r", "none → beta?")
        terminal.press("y", READ_BACK_TEXT)
    requests = world.requests()[before:]
    assert any(request.startswith("POST /device") for request in requests), json.dumps(requests)
    return len(requests)


def _keys(world: Sandbox, folder: Path, device: str) -> int:
    """Count the keys from the lists to a verified override, without the pasted device id."""
    key_count = 0
    with PseudoTerminal([str(COMMAND)], environ=world.environ, folder=folder) as terminal:
        terminal.settle("production")
        for keys, text in (
            ("2", " loaded"),
            ("/", ""),
            (PASTE.format(device), "0 of "),
            ("\r", "1 of "),
            ("o", "Override"),
            ("be", "beta"),
            ("\r", "none → beta?"),
            ("y", READ_BACK_TEXT),
        ):
            terminal.press(keys, text)
            key_count += 0 if keys.startswith("\x1b[200~") else len(keys)
    return key_count


def _rollout(world: Sandbox, folder: Path) -> Figures:
    """Count the keys and the requests of a rollout that is started, raised and finished."""
    figures: Figures = {}
    with PseudoTerminal([str(COMMAND)], environ=world.environ, folder=folder) as terminal:
        terminal.settle("production")
        terminal.settle(lambda: "…" not in terminal.text.splitlines()[0], "all three counts")
        for job, presses in ROLLOUT.items():
            before = len(world.requests())
            for key, text in presses:
                terminal.press(key, text)
            figures[f"keys.rollout-{job}"] = len(presses)
            figures[f"requests.rollout-{job}"] = len(world.requests()) - before
    return figures
