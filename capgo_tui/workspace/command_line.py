"""The command of this program that reads one record, for a shell to run."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from capgo_tui.api.servers import DEFAULT_SERVER
from capgo_tui.workspace.curl import address_of

if TYPE_CHECKING:
    from capgo_tui.workspace.target import Target


def reading_command(noun: str, name: str, target: Target) -> str:
    """The command that shows the record of a name; the key is where the settings have it."""
    words = ["capgo-tui", noun, "get"]
    server = address_of(target)
    if server != DEFAULT_SERVER:
        words += ["--api-url", server]
    if target.profile is not None:
        words += ["--profile", target.profile.name]
    if name.startswith("-"):
        words.append("--")
    return " ".join(map(_quote, [*words, name, target.app_id]))


def _quote(word: str) -> str:
    """A word as a shell takes it; controls are spelled, for no clipboard should hold them."""
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
