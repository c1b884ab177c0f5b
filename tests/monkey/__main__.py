"""Type at random, for long.

``python -m tests.monkey [--seed N] [--keys N] [--episode N]`` types keys into the app,
``python -m tests.monkey --bytes N [--seed N]`` bytes into a terminal in which it runs.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.monkey import raw_bytes
from tests.monkey.monkey import run


def main() -> int:
    """Type; a failure tells the seed and the last keys."""
    parser = argparse.ArgumentParser(prog="python -m tests.monkey")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keys", type=int, default=100_000)
    parser.add_argument("--episode", type=int, default=2_000, help="keys in one run of the app")
    parser.add_argument("--bytes", type=int, default=0, help="type so many bytes, and no keys")
    asked = parser.parse_args()
    if asked.bytes:
        with TemporaryDirectory() as folder:
            print(raw_bytes.run(asked.seed, asked.bytes, Path(folder), _tell))
        return 0
    tally, level = run(
        asked.seed,
        asked.keys,
        episode=asked.episode,
        told=_tell,
    )
    tally.last.clear()
    print(tally)
    print("growth", {name: f"{value:.3f}" for name, value in level.growth().items()})
    return 0


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
