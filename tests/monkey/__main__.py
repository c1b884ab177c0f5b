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
    """Type keys or bytes; a failure names the seed and the last keys."""
    parser = argparse.ArgumentParser(prog="python -m tests.monkey")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keys", type=int, default=100_000)
    parser.add_argument("--episode", type=int, default=2_000, help="keys in one run of the app")
    parser.add_argument("--bytes", type=int, default=0, help="type so many bytes, and no keys")
    options = parser.parse_args()
    if options.bytes:
        with TemporaryDirectory() as folder:
            print(raw_bytes.run(options.seed, options.bytes, Path(folder), _report))
        return 0
    tally, samples = run(
        options.seed,
        options.keys,
        episode=options.episode,
        report=_report,
    )
    tally.last.clear()
    print(tally)
    print("growth", {name: f"{value:.3f}" for name, value in samples.compute_growth().items()})
    return 0


def _report(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
