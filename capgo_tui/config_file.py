"""Read the user's ``config.toml`` and report mistakes with file, line and key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.plain_files import read_plain
from capgo_tui.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

Table: TypeAlias = dict[str, object]
ValueKind: TypeAlias = tuple[tuple[type, ...], str]
"""The types a value may have, and their description for an error message."""

MAX_NAMES: Final = 20
"""Most valid names that an error message lists."""
_TOKEN: Final = re.compile(
    r"""
      \#[^\n]*
    | \"{3}(?:\\.|(?!\"{3})[^\\])*+\"{3,5} | '{3}(?:(?!'{3}).)*+'{3,5}
    | "(?:\\.|[^"\\\n])*+" | '[^'\n]*+'
    | (?P<open>[\[{]) | (?P<close>[\]}]) | (?P<end>\n|\Z)
    """,
    re.VERBOSE | re.DOTALL,
)
"""Finds where a TOML statement ends: at a line end outside of strings, lists and tables."""
_PART = r"""(?:[A-Za-z0-9_-]++|"(?:\\.|[^"\\\n])*+"|'[^'\n]*+')"""
_DOTTED_KEY: Final = re.compile(rf"{_PART}(?:[ \t]*+\.[ \t]*+{_PART})*+")
"""A dotted TOML key, whose parts are quoted or bare."""
_MOST_PARTS: Final = 100
"""Most parts of a key; `tomllib` takes quadratic time, minutes for a whole file."""
_LINE = re.compile(r"\(at (?:line (\d+), column \d+|end of document)\)")


class ConfigFileError(ValueError):
    """The file cannot be used; the message says where and why."""


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """A parsed ``config.toml``."""

    path: Path
    text: str
    tables: Table

    @classmethod
    def read(cls, path: Path) -> ConfigFile | None:
        """Read a file; return None when there is none.

        Raises:
            ConfigFileError: when it cannot be read, or is not TOML.

        """
        try:
            # Dotfile managers make it a link.
            raw = read_plain(path, follow_links=True)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise ConfigFileError(f"{path} cannot be read: {error.strerror}") from None
        import tomllib  # noqa: PLC0415 - only when the file exists

        try:
            text = raw.decode("utf-8-sig").replace("\r\n", "\n")
            _check_depth(path, text)
            return cls(path, text, tomllib.loads(text))
        except ConfigFileError:
            raise
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            raise ConfigFileError(f"{path}:{line}: not UTF-8") from None
        except tomllib.TOMLDecodeError as error:
            why = str(error)
            at = _LINE.search(why)
            line = int(at[1]) if at and at[1] else raw.count(b"\n") + 1
            why = clean(_LINE.sub("", why).strip())
            raise ConfigFileError(f"{path}:{line}: not valid TOML: {why}") from None
        except (ValueError, RecursionError):
            # A number of thousands of digits is a ValueError of another kind.
            why = "nested too deeply, or a number is too long"
            raise ConfigFileError(f"{path}: {why}") from None

    def get_table(self, name: str) -> Table:
        """Return a table of the top level; an empty one where there is none."""
        table = self.tables.get(name)
        return table if isinstance(table, dict) else {}

    def check(self, place: tuple[str, ...], table: Table, kinds: Mapping[str, ValueKind]) -> None:
        """Check that a table has only known keys, each with a value of the right type.

        Raises:
            ConfigFileError: naming the first mistake.

        """
        for key, value in table.items():
            if key not in kinds:
                raise self.make_mistake(
                    (*place, key), f"no such key; {self.find_nearest(key, kinds)}"
                )
            types, words = kinds[key]
            if not isinstance(value, types):
                raise self.make_mistake((*place, key), f"has to be {words}")

    def make_mistake(self, place: tuple[str, ...], what: str) -> ConfigFileError:
        """Return the error for a mistake at a place of the file."""
        return ConfigFileError(f"{self.describe_place(*place)}: {what}")

    def describe_place(self, *place: str) -> str:
        """Return file, line and name of a key or a table, for an error message."""
        return f"{self.path}:{self._find_line(place)}: {clean('.'.join(place), 80)}"

    @staticmethod
    def find_nearest(name: str, names: Iterable[str]) -> str:
        """Return a hint with the closest valid name, or with all of them when none is close."""
        from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

        names = list(names)
        near = get_close_matches(name, names, n=1, cutoff=0.5)
        if near:
            return f"did you mean {near[0]}?"
        more = ", …" if len(names) > MAX_NAMES else ""
        return f"there is {', '.join(names[:MAX_NAMES]) or 'none'}{more}"

    def _find_line(self, place: tuple[str, ...]) -> int:
        """Return the line of a key or a table; `tomllib` does not tell it."""
        import tomllib  # noqa: PLC0415 - as above

        header: tuple[str, ...] = ()
        for line, statement in self._iterate_statements():
            table = tomllib.loads(statement)
            if statement.startswith("["):
                header = _parse_path(table)
                if header[: len(place)] == place:
                    return line
            elif place[: len(header)] == header and _has(table, place[len(header) :]):
                return line
        return 1

    def _iterate_statements(self) -> Iterator[tuple[int, str]]:
        """Yield each header and each key with its value, and the line in which it begins."""
        begins, line, depth = 0, 1, 0
        for token in _TOKEN.finditer(self.text):
            depth += (token["open"] is not None) - (token["close"] is not None)
            if token["end"] is None or depth:
                continue
            text = self.text[begins : token.end()]
            if statement := text.strip():
                yield line, statement
            line += text.count("\n")
            begins = token.end()


def _parse_path(table: Table) -> tuple[str, ...]:
    """Return the names in a header that was parsed on its own."""
    path: list[str] = []
    inner: object = table
    while isinstance(inner, dict) and inner:
        name, inner = next(iter(inner.items()))
        path.append(name)
    return tuple(path)


def _has(table: Table, place: tuple[str, ...]) -> bool:
    inner: object = table
    for name in place:
        if not isinstance(inner, dict) or name not in inner:
            return False
        inner = inner[name]
    return True


def _check_depth(path: Path, text: str) -> None:
    """Raise `ConfigFileError` for a key with too many parts."""
    for key in _DOTTED_KEY.finditer(text):
        if sum(1 for _ in re.finditer(_PART, key[0])) > _MOST_PARTS:
            line = text.count("\n", 0, key.start()) + 1
            raise ConfigFileError(f"{path}:{line}: nested too deeply")
