"""Executables that stand in for xclip and its kind, and write down what they got."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_SCRIPT = """#!{python}
import json, os, sys, time
record = {{
    "name": os.path.basename(sys.argv[0]),
    "arguments": sys.argv[1:],
    "environ": dict(os.environ),
    "input": sys.stdin.buffer.read().hex(),
}}
with open({log!r}, "a", encoding="utf-8") as log:
    log.write(json.dumps(record) + "\\n")
{ending}
"""
HANGING = "time.sleep(600)"


@dataclass(frozen=True)
class Call:
    """One run of a tool."""

    name: str
    arguments: list[str]
    environ: dict[str, str]
    input: bytes


class FakeTools:
    """A folder of executables, to be the PATH of a program."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._log = folder / "calls.jsonl"
        folder.mkdir()

    @property
    def path(self) -> str:
        """The value of PATH with these tools alone."""
        return str(self._folder)

    def add(self, names: Iterable[str], ending: str = "sys.exit(0)") -> None:
        """Make executables that end in some way."""
        for name in names:
            script = _SCRIPT.format(python=sys.executable, log=str(self._log), ending=ending)
            self.add_file(name, script)

    def add_file(self, name: str, content: str) -> None:
        """Make an executable file of any content."""
        program = self._folder / name
        program.write_text(content, encoding="utf-8")
        program.chmod(0o755)

    @property
    def calls(self) -> list[Call]:
        """The runs so far."""
        if not self._log.exists():
            return []
        records = map(json.loads, self._log.read_text(encoding="utf-8").splitlines())
        return [
            Call(each["name"], each["arguments"], each["environ"], bytes.fromhex(each["input"]))
            for each in records
        ]
