"""Garbage collection does not stop the event loop."""

from __future__ import annotations

import gc

from capgo_tui.tui.garbage import spare_the_loop


def test_passes_over_everything_are_rare_and_others_as_they_were() -> None:
    before = gc.get_threshold()
    passes: list[int] = []

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "stop":
            passes.append(info["generation"])

    try:
        spare_the_loop()
        assert gc.get_threshold()[:2] == before[:2]
        gc.callbacks.append(note)
        lists = [[number] for number in range(before[0] * before[1] * 30)]
    finally:
        gc.callbacks.remove(note)
        gc.set_threshold(*before)
    assert len(lists) > 0
    assert 0 in passes
    assert 2 not in passes
