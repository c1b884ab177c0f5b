"""``python -m tests.monkey [--seed N] [--keys N] [--episode N]``: type at random, for long."""

from __future__ import annotations

import argparse
import sys

from tests.monkey.monkey import run


def main() -> int:
    """Type; a failure tells the seed and the last keys."""
    parser = argparse.ArgumentParser(prog="python -m tests.monkey")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keys", type=int, default=100_000)
    parser.add_argument("--episode", type=int, default=2_000, help="keys in one run of the app")
    asked = parser.parse_args()
    tally, level = run(
        asked.seed,
        asked.keys,
        episode=asked.episode,
        told=lambda line: print(line, file=sys.stderr, flush=True),
    )
    tally.last.clear()
    print(tally)
    print("growth", {name: f"{value:.3f}" for name, value in level.growth().items()})
    return 0


if __name__ == "__main__":
    sys.exit(main())
