"""The API key, a secret that never appears in text, logs or pickles."""

from __future__ import annotations

import hashlib
import re
from typing import NoReturn

from capgo_tui.api.hiding import hide_key, hide_key_in_reply

_SENDABLE = re.compile(r"[\x21-\x7e]+")


class ApiKey:
    """One Capgo API key (contract §1): opaque, stripped, and hidden in its repr.

    Raises ValueError, never naming the key, when it is empty or not one word of
    printable ASCII, as an HTTP header needs.
    """

    __slots__ = ("_raw", "fingerprint")

    fingerprint: str
    """First 8 hexadecimal digits of the key's SHA-256, which tell keys apart."""

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
        """Return the key itself, only for the header and the key file."""
        return self._raw

    def hide_in(self, text: str) -> str:
        """Return a short text without the key, in any spelling."""
        return hide_key(text, self._raw)

    def hide_in_reply(self, body: bytes) -> bytes:
        """Return a reply in UTF-8 and without the key, in any spelling of JSON."""
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
