"""A short run of the monkey that types bytes; `python -m tests.monkey --bytes N` types more."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from tests.monkey.raw_bytes import draw_batches, run

if TYPE_CHECKING:
    from pathlib import Path

BYTES = 1_200


def test_random_bytes_and_cut_replies_write_nothing_and_end_nothing(tmp_path: Path) -> None:
    tally = run(1, BYTES, tmp_path)
    assert tally.byte_count >= BYTES
    assert tally.questions >= tally.batches // 2 - 1
    assert tally.starts - tally.ends < tally.batches


def test_a_seed_draws_the_same_bytes_and_no_y_by_itself() -> None:
    batches = list(islice(draw_batches(1), 300))
    assert batches == list(islice(draw_batches(1), 300))
    assert batches != list(islice(draw_batches(2), 300))
    batches_with_y = [data for data in map(b"".join, batches) if b"y" in data]
    assert batches_with_y
    assert all(data.startswith((b"\x1b", "\x9b".encode())) for data in batches_with_y)
