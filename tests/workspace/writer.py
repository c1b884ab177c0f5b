"""A program that writes one override, to be killed on its way; or that looks what became of it.

``python -m tests.workspace.writer write|resolve`` with the rest in the environment. It says on
standard output how far it is, and stops there for as long as standard input is open.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from capgo_tui.api.key import ApiKey
from capgo_tui.workspace.changes.carry_out import carry_out
from capgo_tui.workspace.changes.overrides import OverrideChange
from capgo_tui.workspace.changes.resolve import resolve
from capgo_tui.workspace.session import Workspace, open_workspace
from capgo_tui.workspace.target import Target
from tests.support.retry_policy import one_try

if TYPE_CHECKING:
    from collections.abc import Mapping


def environ(url: str, app_id: str, key: str, journal: Path, device: str) -> Mapping[str, str]:
    """What such a program is told by."""
    values = {"URL": url, "APP": app_id, "KEY": key, "JOURNAL": str(journal), "DEVICE": device}
    return {**os.environ, **{f"WRITER_{name}": value for name, value in values.items()}}


def main(verb: str) -> None:
    """Do it, and say what is in the journal then."""
    values = {name: os.environ[f"WRITER_{name}"] for name in ("URL", "APP", "KEY", "JOURNAL")}
    target = Target(
        ApiKey(values["KEY"]),
        values["APP"],
        values["URL"],
        journal=Path(values["JOURNAL"]),
        retry_policy=one_try(),
    )
    asyncio.run({"write": write, "resolve": look}[verb](open_workspace(target)))


async def write(workspace: Workspace) -> None:
    """Carry an override out, and stop once it is written down that it will be sent."""
    intend = workspace.journal.intend

    def intend_and_wait(*arguments: object, **more: object) -> int:
        entry = intend(*arguments, **more)  # type: ignore[arg-type]
        print("intended", flush=True)
        if os.environ.get("WRITER_STOPS"):
            sys.stdin.read()
        return entry

    workspace.journal.intend = intend_and_wait  # type: ignore[method-assign]
    change = OverrideChange(
        app_id=workspace.target.app_id,
        wire_id=os.environ["WRITER_DEVICE"],
        label="the device",
        before={"channel": None},
        after={"channel": "beta"},
    )
    await carry_out(change, workspace)
    print("settled", flush=True)
    sys.stdin.read()


async def look(workspace: Workspace) -> None:
    """Resolve what is open, and say what the journal said before and says now."""
    before = [(entry.is_cut_off, entry.is_under_way) for entry in workspace.journal.list_entries()]
    resolution = await resolve(workspace)
    now = [
        {"id": entry.id, "fate": entry.state, "found": entry.readback, "cut_off": entry.is_cut_off}
        for entry in workspace.journal.list_entries()
    ]
    print(json.dumps({"before": before, "told": str(resolution), "now": now}))
    await workspace.aclose()


if __name__ == "__main__":
    main(sys.argv[1])
