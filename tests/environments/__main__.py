"""Print the table: ``python -m tests.environments``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.environments.environments import ENVIRONMENTS
from tests.environments.walk import STEPS, Row, device_ids, format_table, sandbox_command, walk
from tests.support.sandbox_process import serving


def main() -> int:
    """Try every environment; return 1 if a step failed anywhere."""
    rows: list[Row] = []
    failures: list[str] = []
    with serving(sandbox_command()) as sandbox:
        for environment, device in zip(ENVIRONMENTS, device_ids(sandbox), strict=False):
            with tempfile.TemporaryDirectory() as folder:
                try:
                    rows.append(walk(environment, sandbox, device, Path(folder)))
                except AssertionError as error:
                    failures.append(f"{environment.name}: {error}")
                    rows.append(Row(environment.name, ("FAILED",) * len(STEPS)))
            print(f"{environment.name} …", file=sys.stderr)
    print(format_table(rows))
    for failure in failures:
        print(f"\n{failure}", file=sys.stderr)
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
