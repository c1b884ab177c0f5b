"""The API key: a secret that no text, log or pickle of this program shows by accident."""

from __future__ import annotations

import hashlib
import re
from typing import NoReturn

from capgo_tui.api.hiding import hide_key, hide_key_in_reply

_SENDABLE = re.compile(r"[\x21-\x7e]+")


class ApiKey:
    """One Capgo API key (contract §1): opaque, trimmed, and hidden from every text of it.

    Raises ValueError, never naming the key, when it is empty or holds what an HTTP header
    value of one word cannot: spaces inside, control characters, anything but ASCII.
    """

    __slots__ = ("_raw", "fingerprint")

    fingerprint: str
    """First 8 hexadecimal digits of the key's SHA-256: tells keys apart, tells nothing else."""

    def __init__(self, raw: str) -> None:
        key = raw.strip()
        if not key:
            raise ValueError("the API key is empty")
        if not _SENDABLE.fullmatch(key):
            raise ValueError(
                "the API key holds a space, a control character or a letter that is not ASCII;"
                " copy the key alone, without a word before it"
            )
        self._raw = key
        self.fingerprint = hashlib.sha256(key.encode()).hexdigest()[:8]

    def reveal(self) -> str:
        """Give the key itself, for the header that carries it and the key file alone."""
        return self._raw

    def hide_in(self, text: str) -> str:
        """Give a short text without the key, however that is spelt there."""
        return hide_key(text, self._raw)

    def hide_in_reply(self, body: bytes) -> bytes:
        """Give a reply in UTF-8 and without the key, however its JSON spells that."""
        return hide_key_in_reply(body, self._raw)

    def __repr__(self) -> str:
        return f"ApiKey(#{self.fingerprint})"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return self._raw == other._raw if isinstance(other, ApiKey) else NotImplemented

    def __hash__(self) -> int:
        return hash((ApiKey, self._raw))

    def __reduce__(self) -> NoReturn:
        raise TypeError("an ApiKey cannot be pickled or copied: pass the object itself")
