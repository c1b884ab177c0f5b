"""What the interface remembers between runs: earlier filters and palette lines, and the theme.

It is stored in the state folder, in a file that only its owner can read; ``config.toml`` is the
user's own and never written. A file that cannot be used is as good as none.
"""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from dataclasses import field
from typing import TYPE_CHECKING, Final

from capgo_tui.lazy_dataclass import dataclass
from capgo_tui.plain_files import close_to_others, make_private_folder, read_plain, write_private
from capgo_tui.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

MOST_LINES: Final = 100
"""Most lines of one kind; older ones are dropped."""
LONGEST: Final = 500
"""Most characters of a line; a longer one is not remembered."""


@dataclass(slots=True)
class _Content:
    """The content of the file."""

    lines: dict[str, list[str]] = field(default_factory=dict)
    theme: str = ""

    def add(self, kind: str, line: str) -> None:
        before = (each for each in self.lines.get(kind, ()) if each != line)
        self.lines[kind] = [*before, line][-MOST_LINES:]


class Memory:
    """The earlier lines of each kind and the theme, stored in one file."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._content: _Content | None = None
        self._new_lines: list[tuple[str, str]] = []
        """The kind and text of each line that is not stored yet."""
        self._new_theme = ""
        self._lock = threading.Lock()

    def get_lines(self, kind: str) -> Sequence[str]:
        """Return the earlier lines of a kind, the latest last."""
        return tuple(self._known.lines.get(kind, ()))

    def add_line(self, kind: str, line: str) -> None:
        """Remember a line; `save` stores it."""
        if line and len(line) <= LONGEST:
            self._known.add(kind, line)
            self._new_lines.append((kind, line))

    @property
    def theme(self) -> str:
        """The theme that was chosen last; empty for none."""
        return self._known.theme

    @theme.setter
    def theme(self, name: str) -> None:
        self._known.theme = self._new_theme = name

    def save(self) -> None:
        """Add what is new to the file; if that fails it is remembered for this run only.

        Another run may have written meanwhile: its lines are kept.
        """
        if self._file is None:
            return
        with self._lock, suppress(OSError):
            new_lines, self._new_lines = self._new_lines, []
            new_theme, self._new_theme = self._new_theme, ""
            content = _read(self._file)
            for kind, line in new_lines:
                content.add(kind, line)
            content.theme = new_theme or content.theme
            text = json.dumps({"lines": content.lines, "theme": content.theme}, indent=1)
            write_private(self._file, text)

    @property
    def _known(self) -> _Content:
        if self._content is None:
            self._content = _Content() if self._file is None else _read(self._file)
        return self._content


def _read(file: Path) -> _Content:
    """Return the content of a file; the empty one when it is damaged or others may write to it."""
    values: object = None
    with suppress(OSError, ValueError, RecursionError):
        if file.exists():
            make_private_folder(file.parent)
            close_to_others(file)
            values = json.loads(read_plain(file))
    if not isinstance(values, dict):
        return _Content()
    theme, lines = values.get("theme"), values.get("lines")
    return _Content(
        {
            kind: [clean(each) for each in texts if isinstance(each, str)][-MOST_LINES:]
            for kind, texts in (lines if isinstance(lines, dict) else {}).items()
            if isinstance(texts, list)
        },
        clean(theme) if isinstance(theme, str) else "",
    )
