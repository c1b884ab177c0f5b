"""Run the arsenal by hand: ``python -m tests.arsenal [--all] [WORD…]``.

``--all`` runs the slow attacks too, words choose those in whose name they all are. Exits with 1
where one did not come to what its row says.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path

from tests.arsenal.attack import Attack, Result, table
from tests.arsenal.rows import ATTACKS


def main(*words: str) -> int:
    """Run the attacks and print the table."""
    wanted = [word for word in words if word != "--all"]
    rows: list[tuple[Attack, Result]] = []
    for attack in ATTACKS:
        if attack.slow and "--all" not in words:
            continue
        if not all(word in attack.name for word in wanted):
            continue
        print(attack.name, file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory() as folder:
            # Nothing here uses the state or the settings of whoever runs it.
            os.environ |= {"XDG_STATE_HOME": f"{folder}/own", "XDG_CONFIG_HOME": f"{folder}/none"}
            rows.append((attack, asyncio.run(attack.run(Path(folder)))))
    mistakes = {attack.name: attack.mistakes(result) for attack, result in rows}
    print(*table(rows), sep="\n")
    for name, wrong in mistakes.items():
        if wrong:
            print(f"✗ {name}: {'; '.join(wrong)}")
    return 1 if any(mistakes.values()) or not rows else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
