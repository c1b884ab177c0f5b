"""Descriptions of changes and outcomes for any front end."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from capgo_tui.workspace.changes.change import Change
    from capgo_tui.workspace.changes.describe.description import Description


def describe(change: Change) -> Description[Change]:
    """Return the description of a change."""
    from capgo_tui.workspace.changes.describe.kinds import (  # noqa: PLC0415 - brings pydantic
        describe,
    )

    return describe(change)
