"""The command line; `main` is its entry point."""

from __future__ import annotations

import gc


def main() -> None:
    """Run ``capgo-tui`` with the arguments of this process."""
    # Garbage collection took a tenth of the start and finds nothing then. The app and the sandbox
    # enable it again once they run.
    gc.disable()
    from capgo_tui.commands.root import capgo_tui  # noqa: PLC0415 - keeps the package light

    capgo_tui()
