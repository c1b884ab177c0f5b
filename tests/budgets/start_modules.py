"""The command with a report of the modules that it imports until the first row.

``python -m tests.budgets.start_modules FD ROW`` writes their names as JSON to an inherited file.
"""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

from capgo_tui.commands import interface, main

if TYPE_CHECKING:
    from textual.driver import Driver

    from capgo_tui.tui.app import CapgoApp


def _report_at(row: str, fd: int) -> None:
    """Have the interface report when it writes a row to the terminal."""
    import_app = interface.import_app

    def import_reporting_app() -> type[CapgoApp]:
        app_class = import_app()
        get_driver_class = app_class.get_driver_class

        def get_reporting_driver_class(app: CapgoApp) -> type[Driver]:
            driver_class = get_driver_class(app)
            write = driver_class.write

            def write_and_report(driver: Driver, data: str) -> None:
                if row in data:
                    driver_class.write = write  # type: ignore[method-assign]
                    os.write(fd, json.dumps(sorted(sys.modules)).encode() + b"\n")
                write(driver, data)

            driver_class.write = write_and_report  # type: ignore[method-assign,assignment]
            return driver_class

        app_class.get_driver_class = get_reporting_driver_class  # type: ignore[method-assign,assignment]
        return app_class

    interface.import_app = import_reporting_app


if __name__ == "__main__":
    _report_at(sys.argv[2], int(sys.argv[1]))
    del sys.argv[1:]
    main()
