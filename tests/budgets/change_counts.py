"""The requests of each change after its lists are loaded, counted by the server."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from capgo_tui.api.key import ApiKey
from capgo_tui.workspace.changes.bundles import make_bundle_notes
from capgo_tui.workspace.changes.carry_out import carry_out
from capgo_tui.workspace.changes.outcome import OutcomeState
from capgo_tui.workspace.session import open_workspace
from capgo_tui.workspace.target import Target
from tests.budgets.sandbox import Sandbox, sandbox
from tests.support.pseudo_terminal import COMMAND, PseudoTerminal

if TYPE_CHECKING:
    from pathlib import Path

    from tests.budgets.figures import Figures

DEVICES, CHANNELS, BUNDLES = 90, 62, 133
DELETION_TEXT = "gone, read back"
READ_BACK_TEXT = ", read back"
ESC = "\x1b"


@dataclass
class Driver:
    """The program in a terminal, and its sandbox."""

    terminal: PseudoTerminal
    world: Sandbox

    def cost(self, keys: str, *texts: str) -> list[str]:
        """Return the requests after some keys, until the screen shows these texts."""
        before = len(self.world.requests())
        self.terminal.press(keys, *texts)
        return self.world.requests()[before:]

    def go_to(self, tab: str, name: str) -> None:
        """Move the cursor to a record with a filter for it."""
        self.terminal.press(f"{tab}/", "/")
        self.terminal.press(f"\x15{name}", "1 of ")
        self.terminal.press("\r", "1 of ")


def measure(folder: Path) -> Figures:
    """Count the requests of each change, and of each list read to its end."""
    with sandbox(DEVICES, CHANNELS, BUNDLES) as world:
        figures: Figures = {}
        with PseudoTerminal([str(COMMAND)], environ=world.environ, folder=folder) as terminal:
            terminal.settle("production")
            terminal.settle(lambda: "…" not in terminal.text.splitlines()[0], "all three counts")
            driver = Driver(terminal, world)
            for tab, name, count in (("3", "bundle", BUNDLES), ("1", "channel", CHANNELS)):
                driver.terminal.press(f"{tab}L", str(count))
                lists = [each for each in world.requests() if each.startswith(f"GET /{name}?")]
                figures[f"requests.{name}s"] = len(lists)
            figures |= _of_channels(driver)
            figures |= _of_bundles(driver)
        figures["requests.notes"] = asyncio.run(_notes(world))
        return figures


def _of_channels(driver: Driver) -> Figures:
    world = driver.world
    channels = [*world.rows("/channel"), *world.rows("/channel", page="1")]
    override_counts = Counter(
        each["channel"] for each in world.rows("/device") if each.get("channel")
    )
    (busiest, override_count), *_ = override_counts.most_common(1)
    assert override_count > 1, "they are on one page"
    device = next(each for each in world.rows("/device") if not each.get("channel"))
    channel_name, other_name = [
        each["name"]
        for each in channels
        if not each["public"] and each["name"] not in override_counts
    ][-2:]
    driver.go_to("2", device["device_id"])
    driver.terminal.press(f"o{other_name}\r", f"none → {other_name}?")
    override = driver.cost("y", READ_BACK_TEXT)
    return {
        "requests.override": len(override),
        "requests.promote": _promote(driver, channel_name),
        "requests.take-off": _take_off(driver, channel_name),
        "requests.delete-channel": _delete(driver, "1", channel_name),
        "requests.delete-overrides": _delete(driver, "1", busiest),
    }


def _promote(driver: Driver, channel: str) -> int:
    bundle = driver.world.rows("/bundle")[20]["name"]
    driver.go_to("1", channel)
    driver.terminal.press(f"l{bundle}\r", "?")
    return len(driver.cost("y", READ_BACK_TEXT))


def _take_off(driver: Driver, channel: str) -> int:
    driver.go_to("1", channel)
    driver.terminal.press("x", "?")
    return len(driver.cost("y", READ_BACK_TEXT))


def _delete(driver: Driver, tab: str, name: str) -> int:
    driver.go_to(tab, name)
    requests = driver.cost("D", f"type {name} ›")
    driver.terminal.press(f"{name}\r", "y yes")
    return len(requests + driver.cost("y", DELETION_TEXT))


def _of_bundles(driver: Driver) -> Figures:
    rows = driver.world.rows("/bundle", page="1")
    linked_ids = {
        (each.get(field) or {}).get("id")
        for page in ({}, {"page": "1"})
        for each in driver.world.rows("/channel", **page)
        for field in ("version", "rollout_version_info")
    }
    free = [each["name"] for each in rows if each["id"] not in linked_ids]
    names = [each["name"] for each in (*driver.world.rows("/bundle"), *rows)]
    unlike_others = (name for name in free[10:] if sum(name in each for each in names) == 1)
    one = _delete(driver, "3", next(unlike_others))
    driver.terminal.press(f"3/\x15\r{ESC}", str(BUNDLES - 1))
    driver.terminal.press("G", free[-1])
    driver.terminal.press("    kkkkkkkk    D", "type ")
    (count,) = re.findall(r"type (\d+) ›", driver.terminal.text)
    driver.terminal.press(f"{count}\r", "y yes")
    requests = driver.cost("y", f"{count} of {count} · ✓ {count}")
    deletions = [each for each in requests if each.startswith("DELETE /bundle")]
    assert len(deletions) == int(count) > 1
    return {
        "requests.delete-bundle": one,
        "requests.delete-many": len(requests) - len(deletions),
    }


async def _notes(world: Sandbox) -> int:
    """Count the requests of a comment, without its form."""
    target = Target(ApiKey(world.key), world.app, world.url)
    workspace = open_workspace(target)
    try:
        await workspace.bundles.load_all()
        await workspace.client.learn_revision(world.app)
        bundle = list(workspace.bundles.records.values())[-5]
        before = len(world.requests())
        outcome = await carry_out(make_bundle_notes(workspace, bundle, {"comment": "x"}), workspace)
        assert outcome.state is OutcomeState.VERIFIED, outcome
        return len(world.requests()) - before
    finally:
        await workspace.aclose()
