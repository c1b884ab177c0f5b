"""``python -m tests.snapshots [name…]``: take the pictures anew, to be read in the diff.

A name picks the scenes with a picture that begins with it. ``python -m screenshots`` draws those
of them that are worth showing, for a look at them as a person sees them.
"""

from __future__ import annotations

import sys

from tests.snapshots.taking import retake


def main() -> None:
    """Take the pictures and print the names of those that differ."""
    for name in retake(tuple(sys.argv[1:]) or ("",)):
        sys.stdout.write(f"{name}\n")


if __name__ == "__main__":
    main()
