"""Keeps the search for garbage from holding up the event loop."""

from __future__ import annotations

import gc

SELDOM = 1_000
"""So many passes over what is young come between two over everything; Python's own 10."""


def spare_the_loop() -> None:
    """Let passes over all objects come a hundred times more seldom; to be called at the start.

    Python makes one whenever a quarter more objects have lasted: while 100 000 records come in
    that is three times, for up to 120 ms, and never finds a thing. Records are freed without
    it, and what a dialog leaves behind is mostly found while it is young.
    """
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, SELDOM)


def collect_again() -> None:
    """Begin to collect after a start that did not; what that made stays for good."""
    gc.freeze()
    gc.enable()
