"""What the whole test run is told at its end."""

from tests.sandbox.scoreboard import (
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_terminal_summary,
)

__all__ = ["pytest_collection_modifyitems", "pytest_configure", "pytest_terminal_summary"]
