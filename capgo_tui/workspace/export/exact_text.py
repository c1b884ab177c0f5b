"""The text that the server sent for a clean one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capgo_tui.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from capgo_tui.api.jsonvalue import JSON


def format_exact_text(row: JSON, text: str) -> str:
    """Return the text of a row that `clean` made into this one; without any, this one."""
    if text.isascii():
        return text
    texts = list(_iterate_texts(row))
    return text if text in texts else next((each for each in texts if clean(each) == text), text)


def _iterate_texts(value: JSON) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for member in value.values():
            yield from _iterate_texts(member)
    elif isinstance(value, list):
        for item in value:
            yield from _iterate_texts(item)
