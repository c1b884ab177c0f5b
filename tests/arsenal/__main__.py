"""Run the arsenal by hand: ``python -m tests.arsenal [--all] [WORD…]``.

``--all`` includes the slow attacks, words select the attacks whose name has them all. Exits with 1
when a result is not as its row expects.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path

from tests.arsenal.attack import Attack, Result, format_table
from tests.arsenal.rows import ATTACKS


def main(*words: str) -> int:
    """Run the attacks and print the table."""
    name_parts = [word for word in words if word != "--all"]
    rows: list[tuple[Attack, Result]] = []
    for attack in ATTACKS:
        if attack.slow and "--all" not in words:
            continue
        if not all(word in attack.name for word in name_parts):
            continue
        print(attack.name, file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory() as folder:
            # Nothing may use the state or the settings of the user who runs it.
            os.environ |= {"XDG_STATE_HOME": f"{folder}/own", "XDG_CONFIG_HOME": f"{folder}/none"}
            rows.append((attack, asyncio.run(attack.run(Path(folder)))))
    mistakes = {attack.name: attack.find_mistakes(result) for attack, result in rows}
    print(*format_table(rows), sep="\n")
    for name, lines in mistakes.items():
        if lines:
            print(f"✗ {name}: {'; '.join(lines)}")
    return 1 if any(mistakes.values()) or not rows else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
