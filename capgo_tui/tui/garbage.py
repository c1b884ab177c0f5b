"""Tuning the garbage collector, so that it does not hold up the event loop."""

from __future__ import annotations

import gc

SELDOM = 1_000
"""Young collections between two full ones; Python's default is 10."""


def spare_the_loop() -> None:
    """Make full collections a hundred times less frequent; to be called at the start.

    Python makes one whenever a quarter more objects have lasted: while 100 000 records come in
    that is three times, for up to 120 ms, and never finds a thing. Records are freed without
    it, and what a dialog leaves behind is mostly found while it is young.
    """
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, SELDOM)


def collect_again() -> None:
    """Enable the collector after the start, and freeze the objects made until then."""
    gc.freeze()
    gc.enable()
