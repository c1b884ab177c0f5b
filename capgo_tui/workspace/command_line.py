"""The command of this program that reads one record, for a shell."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from capgo_tui.api.servers import DEFAULT_SERVER
from capgo_tui.workspace.curl import find_address

if TYPE_CHECKING:
    from capgo_tui.workspace.target import Target


def format_reading_command(noun: str, name: str, target: Target) -> str:
    """Return the command that shows a record; the API key comes from the settings."""
    words = ["capgo-tui", noun, "get"]
    server = find_address(target)
    if server != DEFAULT_SERVER:
        words += ["--api-url", server]
    if target.profile is not None:
        words += ["--profile", target.profile.name]
    if name.startswith("-"):
        words.append("--")
    return " ".join(map(_quote, [*words, name, target.app_id]))


def _quote(word: str) -> str:
    """Quote a word for a shell, with control characters escaped."""
    if word.isprintable():
        return shlex.quote(word)
    text = "".join(
        char if char.isprintable() and char not in "\\'" else _escape(char) for char in word
    )
    return f"$'{text}'"


def _escape(char: str) -> str:
    if char in "\\'":
        return f"\\{char}"
    return "".join(f"\\x{byte:02x}" for byte in char.encode("utf-8", "surrogatepass"))
