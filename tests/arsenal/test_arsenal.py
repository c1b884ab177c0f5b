"""Each quick attack has the result that its row expects; the test run ends with the table."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import pytest

from tests.arsenal.attack import KEY, Attack, Result, format_table
from tests.arsenal.leaks import find_leaky_files, find_pieces
from tests.arsenal.rows import ATTACKS
from tests.arsenal.summary import ROW

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_no_two_attacks_have_the_same_name() -> None:
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)


@pytest.mark.parametrize(
    "attack", [attack for attack in ATTACKS if not attack.slow], ids=lambda attack: attack.name
)
async def test_attack(
    attack: Attack, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    result = await attack.run(tmp_path)
    record_property(ROW, {"name": attack.name, **asdict(result)})
    assert attack.find_mistakes(result) == []


async def test_a_result_that_is_not_as_it_should_be_is_seen(tmp_path: Path) -> None:
    """The table compares with the measured result, and the search for the key finds it."""

    async def leak(folder: Path) -> Result:
        (folder / "log").write_text(f"authorization: {KEY[4:18].upper()}")
        return Result("1 writes", "failed none", "0", ", ".join(find_leaky_files(folder, KEY)), 300)

    attack = Attack(2, "a leak", leak, Result("1 writes", "unknown none", "0", "", 200))
    result = await attack.run(tmp_path)
    assert attack.find_mistakes(result) == [
        "journal: 'failed none', not 'unknown none'",
        f"leaks: '{tmp_path / 'log'}', not ''",
        "megabytes: 300, not 200",
    ]
    assert format_table([(attack, result)])[1].endswith("✗")
    assert attack.find_mistakes(replace(attack.expectation, megabytes=1)) == []
    for form in ("\\u%04X", "%%%02X", "&#%d;", "%c\u200b"):
        assert find_pieces("".join(form % ord(letter) for letter in KEY).encode(), KEY), form
    assert not find_pieces(b"nothing of it", KEY)
