"""The message that the terminal can no longer be written."""

from __future__ import annotations

from textual.message import Message


class OutputFailure(Message):
    """Writing to the terminal failed; nothing is shown from now on."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason
