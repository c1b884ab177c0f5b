"""``python -m screenshots``: record, and draw every picture of this folder.

The stills are drawn from the states that ``tests/snapshots`` keeps, the animations from the
installed command, which is run in a terminal for them. ``--states`` takes the states anew before,
as ``python -m tests.snapshots`` does; ``--keep-recordings`` draws the animations as they were
recorded last.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

from screenshots.png import draw_image, save_png
from screenshots.record import record, write_frames
from screenshots.scripts import SCRIPTS
from screenshots.writing import FOLDER, draw_files, fingerprint, list_screens, list_strays
from tests.snapshots.taking import retake

STATES = "--states"
KEEP = "--keep-recordings"


def main(arguments: list[str]) -> None:
    """Write the files that differ and delete those that nothing draws."""
    if set(arguments) - {STATES, KEEP}:
        raise SystemExit(f"usage: python -m screenshots [{STATES}] [{KEEP}]")
    if STATES in arguments:
        for name in retake():
            sys.stdout.write(f"{name} in tests/snapshots\n")
    if KEEP not in arguments:
        with ThreadPoolExecutor() as pool:
            for script, frames in zip(SCRIPTS, pool.map(record, SCRIPTS), strict=True):
                write_frames(script, frames)
    for name, text in draw_files().items():
        file = FOLDER / name
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")
            sys.stdout.write(f"{name}\n")
    for name, screen in list_screens().items():
        save_png(draw_image(screen), FOLDER / f"{name}.png", fingerprint(screen))
    for stray in list_strays():
        stray.unlink()


if __name__ == "__main__":
    main(sys.argv[1:])
