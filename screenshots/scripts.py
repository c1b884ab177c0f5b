"""What is typed in the recordings, what the screen shows then, and what is said about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from screenshots.shop import LOST

PASTE: Final = f"\x1b[200~{LOST}\x1b[201~"
ENTER: Final = "\r"
RIGHT: Final = "\x1b[C"
LONG: Final = 4.5


@dataclass(frozen=True)
class Step:
    """Keys, the words the screen shows once they are handled, and how long that is looked at."""

    keys: str
    """As a terminal sends them; none for what comes by itself."""
    label: str
    """The keys as they are named under the picture."""
    caption: str
    shows: tuple[str, ...]
    seconds: float = 1.6
    has_cursor: bool = False
    """Whether there is a text cursor, which blinks; it is in the frame."""


@dataclass(frozen=True)
class Script:
    """A recording: its name, its title, its steps, and what the sandbox does."""

    name: str
    title: str
    steps: tuple[Step, ...]
    sandbox: tuple[str, ...] = ()
    """More options of ``capgo-tui sandbox``."""


def _type(text: str, caption: str, shows: str) -> tuple[Step, ...]:
    """Return the steps that type a text, key by key."""
    typed = [text[: end + 1] for end in range(len(text))]
    return tuple(
        Step(each[-1], each, caption, (f"› {each}", shows), 0.28 if each != text else 1.2, True)
        for each in typed
    )


OVERRIDE: Final = Script(
    "override",
    "Put one phone on another channel, see it confirmed, and undo it",
    (
        Step("", "", "capgo-tui opens on the channels", ("3 Bundles 24", "RUN"), 1.4),
        Step("2", "2", "the devices", ("DEVICE", "150 loaded"), 1.6),
        Step(PASTE, "paste", "the device id of the bug report", ("1 device · 1 loaded",), 1.8),
        Step("o", "o", "override it", ("now none", "6 of 6 channels"), 1.6, True),
        *_type("beta", "the channel", "1 of 6 channels"),
        Step(ENTER, "⏎", "what would change, and for whom", ("none → beta?", "y yes"), 2.2),
        Step("y", "y", "only y writes", ("⟳ qa-07",), 1.2),
        Step("", "", "read back from the server", ("✓ qa-07: override is beta", "▲ beta"), 2.8),
        Step("z", "z", "undo", ("Undo: Clear the override of qa-07: beta → none?", "y yes"), 2.0),
        Step("y", "y", "and it is as it was", ("✓ qa-07: override is none",), LONG),
    ),
    ("--fault", "latency=2500@device.link"),
)

ROLLOUT: Final = Script(
    "rollout",
    "Give a new bundle to a share of the devices, raise the share, and finish",
    (
        Step("", "", "the channels", ("3 Bundles 24", "% default"), 1.4),
        Step("R", "R", "roll out on this channel", ("no target yet", "(k stop)"), 1.8),
        Step("t", "t", "the bundle to roll out", ("24 of 24 bundles",), 1.2, True),
        *_type("2.5.0", "by its name", "bundles · devices"),
        Step(ENTER, "⏎", "what each key would do now", ("→ target 2.5.0", "about 14 of 141"), 2.0),
        Step(RIGHT, "→", "a larger share", ("25 % · not started", "about 35 of 141"), 1.4),
        Step("s", "s", "start", ("rollout share 0 % → 25 %", "Sure?"), 2.2),
        Step("y", "y", "read back from the server", ("25 % of devices get 2.5.0, read back",), 2.4),
        Step("R", "R", "later: the same form", ("25 % · running", "(s share)"), 1.6),
        Step(RIGHT, "→", "more", ("25 % → 50 %",), 1.2),
        Step("s", "s", "raise the share", ("Sure?", "50 %"), 1.8),
        Step("y", "y", "read back from the server", ("50 % of devices get 2.5.0, read back",), 2.0),
        Step("R", "R", "and in the end", ("50 % · running", "(s share)"), 1.4),
        Step("f", "f", "finish: for all", ("for all", "Sure?"), 2.2),
        Step("y", "y", "2.5.0 is the stable bundle", ("no rollout, stable is 2.5.0",), LONG),
    ),
)
SCRIPTS: Final = (OVERRIDE, ROLLOUT)
