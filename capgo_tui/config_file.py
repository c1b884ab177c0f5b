"""The user's ``config.toml``: read whole, and every mistake in it named with file, line and key."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from capgo_tui.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

Table: TypeAlias = dict[str, object]
Kind: TypeAlias = tuple[tuple[type, ...], str]
"""What a value may be, and the words for that."""

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
            raw = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise ConfigFileError(f"{path} cannot be read: {error.strerror}") from None
        import tomllib  # noqa: PLC0415 - only for those who have such a file

        try:
            text = raw.decode("utf-8-sig").replace("\r\n", "\n")
            return cls(path, text, tomllib.loads(text))
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
        return f"there is {', '.join(known) or 'none'}"

    def _line_of(self, place: tuple[str, ...]) -> int:
        """The line in which a key or a table begins.

        The parser tells no lines, so it is given a line more each time until the place is
        there. A text or a list of many lines begins where the file could last be parsed.
        """
        import tomllib  # noqa: PLC0415 - as above

        lines = self.text.split("\n")
        begins = 1
        for end in range(1, len(lines) + 1):
            try:
                found: object = tomllib.loads("\n".join(lines[:end]))
            except ValueError:
                continue
            for key in place:
                found = found.get(key) if isinstance(found, dict) else None
            if found is not None:
                break
            begins = end + 1
        return begins
