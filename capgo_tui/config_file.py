"""The user's ``config.toml``: read whole, and every mistake in it named with file, line and key."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from capgo_tui.plain_files import read_plain
from capgo_tui.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

Table: TypeAlias = dict[str, object]
Kind: TypeAlias = tuple[tuple[type, ...], str]
"""What a value may be, and the words for that."""

LISTED: Final = 20
"""So many known names are told of at most."""
_TOKEN: Final = re.compile(
    r"""
      \#[^\n]*
    | \"{3}(?:\\.|(?!\"{3})[^\\])*+\"{3,5} | '{3}(?:(?!'{3}).)*+'{3,5}
    | "(?:\\.|[^"\\\n])*+" | '[^'\n]*+'
    | (?P<open>[\[{]) | (?P<close>[\]}]) | (?P<end>\n|\Z)
    """,
    re.VERBOSE | re.DOTALL,
)
"""Where a statement of valid TOML ends: at the end of a line, but in no text, list or table."""
_PART = r"""(?:[A-Za-z0-9_-]++|"(?:\\.|[^"\\\n])*+"|'[^'\n]*+')"""
_DOTTED: Final = re.compile(rf"{_PART}(?:[ \t]*+\.[ \t]*+{_PART})*+")
"""A key of the file; its parts are quoted or plain, and have a dot between them."""
_MOST_PARTS: Final = 100
"""No key has more; `tomllib` takes the square of them in time, minutes for a whole file."""
_LINE = re.compile(r"\(at (?:line (\d+), column \d+|end of document)\)")


class ConfigFileError(ValueError):
    """Something in the file, or about it, is wrong; the message says where and what."""


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """A file of the user's settings, parsed."""

    path: Path
    text: str
    tables: Table

    @classmethod
    def read(cls, path: Path) -> ConfigFile | None:
        """Read a file; None where there is none.

        Raises:
            ConfigFileError: when it cannot be read, or is not TOML.

        """
        try:
            # The user's own, and keepers of dotfiles lay links.
            raw = read_plain(path, follow_links=True)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise ConfigFileError(f"{path} cannot be read: {error.strerror}") from None
        import tomllib  # noqa: PLC0415 - only for those who have such a file

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

    def check(self, place: tuple[str, ...], table: Table, kinds: Mapping[str, Kind]) -> None:
        """Check that a table has only known keys, each with a value of its kind.

        Raises:
            ConfigFileError: naming the first that is not so.

        """
        for key, value in table.items():
            if key not in kinds:
                raise self.mistake((*place, key), f"no such key; {self.nearest(key, kinds)}")
            types, words = kinds[key]
            if not isinstance(value, types):
                raise self.mistake((*place, key), f"has to be {words}")

    def mistake(self, place: tuple[str, ...], what: str) -> ConfigFileError:
        """The error that names a place of the file and says what is wrong there."""
        return ConfigFileError(f"{self.where(*place)}: {what}")

    def where(self, *place: str) -> str:
        """File, line and name of a key or a table."""
        return f"{self.path}:{self._line_of(place)}: {clean('.'.join(place), 80)}"

    @staticmethod
    def nearest(name: str, known: Iterable[str]) -> str:
        """What was probably meant; all there is where nothing comes near."""
        from difflib import get_close_matches  # noqa: PLC0415 - for a mistake alone

        known = list(known)
        near = get_close_matches(name, known, n=1, cutoff=0.5)
        if near:
            return f"did you mean {near[0]}?"
        more = ", …" if len(known) > LISTED else ""
        return f"there is {', '.join(known[:LISTED]) or 'none'}{more}"

    def _line_of(self, place: tuple[str, ...]) -> int:
        """The line in which a key or a table begins; the parser itself tells none."""
        import tomllib  # noqa: PLC0415 - as above

        header: tuple[str, ...] = ()
        for line, statement in self._statements():
            parsed = tomllib.loads(statement)
            if statement.startswith("["):
                header = _path_of(parsed)
                if header[: len(place)] == place:
                    return line
            elif place[: len(header)] == header and _has(parsed, place[len(header) :]):
                return line
        return 1

    def _statements(self) -> Iterator[tuple[int, str]]:
        """Each header and each key with its value, and the line in which it begins."""
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


def _path_of(table: Table) -> tuple[str, ...]:
    """The names in a header, parsed alone; in a list of tables no place is looked for."""
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
    """Raise `ConfigFileError` where the parts of a key are more than a parser can bear."""
    for key in _DOTTED.finditer(text):
        if sum(1 for _ in re.finditer(_PART, key[0])) > _MOST_PARTS:
            line = text.count("\n", 0, key.start()) + 1
            raise ConfigFileError(f"{path}:{line}: nested too deeply")
