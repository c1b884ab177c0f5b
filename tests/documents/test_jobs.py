"""The five jobs of the README: their keys are typed as the table has them, and they are counted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tests.documents.sandbox import Desk, open_desk
from tests.documents.texts import README

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.pseudo_terminal import PseudoTerminal

DEVICE: Final = "9ee1181d-5102-4434-8410-26058f3c3cd2"
QA: Final = "qa-08"
NEWEST: Final = "2.5.0-beta.3"
Steps = tuple[tuple[str, str], ...]
"""What is typed, as the table has it, each with what the screen then shows."""
JOBS: Final[dict[str, Steps]] = {
    "fix a device": (
        ("its id", "1 device · 1 loaded"),
        ("o", f"Override {QA} · now none"),
        ("the channel", "1 of 6 channels"),
        ("⏎", "none → beta?"),
        ("y", f"✓ {QA}: override is beta, read back"),
    ),
    "promote": (
        ("l", "Promote to production"),
        ("the bundle", "1 of 48 bundles"),
        ("⏎", "Sure?"),
        ("y", f"✓ production: bundle is {NEWEST}, read back"),
    ),
    "roll out": (
        ("R", "no target yet"),
        ("t", "Roll out on production"),
        ("the bundle", "1 of 48 bundles"),
        ("⏎", f"target {NEWEST}"),
        ("→", "25 % · not started"),
        ("s", "Sure?"),
        ("y", f"✓ production: 25 % of devices get {NEWEST}, read back"),
    ),
    "roll back": (("b", "2.4.1 → 2.4.0"), ("y", "✓ production: bundle is 2.4.0, read back")),
    "clean up": (
        ("3", "2.5.0-beta.1"),
        ("C", "deletes 34 of 48"),
        ("ctrl+s", "› ▸ Review and send"),
        ("⏎", "type 34"),
        ("their number", "type 34 › 34"),
        ("⏎", "y yes"),
        ("y", "34 of 34 · ✓ 34"),
    ),
}
TYPED: Final = {
    "its id": f"\x1b[200~{DEVICE}\x1b[201~",
    "the channel": "be",
    "the bundle": NEWEST,
    "their number": "34",
    "⏎": "\r",
    "→": "\x1b[C",
    "ctrl+s": "\x13",
}
DONE: Final[dict[str, Callable[[Desk], bool]]] = {
    "fix a device": lambda desk: desk.override_of(QA) == "beta",
    "promote": lambda desk: desk.bundle_of("production") == NEWEST,
    "roll out": lambda desk: desk.bundle_of("production", "rollout_version") == NEWEST,
    "roll back": lambda desk: desk.bundle_of("production") == "2.4.0",
    "clean up": lambda desk: desk.count_bundles() == 14,
}
"""Whether the server has what each job is for."""


def readme_jobs() -> dict[str, list[str]]:
    """Return what the README's table says to type for each job."""
    _, _, text = README.read_text("utf-8").partition("| job | on the screen |")
    rows = [row.split(" | ") for row in text.partition("\n\n")[0].splitlines()[2:]]
    return {
        name.strip("| "): [key or text for key, text in re.findall(r"`([^`]+)`|\*([^*]+)\*", keys)]
        for name, keys, _ in rows
    }


def count_keys(job: str) -> int:
    """Return the keys of a job beside what is pasted or typed as a name; a `channel` is typed."""
    return sum(
        len(TYPED[text]) if text == "the channel" else 1
        for text, _ in JOBS[job]
        if text not in ("its id", "the bundle", "their number")
    )


def perform_job(terminal: PseudoTerminal, job: str) -> None:
    for text, shown in JOBS[job]:
        terminal.type(TYPED.get(text, text))
        terminal.settle(shown, f"{job}: {text}")


def test_the_table_has_the_keys_that_are_typed_here() -> None:
    assert readme_jobs() == {job: [text for text, _ in steps] for job, steps in JOBS.items()}


def test_each_job_is_done_by_its_keys_and_undone(tmp_path: Path) -> None:
    with open_desk(tmp_path) as desk, desk.terminal("capgo-tui") as terminal:
        terminal.settle("production")
        terminal.settle(lambda: "…" not in terminal.line(0), "all three counts")
        for job in JOBS:
            assert not DONE[job](desk)
            perform_job(terminal, job)
            assert DONE[job](desk), job
            if job == "clean up":
                break
            terminal.type("z")
            terminal.settle("Undo", job)
            terminal.type("y")
            terminal.settle(lambda: not DONE[job](desk), job)  # noqa: B023 - called at once
            terminal.settle("✓ ")
            terminal.type("1")
            terminal.settle("hotfix-login")


def test_the_counts_of_keys_are_those_of_the_jobs() -> None:
    text = " ".join(README.read_text("utf-8").split())
    fix = count_keys("fix a device")
    assert f"| find and override a device | {fix} keys and a paste;" in text
    assert fix == 5
    assert "channel in five keys, see it confirmed by the server, and undo it with two." in text
    assert f"| promote a bundle | {count_keys('promote')} keys and its name |" in text
    assert f"| roll back a channel | {count_keys('roll back')} keys;" in text
