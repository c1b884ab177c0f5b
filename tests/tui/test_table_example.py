"""The table alone: the example sorts and answers, and the table runs outside this package."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from capgo_tui import cells, combining_marks, lazy_dataclass, short_ids
from capgo_tui.tui.widgets import lines, record_table
from tests.tui.driving import screen_text
from tests.tui.table_example import PeaksApp


async def test_a_plain_list_is_shown_sorted_and_opened() -> None:
    app = PeaksApp()
    async with app.run_test(size=(50, 8)) as pilot:
        await pilot.pause()
        assert screen_text(app).split("\n")[0].split() == ["NAME", "HEIGHT", "WHERE"]
        await pilot.press("down", "down")
        for header, first in (
            ("HEIGHT↑", "富士山"),
            ("HEIGHT↓", "सगरमाथा"),
            ("NAME↑", "Aconcagua"),
        ):
            title_at = screen_text(app).index(header[:-1])
            await pilot.click(offset=(title_at, 0))
            await pilot.pause()
            rows = screen_text(app).split("\n")
            assert header in rows[0]
            assert first in rows[1]
        await pilot.click(offset=(49, 0))
        await pilot.press("enter")
    assert app.return_value == "Elbrus"


def test_the_folder_and_five_files_run_without_the_rest_of_the_program(tmp_path: Path) -> None:
    folder = Path(record_table.__file__).parent
    modules = (lines, short_ids, combining_marks, cells, lazy_dataclass)
    others = [Path(module.__file__) for module in modules if module.__file__]
    for file in (*others, *folder.glob("*.py")):
        path = file.relative_to(folder.parent if folder.parent in file.parents else file.parent)
        copy = tmp_path / "lifted" / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        text = file.read_text(encoding="utf-8")
        copy.write_text(re.sub(r"\bcapgo_tui(\.tui\.widgets)?\b", "lifted", text), encoding="utf-8")
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); from lifted.record_table import RecordTable; "
        "RecordTable(); print([m for m in sys.modules if m.startswith('capgo_tui')])"
    )
    result = subprocess.run(
        [sys.executable, "-I", "-c", script, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.stdout.strip(), result.stderr) == ("[]", "")
