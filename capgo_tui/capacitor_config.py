"""What a project's Capacitor config says of Capgo (contract §14).

A ``.json`` config is read. A ``.ts`` or ``.js`` config is a program, which is not run: only
texts that stand in it literally, at the right place, are found.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONFIG_FILES = ("capacitor.config.ts", "capacitor.config.js", "capacitor.config.json")
"""The first that exists is the config, as for Capacitor itself."""

_TOKEN = re.compile(
    r"""
      (?P<comment>//[^\n]*|/\*.*?\*/)
    | (?P<quote>['"`])(?P<text>(?:\\.|(?!(?P=quote)).)*)(?P=quote)
    | (?P<open>[{\[(]) | (?P<close>[}\])])
    | (?P<name>[A-Za-z_$][\w$]*) | (?P<colon>:) | (?P<other>\S)
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
            BrokenConfigError: when ``capacitor.config.json`` is not JSON.

        """
        for name in CONFIG_FILES:
            try:
                text = (folder / name).read_text(encoding="utf-8-sig")
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
        raise BrokenConfigError(f"{name}:{error.lineno}: not valid JSON") from None
    except RecursionError:
        raise BrokenConfigError(f"{name}: nested too deeply") from None
    return dict(_texts_in(document, ()))


def _texts_in(value: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict) and len(path) < 3:
        for name, inner in value.items():
            yield from _texts_in(inner, (*path, name))


def _from_code(code: str) -> Texts:
    """Follow the braces of a program; a place with two different texts counts as unknown."""
    texts: Texts = {}
    doubtful: set[tuple[str, ...]] = set()
    path: list[str | None] = []
    name, after_colon = "", False
    for token in _TOKEN.finditer(code):
        kind = token.lastgroup
        if token["comment"] is not None:
            continue
        if token["open"]:
            # The outermost object is the config, whatever it is called or handed to.
            path.append(name if after_colon else None)
        elif token["close"]:
            del path[-1:]
            name = ""
        elif token["quote"] and after_colon:
            place = (*(step for step in path if step), name)
            if texts.setdefault(place, token["text"]) != token["text"] or "${" in token["text"]:
                doubtful.add(place)
        if token["name"] or token["quote"]:
            after_colon, name = False, token["name"] or token["text"]
        else:
            after_colon = kind == "colon"
    return {place: text for place, text in texts.items() if place not in doubtful}
