"""The command line; `main` is its entry point."""

from __future__ import annotations

import gc
import os
import sys


def main() -> None:
    """Run ``capgo-tui`` with the arguments of this process."""
    # Garbage collection took a tenth of the start and finds nothing then. The app and the sandbox
    # enable it again once they run.
    gc.disable()
    try:
        from capgo_tui.commands.exit_codes import Exit  # noqa: PLC0415 - keeps the package light
        from capgo_tui.commands.output import forget_reader, say  # noqa: PLC0415
        from capgo_tui.commands.root import capgo_tui  # noqa: PLC0415
        from capgo_tui.glyphs import substitute_glyphs  # noqa: PLC0415

        for stream in (sys.stdout, sys.stderr):
            substitute_glyphs(stream, os.environ)
        if sys.stdout is None:
            say("standard output is closed")
            sys.exit(Exit.FAILED)
        try:
            capgo_tui()
        except OSError as error:
            if error.filename is not None:  # not of the output
                raise
            forget_reader()
            say(f"the output cannot be written: {error.strerror}")
            sys.exit(Exit.FAILED)
    except KeyboardInterrupt:  # before click could handle it
        sys.exit(130)  # Exit.INTERRUPTED, whose module may not be imported yet
