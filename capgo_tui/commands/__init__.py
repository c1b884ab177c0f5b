"""The command line. `main` is the installed command."""

from __future__ import annotations


def main() -> None:
    """Run ``capgo-tui`` with the arguments of this process."""
    from capgo_tui.commands.root import capgo_tui  # noqa: PLC0415 - keeps the package light

    capgo_tui()
