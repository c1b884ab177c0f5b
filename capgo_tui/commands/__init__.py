"""The command line. `main` is the installed command."""

from __future__ import annotations

import gc


def main() -> None:
    """Run ``capgo-tui`` with the arguments of this process."""
    # Nothing of what a start makes is garbage, and looking for some took a tenth of its time.
    # What runs on after the start, the app or a sandbox, begins to collect when it stands.
    gc.disable()
    from capgo_tui.commands.root import capgo_tui  # noqa: PLC0415 - keeps the package light

    capgo_tui()
