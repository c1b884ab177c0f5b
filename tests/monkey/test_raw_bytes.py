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
    batch_with_y = [whole for whole in map(b"".join, drawn) if b"y" in whole]
    assert batch_with_y
    assert all(whole.startswith((b"\x1b", "\x9b".encode())) for whole in batch_with_y)
