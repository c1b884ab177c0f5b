"""Read the app id and the server from a project's Capacitor config (contract §14).

A ``.json`` config is parsed. A ``.ts`` or ``.js`` config is a program, which is not run: only
string literals at the right place are read.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from capgo_tui.plain_files import UnsuitableFileError, read_plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONFIG_FILES = ("capacitor.config.ts", "capacitor.config.js", "capacitor.config.json")
"""File names in order; the first that exists is used, as in Capacitor itself."""

MAX_STEPS = 3
"""Length of the longest path that is read; deeper values are skipped."""

# Possessive quantifiers, and an unterminated literal is one token up to the end: the file may be
# hostile, and matching must stay linear.
_TOKEN = re.compile(
    r"""
      (?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z))
    | (?P<quote>['"])(?P<text>(?:\\.?|(?!(?P=quote))[^\\\n])*+)(?P<closed>(?P=quote))?
    | `(?P<template>(?:\\.?|[^\\`])*+)(?P<ended>`)?
    | (?P<open>[{\[(]) | (?P<close>[}\])])
    | (?P<name>[A-Za-z_$][\w$]*) | (?P<colon>:) | (?P<comma>[,;]) | (?P<other>\S)
    """,
    re.VERBOSE | re.DOTALL,
)


class BrokenConfigError(ValueError):
    """A config cannot be read; the message names file and line."""


@dataclass(frozen=True, slots=True)
class CapacitorConfig:
    """The app id and the server of a Capacitor config."""

    file: str = "capacitor.config"
    app_id: str | None = None
    server: str | None = None

    @classmethod
    def read(cls, folder: Path) -> CapacitorConfig:
        """Read the config of a folder; return an empty one when there is none.

        Raises:
            BrokenConfigError: when ``capacitor.config.json`` is not JSON, or a config is a link,
                a device or a pipe, or too large.

        """
        for name in CONFIG_FILES:
            try:
                text = read_plain(folder / name).decode("utf-8-sig")
            except UnsuitableFileError as error:
                raise BrokenConfigError(f"{name}: {error.strerror}") from None
            except (OSError, UnicodeDecodeError):
                continue
            texts = _from_json(name, text) if name.endswith(".json") else _from_code(text)
            plugin = "plugins", "CapacitorUpdater"
            return cls(
                name,
                texts.get((*plugin, "appId")) or texts.get(("appId",)),
                texts.get((*plugin, "localApi")),
            )
        return cls()


Texts = dict[tuple[str, ...], str]
"""String values of a config by path, such as ``("plugins", "CapacitorUpdater", "appId")``."""


def _from_json(name: str, text: str) -> Texts:
    try:
        document: object = json.loads(text)
    except json.JSONDecodeError as error:
        raise BrokenConfigError(f"{name}:{_line_of(error)}: not valid JSON") from None
    except (ValueError, RecursionError):
        # A number of thousands of digits is a ValueError of another kind.
        raise BrokenConfigError(f"{name}: nested too deeply, or a number is too long") from None
    return dict(_texts_in(document, ()))


def _line_of(error: json.JSONDecodeError) -> int:
    """Return the line of an error; that of a trailing comma is its own, as in Python 3.13."""
    before = error.doc[: error.pos].rstrip()
    if before.endswith(",") and error.doc[error.pos : error.pos + 1] in ("}", "]"):
        return before.count("\n") + 1
    return error.lineno


def _texts_in(value: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict) and len(path) < MAX_STEPS:
        for name, inner in value.items():
            yield from _texts_in(inner, (*path, name))


def _from_code(code: str) -> Texts:
    """Read string literals by their nesting; a path with two different values is skipped."""
    texts: Texts = {}
    doubtful: set[tuple[str, ...]] = set()
    path: list[bool] = []
    """For each open brace, whether it has a name, which is then in `steps`."""
    steps: list[str] = []
    name, after_colon = "", False
    last: tuple[str, ...] | None = None
    """Path of the literal just read; anything but a comma or a brace after it makes it doubtful."""
    for token in _TOKEN.finditer(code):
        if token["comment"] is not None:
            continue
        text = token["text"] if token["closed"] else token["template"] if token["ended"] else None
        ends = token["comma"] or token["close"] or token["name"] in ("as", "satisfies")
        if last is not None and not ends:
            doubtful.add(last)
        last = None
        if token["open"]:
            # The outermost object is the config, whatever its variable is called.
            path.append(after_colon and bool(name))
            steps += [name] * path[-1]
        elif token["close"]:
            if path and path.pop():
                steps.pop()
            name = ""
        elif text is not None and after_colon and len(steps) < MAX_STEPS:
            last = (*steps, name)
            if texts.setdefault(last, text) != text or "${" in text:
                doubtful.add(last)
        if token["name"] or text is not None:
            after_colon, name = False, token["name"] or text or ""
        else:
            after_colon = token["colon"] is not None
    return {place: text for place, text in texts.items() if place not in doubtful}
