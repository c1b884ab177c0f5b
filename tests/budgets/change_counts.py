"""How many requests a change costs once its lists are loaded, counted by the server."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from capgo_tui.api.key import ApiKey
from capgo_tui.workspace.changes.bundles import bundle_notes
from capgo_tui.workspace.changes.carry_out import carry_out
from capgo_tui.workspace.changes.outcome import Fate
from capgo_tui.workspace.session import open_workspace
from capgo_tui.workspace.target import Target
from tests.budgets.sandbox import Sandbox, sandbox
from tests.support.pseudo_terminal import COMMAND, PseudoTerminal

if TYPE_CHECKING:
    from pathlib import Path

    from tests.budgets.figures import Measured

DEVICES, CHANNELS, BUNDLES = 90, 62, 133
GONE = "gone, read back"
READ_BACK = ", read back"
ESC = "\x1b"


@dataclass
class Driven:
    """The program in a terminal, and what it asks of the sandbox."""

    terminal: PseudoTerminal
    world: Sandbox

    def cost(self, keys: str, *shown: str) -> list[str]:
        """The requests that some keys lead to, until the screen shows all of that."""
        before = len(self.world.asked())
        self.terminal.press(keys, *shown)
        return self.world.asked()[before:]

    def go_to(self, tab: str, name: str) -> None:
        """Put the cursor on a record, with a filter that shows nothing else."""
        self.terminal.press(f"{tab}/", "/")
        self.terminal.press(f"\x15{name}", "1 of ")
        self.terminal.press("\r", "1 of ")


def measure(folder: Path) -> Measured:
    """The requests of each change, and of each list read to its end."""
    with sandbox(DEVICES, CHANNELS, BUNDLES) as world:
        measured: Measured = {}
        with PseudoTerminal([str(COMMAND)], environ=world.environ, folder=folder) as terminal:
            terminal.settle("production")
            terminal.settle(lambda: "…" not in terminal.text.splitlines()[0], "all three counts")
            driven = Driven(terminal, world)
            for tab, name, count in (("3", "bundle", BUNDLES), ("1", "channel", CHANNELS)):
                driven.terminal.press(f"{tab}L", str(count))
                lists = [each for each in world.asked() if each.startswith(f"GET /{name}?")]
                measured[f"requests.{name}s"] = len(lists)
            measured |= _of_channels(driven)
            measured |= _of_bundles(driven)
        measured["requests.notes"] = asyncio.run(_notes(world))
        return measured


def _of_channels(driven: Driven) -> Measured:
    world = driven.world
    channels = [*world.rows("/channel"), *world.rows("/channel", page="1")]
    forced = Counter(each["channel"] for each in world.rows("/device") if each.get("channel"))
    (crowded, held), *_ = forced.most_common(1)
    assert held > 1, "they are on one page"
    device = next(each for each in world.rows("/device") if not each.get("channel"))
    alone, other = [
        each["name"] for each in channels if not each["public"] and each["name"] not in forced
    ][-2:]
    driven.go_to("2", device["device_id"])
    driven.terminal.press(f"o{other}\r", f"none → {other}?")
    override = driven.cost("y", READ_BACK)
    return {
        "requests.override": len(override),
        "requests.promote": _promote(driven, alone),
        "requests.take-off": _take_off(driven, alone),
        "requests.delete-channel": _delete(driven, "1", alone),
        "requests.delete-overrides": _delete(driven, "1", crowded),
    }


def _promote(driven: Driven, channel: str) -> int:
    bundle = driven.world.rows("/bundle")[20]["name"]
    driven.go_to("1", channel)
    driven.terminal.press(f"l{bundle}\r", "?")
    return len(driven.cost("y", READ_BACK))


def _take_off(driven: Driven, channel: str) -> int:
    driven.go_to("1", channel)
    driven.terminal.press("x", "?")
    return len(driven.cost("y", READ_BACK))


def _delete(driven: Driven, tab: str, name: str) -> int:
    driven.go_to(tab, name)
    asked = driven.cost("D", f"type {name} ›")
    driven.terminal.press(f"{name}\r", "y yes")
    return len(asked + driven.cost("y", GONE))


def _of_bundles(driven: Driven) -> Measured:
    rows = driven.world.rows("/bundle", page="1")
    used = {
        (each.get(field) or {}).get("id")
        for page in ({}, {"page": "1"})
        for each in driven.world.rows("/channel", **page)
        for field in ("version", "rollout_version_info")
    }
    free = [each["name"] for each in rows if each["id"] not in used]
    names = [each["name"] for each in (*driven.world.rows("/bundle"), *rows)]
    unlike_others = (name for name in free[10:] if sum(name in each for each in names) == 1)
    one = _delete(driven, "3", next(unlike_others))
    driven.terminal.press(f"3/\x15\r{ESC}", str(BUNDLES - 1))
    driven.terminal.press("G", free[-1])
    driven.terminal.press("    kkkkkkkk    D", "type ")
    (count,) = re.findall(r"type (\d+) ›", driven.terminal.text)
    driven.terminal.press(f"{count}\r", "y yes")
    asked = driven.cost("y", f"{count} of {count} · ✓ {count}")
    deletions = [each for each in asked if each.startswith("DELETE /bundle")]
    assert len(deletions) == int(count) > 1
    return {
        "requests.delete-bundle": one,
        "requests.delete-many": len(asked) - len(deletions),
    }


async def _notes(world: Sandbox) -> int:
    """Not by the keys of its form: they are another matter."""
    target = Target(world.app, ApiKey(world.key), world.url)
    workspace = open_workspace(target)
    try:
        await workspace.bundles.load_all()
        await workspace.client.learn_revision(world.app)
        bundle = list(workspace.bundles.records.values())[-5]
        before = len(world.asked())
        outcome = await carry_out(bundle_notes(workspace, bundle, {"comment": "x"}), workspace)
        assert outcome.fate is Fate.VERIFIED, outcome
        return len(world.asked()) - before
    finally:
        await workspace.aclose()
