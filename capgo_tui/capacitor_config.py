"""What a project's Capacitor config says of Capgo (contract §14).

A ``.json`` config is read. A ``.ts`` or ``.js`` config is a program, which is not run: only
texts that stand in it literally, at the right place, are found.
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
"""The first that exists is the config, as for Capacitor itself."""

WANTED = 3
"""Steps in the longest path that is looked for; nothing deeper is kept."""

# Possessive, and what never ends is one token up to the end: anybody's repository can hold such
# a file, and no text may take more than one look at each of its characters.
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
    """A config that is to be read cannot be; the message names file and line."""


@dataclass(frozen=True, slots=True)
class CapacitorConfig:
    """What the config says: the app, and another server than Capgo's own."""

    file: str = "capacitor.config"
    app_id: str | None = None
    server: str | None = None

    @classmethod
    def read(cls, folder: Path) -> CapacitorConfig:
        """Read the config of a folder; an empty one where there is none.

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
            found = _from_json(name, text) if name.endswith(".json") else _from_code(text)
            nested = "plugins", "CapacitorUpdater"
            return cls(
                name,
                found.get((*nested, "appId")) or found.get(("appId",)),
                found.get((*nested, "localApi")),
            )
        return cls()


Texts = dict[tuple[str, ...], str]
"""The texts of a config by their path, such as ``("plugins", "CapacitorUpdater", "appId")``."""


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
    """The line of a mistake; a comma with nothing behind it is one itself, as since Python 3.13."""
    before = error.doc[: error.pos].rstrip()
    if before.endswith(",") and error.doc[error.pos : error.pos + 1] in ("}", "]"):
        return before.count("\n") + 1
    return error.lineno


def _texts_in(value: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict) and len(path) < WANTED:
        for name, inner in value.items():
            yield from _texts_in(inner, (*path, name))


def _from_code(code: str) -> Texts:
    """Follow the braces of a program; a place with two different texts counts as unknown."""
    texts: Texts = {}
    doubtful: set[tuple[str, ...]] = set()
    path: list[bool] = []
    """Of each open brace, whether a name leads to it; that name is in `steps`."""
    steps: list[str] = []
    name, after_colon = "", False
    last: tuple[str, ...] | None = None
    """The place whose text has just been read: only a comma or a brace may follow it."""
    for token in _TOKEN.finditer(code):
        if token["comment"] is not None:
            continue
        text = token["text"] if token["closed"] else token["template"] if token["ended"] else None
        ends = token["comma"] or token["close"] or token["name"] in ("as", "satisfies")
        if last is not None and not ends:
            doubtful.add(last)
        last = None
        if token["open"]:
            # The outermost object is the config, whatever it is called or handed to.
            path.append(after_colon and bool(name))
            steps += [name] * path[-1]
        elif token["close"]:
            if path and path.pop():
                steps.pop()
            name = ""
        elif text is not None and after_colon and len(steps) < WANTED:
            last = (*steps, name)
            if texts.setdefault(last, text) != text or "${" in text:
                doubtful.add(last)
        if token["name"] or text is not None:
            after_colon, name = False, token["name"] or text or ""
        else:
            after_colon = token["colon"] is not None
    return {place: text for place, text in texts.items() if place not in doubtful}
