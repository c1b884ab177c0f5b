"""The search for pieces of an API key, in every form that can be turned back into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PIECE = 8
_FORMS = ("\\u%04x", "%%%02x", "&#%d;")
_SEPARATORS = ("", "\ufe0f", "\u200b", "\0")


def list_pieces(secret: str) -> set[bytes]:
    """Return every piece of a secret in every form."""
    forms: set[str] = set()
    for at in range(len(secret) - PIECE + 1):
        piece = secret[at : at + PIECE]
        for letters in {piece, piece.lower(), piece.upper()}:
            forms |= {"".join(form % ord(letter) for letter in letters) for form in _FORMS}
            forms |= {separator.join(letters).lower() for separator in _SEPARATORS}
    return {form.encode() for form in forms}


def find_pieces(data: bytes, secret: str) -> list[bytes]:
    """Return the pieces of a secret in some bytes, in upper or lower case."""
    data = data.lower()
    return [piece for piece in list_pieces(secret) if piece in data]


def find_leaky_files(folder: Path, secret: str) -> list[str]:
    """Return the files below a folder that hold a piece of a secret."""
    files = (file for file in folder.rglob("*") if file.is_file() and not file.is_symlink())
    return [str(file) for file in sorted(files) if find_pieces(file.read_bytes(), secret)]
