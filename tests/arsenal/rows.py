"""All attacks, in the order of the list in README.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.arsenal import on_folders, on_journals, on_reads, on_sandbox, on_terminal, on_writes

if TYPE_CHECKING:
    from tests.arsenal.attack import Attack

_MODULES = (on_terminal, on_writes, on_reads, on_journals, on_folders, on_sandbox)
ATTACKS: tuple[Attack, ...] = tuple(
    sorted(
        (attack for module in _MODULES for attack in module.attacks()),
        key=lambda attack: attack.line,
    )
)
