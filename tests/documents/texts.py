"""The documents, and the commands in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import capgo_tui.help
from capgo_tui.help import TOPICS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[2]
README: Final = ROOT / "README.md"
CONTRIBUTING: Final = ROOT / "CONTRIBUTING.md"
PAGES: Final = {
    f"help/{topic}": Path(capgo_tui.help.__file__).with_name(f"{topic}.md") for topic in TOPICS
}
_FENCE: Final = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_TEST_COMMAND: Final = re.compile(r"<!-- test command -->.*?<!-- end -->", re.DOTALL)
"""What .ci/run runs, letter by letter."""
_SPAN: Final = re.compile(r"`((?:capgo-tui|python|pip)\b[^`]*)`")
_EXAMPLE: Final = re.compile(r"^ {4}((?:[A-Z_]+=\S+ )?capgo-tui .*)$", re.MULTILINE)
_MENTION: Final = re.compile(r"capgo-tui help [a-z-]+")


@dataclass(frozen=True)
class Command:
    """A command of a document, as it is written there."""

    document: str
    text: str

    def __str__(self) -> str:
        return f"{self.document}: {self.text}"


def fences(text: str, language: str) -> list[str]:
    """Return the code blocks of a language."""
    return [code for name, code in _FENCE.findall(text) if name == language]


def commands() -> list[Command]:
    """Return every command of the README and of the help, each once."""
    found = [Command("README", text) for text in _readme_commands(README.read_text("utf-8"))]
    for name, path in PAGES.items():
        found += [Command(name, text) for text in _page_commands(path.read_text("utf-8"))]
    return [*{command.text: command for command in found}.values()]


def _readme_commands(text: str) -> Iterator[str]:
    text = _TEST_COMMAND.sub("", text)
    for script in fences(text, "sh"):
        # One that stops at the first failure is run as a whole, else each of its lines.
        yield from [script.strip()] if script.startswith("set -eu") else script.splitlines()
    yield from _SPAN.findall(_FENCE.sub("", text))


def _page_commands(text: str) -> Iterator[str]:
    for pattern in (_EXAMPLE, _SPAN, _MENTION):
        yield from pattern.findall(text)
