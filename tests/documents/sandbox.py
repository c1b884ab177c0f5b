"""A sandbox with the data of ``capgo-tui sandbox``, and a terminal in which commands are run."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from capgo_tui.sandbox.app import create_app
from capgo_tui.sandbox.generate import generate
from capgo_tui.sandbox.store import Store
from tests.sandbox.sockets import serve_app
from tests.support.pseudo_terminal import COMMAND, PATIENCE, ProgramEnd, PseudoTerminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONFIG: Final = '[profiles.shop]\nkey_env = "CAPGO_TOKEN"\n'
_OVERRIDES: Final = (
    "FROM overrides o JOIN channels c ON c.id = o.channel_id JOIN devices d USING (device_id)"
)
_YES: Final = re.compile(rb"go on\? \[y/N\] \Z")
_TYPED: Final = re.compile(rb"type (.+) to go on: \Z")
_ESCAPES: Final = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\r")


@dataclass
class Desk:
    """A folder with a sandbox in reach, as a reader of the documents has it."""

    store: Store
    folder: Path
    environ: dict[str, str]

    def terminal(self, command: str, columns: int = 80, lines: int = 24) -> PseudoTerminal:
        """Run a command line in a terminal of its own."""
        return PseudoTerminal(
            ["/bin/sh", "-c", command],
            columns=columns,
            lines=lines,
            environ=self.environ,
            folder=self.folder,
        )

    def run(self, command: str) -> tuple[int, str]:
        """Run a command line, agree to what it asks; return its exit code and its output."""
        with self.terminal(command, columns=200) as terminal:
            answered = 0
            try:
                while terminal.read(PATIENCE):
                    tail = bytes(terminal.output[answered:])
                    if _YES.search(tail):
                        terminal.type("y\r")
                        answered = len(terminal.output)
                    elif match := _TYPED.search(tail):
                        terminal.type(f"{match[1].decode()}\r")
                        answered = len(terminal.output)
                raise AssertionError(f"{command} goes on without a word:\n{terminal.text}")
            except ProgramEnd:
                output = bytes(terminal.output).decode()
                return terminal.process.wait(PATIENCE), _ESCAPES.sub("", output)

    def ask(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        """Return what the sandbox has in its tables."""
        with self.store.open_for_reading() as db:
            return [tuple(row) for row in db.execute(sql, values)]

    def count_overrides(self, channel: str) -> int:
        """Return how many devices are forced to a channel."""
        (row,) = self.ask(f"SELECT count(*) {_OVERRIDES} WHERE c.name = ?", channel)
        return int(str(row[0]))

    def override_of(self, custom_id: str) -> str:
        """Return the channel that a device is forced to; empty for none."""
        rows = self.ask(f"SELECT c.name {_OVERRIDES} WHERE d.custom_id = ?", custom_id)
        return str(rows[0][0]) if rows else ""

    def bundle_of(self, channel: str, column: str = "version") -> str:
        """Return the bundle that a channel carries, or its rollout target; empty for none."""
        rows = self.ask(
            f"SELECT b.name FROM channels c JOIN bundles b ON b.id = c.{column} WHERE c.name = ?",  # noqa: S608
            channel,
        )
        return str(rows[0][0]) if rows else ""

    def count_bundles(self) -> int:
        """Return how many bundles are not deleted."""
        (row,) = self.ask("SELECT count(*) FROM bundles WHERE deleted = 0")
        return int(str(row[0]))


@contextmanager
def open_desk(folder: Path) -> Iterator[Desk]:
    """Serve a new sandbox, with a folder that has a Capacitor config, a profile and the program."""
    store = Store()
    try:
        world = generate(store, now=datetime.now(UTC))
        config = folder / ".config" / "capgo-tui"
        config.mkdir(parents=True)
        (config / "config.toml").write_text(CONFIG, "utf-8")
        (folder / "capacitor.config.json").write_text(json.dumps({"appId": world.app_id}), "utf-8")
        with serve_app(create_app(store, revision="live", limits="none")) as port:
            environ = {
                "PATH": f"{COMMAND.parent}:/usr/bin:/bin",
                "CAPGO_API_URL": f"http://127.0.0.1:{port}",
                "CAPGO_TOKEN": world.key,
            }
            yield Desk(store, folder, environ)
    finally:
        store.close()
