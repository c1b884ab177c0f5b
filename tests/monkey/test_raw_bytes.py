"""A short run of the monkey that types bytes; `python -m tests.monkey --bytes N` goes on."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from tests.monkey.raw_bytes import batches, run

if TYPE_CHECKING:
    from pathlib import Path

BYTES = 1_200


def test_random_bytes_and_cut_replies_write_nothing_and_end_nothing(tmp_path: Path) -> None:
    tally = run(1, BYTES, tmp_path)
    assert tally.sent >= BYTES
    assert tally.questions >= tally.batches // 2 - 1
    assert tally.starts - tally.ends < tally.batches


def test_a_seed_draws_the_same_bytes_and_no_y_by_itself() -> None:
    drawn = list(islice(batches(1), 300))
    assert drawn == list(islice(batches(1), 300))
    assert drawn != list(islice(batches(2), 300))
    pieces = [piece for batch in drawn for piece in batch]
    assert any(b"y" in piece for piece in pieces)
    assert not any(b"y" in piece and b"\x1b" not in b"".join(drawn[0]) for piece in drawn[0])
