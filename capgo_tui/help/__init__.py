"""The pages of ``capgo-tui help TOPIC`` and of ``?``: a Markdown file for each topic."""

from __future__ import annotations

from pathlib import Path
from typing import Final

TOPICS: Final = {
    "filters": "What to type into a filter and after --filter.",
    "keys": "Every key, and its id for config.toml.",
    "screen": "More about some keys, forms, undo, exports and waiting.",
    "settings": "Where the key, the app and the server come from; config.toml.",
    "exit-codes": "What the exit codes mean.",
    "safety": "What is asked, read back, written down and undone.",
}
"""The topics, each with what its page is about."""


def read_page(topic: str) -> str:
    """Return the page of a topic."""
    return Path(__file__).with_name(f"{topic}.md").read_text("utf-8")
