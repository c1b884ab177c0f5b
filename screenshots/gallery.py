"""Which pictures are drawn, in the order of the page that shows them.

They are the states of ``tests/snapshots`` that are worth showing to somebody who looks the app
over; each is drawn at every size and in every theme in which it is kept there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.snapshots.picture import FOLDER as PICTURES

if TYPE_CHECKING:
    from collections.abc import Sequence

README: Final = Path(__file__).parents[1] / "README.md"
_PNG: Final = re.compile(r"\]\(screenshots/([\w-]+)\.png\)")
SIZE: Final = re.compile(r"-(?:(ansi|light|colourless)-)?(\d+x\d+)$")


@dataclass(frozen=True)
class Shown:
    """A state: its name in ``tests/snapshots``, its file here, and what it shows."""

    scene: str
    name: str
    caption: str


SECTIONS: Final[tuple[tuple[str, tuple[Shown, ...]], ...]] = (
    (
        "Lists",
        (
            Shown("demo-start", "demo", "`capgo-tui --demo` opens on the channels"),
            Shown("demo-overview", "demo-overview", "`0`: the overview of the demo"),
            Shown("demo-devices", "demo-devices", "`2`: the devices of the demo"),
            Shown("overview", "overview", "`0`: where the app stands, and what is wrong"),
            Shown("channels", "channels", "`1`: the channels"),
            Shown("devices", "devices", "`2`: the devices"),
            Shown("bundles", "bundles", "`3`: the bundles"),
            Shown("overridden-devices", "overrides", "`F`: all overrides, by channel"),
        ),
    ),
    (
        "One record",
        (
            Shown("detail", "detail", "`Enter`: all of a record"),
            Shown("detail-of-a-channel", "channel-detail", "A channel, and where it leads to"),
            Shown("raw-json", "json", "`J`: as the server sent it"),
            Shown("explanation", "explanation", "`i`: why a device gets what it gets"),
            Shown("channel-history", "history", "`H`: the history of a channel"),
            Shown("channel-history-compared", "history-compared", "A change beside today"),
            Shown("comparison-of-bundles", "comparison", "`=`: two bundles side by side"),
        ),
    ),
    (
        "Finding and taking along",
        (
            Shown("filter-row", "filter", "`/`: a filter"),
            Shown("sort-row", "sort", "`s`: the order"),
            Shown("marks", "marks", "`Space`: marks"),
            Shown("palette", "palette", "`:`: lists, records and actions by name"),
            Shown("ids-form", "ids", "`O`: the devices of a pasted list of ids"),
            Shown("copy-row", "copy", "`y`: what to copy"),
            Shown("export-rows", "export", "`E`: into a file"),
            Shown("help-page", "help", "`?`: the keys of a list"),
        ),
    ),
    (
        "Changing",
        (
            Shown("link-form", "override", "`o`: the channel of an override"),
            Shown("question", "question", "What would change; only `y` means yes"),
            Shown("written", "written", "Read back from the server"),
            Shown("bundle-picker", "bundle-picker", "`l`: the bundle of a channel"),
            Shown("promotion-question", "promotion", "A default channel: whom it touches"),
            Shown("rollout-form", "rollout", "`R`: the rollout of a channel"),
            Shown("rollout-paused", "rollout-paused", "A rollout that is paused"),
            Shown("channel-form", "channel-form", "`e`: a channel's settings"),
            Shown("new-channel-form", "new-channel", "`n`: a new channel"),
            Shown("bundle-form", "bundle-form", "`e`: a bundle's comment and link"),
            Shown("cleanup-form", "cleanup", "`C`: the plan of a clean-up"),
            Shown("deletion-dialog", "deletion", "What cannot be undone is typed"),
            Shown("question-on-production", "production", "So is all in a production profile"),
            Shown("run-dialog", "many", "Many devices at once, and what became of each"),
            Shown("watching", "watch", "`W`: until a change is visible"),
            Shown("changed-cells", "changed-cells", "What others changed since the last look"),
            Shown("list-of-changes", "changes", "`Z`: the changes made from here"),
            Shown("request-log", "requests", "`@`: what was asked of the server"),
        ),
    ),
    (
        "When something is wrong",
        (
            Shown("write-unknown", "write-unknown", "A write without an answer"),
            Shown("offline-with-old-rows", "offline", "Offline, with the rows of before"),
            Shown("rate-limited-with-old-rows", "rate-limited", "A limit of the server"),
            Shown("unreachable", "unreachable", "No server"),
            Shown("key-refused", "key-refused", "A key that is refused"),
            Shown("not-allowed", "not-allowed", "A key without the right"),
            Shown("unreadable-rows", "unreadable", "`!`: rows that cannot be read"),
            Shown("empty", "empty", "An app without devices"),
        ),
    ),
    (
        "Starting",
        (
            Shown("setup", "setup", "Neither a key nor an app is set"),
            Shown("setup-app-missing", "setup-app", "The apps of a key"),
            Shown("setup-after-a-refused-key", "setup-key", "Another key"),
        ),
    ),
)


def list_pictures() -> dict[str, str]:
    """Return the name in ``tests/snapshots`` of each picture that is drawn, by its name here."""
    kept: dict[str, list[str]] = {}
    for file in sorted(PICTURES.iterdir(), key=lambda file: file.stem):
        if match := SIZE.search(file.stem):
            kept.setdefault(file.stem[: match.start()], []).append(match[0])
    return {
        f"{shown.name}{look}": f"{shown.scene}{look}"
        for _, group in SECTIONS
        for shown in group
        for look in kept[shown.scene]
    }


def list_pngs() -> list[str]:
    """Return the names of the pictures that the README shows as PNGs."""
    return _PNG.findall(README.read_text(encoding="utf-8"))


def write_page(names: Sequence[str]) -> str:
    """Return the page that shows all pictures."""
    lines = [
        "# Pictures of capgo-tui",
        "",
        "Written by `python -m screenshots`, from the states that `tests/snapshots` keeps and the",
        "recordings in `recordings/`. A light theme and NO_COLOR are shown of the main screens.",
        "",
        "![Fix a device](override.svg)",
        "",
        "![Roll out step by step](rollout.svg)",
    ]
    for title, group in SECTIONS:
        lines += ["", f"## {title}"]
        for shown in group:
            lines += ["", f"### {shown.caption}", "", f"![{shown.name}]({shown.name}-80x24.svg)"]
            pattern = re.compile(rf"{re.escape(shown.name)}{SIZE.pattern}")
            others = [name for name in names if pattern.fullmatch(name)]
            others.remove(f"{shown.name}-80x24")
            links = [
                f"[{other.removeprefix(shown.name + '-').replace('-', ' ')}]({other}.svg)"
                for other in others
            ]
            lines += ["", "Also " + " · ".join(links)] if links else []
    return "\n".join([*lines, ""])
