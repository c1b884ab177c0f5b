"""Looks for pieces of a key, in all the forms that a reader could turn back into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PIECE = 8
_FORMS = ("\\u%04x", "%%%02x", "&#%d;")
_BETWEEN = ("", "\ufe0f", "\u200b", "\0")


def pieces(secret: str) -> set[bytes]:
    """Return every piece of it in every form."""
    found: set[str] = set()
    for at in range(len(secret) - PIECE + 1):
        piece = secret[at : at + PIECE]
        for letters in {piece, piece.lower(), piece.upper()}:
            found |= {"".join(form % ord(letter) for letter in letters) for form in _FORMS}
            found |= {between.join(letters).lower() for between in _BETWEEN}
    return {form.encode() for form in found}


def pieces_in(data: bytes, secret: str) -> list[bytes]:
    """Return the pieces of it that are in some bytes, in whatever letters."""
    data = data.lower()
    return [piece for piece in pieces(secret) if piece in data]


def leaky_files(folder: Path, secret: str) -> list[str]:
    """Return the files below a folder that hold a piece of it."""
    files = (file for file in folder.rglob("*") if file.is_file() and not file.is_symlink())
    return [str(file) for file in sorted(files) if pieces_in(file.read_bytes(), secret)]
