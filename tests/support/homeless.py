"""A user without an entry in the password file, as in a container started with ``--user``."""

from __future__ import annotations

import pwd
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def remove_user(patch: pytest.MonkeyPatch) -> None:
    """Let no user have a home in the password file."""

    def getpwuid(uid: int) -> pwd.struct_passwd:
        raise KeyError(f"getpwuid(): uid not found: {uid}")

    patch.setattr(pwd, "getpwuid", getpwuid)
