"""The tone of sentences that are read before a change is confirmed: warnings and remarks."""

from __future__ import annotations

from typing import Final

WARNING_SIGN: Final = "! "


class Remark(str):
    """A sentence that warns of nothing: what stays as it is, or what a change costs.

    Any other text is a warning, also one that the journal has kept: its JSON knows no tone.
    """

    __slots__ = ()


def sign_warning(sentence: str) -> str:
    """Return a sentence as it is drawn: after a sign, unless it is a remark."""
    return sentence if isinstance(sentence, Remark) else f"{WARNING_SIGN}{sentence}"
